"""What watching can find: each kind with its weight, its place in public lists, and the next step."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from wardlaw.inventory.rules import DAY_S, Weight

WEEK_S, MONTH_S = 7 * DAY_S, 30 * DAY_S


class AlarmKind(StrEnum):
    """What was noticed."""

    KNOWN_BAD = "known-bad-client"
    POWERFUL_GRANT = "unapproved-powerful-grant"
    SHADOW_AI = "shadow-ai-grant"
    CONSENT_BURST = "consent-burst"
    ADMIN_CONSENT = "admin-consent"
    DEVICE_CODE = "device-code-consent"
    LOOKALIKE = "lookalike-app"
    CREDENTIAL_ADDED = "credential-added"
    ROLE_ASSIGNED = "role-assigned"
    MAILBOX_ROLE = "mailbox-role-assigned"
    DELEGATION = "delegation-added"
    TRACE_REMOVED = "trace-removed"
    ADVISORY = "vendor-advisory"
    SIGNAL = "account-signal"
    OWNER_GONE = "owner-gone-active"
    DORMANT = "dormant-active"
    NEW_NETWORK = "new-network"
    NEW_AGENT = "new-user-agent"
    OUTSIDE_LIST = "address-outside-list"
    ENUMERATION = "enumeration-burst"
    VOLUME = "volume-spike"
    BULK_AFTER_CONSENT = "bulk-after-consent"
    NEW_METHOD = "method-never-used"
    OFF_HOURS = "off-hours"
    SCOPE_UNUSED = "scope-never-used"


class AlarmFacts(msgspec.Struct, frozen=True):
    """What is fixed for a kind.

    Attributes:
        owasp: Entries of the OWASP Non-Human Identities Top 10, 2025.
        attack: Techniques of MITRE ATT&CK.
        remedy: The next step.
        quiet_s: Seconds after its last event within which the same cause is the same alarm, which grows.
    """

    weight: Weight
    owasp: tuple[str, ...]
    attack: tuple[str, ...]
    remedy: str
    quiet_s: float = WEEK_S


class Alarm(msgspec.Struct, frozen=True):
    """One cause, at its first event.

    Attributes:
        app: Client id; empty where it is about no app.
        account: Id of the account it is about; empty where it is about the app whatever the account.
        cause: What tells two alarms of one kind about one app apart, such as ``AS64500``.
        event: Id of the event at which it was first seen.
        at: Time of that event, Unix seconds.
        evidence: The facts it rests on, one sentence each; texts of the platform stand in it as they are.
    """

    kind: AlarmKind
    weight: Weight
    app: str
    account: str
    cause: str
    event: str
    at: float
    evidence: tuple[str, ...]

    @property
    def key(self) -> str:
        """What the same cause has in common, whenever it comes."""
        return key_of(self.kind, self.account, self.cause)


class Growth(msgspec.Struct, frozen=True):
    """An alarm that was given before has come again: how often altogether, and when last (Unix seconds)."""

    app: str
    key: str
    first_at: float
    last_at: float
    count: int


def key_of(kind: AlarmKind, account: str, cause: str) -> str:
    """The key of an alarm within its app."""
    return f"{kind.value}\n{account}\n{cause}"


_LOOK = "Ask who runs this app; if nobody expected it, revoke the app's grants, and look at what it read."

ALARMS: dict[AlarmKind, AlarmFacts] = {
    AlarmKind.KNOWN_BAD: AlarmFacts(
        Weight.CRITICAL, ("NHI3",), ("T1528", "T1566.002"),
        "Revoke every grant to this app, end the sessions of who granted it, and look at what it read.", MONTH_S),
    AlarmKind.POWERFUL_GRANT: AlarmFacts(
        Weight.HIGH, ("NHI5", "NHI3"), ("T1528",),
        "Ask who needs it; approve the app with an owner, or revoke the grant.", MONTH_S),
    AlarmKind.SHADOW_AI: AlarmFacts(
        Weight.HIGH, ("NHI3", "NHI5"), ("T1528", "T1199"),
        "Ask what it is used for; offer what is approved, and revoke this grant.", MONTH_S),
    AlarmKind.CONSENT_BURST: AlarmFacts(
        Weight.HIGH, ("NHI3",), ("T1528", "T1566.002"),
        "Find out who asked these people to agree; block the app until that is known.", WEEK_S),
    AlarmKind.ADMIN_CONSENT: AlarmFacts(
        Weight.HIGH, ("NHI5",), ("T1528", "T1098.003"),
        "Ask the administrator which approval it rests on; without one, take it back.", WEEK_S),
    AlarmKind.DEVICE_CODE: AlarmFacts(
        Weight.HIGH, ("NHI4",), ("T1528", "T1566.004"),
        "Ask the person whether somebody on the telephone told them to enter a code; revoke the app, a new password"
        " does not stop it.", WEEK_S),
    AlarmKind.LOOKALIKE: AlarmFacts(
        Weight.HIGH, ("NHI3",), ("T1036.005", "T1566.002"),
        "Revoke the grants to it and block it; report it to the platform.", MONTH_S),
    AlarmKind.CREDENTIAL_ADDED: AlarmFacts(
        Weight.HIGH, ("NHI4", "NHI7"), ("T1098.001",),
        "Ask who added it; remove the credential if its owner does not know of it, then look at its sign-ins.", DAY_S),
    AlarmKind.ROLE_ASSIGNED: AlarmFacts(
        Weight.HIGH, ("NHI5",), ("T1098.003",),
        "Ask who assigned it and why; take the role back if no approval names it.", DAY_S),
    AlarmKind.MAILBOX_ROLE: AlarmFacts(
        Weight.CRITICAL, ("NHI5",), ("T1098.003", "T1114.002"),
        "Take the role back, or limit it to the mailboxes that need it; look at which were read.", DAY_S),
    AlarmKind.DELEGATION: AlarmFacts(
        Weight.CRITICAL, ("NHI5", "NHI9"), ("T1484.002", "T1098.003"),
        "Ask who added it; take the delegation away if no approval names it.", DAY_S),
    AlarmKind.TRACE_REMOVED: AlarmFacts(
        Weight.HIGH, ("NHI3",), ("T1070", "T1562.008"),
        "Keep what other logs still tell of this time, and find out what ran before.", DAY_S),
    AlarmKind.ADVISORY: AlarmFacts(
        Weight.CRITICAL, ("NHI3", "NHI2"), ("T1199", "T1528"),
        "Revoke and renew every token of this vendor, and look at the use since the vendor was broken into.", MONTH_S),
    AlarmKind.SIGNAL: AlarmFacts(
        Weight.MEDIUM, ("NHI1",), ("T1078.004",),
        "Ask who the account belongs to; revoke what it has let in, or give that an owner of its own.", DAY_S),
    AlarmKind.OWNER_GONE: AlarmFacts(
        Weight.HIGH, ("NHI1",), ("T1078.004",),
        "Revoke it; if something depends on it, give that an identity and an owner of its own.", MONTH_S),
    AlarmKind.DORMANT: AlarmFacts(
        Weight.HIGH, ("NHI1",), ("T1078.004", "T1550.001"),
        "Ask the owner; if they do not know of it, revoke it and look at what was read.", WEEK_S),
    AlarmKind.NEW_NETWORK: AlarmFacts(
        Weight.HIGH, ("NHI3", "NHI2"), ("T1550.001", "T1199"),
        "Ask the app's vendor whether this network is theirs; " + _LOOK[0].lower() + _LOOK[1:], WEEK_S),
    AlarmKind.NEW_AGENT: AlarmFacts(
        Weight.HIGH, ("NHI3", "NHI2"), ("T1550.001",), _LOOK, WEEK_S),
    AlarmKind.OUTSIDE_LIST: AlarmFacts(
        Weight.CRITICAL, ("NHI3", "NHI2"), ("T1550.001", "T1199"),
        "Take the app's tokens away and ask its vendor; these are not the addresses it says it comes from.", WEEK_S),
    AlarmKind.ENUMERATION: AlarmFacts(
        Weight.HIGH, ("NHI3",), ("T1526", "T1087.004", "T1619"), _LOOK, WEEK_S),
    AlarmKind.VOLUME: AlarmFacts(
        Weight.HIGH, ("NHI3", "NHI5"), ("T1530", "T1213", "T1567"), _LOOK, WEEK_S),
    AlarmKind.BULK_AFTER_CONSENT: AlarmFacts(
        Weight.HIGH, ("NHI3", "NHI5"), ("T1528", "T1114.002", "T1530"),
        "Revoke the app, not only the person's session or password; then look at what it took.", WEEK_S),
    AlarmKind.NEW_METHOD: AlarmFacts(
        Weight.MEDIUM, ("NHI3", "NHI5"), ("T1550.001", "T1213"), _LOOK, WEEK_S),
    AlarmKind.OFF_HOURS: AlarmFacts(
        Weight.MEDIUM, ("NHI10", "NHI3"), ("T1550.001",), _LOOK, WEEK_S),
    AlarmKind.SCOPE_UNUSED: AlarmFacts(
        Weight.LOW, ("NHI5",), ("T1528",),
        "Have the app ask for less, and take away what it never used.", MONTH_S),
}  # fmt: skip
