"""What the sequencer does before it appends: compare database, log directory and second places.

The database is the record of truth for the log's content; the published checkpoint and what others saw are the
record of truth for its length. A database shorter than what was published was restored from an old backup.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy.engine import Engine

from wardlaw.audit.checkpoint import Checkpoint, open_checkpoint
from wardlaw.audit.merkle import Accumulator, leaf_hashes, right_edge_at, root_at
from wardlaw.audit.note import VerifierKey
from wardlaw.audit.seen import Seen
from wardlaw.audit.tiles import TILE_WIDTH
from wardlaw.facts.errors import EvidenceError
from wardlaw.store.logdir import LogDirectory, LogWriter
from wardlaw.store.secondplace import larger_log_error
from wardlaw.store.treestate import TreeState, read_entries


class Reconciled(msgspec.Struct, frozen=True):
    """A log directory that holds everything the database holds.

    Attributes:
        published: Records under the checkpoint on disk.
    """

    writer: LogWriter
    published: int


def reconcile(engine: Engine, directory: LogDirectory, state: TreeState, keys: Sequence[VerifierKey]) -> Reconciled:
    """Bring the log directory up to the database, or refuse.

    Args:
        keys: The log's key and its former ones.

    Raises:
        EvidenceError: The database is shorter than the published log (WL-AUD-021), or rows, tree and published
            checkpoint contradict each other (WL-AUD-024), or tiles of pruned records are lost (WL-AUD-025).
    """
    heads = [open_checkpoint(note, *keys).checkpoint for note in (directory.checkpoint(), state.checkpoint) if note]
    for head in heads:
        if head.size > state.size:
            raise EvidenceError(
                "WL-AUD-021",
                f"The database holds {state.size} records, {head.size} were published: an old backup was restored.",
                f"Restore a backup that holds at least {head.size} records; never continue a shorter log.",
            )
    published = directory.checkpoint()
    on_disk = open_checkpoint(published, *keys).checkpoint if published else None
    writer = _write_missing(engine, directory, state, on_disk, heads)
    return Reconciled(writer, on_disk.size if on_disk else 0)


def compare_with_log(seen: Seen, directory: LogDirectory, size: int, keys: Sequence[VerifierKey]) -> None:
    """Hold what a second place kept against the log.

    Raises:
        EvidenceError: It saw a larger log (WL-AUD-022) or another history (WL-AUD-023).
    """
    other = open_checkpoint(seen.note, *keys).checkpoint
    if other.size > size:
        raise larger_log_error(seen.where, other.size, size)
    if root_at(other.size, directory.hash_reader(size)) != other.root:
        raise EvidenceError(
            "WL-AUD-023",
            f"{seen.where} saw another history of this log: the first {other.size} records had another root.",
            "Stop, keep database, log directory and the second place as they are, and find out who wrote it.",
        )


def _write_missing(
    engine: Engine, directory: LogDirectory, state: TreeState, on_disk: Checkpoint | None, heads: Sequence[Checkpoint]
) -> LogWriter:
    """Write every file from the last sound full bundle on; proves on the way that rows, tree and checkpoints agree."""
    base = on_disk.size // TILE_WIDTH * TILE_WIDTH if on_disk and _is_sound(directory, on_disk) else 0
    if base < directory.minimum_index():
        raise EvidenceError(
            "WL-AUD-025",
            "Tiles are lost whose records were pruned, so that they cannot be rebuilt.",
            "Restore the `tile` folder of the log directory from a backup.",
        )
    tree = Accumulator.restore(base, right_edge_at(base, directory.hash_reader(base)) if base else b"")
    writer = LogWriter.resume(directory, base)
    expected = {head.size: head.root for head in heads} | {state.size: state.root}
    for entries in read_entries(engine, base, state.size):
        leaves = leaf_hashes(entries)
        for digest in leaves:
            tree.append(digest)
            _check(tree, expected)
        writer.append(entries, leaves)
    _check(tree, expected)
    return writer


def _check(tree: Accumulator, expected: dict[int, bytes]) -> None:
    root = expected.get(tree.size)
    if root is not None and tree.root() != root:
        raise EvidenceError(
            "WL-AUD-024",
            f"The first {tree.size} records of the database do not have the root that was recorded for them.",
            "Rows were changed behind the log. Keep everything as it is and compare with the newest backup.",
        )


def _is_sound(directory: LogDirectory, head: Checkpoint) -> bool:
    """True when the tiles on disk lead to the published root; otherwise they are rebuilt from the database."""
    try:
        return root_at(head.size, directory.hash_reader(head.size)) == head.root
    except EvidenceError:
        return False
