"""Sums over the log by minute and hour, added in the transaction that adds the records: what figures are read from.

A page that counted a million decisions each time it is opened would keep people waiting, and the database busy. Canaries
are nobody's traffic and not summed.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec
from sqlalchemy import func, insert, select, text
from sqlalchemy.engine import Connection

from wardlaw.audit.envelope import Envelope, RecordKind
from wardlaw.store.tables import LOG_CLAUSE, LOG_COUNT

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
EFFECT, CLAUSE, ADDED = "effect", "clause", "added"
CALLS, TOKENS, UNCOUNTED = "calls", "tokens", "uncounted"
"""Of an upstream: exchanges with it, tokens it told, and answers that told none."""

STEPS_US = tuple(int(50 * 2 ** (step / 4)) for step in range(80))
"""Upper bounds, in microseconds, by which added times are summed: 50 us to about 43 s, each a fifth above the one before."""

_CANARY = "canary"
_OVERHEAD = "overhead_us"
NAME_CHARS = 64

_Place = tuple[int, str, int, str]

_ADD = text(
    "INSERT INTO log_count (span_ms, kind, start_ms, name, many) VALUES (:span_ms, :kind, :start_ms, :name, :many) "
    "ON CONFLICT (span_ms, kind, start_ms, name) DO UPDATE SET many = log_count.many + excluded.many"
)


class Sum(msgspec.Struct, frozen=True):
    """How often something was, from ``start_ms`` (Unix milliseconds) until the next stretch begins."""

    start_ms: int
    name: str
    count: int


def add_counts(connection: Connection, envelopes: Iterable[Envelope]) -> None:
    """Add what these records tell; in the transaction that adds them, or they would be counted twice or never."""
    found: Counter[_Place] = Counter()
    for envelope in envelopes:
        for kind, name, many in _told(envelope):
            for span in (MINUTE_MS, HOUR_MS):
                found[span, kind, envelope.at - envelope.at % span, name[:NAME_CHARS]] += many
    if found:
        # Sorted: two transactions that touch the same rows take their locks in one order.
        rows = [
            {"span_ms": span, "kind": kind, "start_ms": start, "name": name, "many": many}
            for (span, kind, start, name), many in sorted(found.items())
        ]
        connection.execute(_ADD, rows)


def note_clauses(connection: Connection, entries: Iterable[tuple[int, Envelope]]) -> None:
    """Note by place in the log which clauses its records rest on."""
    rows = [
        {"clause": clause[:NAME_CHARS], "leaf_index": leaf}
        for leaf, envelope in entries
        for clause in dict.fromkeys(envelope.clauses)
    ]
    if rows:
        connection.execute(insert(LOG_CLAUSE), rows)


def sums(
    connection: Connection, kind: str, *, since_ms: int, until_ms: int, step_ms: int | None = None
) -> tuple[Sum, ...]:
    """Sums by stretch and name, oldest first.

    Args:
        since_ms: Where the first stretch begins, Unix milliseconds; whole minutes, else the minute it lies in is left out.
        until_ms: End, exclusive.
        step_ms: Length of a stretch, a multiple of a minute; None for one stretch over all.
    """
    step = until_ms - since_ms if step_ms is None else step_ms
    # Whole hours where they fit: a sixtieth of the rows.
    span = MINUTE_MS if since_ms % HOUR_MS or until_ms % HOUR_MS or step % HOUR_MS else HOUR_MS
    place = (LOG_COUNT.c.start_ms - since_ms) // max(1, step)
    query = (
        select(place.label("place"), LOG_COUNT.c.name, func.sum(LOG_COUNT.c.many).label("total"))
        .where(
            LOG_COUNT.c.span_ms == span,
            LOG_COUNT.c.kind == kind,
            LOG_COUNT.c.start_ms >= since_ms,
            LOG_COUNT.c.start_ms < until_ms,
        )
        .group_by(place, LOG_COUNT.c.name)
        .order_by(place, LOG_COUNT.c.name)
    )
    return tuple(Sum(since_ms + int(row.place) * step, row.name, int(row.total)) for row in connection.execute(query))


def quantile_us(found: Iterable[Sum], share: float) -> int:
    """The added time that ``share`` of the exchanges stayed under, in microseconds, up to a fifth too high; 0 without any."""
    counts = Counter({int(one.name): one.count for one in found})
    wanted = share * counts.total()
    below = 0
    for bound in sorted(counts):
        below += counts[bound]
        if below >= wanted:
            return bound
    return 0


def _told(envelope: Envelope) -> Iterable[tuple[str, str, int]]:
    if envelope.facts.get(_CANARY):
        return
    if envelope.kind is RecordKind.DECISION:
        yield EFFECT, envelope.effect, 1
        for clause in envelope.clauses:
            yield CLAUSE, clause, 1
    elif envelope.kind is RecordKind.OUTCOME:
        added = envelope.facts.get(_OVERHEAD)
        if isinstance(added, int):
            yield ADDED, str(STEPS_US[min(bisect_left(STEPS_US, added), len(STEPS_US) - 1)]), 1
        yield from carried(envelope.facts)


def carried(facts: Mapping[str, object]) -> Iterable[tuple[str, str, int]]:
    """What the outcome of an exchange tells of its upstream: kind of sum, name, how many."""
    upstream = facts.get("upstream")
    if not isinstance(upstream, str) or not upstream:
        return
    yield CALLS, upstream, 1
    tokens = _number(facts.get("prompt_tokens")) + _number(facts.get("completion_tokens"))
    if tokens:
        yield TOKENS, upstream, tokens
    elif 200 <= _number(facts.get("upstream_status")) < 300:
        yield UNCOUNTED, upstream, 1


def _number(fact: object) -> int:
    return fact if isinstance(fact, int) else 0
