"""Retention: old records and sealed parts go, every proof stays valid. Source: C2SP tlog-tiles, Pruning."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
from sqlalchemy import delete, func, select
from sqlalchemy.engine import Connection, Engine

from wardlaw.audit.checkpoint import open_checkpoint
from wardlaw.audit.envelope import RecordKind, decode
from wardlaw.audit.note import VerifierKey
from wardlaw.audit.tiles import TILE_WIDTH, bundle_path
from wardlaw.facts.errors import EvidenceError, InputError
from wardlaw.governance.retention import KeepingTerms
from wardlaw.store.database import reading, writing
from wardlaw.store.logdir import LogDirectory, write_minimum_index
from wardlaw.store.tables import HOLD, RECORD, SEALED_PART

_PORTION = 500  # rows deleted by one statement; SQLite takes 32,766 values, PostgreSQL 65,535


class Pruned(msgspec.Struct, frozen=True):
    """What a pruning took away.

    Attributes:
        minimum_index: Records before it are gone; their hashes stay.
        rows: Rows of the database.
        bundles: Entry bundles of the log directory.
    """

    minimum_index: int
    rows: int
    bundles: int


def prune_records(
    engine: Engine, directory: LogDirectory, *, before: int, keys: Sequence[VerifierKey], terms: KeepingTerms
) -> Pruned:
    """``prune_within`` in a transaction of its own."""
    with writing(engine) as connection:
        return prune_within(connection, directory, before=before, keys=keys, terms=terms)


def prune_within(
    connection: Connection, directory: LogDirectory, *, before: int, keys: Sequence[VerifierKey], terms: KeepingTerms
) -> Pruned:
    """Take away records before ``before`` (rounded down to whole bundles); tiles, proofs and the tree stay as they are.

    The newest row of each gateway stays, because it says where the gateway's count goes on, and so does each row whose
    class of keeping is longer than that of the log: with the hashes that stay, it can be proven as before. May be called
    again after a crash.

    Args:
        connection: Holds the write lock; the caller commits.
        keys: The log's key and its former ones.
        terms: How long records must stay, now.

    Raises:
        InputError: Records not yet published are asked for (WL-AUD-041), a legal hold stands (WL-AUD-042), or one is
            within its class of keeping (WL-RTN-001).
        EvidenceError: There is no sound checkpoint.
    """
    size = _published_size(directory, keys)
    if not 0 <= before <= size:
        raise InputError(
            "WL-AUD-041", f"The log has {size} published records, {before} is not among them.", "Ask for fewer."
        )
    limit = before // TILE_WIDTH * TILE_WIDTH
    old = max(directory.minimum_index(), 0)
    _refuse_held(connection, limit)
    _refuse_young(connection, limit, terms)
    # Said before it is done: a crash in between leaves records nobody is promised, never a hole nobody explains.
    if limit > old:
        write_minimum_index(directory, limit)
    rows = _take_rows(connection, limit, terms)
    left = select(RECORD.c.leaf_index).where(RECORD.c.leaf_index < limit, RECORD.c.kind == RecordKind.CONTROL.value)
    connection.execute(
        delete(SEALED_PART).where(SEALED_PART.c.leaf_index < limit, SEALED_PART.c.leaf_index.not_in(left))
    )
    bundles = 0
    for index in range(limit // TILE_WIDTH):
        path = directory.path / bundle_path(index)
        if path.exists():
            path.unlink()
            bundles += 1
    return Pruned(max(limit, old), rows, bundles)


def _take_rows(connection: Connection, limit: int, terms: KeepingTerms) -> int:
    """Delete the rows before one whose class lets them go; answers how many went."""
    newest = list(connection.execute(select(func.max(RECORD.c.leaf_index)).group_by(RECORD.c.gateway)).scalars())
    before = (RECORD.c.leaf_index < limit, RECORD.c.leaf_index.not_in(newest))
    control = RECORD.c.kind == RecordKind.CONTROL.value
    rows = connection.execute(delete(RECORD).where(*before, ~control)).rowcount
    going = [
        leaf
        for leaf, made_ms, envelope in connection.execute(
            select(RECORD.c.leaf_index, RECORD.c.at_ms, RECORD.c.envelope).where(*before, control)
        )
        if not terms.must_stay(RecordKind.CONTROL.value, str(decode(envelope).facts.get("operation", "")), made_ms)
    ]
    for first in range(0, len(going), _PORTION):
        part = going[first : first + _PORTION]
        rows += connection.execute(delete(RECORD).where(RECORD.c.leaf_index.in_(part))).rowcount
    return rows


def prunable_before(
    connection: Connection, directory: LogDirectory, *, at_ms: int, keys: Sequence[VerifierKey], terms: KeepingTerms
) -> int:
    """The first record that must stay when all made before a time go: whole bundles only, published records only.

    Args:
        at_ms: Unix milliseconds.
        keys: The log's key and its former ones.
        terms: How long records must stay, now.

    Raises:
        InputError: Nothing would go (WL-AUD-044), a legal hold stands (WL-AUD-042), or records made before that time are
            within their class of keeping (WL-RTN-001).
        EvidenceError: There is no sound checkpoint.
    """
    if at_ms > terms.least_ms():
        raise _within_class(terms)
    limit = min(_first_since(connection, at_ms), _published_size(directory, keys)) // TILE_WIDTH * TILE_WIDTH
    if limit <= max(directory.minimum_index(), 0):
        raise InputError(
            "WL-AUD-044",
            "The log holds no whole bundle of records from before that time.",
            f"Records go by {TILE_WIDTH}; ask for a later time, or wait.",
        )
    _refuse_held(connection, limit)
    return limit


def _published_size(directory: LogDirectory, keys: Sequence[VerifierKey]) -> int:
    note = directory.checkpoint()
    if note is None:
        raise EvidenceError("WL-AUD-013", "The log has no checkpoint yet.", "Let the sequencer publish first.")
    return open_checkpoint(note, *keys).checkpoint.size


def prune_sealed(engine: Engine, *, klass: str, before_month: str) -> int:
    """Take away the sealed parts of one class from months before ``before_month`` (``YYYY-MM``), except held ones.

    Returns:
        Parts taken away. The records that commit to them stay.
    """
    held = select(HOLD.c.subject).where(HOLD.c.lifted_at == 0.0)
    with writing(engine) as connection:
        return connection.execute(
            delete(SEALED_PART).where(
                SEALED_PART.c.klass == klass,
                SEALED_PART.c.month < before_month,
                SEALED_PART.c.subject.not_in(held),
            )
        ).rowcount


def first_index_since(engine: Engine, at_ms: int) -> int:
    """Index of the first record made at or after a time (Unix milliseconds); the log's size when there is none.

    Clocks may go back: every record from that index on is kept, also one that claims to be older.
    """
    with reading(engine) as connection:
        return _first_since(connection, at_ms)


def _first_since(connection: Connection, at_ms: int) -> int:
    query = select(func.min(RECORD.c.leaf_index)).where(RECORD.c.at_ms >= at_ms)
    first: int | None = connection.execute(query).scalar()
    if first is not None:
        return first
    last: int | None = connection.execute(select(func.max(RECORD.c.leaf_index))).scalar()
    return 0 if last is None else last + 1


def _refuse_young(connection: Connection, limit: int, terms: KeepingTerms) -> None:
    youngest = connection.execute(select(func.max(RECORD.c.at_ms)).where(RECORD.c.leaf_index < limit)).scalar()
    # What an earlier pruning left is older than what it took, so it never stands in the way of a later one.
    if youngest is not None and youngest >= terms.least_ms():
        raise _within_class(terms)


def _within_class(terms: KeepingTerms) -> InputError:
    day = datetime.fromtimestamp(terms.least_ms() / 1000, tz=UTC).date()
    return InputError(
        "WL-RTN-001",
        f"Records made since {day} are within their class of keeping and must stay.",
        f"Prune only what was made before {day}; `wardlaw audit retention` shows the classes.",
    )


def _refuse_held(connection: Connection, limit: int) -> None:
    held = select(HOLD.c.subject).where(HOLD.c.lifted_at == 0.0)
    blocked = connection.execute(
        select(func.min(RECORD.c.leaf_index)).where(RECORD.c.leaf_index < limit, RECORD.c.subject.in_(held))
    ).scalar()
    if blocked is not None:
        raise InputError(
            "WL-AUD-042",
            f"A legal hold stands on the subject of record {blocked}.",
            f"Prune only records before {blocked}, or have the hold lifted first.",
        )
