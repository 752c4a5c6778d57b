"""Decisions in figures: how many of each effect, over time."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import get
from litestar.params import QueryParameter

from wardlaw.console.api.desk import Given, Turn
from wardlaw.facts.errors import InputError
from wardlaw.store.decisioncounts import MAX_STEPS, EffectCount, count_decisions

_Millis = Annotated[int, QueryParameter(ge=0, le=2**53)]
_USUAL_STEPS = 60

_Step = Annotated[int, QueryParameter(ge=1_000, le=31 * 86_400_000)]


class DecisionCounts(msgspec.Struct, frozen=True):
    """Counts by stretch and effect; stretches without decisions are left out. Times in Unix milliseconds."""

    since_ms: int
    until_ms: int
    step_ms: int
    counts: tuple[EffectCount, ...]


@get("/counts", operation_id="decisions.counts", summary="How many decisions of each effect, over time")
async def count_of_decisions(
    call: Given, *, since_ms: _Millis = 0, until_ms: _Millis = 0, step_ms: _Step = 60_000
) -> DecisionCounts:
    """Decisions by effect in stretches of ``step_ms``, by default the last sixty until now; canaries are not counted."""

    def work(turn: Turn) -> DecisionCounts:
        until = until_ms or int(turn.now * 1000)
        since = since_ms or until - _USUAL_STEPS * step_ms
        if not 0 < until - since <= MAX_STEPS * step_ms:
            raise InputError(
                "WL-API-020",
                f"From {since} until {until} in steps of {step_ms} ms is not 1 to {MAX_STEPS} steps.",
                "Ask for a shorter time, or for longer steps.",
            )
        counts = count_decisions(turn.connection, since_ms=since, until_ms=until, step_ms=step_ms)
        return DecisionCounts(since, until, step_ms, counts)

    return await call.read(work)
