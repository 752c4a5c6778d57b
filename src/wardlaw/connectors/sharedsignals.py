"""What the claims of a security event token tell: who it is about, and what happened (RFC 8417, RFC 9493; CAEP 1.0, RISC 1.0,
Shared Signals Framework 1.0). Whether it is to be believed is decided before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from wardlaw.connectors.feed import FeedPage
from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.importing.badrow import UnreadableError, name_of
from wardlaw.inventory.model import Account, AccountState, Sighting

_BASE = "https://schemas.openid.net/secevent/"
_EVENTS: Mapping[str, frozenset[str]] = {
    "caep": frozenset(
        {
            "session-revoked",
            "credential-change",
            "token-claims-change",
            "assurance-level-change",
            "device-compliance-change",
        }
    ),
    "risc": frozenset(
        {
            "account-disabled",
            "account-purged",
            "account-enabled",
            "identifier-changed",
            "account-credential-change-required",
            "credential-compromise",
        }
    ),
    "ssf": frozenset({"verification", "stream-updated"}),
}
_STATES = {
    "risc.account-disabled": AccountState.SUSPENDED,
    "risc.account-purged": AccountState.DELETED,
    "risc.account-enabled": AccountState.ACTIVE,
}
_MILLISECONDS = 1e11  # drafts of CAEP gave milliseconds; no second of this age is that large
_MOST_ID = 512
_MEMBERS = ("user", "session", "device", "application")


class Signalled(msgspec.Struct, frozen=True):
    """What a token tells.

    Attributes:
        kinds: Its events in short, such as ``caep.session-revoked``, of those that are known.
        unknown: How many events it has that are not.
    """

    page: FeedPage
    kinds: tuple[str, ...]
    unknown: int


def read_signal(claims: Mapping[str, Any], *, issued_at: float) -> Signalled:
    """What verified claims tell.

    Args:
        issued_at: Unix seconds.

    Raises:
        UnreadableError: An event that is known does not have the form that its definition says.
    """
    events = claims.get("events")
    if not isinstance(events, dict) or not events:
        raise UnreadableError("events is empty")
    page, kinds, unknown = FeedPage(), [], 0
    for uri, payload in events.items():
        kind = _kind(uri)
        if not kind:
            unknown += 1
            continue
        kinds.append(kind)
        if not isinstance(payload, dict):
            raise UnreadableError("an event is no object")
        if not kind.startswith("ssf."):
            activity = _activity(claims, kind, payload, issued_at=issued_at)
            page = FeedPage((*page.sightings, *_sightings(activity)), (*page.activities, activity))
    return Signalled(page, tuple(kinds), unknown)


def signal_id(issuer: str, jti: str) -> str:
    """What makes a token itself: its issuer and the ``jti`` that it gave."""
    return f"signal/{hashlib.sha256(f'{issuer} {jti}'.encode()).hexdigest()[:48]}"


def account_in(subject: Any) -> str:
    """The account a subject identifier names (RFC 9493): its id, or the mail address where there is no other.

    Raises:
        UnreadableError: It is none.
    """
    if not isinstance(subject, dict):
        raise UnreadableError("there is no subject")
    match subject.get("format", subject.get("subject_type")):
        case "email":
            return _text(subject, "email")
        case "iss_sub" | "iss-sub":
            _text(subject, "iss")
            return _text(subject, "sub")
        case "opaque":
            return _text(subject, "id")
        case "account":
            uri = _text(subject, "uri")
            if not uri.startswith("acct:"):
                raise UnreadableError("an account is no acct URI")
            return uri.removeprefix("acct:")
        case "aliases":
            return _first(subject.get("identifiers"))
        case "complex":
            return _of_complex(subject)
        case None if any(isinstance(subject.get(name), dict) for name in _MEMBERS):
            return _of_complex(subject)
        case _:
            raise UnreadableError("the subject is of no format that is read")


def _of_complex(subject: Mapping[str, Any]) -> str:
    """Of the members only a user is an account; a session or device of nobody names none."""
    if "user" in subject:
        return account_in(subject["user"])
    if any(name in subject for name in (*_MEMBERS, "tenant", "org_unit", "group")):
        return ""
    raise UnreadableError("the subject is of no format that is read")


def _first(identifiers: Any) -> str:
    if not isinstance(identifiers, list) or not identifiers or len(identifiers) > 50:
        raise UnreadableError("there is no subject")
    for one in identifiers:
        if isinstance(one, dict) and one.get("format") not in ("aliases", "phone_number"):
            return account_in(one)
    raise UnreadableError("the subject is of no format that is read")


def _kind(uri: str) -> str:
    family, _, name = uri.removeprefix(_BASE).partition("/event-type/")
    return f"{family}.{name}" if uri.startswith(_BASE) and name in _EVENTS.get(family, frozenset()) else ""


def _activity(claims: Mapping[str, Any], kind: str, payload: Mapping[str, Any], *, issued_at: float) -> Activity:
    account = account_in(claims.get("sub_id") or payload.get("subject"))
    told = [_word(payload, name) for name in ("change_type", "credential_type", "current_status", "current_level")]
    reason = payload.get("reason_admin") or payload.get("reason_user") or payload.get("reason")
    if isinstance(reason, dict):
        reason = next((text for text in reason.values() if isinstance(text, str)), "")
    return Activity(
        f"{signal_id(str(claims['iss']), str(claims['jti']))}/{kind}",
        _when(payload.get("event_timestamp"), issued_at),
        Deed.SIGNALLED,
        account=account,
        method=kind,
        object=" ".join(word for word in told if word),
        user_agent=name_of(reason)[:256] if isinstance(reason, str) else "",
        via=_word(payload, "initiating_entity"),
    )


def _sightings(activity: Activity) -> tuple[Sighting, ...]:
    state = _STATES.get(activity.method)
    if state is None or not activity.account:
        return ()
    return (Sighting(Account(activity.account, state=state), activity.at),)


def _when(told: Any, issued_at: float) -> float:
    if isinstance(told, bool) or not isinstance(told, int | float) or told <= 0:
        return issued_at
    at = float(told) / 1_000 if told > _MILLISECONDS else float(told)
    return min(at, issued_at)


def _text(subject: Mapping[str, Any], name: str) -> str:
    value = subject.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= _MOST_ID or not value.isprintable():
        raise UnreadableError(f"{name} of the subject is missing or none")
    return value


def _word(payload: Mapping[str, Any], name: str) -> str:
    value = payload.get(name)
    return name_of(value)[:64] if isinstance(value, str) else ""
