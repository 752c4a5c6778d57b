"""What a notification says, in each of its forms. Ids, a clause's id and figures: never a prompt, a secret or a name."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import sha256

import msgspec

from wardlaw import __version__
from wardlaw.facts.approval import CallApproval
from wardlaw.facts.incident import Incident, Quarantine
from wardlaw.inventory.findings import TrackedFinding
from wardlaw.inventory.rules import Weight
from wardlaw.inventory.ruling import GrantRuling
from wardlaw.store.notifications import Event, Notification

SIGNATURE_HEADER = "x-wardlaw-signature"
FORMAT = 1
"""Version of the JSON that webhooks are sent; it rises when a field changes its meaning."""

_SAID = {
    Event.OPENED: "opened",
    Event.GROWN: "grew",
    Event.LOCKED: "led to a quarantine",
    Event.HELD: "waits for a person",
    Event.ASKED: "waits for somebody who says what it is for",
    Event.WHY: "is asked about",
    Event.OVERDUE: "was not reviewed in time",
    Event.FOUND: "waits for somebody who looks",
}
# Of syslog (RFC 5424, 6.2.1) and of CEF (0 to 10).
_SYSLOG_SEVERITY = {
    Event.OPENED: 4,
    Event.GROWN: 4,
    Event.LOCKED: 3,
    Event.HELD: 5,
    Event.ASKED: 5,
    Event.WHY: 5,
    Event.OVERDUE: 3,
    Event.FOUND: 4,
}
_CEF_SEVERITY = {
    Event.OPENED: 7,
    Event.GROWN: 8,
    Event.LOCKED: 9,
    Event.HELD: 5,
    Event.ASKED: 4,
    Event.WHY: 4,
    Event.OVERDUE: 9,
    Event.FOUND: 9,
}
_CEF_OF_WEIGHT = {Weight.CRITICAL: 9, Weight.HIGH: 7, Weight.MEDIUM: 5, Weight.LOW: 3}
_ENTERPRISE = "32473"  # RFC 5612: reserved for documentation and private use


class Message(msgspec.Struct, frozen=True):
    """One incident, held call, grant or kind of finding, as it is told.

    Attributes:
        incident: Its id; ``""`` for anything else.
        grant: Id of the decision about a grant; ``""`` for anything else.
        approval: Id of the approval a held call waits for; ``""`` for an incident.
        expires_at: Until when a held call can be answered, Unix seconds; 0 for an incident.
        finding: Id of a finding, the first where ``count`` says that there are several of its kind; ``""`` for anything else.
        weight: Of that finding; ``""`` for anything else.
        id: Of the notification; a receiver that has seen it need not look again.
        kind: Clause that opened the incident, or the code of a built-in reason; the rule that found something.
        principal: Pseudonym, as the log has it.
        locked: What kinds of quarantine stand for it.
    """

    id: str
    event: Event
    installation: str
    incident: str
    kind: str
    count: int
    opened_at: float
    last_at: float
    state: str
    principal: str
    locked: tuple[str, ...] = ()
    approval: str = ""
    expires_at: float = 0.0
    grant: str = ""
    finding: str = ""
    weight: str = ""

    @property
    def what(self) -> str:
        """What it is about, in a word or two."""
        if self.finding:
            return "finding"
        return "grant" if self.grant else "held call" if self.approval else "incident"

    @property
    def about(self) -> str:
        """The id of what it is about."""
        return self.finding or self.grant or self.approval or self.incident

    @property
    def subject(self) -> str:
        """What it is about, with its id."""
        return f"{self.what.capitalize()} {self.about}"

    @property
    def command(self) -> str:
        """What shows it."""
        if self.finding:
            return (
                f"wardlaw inventory findings --rule {self.kind}"
                if self.count > 1
                else f"wardlaw inventory finding show {self.finding}"
            )
        if self.grant:
            return f"wardlaw grants explain {self.grant}"
        return f"wardlaw approvals show {self.approval}" if self.approval else f"wardlaw incidents show {self.incident}"


def message_of_held(notification: Notification, approval: CallApproval, *, installation: str) -> Message:
    """The message about a held call: where it waits and by which clause; who calls and what stands behind the link."""
    return Message(
        id=notification.id,
        event=notification.event,
        installation=installation,
        incident="",
        kind=", ".join(approval.clauses),
        count=notification.count,
        opened_at=approval.asked_at,
        last_at=approval.asked_at,
        state=approval.state.value,
        principal="",
        approval=approval.id,
        expires_at=approval.expires_at,
    )


def message_of_asked(notification: Notification, ruling: GrantRuling, *, installation: str) -> Message:
    """The message about a grant that clauses ask about; whose it is, and to which app, stand behind the command."""
    return Message(
        id=notification.id,
        event=notification.event,
        installation=installation,
        incident="",
        kind=", ".join(ruling.clauses),
        count=notification.count,
        opened_at=ruling.at,
        last_at=ruling.at,
        state=ruling.fate.value,
        principal="",
        grant=ruling.id,
    )


def message_of_found(notification: Notification, finding: TrackedFinding, *, installation: str) -> Message:
    """The message about findings of one kind; what they are about stands behind the command."""
    return Message(
        id=notification.id,
        event=notification.event,
        installation=installation,
        incident="",
        kind=finding.rule,
        count=notification.count,
        opened_at=finding.first_at,
        last_at=finding.last_at,
        state=finding.state.value,
        principal="",
        finding=finding.id,
        weight=finding.weight.value,
    )


def message_of(
    notification: Notification,
    incident: Incident,
    quarantines: tuple[Quarantine, ...],
    *,
    installation: str,
    now: float,
) -> Message:
    """The message of a queued notification; its count is that of the moment it was queued."""
    return Message(
        id=notification.id,
        event=notification.event,
        installation=installation,
        incident=incident.id,
        kind=incident.kind,
        count=notification.count,
        opened_at=incident.opened_at,
        last_at=incident.last_at,
        state=incident.state.value,
        principal=incident.principal,
        locked=tuple(sorted({one.kind for one in quarantines if one.stands(now)})),
    )


def sentence(message: Message) -> str:
    """The message in one line."""
    if message.approval:
        return (
            f"{message.subject} {_SAID[message.event]} at {message.installation}: {message.kind}, "
            f"until {_time(message.expires_at)}"
        )
    if message.finding:
        more = f" and {message.count - 1:,} more of its kind" if message.count > 1 else ""
        return f"{message.subject}{more} {_SAID[message.event]} at {message.installation}: {message.kind} ({message.weight})"
    if message.grant:
        return f"{message.subject} {_SAID[message.event]} at {message.installation}: {message.kind}"
    exchanges = f"{message.count:,} exchange{'s' if message.count > 1 else ''}"
    locked = f"; locked out: {', '.join(message.locked)}" if message.locked else ""
    return (
        f"{message.subject} {_SAID[message.event]} at {message.installation}: {message.kind}, {exchanges} "
        f"since {_time(message.opened_at)}, principal {message.principal}{locked}"
    )


def json_body(message: Message) -> bytes:
    """The body of a webhook: all fields, times in ISO 8601."""
    fields = msgspec.to_builtins(message)
    fields["opened_at"], fields["last_at"] = _time(message.opened_at), _time(message.last_at)
    fields["expires_at"] = _time(message.expires_at) if message.expires_at else ""
    return msgspec.json.encode({"format": FORMAT, **fields})


def slack_body(message: Message) -> bytes:
    """The body for Slack and what is compatible: one text, its three special characters escaped."""
    text = sentence(message).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return msgspec.json.encode({"text": f"{text}\n`{message.command}`"})


def signature(body: bytes, key: bytes, *, at: int) -> str:
    """The signature header's value: the time, and HMAC-SHA256 over ``<time>.<body>``, so that it cannot be replayed."""
    return f"t={at},v1={hmac.new(key, b'%d.' % at + body, sha256).hexdigest()}"


def mail(message: Message, *, sender: str, to: tuple[str, ...], at: float) -> EmailMessage:
    """The message as mail."""
    made = EmailMessage()
    made["From"] = sender
    made["To"] = ", ".join(to)
    made["Date"] = format_datetime(datetime.fromtimestamp(at, tz=UTC))
    made["Message-ID"] = f"<{message.id}@wardlaw.invalid>"
    made["Auto-Submitted"] = "auto-generated"
    made["Subject"] = f"[wardlaw {message.installation}] {message.what} {_SAID[message.event]}: {message.kind}"
    made.set_content(
        f"{sentence(message)}.\n\nLast seen {_time(message.last_at)}; state {message.state}.\n"
        f"See it with: {message.command}\n"
    )
    return made


def syslog_line(message: Message, *, facility: int, at: float, host: str) -> bytes:
    """An RFC 5424 message with structured data, without framing."""
    data = " ".join(
        f'{name}="{_quoted(value)}"'
        for name, value in (
            ("event", message.event.value), ("incident", message.incident), ("kind", message.kind),
            ("count", str(message.count)), ("principal", message.principal), ("locked", ",".join(message.locked)),
            *((("approval", message.approval),) if message.approval else ()),
            *((("grant", message.grant),) if message.grant else ()),
            *((("finding", message.finding), ("weight", message.weight)) if message.finding else ()),
        )
    )  # fmt: skip
    head = _head(message, facility=facility, at=at, host=host)
    return f"{head} [wardlaw@{_ENTERPRISE} {data}] \ufeff{sentence(message)}".encode()


def cef_line(message: Message, *, facility: int, at: float, host: str) -> bytes:
    """An RFC 5424 message whose text is one ArcSight CEF:0 event, without framing."""
    header = "|".join(
        _cef_header(part)
        for part in (
            "Wardlaw", "wardlaw", __version__, message.kind,
            f"{message.what.capitalize()} {_SAID[message.event]}",
            str(_CEF_OF_WEIGHT[Weight(message.weight)] if message.weight else _CEF_SEVERITY[message.event]),
        )
    )  # fmt: skip
    fields = {
        "rt": str(int(message.last_at * 1000)),
        "start": str(int(message.opened_at * 1000)),
        "cnt": str(message.count),
        "externalId": message.about,
        "suid": message.principal,
        "act": ",".join(message.locked) or "none",
        "dvchost": message.installation,
    }
    extension = " ".join(f"{name}={_cef_value(value)}" for name, value in fields.items())
    return f"{_head(message, facility=facility, at=at, host=host)} - CEF:0|{header}|{extension}".encode()


def _head(message: Message, *, facility: int, at: float, host: str) -> str:
    time = datetime.fromtimestamp(at, tz=UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    name = "".join(one for one in host if "!" <= one <= "~")[:255] or "-"
    return f"<{facility * 8 + _SYSLOG_SEVERITY[message.event]}>1 {time} {name} wardlaw - incident"


def _quoted(value: str) -> str:
    """A value of structured data (RFC 5424, 6.3.3)."""
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("]", "\\]")


def _cef_header(value: str) -> str:
    return " ".join(value.replace("\\", "\\\\").replace("|", "\\|").split())


def _cef_value(value: str) -> str:
    return " ".join(value.replace("\\", "\\\\").replace("=", "\\=").split())


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
