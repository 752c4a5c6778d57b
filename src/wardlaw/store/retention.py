"""Retention: old records and sealed parts go, every proof stays valid. Source: C2SP tlog-tiles, Pruning."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import delete, func, select
from sqlalchemy.engine import Connection, Engine

from wardlaw.audit.checkpoint import open_checkpoint
from wardlaw.audit.note import VerifierKey
from wardlaw.audit.tiles import TILE_WIDTH, bundle_path
from wardlaw.facts.errors import EvidenceError, InputError
from wardlaw.store.database import reading, writing
from wardlaw.store.logdir import LogDirectory, write_minimum_index
from wardlaw.store.tables import HOLD, RECORD, SEALED_PART


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


def prune_records(engine: Engine, directory: LogDirectory, *, before: int, keys: Sequence[VerifierKey]) -> Pruned:
    """``prune_within`` in a transaction of its own."""
    with writing(engine) as connection:
        return prune_within(connection, directory, before=before, keys=keys)


def prune_within(
    connection: Connection, directory: LogDirectory, *, before: int, keys: Sequence[VerifierKey]
) -> Pruned:
    """Take away records before ``before`` (rounded down to whole bundles); tiles, proofs and the tree stay as they are.

    The newest row of each gateway stays, because it says where the gateway's count goes on. May be called again
    after a crash.

    Args:
        connection: Holds the write lock; the caller commits.
        keys: The log's key and its former ones.

    Raises:
        InputError: Records not yet published are asked for (WL-AUD-041), or a legal hold stands (WL-AUD-042).
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
    # Said before it is done: a crash in between leaves records nobody is promised, never a hole nobody explains.
    if limit > old:
        write_minimum_index(directory, limit)
    newest = select(func.max(RECORD.c.leaf_index)).group_by(RECORD.c.gateway)
    rows = connection.execute(
        delete(RECORD).where(RECORD.c.leaf_index < limit, RECORD.c.leaf_index.not_in(newest))
    ).rowcount
    connection.execute(delete(SEALED_PART).where(SEALED_PART.c.leaf_index < limit))
    bundles = 0
    for index in range(limit // TILE_WIDTH):
        path = directory.path / bundle_path(index)
        if path.exists():
            path.unlink()
            bundles += 1
    return Pruned(max(limit, old), rows, bundles)


def prunable_before(connection: Connection, directory: LogDirectory, *, at_ms: int, keys: Sequence[VerifierKey]) -> int:
    """The first record that must stay when all made before a time go: whole bundles only, published records only.

    Args:
        at_ms: Unix milliseconds.
        keys: The log's key and its former ones.

    Raises:
        InputError: Nothing would go (WL-AUD-044), or a legal hold stands (WL-AUD-042).
        EvidenceError: There is no sound checkpoint.
    """
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
