"""The log's rows as people search them; writing them is the sequencer's alone."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import func, select
from sqlalchemy.engine import Connection, RowMapping

from wardlaw.facts.errors import InputError
from wardlaw.store.rows import as_struct
from wardlaw.store.tables import RECORD, SEALED_PART

MAX_ROWS = 500
"""Most rows of one page; a page of 500 rows of about 1 KB stays below a megabyte."""


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
        before: Only leaves below this index (for the next page); -1 from the newest.
        limit: Rows at most, up to ``MAX_ROWS``.
    """

    kind: str = ""
    effect: str = ""
    route: str = ""
    exchange: str = ""
    subject: str = ""
    code: str = ""
    since_ms: int = 0
    until_ms: int = 0
    before: int = -1
    limit: int = 50


def search_records(connection: Connection, search: Search) -> tuple[RecordRow, ...]:
    """Matching records, newest first."""
    query = select(RECORD).order_by(RECORD.c.leaf_index.desc()).limit(max(1, min(search.limit, MAX_ROWS)))
    for name in ("kind", "effect", "route", "exchange", "subject", "code"):
        wanted = getattr(search, name)
        if wanted:
            query = query.where(RECORD.c[name] == wanted)
    if search.since_ms:
        query = query.where(RECORD.c.at_ms >= search.since_ms)
    if search.until_ms:
        query = query.where(RECORD.c.at_ms < search.until_ms)
    if search.before >= 0:
        query = query.where(RECORD.c.leaf_index < search.before)
    return tuple(_row(row) for row in connection.execute(query).mappings())


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


def records_end(connection: Connection) -> int:
    """Place after the newest record; 0 while there is none."""
    newest = connection.execute(select(func.max(RECORD.c.leaf_index))).scalar()
    return 0 if newest is None else int(newest) + 1


def _row(row: RowMapping) -> RecordRow:
    return as_struct(row, RecordRow)
