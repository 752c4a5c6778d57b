"""The log's rows as people search them; writing them is the sequencer's alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Column, ColumnElement, Select, UnaryExpression, func, literal, select, text
from sqlalchemy.engine import Connection, RowMapping

from wardlaw.audit.envelope import RecordKind
from wardlaw.facts.errors import InputError
from wardlaw.store.evidencetables import CANARY_RUN
from wardlaw.store.rows import as_struct
from wardlaw.store.tables import LOG_CLAUSE, RECORD, SEALED_PART

MAX_ROWS = 500
"""Most rows of one page; a page of 500 rows of about 1 KB stays below a megabyte."""

# As the index has it, word for word: a database must see that the index will do, and a bound value tells it nothing.
_IS_STOPPED = text("record.effect NOT IN ('allow', '')")
_NOWHERE = 2**62
_HAS_CODE = text("record.code <> ''")
_STOPPED = frozenset(("transform", "hold", "deny", "cut", "oblige"))
_SLACK_MS, _SLACK_LEAVES = 60_000, 1_000  # so far may records of several gateways stand out of the order of time


class RecordRow(msgspec.Struct, frozen=True):
    """One record of the log; ``envelope`` is its Merkle leaf byte for byte, ``at_ms`` Unix milliseconds."""

    leaf_index: int
    id: str
    kind: str
    exchange: str
    at_ms: int
    gateway: str
    epoch: int
    seq: int
    subject: str
    effect: str
    demanded: str
    action: str
    route: str
    policies: str
    code: str
    envelope: bytes


class StoredPart(msgspec.Struct, frozen=True):
    """One part of a record, encrypted beside the log."""

    leaf_index: int
    klass: str
    subject: str
    month: str
    ciphertext: bytes


class Search(msgspec.Struct, frozen=True):
    """What to look for; an empty field asks nothing.

    Attributes:
        since_ms: Unix milliseconds, inclusive; 0 from the beginning.
        until_ms: Unix milliseconds, exclusive; 0 to the end.
        subjects: Any of these pseudonyms.
        clause: A clause the decision rests on.
        before: Only leaves below this index (for the next page); -1 from the newest.
        limit: Rows at most, up to ``MAX_ROWS``.
    """

    kind: str = ""
    effect: str = ""
    route: str = ""
    exchange: str = ""
    subject: str = ""
    code: str = ""
    subjects: tuple[str, ...] = ()
    clause: str = ""
    since_ms: int = 0
    until_ms: int = 0
    before: int = -1
    limit: int = 50


def search_records(connection: Connection, search: Search) -> tuple[RecordRow, ...]:
    """Matching records, newest first."""
    query = select(RECORD).order_by(RECORD.c.leaf_index.desc()).limit(max(1, min(search.limit, MAX_ROWS)))
    if search.kind:
        query = query.where(_unindexed(RECORD.c.kind) == search.kind)
    for name in ("effect", "route", "exchange", "subject", "code"):
        wanted = getattr(search, name)
        if wanted:
            # With a clause its own few places are walked, whatever else is asked.
            column = _unindexed(RECORD.c[name]) if search.clause else RECORD.c[name]
            query = query.where(column == wanted)
    if search.subjects:
        query = query.where(RECORD.c.subject.in_(search.subjects))
    if search.effect in _STOPPED and not search.clause:
        query = query.where(_IS_STOPPED)
    if search.code and not search.clause:
        query = query.where(_HAS_CODE)
    if search.clause:
        query = query.order_by(None).order_by(LOG_CLAUSE.c.leaf_index.desc())
        query = query.join(LOG_CLAUSE, LOG_CLAUSE.c.leaf_index == RECORD.c.leaf_index)
        query = query.where(LOG_CLAUSE.c.clause == search.clause)
    query = _within(connection, query, search)
    if search.before >= 0:
        query = query.where(RECORD.c.leaf_index < search.before)
    return tuple(_row(row) for row in connection.execute(query).mappings())


def _within(connection: Connection, query: Select[Any], search: Search) -> Select[Any]:
    """Only records of a time.

    The log is nearly in the order of time: where a time begins and ends in it is looked up, so that a database neither reads
    everything younger first nor sorts everything within.
    """
    if search.since_ms:
        first = _leaf_at(connection, RECORD.c.at_ms >= search.since_ms - _SLACK_MS, RECORD.c.at_ms.asc())
        begin = _NOWHERE if first is None else first
        query = query.where(RECORD.c.leaf_index >= begin - _SLACK_LEAVES, RECORD.c.at_ms + 0 >= search.since_ms)
    if search.until_ms:
        last = _leaf_at(connection, RECORD.c.at_ms < search.until_ms + _SLACK_MS, RECORD.c.at_ms.desc())
        end = -_SLACK_LEAVES - 1 if last is None else last
        query = query.where(RECORD.c.leaf_index <= end + _SLACK_LEAVES, RECORD.c.at_ms + 0 < search.until_ms)
    return query


def _leaf_at(connection: Connection, when: ColumnElement[bool], order: UnaryExpression[int]) -> int | None:
    query = select(RECORD.c.leaf_index).where(when).order_by(order).limit(1)
    found: int | None = connection.execute(query).scalar()
    return found


def _unindexed(column: Column[str]) -> ColumnElement[str]:
    """A column by which no index is chosen: of a kind there are a million, and all would be sorted to find the newest."""
    return column + literal("")


def get_record(connection: Connection, record_id: str) -> RecordRow:
    """The record of that id (a decision's ``dec_…``).

    Raises:
        InputError: The tables hold none (WL-STO-060).
    """
    query = select(RECORD).where(RECORD.c.id == record_id).order_by(RECORD.c.leaf_index).limit(1)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise InputError(
            "WL-STO-060",
            f"The log's tables hold no record {record_id}.",
            "Check the id; a decision made a moment ago appears once the sequencer has caught up.",
        )
    return _row(row)


def known_records(connection: Connection, record_ids: Sequence[str]) -> tuple[RecordRow, ...]:
    """Those of these records that the tables still hold, in the order of the log."""
    query = select(RECORD).where(RECORD.c.id.in_(list(record_ids))).order_by(RECORD.c.leaf_index)
    return tuple(_row(row) for row in connection.execute(query).mappings())


def stored_parts(connection: Connection, leaf_index: int) -> tuple[StoredPart, ...]:
    """The encrypted parts of one record, by class; erased and pruned ones are missing."""
    query = select(SEALED_PART).where(SEALED_PART.c.leaf_index == leaf_index).order_by(SEALED_PART.c.klass)
    return tuple(as_struct(row, StoredPart) for row in connection.execute(query).mappings())


def stored_class(connection: Connection, leaves: Sequence[int], klass: str) -> dict[int, StoredPart]:
    """The encrypted parts of one class by their record; erased and pruned ones are missing."""
    query = select(SEALED_PART).where(SEALED_PART.c.leaf_index.in_(list(leaves)), SEALED_PART.c.klass == klass)
    parts = (as_struct(row, StoredPart) for row in connection.execute(query).mappings()) if leaves else ()
    return {part.leaf_index: part for part in parts}


def records_after(connection: Connection, leaf_index: int, *, limit: int) -> tuple[RecordRow, ...]:
    """Records after one, in the order of the log."""
    query = select(RECORD).where(RECORD.c.leaf_index > leaf_index).order_by(RECORD.c.leaf_index)
    return tuple(_row(row) for row in connection.execute(query.limit(min(limit, MAX_ROWS))).mappings())


def newest_decisions(
    connection: Connection, after: int, *, effect: str = "", route: str = "", limit: int
) -> tuple[RecordRow, ...]:
    """The newest decisions of traffic after a place in the log, in its order; canaries that are noted are left out."""
    query = select(RECORD).where(RECORD.c.leaf_index > after, _unindexed(RECORD.c.kind) == RecordKind.DECISION.value)
    query = query.where(RECORD.c.id.not_in(select(CANARY_RUN.c.decision)))
    if effect:
        query = query.where(RECORD.c.effect == effect)
    if effect in _STOPPED:
        query = query.where(_IS_STOPPED)
    if route:
        query = query.where(RECORD.c.route == route)
    found = connection.execute(query.order_by(RECORD.c.leaf_index.desc()).limit(limit)).mappings()
    return tuple(reversed([_row(row) for row in found]))


def count_decisions(connection: Connection, after: int, before: int) -> int:
    """How many decisions stand between two places of the log, both without."""
    between = (RECORD.c.leaf_index > after) & (RECORD.c.leaf_index < before)
    query = select(func.count()).where(between, _unindexed(RECORD.c.kind) == RecordKind.DECISION.value)
    return int(connection.execute(query).scalar_one())


def newest_told(connection: Connection, operation: str, *, since_ms: int, limit: int) -> tuple[RecordRow, ...]:
    """The newest control records about an operation that a gateway told openly, newest first.

    Args:
        since_ms: How far back is looked, Unix milliseconds.
        limit: So many of the newest control records are looked through.
    """
    query = select(RECORD).where(RECORD.c.kind == RecordKind.CONTROL.value, RECORD.c.at_ms >= since_ms)
    rows = connection.execute(query.order_by(RECORD.c.at_ms.desc()).limit(limit)).mappings()
    mark = b'"operation":"%s"' % operation.encode()
    return tuple(_row(row) for row in rows if mark in bytes(row["envelope"]))


def outcomes_of(connection: Connection, exchanges: Sequence[str]) -> dict[str, bytes]:
    """Envelopes of the outcomes of these exchanges, as far as they have ended, by exchange."""
    query = select(RECORD.c.exchange, RECORD.c.envelope).where(
        RECORD.c.exchange.in_(list(exchanges)), _unindexed(RECORD.c.kind) == RecordKind.OUTCOME.value
    )
    return {row.exchange: bytes(row.envelope) for row in connection.execute(query)} if exchanges else {}


def records_end(connection: Connection) -> int:
    """Place after the newest record; 0 while there is none."""
    newest = connection.execute(select(func.max(RECORD.c.leaf_index))).scalar()
    return 0 if newest is None else int(newest) + 1


def _row(row: RowMapping) -> RecordRow:
    return as_struct(row, RecordRow)
