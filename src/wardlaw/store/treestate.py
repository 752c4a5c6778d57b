"""The log's rows: records, their sealed parts and the tree's state, written in one transaction behind a fence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import Table, func, insert, select, update
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from wardlaw.audit.envelope import Envelope
from wardlaw.audit.merkle import EMPTY_ROOT, Accumulator
from wardlaw.facts.errors import ConfigError, EvidenceError, UnavailableError
from wardlaw.store.database import reading, writing
from wardlaw.store.logcounts import add_counts, note_clauses
from wardlaw.store.loguses import add_uses
from wardlaw.store.tables import RECORD, SEALED_PART, TREE_STATE

_ROW = 1  # the table has exactly one row
_SQLITE_FULL = 2
_CHUNK = 256  # rows made at a time: thousands alive at once have the garbage collector walk the whole process


class TreeState(msgspec.Struct, frozen=True):
    """The tree as the database has it.

    Attributes:
        right_edge: As ``merkle.Accumulator`` gives it.
        checkpoint: The newest published checkpoint (a signed note); empty before the first.
        fence: Number of the sequencer that may write.
        witnessed_size: Records in the newest checkpoint a second place acknowledged.
        witnessed_at_ms: When that was, Unix milliseconds; 0 never.
    """

    size: int
    root: bytes
    right_edge: bytes
    checkpoint: bytes
    fence: int
    witnessed_size: int
    witnessed_at_ms: int


class NewRecord(msgspec.Struct, frozen=True, gc=False):
    """One record to append: the envelope as bytes and as a value, and the ciphertexts it names, in its order."""

    entry: bytes
    envelope: Envelope
    blobs: tuple[bytes, ...]


def newest_checkpoint(connection: Connection) -> str:
    """The newest published checkpoint as a signed note; ``""`` before the first."""
    note: bytes | None = connection.execute(select(TREE_STATE.c.checkpoint)).scalar_one_or_none()
    return (note or b"").decode("utf-8", "replace")


def assert_durable(engine: Engine) -> None:
    """Refuse a database that acknowledges commits it could lose in a power cut.

    Raises:
        ConfigError: ``synchronous`` (SQLite) or ``synchronous_commit`` and ``fsync`` (PostgreSQL) are too weak.
    """
    with reading(engine) as connection:
        if engine.dialect.name == "sqlite":
            weak = connection.exec_driver_sql("PRAGMA synchronous").scalar() != _SQLITE_FULL
            weak = weak or connection.exec_driver_sql("PRAGMA journal_mode").scalar() != "wal"
        else:
            weak = connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "off"
            weak = weak or connection.exec_driver_sql("SHOW fsync").scalar() != "on"
    if weak:
        raise ConfigError(
            "WL-AUD-027",
            "The database acknowledges commits before they are on the disk.",
            "SQLite needs WAL with synchronous=FULL; PostgreSQL fsync=on and synchronous_commit other than off.",
        )


def read_tree_state(connection: Connection) -> TreeState | None:
    """The tree's state; None before the first sequencer started."""
    row = connection.execute(select(TREE_STATE)).one_or_none()
    if row is None:
        return None
    return TreeState(
        row.size,
        bytes(row.root),
        bytes(row.right_edge),
        bytes(row.checkpoint),
        row.fence,
        row.witnessed_size,
        row.witnessed_at_ms,
    )


def take_over(engine: Engine) -> TreeState:
    """Raise the fence, so that any other sequencer is refused from now on; gives the state as it stands.

    Raises:
        EvidenceError: There are records but no state of the tree over them.
    """
    with writing(engine) as connection:
        state = read_tree_state(connection)
        if state is None:
            if connection.execute(select(func.count()).select_from(RECORD)).scalar():
                raise EvidenceError(
                    "WL-AUD-024",
                    "The database holds records without the state of the tree over them.",
                    "Restore the newest backup.",
                )
            state = TreeState(0, EMPTY_ROOT, b"", b"", 1, 0, 0)
            connection.execute(insert(TREE_STATE).values(id=_ROW, **msgspec.structs.asdict(state)))
            return state
        taken = msgspec.structs.replace(state, fence=state.fence + 1)
        connection.execute(update(TREE_STATE).where(TREE_STATE.c.id == _ROW).values(fence=taken.fence))
        return taken


def append_records(engine: Engine, state: TreeState, records: Sequence[NewRecord], tree: Accumulator) -> TreeState:
    """Add records behind ``state.size`` and move the tree, in one transaction.

    Args:
        state: The state this sequencer knows; nothing is written when the database's is another.
        tree: The tree with the records added.

    Raises:
        UnavailableError: Another sequencer has taken over (WL-AUD-020).
        EvidenceError: A record with the same gateway, epoch and seq stands already (WL-AUD-026).
    """
    grown = msgspec.structs.replace(state, size=tree.size, root=tree.root(), right_edge=tree.right_edge)
    try:
        with writing(engine) as connection:
            _guarded_update(connection, state, size=grown.size, root=grown.root, right_edge=grown.right_edge)
            _tune(connection)
            for start in range(0, len(records), _CHUNK):
                rows, parts = _rows(records[start : start + _CHUNK], state.size + start)
                _insert_many(connection, RECORD, rows)
                _insert_many(connection, SEALED_PART, parts)
            add_counts(connection, (record.envelope for record in records))
            add_uses(connection, (record.envelope for record in records))
            note_clauses(connection, enumerate((record.envelope for record in records), state.size))
    except (IntegrityError, engine.dialect.loaded_dbapi.IntegrityError) as error:
        raise EvidenceError(
            "WL-AUD-026",
            "The spool offers a record whose gateway, epoch and seq the log already has.",
            "Restart the sequencer; when it happens again, two gateways share one id.",
        ) from error
    return grown


def store_published(
    engine: Engine, state: TreeState, *, checkpoint: bytes, witnessed_size: int, witnessed_at_ms: int
) -> TreeState:
    """Note what was published and how far a second place has followed.

    Raises:
        UnavailableError: Another sequencer has taken over.
    """
    changed = {"checkpoint": checkpoint, "witnessed_size": witnessed_size, "witnessed_at_ms": witnessed_at_ms}
    with writing(engine) as connection:
        _guarded_update(connection, state, **changed)
    return msgspec.structs.replace(state, **changed)


def read_entries(engine: Engine, start: int, end: int, *, step: int = 4096) -> Iterator[list[bytes]]:
    """Envelopes of records ``start`` to ``end``, in order, in chunks of at most ``step``.

    Raises:
        EvidenceError: A row is missing.
    """
    for low in range(start, end, step):
        high = min(low + step, end)
        query = (
            select(RECORD.c.envelope)
            .where(RECORD.c.leaf_index >= low, RECORD.c.leaf_index < high)
            .order_by(RECORD.c.leaf_index)
        )
        with reading(engine) as connection:
            entries = [bytes(value) for value in connection.execute(query).scalars()]
        if len(entries) != high - low:
            raise EvidenceError(
                "WL-AUD-024",
                f"The database lacks records between {low} and {high}.",
                "Restore the newest backup of the database, or the log directory's tiles when they were lost.",
            )
        yield entries


def newest_positions(engine: Engine) -> dict[str, tuple[int, int]]:
    """(epoch, seq) of each gateway's newest record."""
    newest = select(RECORD.c.gateway, func.max(RECORD.c.epoch).label("epoch")).group_by(RECORD.c.gateway).subquery()
    query = (
        select(RECORD.c.gateway, RECORD.c.epoch, func.max(RECORD.c.seq))
        .join(newest, (RECORD.c.gateway == newest.c.gateway) & (RECORD.c.epoch == newest.c.epoch))
        .group_by(RECORD.c.gateway, RECORD.c.epoch)
    )
    with reading(engine) as connection:
        return {gateway: (epoch, seq) for gateway, epoch, seq in connection.execute(query)}


def _guarded_update(connection: Connection, state: TreeState, **changed: Any) -> None:
    """Change the state only while fence and size are those this sequencer knows; takes the row's lock."""
    statement = (
        update(TREE_STATE)
        .where(TREE_STATE.c.id == _ROW, TREE_STATE.c.fence == state.fence, TREE_STATE.c.size == state.size)
        .values(**changed)
    )
    if connection.execute(statement).rowcount != 1:
        raise UnavailableError(
            "WL-AUD-020",
            "Another sequencer has taken over this log.",
            "Stop one of the two; exactly one may append.",
        )


def _tune(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    # A checkpoint moves pages into the database file; with the default of 1,000 pages nearly every batch would
    # wait for one. 16,384 pages of 4 KiB keep the write-ahead log below about 64 MiB.
    connection.exec_driver_sql("PRAGMA wal_autocheckpoint=16384")
    # A batch dirties more than the default of 2 MiB holds: pages would go to the disk and come back within one
    # transaction. In KiB when negative.
    connection.exec_driver_sql("PRAGMA cache_size=-32768")


def _insert_many(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows whose values stand in the order of the table's columns, past SQLAlchemy's work per row.

    That work costs more than the databases' own; this is the one place where it matters.
    """
    if not rows:
        return
    columns = ", ".join(column.name for column in table.columns)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(table.columns))
        # Only names of our own schema stand in the text; every value is bound.
        statement = f"INSERT INTO {table.name} ({columns}) VALUES ({marks})"  # noqa: S608 - names of our own tables
        connection.exec_driver_sql(statement, list(rows))
        return
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _rows(records: Sequence[NewRecord], first: int) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Rows for ``record`` and ``sealed_part``, values in the order of the columns (a test holds it)."""
    rows: list[tuple[Any, ...]] = []
    parts: list[tuple[Any, ...]] = []
    for index, record in enumerate(records, first):
        e = record.envelope
        who = (index, e.id, e.kind.value, e.exchange, e.at, e.gateway, e.epoch, e.seq, e.subject)
        rows.append((*who, e.effect, e.demanded, e.action, e.route, e.policies, e.code, record.entry))
        for sealed, blob in zip(e.sealed, record.blobs, strict=True):
            parts.append((index, sealed.klass, e.subject, sealed.month, blob))
    return rows, parts
