"""Decisions in figures: how many of each effect, over time."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import get
from litestar.params import QueryParameter

from wardlaw.console.api.desk import Given, Turn
from wardlaw.console.api.tail import wing_of
from wardlaw.facts.clause import Wing
from wardlaw.facts.effect import Mode
from wardlaw.facts.errors import InputError
from wardlaw.store.decisioncounts import MAX_STEPS, EffectCount, count_decisions
from wardlaw.store.logcounts import ADDED, CLAUSE, MINUTE_MS, quantile_us, sums

_Millis = Annotated[int, QueryParameter(ge=0, le=2**53)]
_USUAL_STEPS = 60

_Step = Annotated[int, QueryParameter(ge=1_000, le=31 * 86_400_000)]


class DecisionCounts(msgspec.Struct, frozen=True):
    """Counts by stretch and effect; stretches without decisions are left out. Times in Unix milliseconds."""

    since_ms: int
    until_ms: int
    step_ms: int
    counts: tuple[EffectCount, ...]


class ClauseCount(msgspec.Struct, frozen=True):
    """How often a clause was a reason; ``title`` is empty where it is published no more."""

    clause: str
    title: str
    wing: str
    count: int


class DoorFigures(msgspec.Struct, frozen=True):
    """Both wings and the point between them, over a stretch of time (Unix milliseconds, half-open).

    Attributes:
        detectors: Detectors that are asked: Wardlaw's own that are on, the encoder, and others.
        profiles: Callers whose behaviour is known; ``alerting`` of them behave unlike themselves.
        exchanges: Exchanges whose added time is known.
        p50_us: Added time that half of them stayed under, microseconds; at most a fifth too high. 0 without any.
        p99_us: As that, of 99 in 100.
        clauses: Clauses in force, by wing.
        fired: Clauses that were a reason, the most frequent first.
    """

    since_ms: int
    until_ms: int
    detectors: int
    profiles: int
    alerting: int
    exchanges: int
    p50_us: int
    p99_us: int
    clauses: dict[str, int]
    fired: tuple[ClauseCount, ...]


@get("/door", operation_id="decisions.door", summary="Detectors, added time and clauses that fired")
async def door_figures(call: Given, *, since_ms: _Millis = 0, until_ms: _Millis = 0) -> DoorFigures:
    """By default the last hour. Read to whole minutes, those outwards from the ends that were asked for."""

    def work(turn: Turn) -> DoorFigures:
        until = -(-(until_ms or int(turn.now * 1000)) // MINUTE_MS) * MINUTE_MS
        since = (since_ms or until - 60 * MINUTE_MS) // MINUTE_MS * MINUTE_MS
        running = {one.id: one for one in call.deps.coverage.running()}
        wanted, habits = call.deps.detecting.wanted, call.deps.habits.list()
        added = sums(turn.connection, ADDED, since_ms=since, until_ms=until)
        fired = [
            ClauseCount(
                one.name, running[one.name].title if one.name in running else "", wing_of(one.name, running), one.count
            )
            for one in sums(turn.connection, CLAUSE, since_ms=since, until_ms=until)
        ]
        enforced = [wing_of(one.id, running) for one in running.values() if one.mode is Mode.ENFORCE]
        return DoorFigures(
            since_ms=since,
            until_ms=until,
            detectors=len(wanted.built_in.names()) + int(wanted.encoder) + len(wanted.others),
            profiles=len(habits),
            alerting=sum(1 for one in habits if one.alerting),
            exchanges=sum(one.count for one in added),
            p50_us=quantile_us(added, 0.5),
            p99_us=quantile_us(added, 0.99),
            clauses={wing.value: enforced.count(wing.value) for wing in Wing},
            fired=tuple(sorted(fired, key=lambda one: (-one.count, one.clause))),
        )

    return await call.read(work)


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
