"""Searching the log for people: by kind, who, when, and by words in what everybody may read of a record."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Select, func, select
from sqlalchemy.engine import Connection

from wardlaw.store.records import RecordRow
from wardlaw.store.rows import as_struct
from wardlaw.store.tables import RECORD

LOOKED_ROWS = 20_000
"""Most records that one search for words reads; reading them takes some 0.1 s, and the next search goes on from there."""
STRAY_ROWS = 4_096
"""How far a record may stand from its place by time: gateways have clocks of their own and are sequenced in turn."""

_R = RECORD.c


class RecordSearch(msgspec.Struct, frozen=True):
    """What to look for; an empty field asks nothing.

    Attributes:
        subjects: Any of these names of one subject.
        words: Stand in the envelope: an operation, a clause, a route, a code.
        since_ms, until_ms: Unix milliseconds, half-open; 0 for no end.
        before: Only records before this place; -1 from the newest.
    """

    kind: str = ""
    subjects: tuple[str, ...] = ()
    words: str = ""
    since_ms: int = 0
    until_ms: int = 0
    before: int = -1
    limit: int = 50


class FoundRecords(msgspec.Struct, frozen=True):
    """Records, newest first; ``next`` is where to look further (``before``), -1 at the end of the log."""

    rows: tuple[RecordRow, ...]
    next: int


def find_records(connection: Connection, search: RecordSearch) -> FoundRecords:
    """Records that fit, newest first. With words it reads ``LOOKED_ROWS`` records at most and says where to go on."""
    query = select(RECORD).order_by(_R.leaf_index.desc())
    if search.kind:
        query = query.where(_R.kind == search.kind)
    if search.subjects:
        query = query.where(_R.subject.in_(sorted(search.subjects)))
    if search.since_ms:
        first = _near(connection, search.since_ms) - STRAY_ROWS
        query = query.where(_R.at_ms >= search.since_ms, _R.leaf_index >= first)
    if search.until_ms:
        last = _near(connection, search.until_ms) + STRAY_ROWS
        query = query.where(_R.at_ms < search.until_ms, _R.leaf_index < last)
    if search.before >= 0:
        query = query.where(_R.leaf_index < search.before)
    if search.words:
        return _with_words(connection, query, search)
    rows = tuple(
        as_struct(row, RecordRow) for row in connection.execute(query.limit(search.limit + 1)).mappings().all()
    )
    shown = rows[: search.limit]
    return FoundRecords(shown, shown[-1].leaf_index if len(rows) > search.limit else -1)


def _near(connection: Connection, at_ms: int) -> int:
    """About where a time is in the log: places rise with time, so that halving finds it in some twenty looks."""
    low, high = connection.execute(select(func.min(_R.leaf_index), func.max(_R.leaf_index))).one()
    if low is None:
        return 0
    high += 1
    while low < high:
        middle = (low + high) // 2
        query = select(_R.leaf_index, _R.at_ms).where(_R.leaf_index >= middle).order_by(_R.leaf_index).limit(1)
        place, at = connection.execute(query).one()
        if at < at_ms:
            low = place + 1
        else:
            high = middle
    return int(low)


def _with_words(connection: Connection, query: Select[tuple[object, ...]], search: RecordSearch) -> FoundRecords:
    wanted = [one.casefold() for one in search.words.split()]
    found: list[RecordRow] = []
    looked, last = 0, -1
    for row in connection.execute(query.limit(LOOKED_ROWS)).mappings():
        looked, last = looked + 1, int(row["leaf_index"])
        if _has(bytes(row["envelope"]), wanted):
            found.append(as_struct(row, RecordRow))
            if len(found) == search.limit:
                return FoundRecords(tuple(found), last)
    return FoundRecords(tuple(found), last if looked == LOOKED_ROWS else -1)


def _has(envelope: bytes, wanted: Sequence[str]) -> bool:
    text = envelope.decode("utf-8", "replace").casefold()
    return all(word in text for word in wanted)
