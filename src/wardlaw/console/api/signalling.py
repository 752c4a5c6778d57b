"""What receivers of our signals are told: that somebody is locked out, and that a grant or credential is gone."""

from __future__ import annotations

from typing import Any

from wardlaw.console.api.desk import Turn
from wardlaw.facts.incident import Quarantine
from wardlaw.inventory.revocation import RevocationStep
from wardlaw.store.signalsout import SignalPlan, enqueue_signal

_CAEP = "https://schemas.openid.net/secevent/caep/event-type/"


def signal_quarantine(turn: Turn, plan: SignalPlan, placed: Quarantine) -> None:
    """Somebody was locked out: their sessions count no longer."""
    kind, _, name = placed.key.partition(":")
    subject = {"format": "complex", "session": _subject(name)} if kind == "session" else _subject(name)
    event = {
        "event_timestamp": int(turn.now),
        "initiating_entity": "admin",
        "reason_admin": {"en": f"Locked out at the gateway ({placed.id})."},
    }
    _queue(turn, plan, placed.id, subject, {f"{_CAEP}session-revoked": event})


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
    _queue(turn, plan, f"{revocation} {step.id}", subject, {f"{_CAEP}credential-change": event})


def _queue(turn: Turn, plan: SignalPlan, what: str, subject: dict[str, Any], events: dict[str, Any]) -> None:
    for name, audience in plan.receivers.items():
        claims = {"iss": plan.issuer, "aud": audience, "sub_id": subject, "events": events, "txn": what}
        enqueue_signal(turn.connection, name, what, claims, at=turn.now)


def _subject(name: str) -> dict[str, str]:
    mail = name.rpartition(":")[2]
    return {"format": "email", "email": mail} if mail.count("@") == 1 else {"format": "opaque", "id": name}
