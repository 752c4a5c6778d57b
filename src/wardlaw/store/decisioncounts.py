"""How many decisions of each effect there were, by stretches of time; canaries are nobody's and not counted."""

from __future__ import annotations

import msgspec
from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from wardlaw.audit.envelope import RecordKind
from wardlaw.store.evidencetables import CANARY_RUN
from wardlaw.store.logcounts import EFFECT, MINUTE_MS, sums
from wardlaw.store.tables import RECORD

MAX_STEPS = 400
"""Most stretches of one answer: as many as a chart has room for."""


class EffectCount(msgspec.Struct, frozen=True):
    """How often an effect was decided from ``start_ms`` (Unix milliseconds) until the next stretch begins."""

    start_ms: int
    effect: str
    count: int


def count_decisions(connection: Connection, *, since_ms: int, until_ms: int, step_ms: int) -> tuple[EffectCount, ...]:
    """Counts by stretch and effect, oldest first; a stretch without decisions is left out.

    Whole minutes are read from the sums that the sequencer keeps; anything else is counted.

    Args:
        since_ms: Where the first stretch begins, Unix milliseconds.
        until_ms: End, exclusive.
        step_ms: Length of a stretch.
    """
    if not (since_ms % MINUTE_MS or until_ms % MINUTE_MS or step_ms % MINUTE_MS):
        found = sums(connection, EFFECT, since_ms=since_ms, until_ms=until_ms, step_ms=step_ms)
        return tuple(EffectCount(one.start_ms, one.name, one.count) for one in found)
    return _count_one_by_one(connection, since_ms, until_ms, step_ms)


def _count_one_by_one(connection: Connection, since_ms: int, until_ms: int, step_ms: int) -> tuple[EffectCount, ...]:
    """As asked for to the second, which the kept sums cannot tell."""
    place = (RECORD.c.at_ms - since_ms) // step_ms
    # Ten minutes before: a run is noted when it began, and its decision may be younger.
    canaries = select(CANARY_RUN.c.decision).where(CANARY_RUN.c.at >= since_ms / 1000 - 600)
    query = (
        select(place.label("place"), RECORD.c.effect, func.count().label("many"))
        .where(
            RECORD.c.kind == RecordKind.DECISION.value,
            RECORD.c.at_ms >= since_ms,
            RECORD.c.at_ms < until_ms,
            RECORD.c.id.not_in(canaries),
        )
        .group_by(place, RECORD.c.effect)
        .order_by(place, RECORD.c.effect)
    )
    return tuple(
        EffectCount(since_ms + int(row.place) * step_ms, row.effect, int(row.many)) for row in connection.execute(query)
    )
