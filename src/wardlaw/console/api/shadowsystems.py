"""What the gateway sees and nobody has registered."""

from __future__ import annotations

import msgspec
from litestar import get

from wardlaw.console.api.deps import Counted
from wardlaw.console.api.desk import Given, Turn
from wardlaw.evidence.tally import Unclaimed

_MOST_NAMED = 20


class ShadowSystem(msgspec.Struct, frozen=True):
    """A caller whose traffic belongs to no system, with the evidence; ``last_at`` in Unix seconds.

    Attributes:
        principal: Who calls; ``""`` for callers that are too many to be told apart, or cannot be read any more.
        reaches: Models and tools, those most called first.
        last: Its newest decision.
    """

    principal: str
    kind: str
    calls: int
    routes: tuple[str, ...]
    reaches: tuple[str, ...]
    last_at: float
    last: str


class ShadowSystems(msgspec.Struct, frozen=True):
    """All of them, and how far the log was counted."""

    systems: tuple[ShadowSystem, ...]
    counted: Counted


@get("/shadow/systems", operation_id="shadow.systems", summary="Callers that belong to no registered system")
async def list_shadow_systems(call: Given) -> ShadowSystems:
    """Callers of the last thirty days, those with the most calls first; ask again until all of the log is counted."""

    def work(turn: Turn) -> ShadowSystems:
        found, counted = call.deps.coverage.unclaimed(turn.connection)
        return ShadowSystems(grouped(found), counted)

    return await call.read(work)


def grouped(found: tuple[Unclaimed, ...]) -> tuple[ShadowSystem, ...]:
    """Unclaimed traffic by who makes it."""
    by_caller: dict[tuple[str, str], list[Unclaimed]] = {}
    for one in found:
        by_caller.setdefault((one.principal, one.kind), []).append(one)
    systems = []
    for (principal, kind), lines in by_caller.items():
        newest = max(lines, key=lambda one: one.last_at)
        systems.append(
            ShadowSystem(
                principal, kind, sum(one.calls for one in lines),
                tuple(dict.fromkeys(one.route for one in lines if one.route)),
                tuple(dict.fromkeys(one.resource for one in lines if one.resource))[:_MOST_NAMED],
                newest.last_at, newest.last,
            )
        )  # fmt: skip
    return tuple(sorted(systems, key=lambda one: (-one.calls, one.principal)))
