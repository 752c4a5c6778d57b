"""How all systems stand at the door, in one answer: for lists, which must not ask once for each."""

from __future__ import annotations

import msgspec
from litestar import get

from wardlaw.console.api.desk import Given, Turn
from wardlaw.facts.gate import GateMode
from wardlaw.store.systems import list_systems
from wardlaw.store.verdictbook import bypassed_clauses, standing_of


class GateStanding(msgspec.Struct, frozen=True):
    """How one system stands; times in Unix seconds, 0 for none.

    Attributes:
        lives: Its verdict stands.
        why: Why it does not; empty while it does.
        until: When the verdict ends by itself.
        verdict: Its id; empty without one.
    """

    system: str
    mode: GateMode
    lives: bool
    why: str
    until: float
    verdict: str
    gate: str


@get("/verdicts", operation_id="gates.standings", summary="How all systems stand at the door")
async def list_standings(call: Given) -> tuple[GateStanding, ...]:
    """Systems in use, by id."""

    def work(turn: Turn) -> tuple[GateStanding, ...]:
        keys = call.deps.keys()
        listed = [
            (kept.system, standing_of(turn.connection, kept.system, now=turn.now, keys=keys))
            for kept in list_systems(turn.connection)
        ]
        asked = {one for _, stood in listed if stood.kept for one in stood.kept.signed.verdict.clauses}
        through = bypassed_clauses(turn.connection, asked)
        found = []
        for system, stood in listed:
            verdict = stood.kept.signed.verdict if stood.kept is not None else None
            gone = sorted(through & set(verdict.clauses)) if verdict is not None else []
            why = stood.why or (f"a canary got through the clause {', '.join(gone)}" if gone else "")
            found.append(
                GateStanding(
                    system.id, system.gate_mode, not why, why, stood.until,
                    verdict.id if verdict is not None else "", verdict.gate if verdict is not None else "",
                )
            )  # fmt: skip
        return tuple(found)

    return await call.read(work)
