"""The log: its state, proofs, exports, and what may be taken out of it by two persons."""

from __future__ import annotations

from typing import Any

from litestar import get, post
from litestar.params import FromPath, JSONBody

from wardlaw.audit.proofsteps import ProofStep
from wardlaw.console.api.desk import Done, Given, Turn
from wardlaw.console.api.shapes import DAY_S, ExportRequest, HoldLift, ProofText, SubjectRequest
from wardlaw.facts.person import Person, Role
from wardlaw.governance.rights import Circumstances
from wardlaw.store import holds, people
from wardlaw.store.holds import LegalHold

ERASURE_REQUEST_S = 7 * DAY_S
"""A request nobody confirmed within a week is void; GDPR Art. 12(3) leaves a month to act on a person's wish."""


@get("/audit", operation_id="audit.status", summary="Size, checkpoint and witness of the log")
async def audit_status(call: Given) -> dict[str, Any]:
    """The state of the log."""
    return await call.read(lambda _turn: dict(call.deps.log.status()))


@get("/audit/proofs/{record_id:str}", operation_id="audit.proof", summary="Proof that a record is in the log")
async def audit_proof(call: Given, record_id: FromPath[str]) -> ProofText:
    """A ``tlog-proof`` file, checked offline with ``wardlaw audit verify``."""
    return await call.read(lambda _turn: ProofText(record_id, call.deps.log.proof(record_id)))


@get("/audit/proofs/{record_id:str}/checked", operation_id="audit.check", summary="A proof, checked step by step")
async def audit_check(call: Given, record_id: FromPath[str]) -> tuple[ProofStep, ...]:
    """Made anew and checked here and now; whoever does not trust this server checks the file of `audit.proof`."""
    return await call.read(lambda _turn: call.deps.log.check(record_id))


@post("/audit/exports", operation_id="audit.export", summary="Export a span of the log", status_code=200)
async def audit_export(call: Given, data: JSONBody[ExportRequest]) -> dict[str, Any]:
    """Write an export on the server's side and say where."""

    def work(_turn: Turn) -> Done[dict[str, Any]]:
        def write() -> dict[str, Any]:
            return dict(call.deps.log.export(data.since_ms, data.until_ms))

        return Done({}, {"since_ms": data.since_ms, "until_ms": data.until_ms}, then=write)

    return await call.change(work)


@get("/audit/holds", operation_id="holds.list", summary="Legal holds")
async def list_holds(call: Given) -> tuple[LegalHold, ...]:
    """All holds, newest first."""
    return await call.read(lambda turn: holds.list_holds(turn.connection))


@post("/audit/holds", operation_id="holds.place", summary="Keep everything of a subject")
async def place_hold(call: Given, data: JSONBody[SubjectRequest]) -> LegalHold:
    """Nothing of the subject is erased or pruned while the hold stands. One person suffices to keep."""

    def work(turn: Turn) -> Done[LegalHold]:
        hold = LegalHold(turn.new_id("hld_"), data.subject, data.reason, turn.person.id, turn.now)
        holds.place_hold(turn.connection, hold)
        return Done(hold, {"hold": hold.id, "subject": hold.subject, "reason": hold.reason})

    return await call.change(work, circumstances=lambda _turn: Circumstances(asks=True))


@post("/audit/holds/{hold_id:str}/lift", operation_id="holds.lift", summary="Ask or agree to lift", status_code=200)
async def lift_hold(call: Given, hold_id: FromPath[str]) -> HoldLift:
    """The first person asks, a second one with the other role agrees (SOD-7)."""

    def work(turn: Turn) -> Done[HoldLift]:
        if _lift_asker(turn, hold_id) is None:
            asked = holds.ask_to_lift(turn.connection, hold_id, by=turn.person.id, now=turn.now)
            return Done(HoldLift(asked, lifted=False), {"hold": hold_id, "asked": 1})
        lifted = holds.lift_hold(turn.connection, hold_id, by=turn.person.id, now=turn.now)
        return Done(HoldLift(lifted, lifted=True), {"hold": hold_id, "asked_by": lifted.lift_asked_by})

    def circumstances(turn: Turn) -> Circumstances:
        first = _lift_asker(turn, hold_id)
        return Circumstances(asks=first is None, first=first)

    return await call.change(work, circumstances=circumstances)


def _lift_asker(turn: Turn, hold_id: str) -> Person | None:
    """The other person who asked to lift it and could still do so."""
    hold = holds.standing_hold(turn.connection, hold_id)
    if hold.lift_asked_by in ("", turn.person.id, *turn.selves):
        return None
    first = people.get_person(turn.connection, hold.lift_asked_by)
    return None if first.disabled or not set(first.roles) & {Role.COMPLIANCE, Role.CISO} else first


def waits_for(person: Person) -> tuple[Role, ...]:
    """Who must confirm what this person asked for (SOD-7)."""
    others = tuple(role for role in (Role.COMPLIANCE, Role.CISO) if role not in person.roles)
    return others or (Role.COMPLIANCE, Role.CISO)
