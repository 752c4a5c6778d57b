"""Pruning: old records leave tables and log by two persons; every proof and the tree stay."""

from __future__ import annotations

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody

from wardlaw.console.api.audit import ERASURE_REQUEST_S, waits_for
from wardlaw.console.api.desk import Done, Given, Turn
from wardlaw.console.api.shapes import PruneRequest, PruningAnswer
from wardlaw.governance.rights import Circumstances
from wardlaw.store import people
from wardlaw.store.keeping import KeptClass
from wardlaw.store.prunings import Pruning


@get("/audit/retention", operation_id="audit.retention", summary="Classes of keeping")
async def show_retention(call: Given) -> tuple[KeptClass, ...]:
    """How long records must stay, by class, and how many are of each now."""
    return await call.read(lambda turn: call.deps.log.keeping(turn.connection))


@get("/audit/prunings", operation_id="prunings.list", summary="Requests to prune the log")
async def list_prunings(call: Given) -> tuple[Pruning, ...]:
    """All requests, newest first."""
    return await call.read(lambda _turn: call.deps.log.prunings().list())


@post("/audit/prunings", operation_id="prunings.request", summary="Ask for old records to be taken away")
async def request_pruning(call: Given, data: JSONBody[PruneRequest]) -> PruningAnswer:
    """First of two persons (SOD-7): which records would go is settled now, nothing goes yet."""

    def work(turn: Turn) -> Done[PruningAnswer]:
        pruning = Pruning(
            id=turn.new_id("prn_"),
            before=call.deps.log.prunable_before(turn.connection, data.before_ms),
            reason=data.reason,
            requested_by=turn.person.id,
            requested_at=turn.now,
            expires_at=turn.now + ERASURE_REQUEST_S,
        )
        answer = PruningAnswer(pruning, waits_for(turn.person))

        def keep() -> PruningAnswer:
            call.deps.log.prunings().keep(pruning)
            return answer

        facts: dict[str, str | int] = {"pruning": pruning.id, "before": pruning.before, "reason": pruning.reason}
        return Done(answer, facts, then=keep)

    return await call.change(work, circumstances=lambda _turn: Circumstances(asks=True))


@post("/audit/prunings/{pruning_id:str}/confirm", operation_id="prunings.confirm", summary="Confirm", status_code=200)
async def confirm_pruning(call: Given, pruning_id: FromPath[str]) -> PruningAnswer:
    """Second of two persons: the records go, unless a legal hold was placed meanwhile."""

    def work(turn: Turn) -> Done[PruningAnswer]:
        book = call.deps.log.prunings()
        pruning = book.pending(pruning_id, now=turn.now)

        def prune() -> PruningAnswer:
            # Pruning twice does no harm; a request that cannot be marked as done is still pending.
            rows = call.deps.log.prune(turn.connection, pruning.before)
            done = msgspec.structs.replace(pruning, confirmed_by=turn.person.id, confirmed_at=turn.now, rows=rows)
            book.keep(done)
            return PruningAnswer(done, ())

        facts: dict[str, str | int] = {"pruning": pruning.id, "before": pruning.before}
        facts["requested_by"] = pruning.requested_by
        return Done(PruningAnswer(pruning, ()), facts, then=prune)

    def circumstances(turn: Turn) -> Circumstances:
        pruning = call.deps.log.prunings().pending(pruning_id, now=turn.now)
        return Circumstances(first=people.get_person(turn.connection, pruning.requested_by))

    return await call.change(work, circumstances=circumstances)
