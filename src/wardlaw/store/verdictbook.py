"""Verdicts in their table, signed; and what the door makes of them together with all they rest on."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Callable, Collection, Mapping, Sequence

import msgspec
from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection, RowMapping

from wardlaw.audit.note import VerifierKey
from wardlaw.evidence.attestation import Says
from wardlaw.facts.errors import InputError
from wardlaw.facts.gate import GateMode
from wardlaw.register.gates.door import APPROVAL_ENDED, DoorRow, GateDoor
from wardlaw.register.gates.verdict import SignedVerdict, Verdict, speaks_for, verdict_message
from wardlaw.register.intake import IntakeRequest
from wardlaw.register.system import System
from wardlaw.store.attestations import list_attestations
from wardlaw.store.canaries import CanaryRuns
from wardlaw.store.classifications import newest_classification
from wardlaw.store.generations import Generation, bump
from wardlaw.store.intakes import approvals_of
from wardlaw.store.registertables import GATE_VERDICT
from wardlaw.store.systems import list_systems

_V = GATE_VERDICT.c
Sign = Callable[[bytes], bytes]


class KeptVerdict(msgspec.Struct, frozen=True):
    """A verdict in its row; ``revoked_at`` is 0 while nobody has revoked it."""

    signed: SignedVerdict
    revoked_at: float = 0.0
    revoked_by: str = ""
    reason: str = ""


class VerdictStanding(msgspec.Struct, frozen=True):
    """How a system stands at the door; ``why`` is empty while its verdict lives.

    Attributes:
        approved_until: When the approval ends by which it may be used; infinite where none was asked for.
    """

    kept: KeptVerdict | None
    why: str
    until: float
    approved_until: float = math.inf


def keep_verdict(connection: Connection, verdict: Verdict, *, sign: Sign, keys: Sequence[VerifierKey]) -> SignedVerdict:
    """Keep a verdict, signed; it takes the place of the one before it.

    Args:
        sign: Raw signature of the bundle's key.
        keys: The public keys that are believed, the one that signs now last.
    """
    key = keys[-1].text
    signed = SignedVerdict(verdict, key, base64.b64encode(sign(verdict_message(verdict))).decode())
    connection.execute(
        insert(GATE_VERDICT).values(
            id=verdict.id, system=verdict.system, run=verdict.run, verdict=msgspec.json.encode(verdict).decode(),
            key=key, signature=signed.signature, at=verdict.at, ends_at=verdict.until,
            revoked_at=0.0, revoked_by="", reason="",
        )
    )  # fmt: skip
    bump(connection, Generation.GATES)
    return signed


def revoke_verdict(connection: Connection, system: str, *, by: str, now: float, reason: str) -> KeptVerdict:
    """End the verdict of a system now; its signature goes, so that the row can never stand again.

    Raises:
        InputError: There is none that could end (WL-GAT-008).
    """
    kept = newest_verdict(connection, system)
    if kept is None or kept.revoked_at:
        raise InputError(
            "WL-GAT-008",
            f"The system {system} has no verdict that stands.",
            f"`wardlaw gate verdict {system}` shows it.",
        )
    values = {"signature": "", "revoked_at": now, "revoked_by": by, "reason": reason}
    connection.execute(update(GATE_VERDICT).where(_V.id == kept.signed.verdict.id).values(**values))
    bump(connection, Generation.GATES)
    return KeptVerdict(msgspec.structs.replace(kept.signed, signature=""), now, by, reason)


def newest_verdict(connection: Connection, system: str) -> KeptVerdict | None:
    """The verdict that counts for a system; an earlier one never does."""
    query = select(GATE_VERDICT).where(_V.system == system).order_by(_V.at.desc(), _V.id.desc()).limit(1)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else _kept(row)


def standing_of(
    connection: Connection,
    system: System,
    *,
    now: float,
    keys: Sequence[VerifierKey],
    approvals: Mapping[str, IntakeRequest] | None = None,
) -> VerdictStanding:
    """How a system stands: whether its use is approved still, its newest verdict genuine, and speaks for it.

    Args:
        approvals: By which request each system may be used, where several systems are asked for; None looks it up.
    """
    known = approvals_of(connection) if approvals is None else approvals
    request = known.get(system.id)
    return _standing(connection, system, now=now, keys=keys, approved_until=request.until if request else math.inf)


def _standing(
    connection: Connection, system: System, *, now: float, keys: Sequence[VerifierKey], approved_until: float
) -> VerdictStanding:
    found = _by_verdict(connection, system, now=now, keys=keys)
    over = APPROVAL_ENDED if now >= approved_until else ""
    return msgspec.structs.replace(
        found, why=over or found.why, until=min(found.until, approved_until), approved_until=approved_until
    )


def _by_verdict(connection: Connection, system: System, *, now: float, keys: Sequence[VerifierKey]) -> VerdictStanding:
    kept = newest_verdict(connection, system.id)
    if kept is None:
        return VerdictStanding(None, "no gate has given it a verdict", 0.0)
    verdict = kept.signed.verdict
    if kept.revoked_at:
        return VerdictStanding(kept, f"{kept.revoked_by} revoked its verdict: {kept.reason}", 0.0)
    if not is_genuine(kept.signed, keys):
        return VerdictStanding(kept, "its verdict is not signed by this installation", 0.0)
    # A sign-off that is only vouched for until a day ends the verdict with it.
    attested = {
        one.clause: one.until
        for one in list_attestations(connection, after=now)
        if one.system == system.id and one.says is Says.MET and one.effective_from <= now
    }
    newest = newest_classification(connection, system.id)
    version = newest.version if newest is not None else 0
    why = speaks_for(verdict, system, classification=version, attested=attested, at=now)
    until = min((verdict.until, *(attested.get(one, 0.0) for one in verdict.rests_on)))
    return VerdictStanding(kept, why, until)


def is_genuine(signed: SignedVerdict, keys: Sequence[VerifierKey]) -> bool:
    """Whether one of these keys signed exactly this verdict."""
    try:
        raw = base64.b64decode(signed.signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    message = verdict_message(signed.verdict)
    return any(key.verify(message, raw) for key in keys)


def load_door(connection: Connection, *, now: float, keys: Sequence[VerifierKey]) -> GateDoor:
    """What the door does with the traffic of each system."""
    rows = []
    approvals = approvals_of(connection)
    for kept in list_systems(connection):
        system = kept.system
        request = approvals.get(system.id)
        approved_until = request.until if request is not None else math.inf
        if system.gate_mode is GateMode.OFF:
            rows.append(DoorRow(system, "", approved_until=approved_until))
            continue
        standing = standing_of(connection, system, now=now, keys=keys, approvals=approvals)
        clauses = standing.kept.signed.verdict.clauses if standing.kept is not None else ()
        rows.append(DoorRow(system, standing.why, standing.until, clauses, approved_until))
    asked = frozenset(clause for row in rows for clause in row.clauses)
    return GateDoor(rows, bypassed_clauses(connection, asked))


def bypassed_clauses(connection: Connection, clauses: Collection[str]) -> frozenset[str]:
    """Those of some clauses that stand bypassed: a canary of theirs got through on a route, and none was stopped since."""
    return frozenset(one.clause for one in CanaryRuns(connection).bypassed(clauses))


def _kept(row: RowMapping) -> KeptVerdict:
    verdict = msgspec.json.decode(row["verdict"], type=Verdict)
    signed = SignedVerdict(verdict, row["key"], row["signature"])
    return KeptVerdict(signed, row["revoked_at"], row["revoked_by"], row["reason"])
