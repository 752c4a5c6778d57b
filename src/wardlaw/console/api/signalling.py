"""What receivers of our signals are told: that somebody is locked out, and that a grant or credential is gone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy.engine import Connection, Engine

from wardlaw.console.api.desk import Turn
from wardlaw.facts.incident import Quarantine
from wardlaw.inventory.revocation import RevocationStep
from wardlaw.store.database import reading, writing
from wardlaw.store.keys import list_keys
from wardlaw.store.principallinks import list_links
from wardlaw.store.quarantines import list_standing
from wardlaw.store.signalsout import TRIED_S, SignalPlan, enqueue_signal

_CAEP = "https://schemas.openid.net/secevent/caep/event-type/"


def signal_quarantine(turn: Turn, plan: SignalPlan, placed: Quarantine) -> None:
    """A person locked somebody out: their sessions count no longer."""
    kind, _, name = placed.key.partition(":")
    _signal_lock(turn.connection, plan, placed, (kind, name, "admin"), at=turn.now)


class GatewayLocks:
    """Queues signals of what gateways locked out by themselves, of each once.

    A gateway writes down a digest of whom it locks out. Whoever has a key, or is linked to an app, is found by it; nobody is
    signalled of whom nothing more is known, such as a person with a token of an identity provider.

    Args:
        door_key: Under which key a gateway locks a principal out.
    """

    def __init__(self, engine: Engine, plan: SignalPlan, door_key: Callable[[str], str]) -> None:
        self._engine = engine
        self._plan = plan
        self._door_key = door_key
        self._seen: set[str] = set()

    def queue(self, now: float) -> None:
        """Look at the locks that stand; the table of signals knows which were told before a restart."""
        with reading(self._engine) as connection:
            standing = [one for one in list_standing(connection, now=now) if _is_new(one, now)]
            fresh = [one for one in standing if one.id not in self._seen]
            if not fresh:
                return
            links = {one.principal for one in list_links(connection)}
            known = {key.entry.principal.id for key in list_keys(connection)} | links
        by_key = {self._door_key(principal): principal for principal in known}
        with writing(self._engine) as connection:
            for one in fresh:
                if one.key in by_key:
                    _signal_lock(connection, self._plan, one, ("principal", by_key[one.key], "policy"), at=now)
        self._seen = {one.id for one in standing}


def _is_new(lock: Quarantine, now: float) -> bool:
    """Whether a gateway placed it, within the time for which signals are tried."""
    return ":" not in lock.key and lock.since > now - TRIED_S


def _signal_lock(
    connection: Connection, plan: SignalPlan, placed: Quarantine, who: tuple[str, str, str], *, at: float
) -> None:
    kind, name, initiator = who
    subject = {"format": "complex", "session": _subject(name)} if kind == "session" else _subject(name)
    event = {
        "event_timestamp": int(placed.since),
        "initiating_entity": initiator,
        "reason_admin": {"en": f"Locked out at the gateway ({placed.id})."},
    }
    _queue(connection, plan, placed.id, subject, {f"{_CAEP}session-revoked": event}, at=at)


def signal_revocation(turn: Turn, plan: SignalPlan, place: tuple[str, str], step: RevocationStep) -> None:
    """A look has found a grant or credential gone.

    Args:
        place: The directory and the id of the revocation.
    """
    directory, revocation = place
    subject: dict[str, Any] = {"format": "complex", "tenant": {"format": "opaque", "id": directory}}
    if step.account:
        subject["user"] = _subject(step.account)
    if step.app:
        subject["application"] = _subject(step.app)
    event = {
        "event_timestamp": int(turn.now),
        "initiating_entity": "admin",
        "change_type": "revoke",
        "credential_type": step.kind.value,
        "reason_admin": {"en": f"Revoked with {revocation}."},
    }
    events = {f"{_CAEP}credential-change": event}
    _queue(turn.connection, plan, f"{revocation} {step.id}", subject, events, at=turn.now)


def _queue(  # one claim each
    connection: Connection, plan: SignalPlan, what: str, subject: dict[str, Any], events: dict[str, Any], *, at: float
) -> None:
    for name, audience in plan.receivers.items():
        claims = {"iss": plan.issuer, "aud": audience, "sub_id": subject, "events": events, "txn": what}
        enqueue_signal(connection, name, what, claims, at=at)


def _subject(name: str) -> dict[str, str]:
    mail = name.rpartition(":")[2]
    return {"format": "email", "email": mail} if mail.count("@") == 1 else {"format": "opaque", "id": name}
