"""Evidence out of a log directory: proofs of single records, and whole ranges as JSON lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import msgspec

from wardlaw.audit.checkpoint import SignedCheckpoint, open_checkpoint
from wardlaw.audit.merkle import leaf_hash
from wardlaw.audit.note import VerifierKey
from wardlaw.audit.proof import Proof, format_proof, make_proof
from wardlaw.audit.tiles import TILE_WIDTH, decode_bundle, tile_hash_reader, tile_width
from wardlaw.facts.errors import EvidenceError, InputError
from wardlaw.store.logdir import LogDirectory

_CACHED_TILES = 64  # 8 KiB each; a range walks along level 0 and stays in few tiles above


def prove_record(directory: LogDirectory, index: int, *, keys: Sequence[VerifierKey]) -> tuple[bytes, Proof]:
    """One record with its proof, on the newest checkpoint a witness cosigned where that covers the record.

    Args:
        keys: The log's key and its former ones.

    Raises:
        InputError: The log has no such record (WL-AUD-017), or it was pruned (WL-AUD-043).
        EvidenceError: Checkpoint, tiles or bundle are missing or damaged.
    """
    record = next(iter(_walk(directory, index, index + 1, keys)))
    return record[1], record[2]


def prove_entry(directory: LogDirectory, index: int, entry: bytes, *, keys: Sequence[VerifierKey]) -> Proof:
    """The proof of a record whose bundle was pruned, from its own bytes and the hashes that stay.

    Raises:
        InputError: The log has no such record (WL-AUD-017).
        EvidenceError: Checkpoint or tiles are missing or damaged, or the bytes are not those of the record (WL-RTN-003).
    """
    signed = _head_over(directory, index + 1, keys)
    size = signed.checkpoint.size
    if not 0 <= index < size:
        raise _no_such(size, index, index + 1)
    fetch = lru_cache(_CACHED_TILES)(lambda level, place, width: _need(directory.tile(level, place, width)))
    read = tile_hash_reader(size, fetch)
    if read(0, index) != leaf_hash(entry):
        raise EvidenceError(
            "WL-RTN-003",
            f"What the tables keep of record {index} is not what the log has under that number.",
            "Somebody changed the row; restore the tables from a backup.",
        )
    return make_proof(index, size=size, note=signed.note, read=read)


def export_records(directory: LogDirectory, *, start: int, end: int, keys: Sequence[VerifierKey]) -> Iterator[bytes]:
    """Records ``start`` to ``end`` as JSON lines: ``index``, ``envelope`` (its exact text), ``proof`` (tlog-proof).

    Raises:
        InputError: The log has no such records, or they were pruned.
        EvidenceError: Checkpoint, tiles or bundles are missing or damaged.
    """
    for index, entry, proof in _walk(directory, start, end, keys):
        yield msgspec.json.encode({"index": index, "envelope": entry.decode(), "proof": format_proof(proof)}) + b"\n"


def _walk(
    directory: LogDirectory, start: int, end: int, keys: Sequence[VerifierKey]
) -> Iterator[tuple[int, bytes, Proof]]:
    signed = _head_over(directory, end, keys)
    size = signed.checkpoint.size
    if not 0 <= start <= end <= size:
        raise _no_such(size, start, end)
    if start < directory.minimum_index() // TILE_WIDTH * TILE_WIDTH:
        raise InputError(
            "WL-AUD-043",
            f"Records before {directory.minimum_index()} were pruned.",
            "Their proofs made earlier stay valid; the records themselves are gone.",
        )
    fetch = lru_cache(_CACHED_TILES)(lambda level, index, width: _need(directory.tile(level, index, width)))
    read = tile_hash_reader(size, fetch)
    entries: list[bytes] = []
    for index in range(start, end):
        offset = index % TILE_WIDTH
        if not entries or offset == 0:
            width = tile_width(0, index // TILE_WIDTH, size)
            entries = decode_bundle(_need(directory.bundle(index // TILE_WIDTH, width)), width)
        yield index, entries[offset], make_proof(index, size=size, note=signed.note, read=read)


def _head_over(directory: LogDirectory, end: int, keys: Sequence[VerifierKey]) -> SignedCheckpoint:
    """The cosigned checkpoint where it reaches ``end``, else the newest."""
    witnessed = directory.witnessed()
    if witnessed is not None:
        signed = open_checkpoint(witnessed, *keys)
        if signed.checkpoint.size >= max(end, 1):
            return signed
    note = directory.checkpoint()
    if note is None:
        raise EvidenceError("WL-AUD-013", "The log has no checkpoint yet.", "Let the sequencer publish first.")
    return open_checkpoint(note, *keys)


def _no_such(size: int, start: int, end: int) -> InputError:
    return InputError(
        "WL-AUD-017",
        f"The log has {size} published records, {start} to {end} are not among them.",
        "Ask for fewer.",
    )


def _need(data: bytes | None) -> bytes:
    if data is None:
        raise EvidenceError(
            "WL-AUD-003", "A file of the log directory is missing.", "Run `wardlaw audit verify` to see which."
        )
    return data
