"""A whole log in memory, and records to fill it with: for tests of proofs, the verifier and the witness."""

from __future__ import annotations

from collections.abc import Sequence

from wardlaw.audit.checkpoint import Checkpoint, SignedCheckpoint, sign_checkpoint
from wardlaw.audit.envelope import Envelope, RecordKind, encode
from wardlaw.audit.merkle import HashReader, leaf_hash, perfect_root, tree_root
from wardlaw.audit.note import KeyType, SignerKey, signer_key
from wardlaw.audit.tiles import TILE_WIDTH, encode_bundle, tile_width

LOG_NAME = "wardlaw.example/log"
WITNESS_NAME = "witness.example/w1"


def log_key(seed: int = 1) -> SignerKey:
    """The test log's key; another seed gives another key of the same name."""
    return signer_key(LOG_NAME, bytes([seed]) * 32)


def witness_key(seed: int = 2) -> SignerKey:
    """The test witness's key."""
    return signer_key(WITNESS_NAME, bytes([seed]) * 32, KeyType.COSIGNATURE)


def make_entry(seq: int, *, gateway: str = "gw-1", epoch: int = 1, note: str = "") -> bytes:
    """An encoded decision record."""
    return encode(
        Envelope(
            kind=RecordKind.DECISION,
            id=f"dec_{gateway}_{epoch}_{seq}",
            exchange=f"exc_{seq}",
            at=1_790_000_000_000 + seq,
            gateway=gateway,
            epoch=epoch,
            seq=seq,
            action="ModelCall",
            effect="allow",
            demanded="allow",
            route="chat.completions",
            facts={"note": note} if note else {},
        )
    )


def make_entries(count: int) -> list[bytes]:
    """The first ``count`` records of one gateway."""
    return [make_entry(seq) for seq in range(count)]


class MemoryLog:
    """Bundles, tiles and checkpoint of a list of entries, each of which a test may damage.

    Implements ``LogSource``: files lie in ``bundles`` and ``tiles`` by their coordinates.
    """

    def __init__(self, entries: Sequence[bytes], *, key: SignerKey | None = None) -> None:
        self.entries = list(entries)
        self.key = key or log_key()
        self.minimum = 0
        self.leaves = [leaf_hash(entry) for entry in self.entries]
        size = len(self.entries)
        self.signed = sign_checkpoint(Checkpoint(self.key.name, size, tree_root(self.leaves)), self.key)
        self.note: bytes | None = self.signed.note.encode()
        self.bundles = {
            at // TILE_WIDTH: encode_bundle(self.entries[at : at + TILE_WIDTH]) for at in range(0, size, TILE_WIDTH)
        }
        self.tiles: dict[tuple[int, int], bytes] = {}
        level, hashes = 0, self.leaves
        while hashes:
            for at in range(0, len(hashes), TILE_WIDTH):
                self.tiles[level, at // TILE_WIDTH] = b"".join(hashes[at : at + TILE_WIDTH])
            whole = len(hashes) // TILE_WIDTH
            hashes = [perfect_root(hashes[n * TILE_WIDTH : (n + 1) * TILE_WIDTH]) for n in range(whole)]
            level += 1

    @property
    def size(self) -> int:
        """Number of records."""
        return len(self.entries)

    def checkpoint(self) -> bytes | None:
        """The signed checkpoint."""
        return self.note

    def tile(self, level: int, index: int, width: int) -> bytes | None:
        """A tile, only where the log is large enough to have one so wide."""
        return self.tiles.get((level, index)) if 0 < width <= tile_width(level, index, self.size) else None

    def bundle(self, index: int, width: int) -> bytes | None:
        """An entry bundle, only where the log is large enough to have one so wide."""
        return self.bundles.get(index) if 0 < width <= tile_width(0, index, self.size) else None

    def minimum_index(self) -> int:
        """Records before this one were pruned."""
        return self.minimum

    def reader(self) -> HashReader:
        """Hashes straight from the leaves, without tiles."""

        def read(level: int, index: int) -> bytes:
            return perfect_root(self.leaves[index << level : (index + 1) << level])

        return read

    def signed_at(self, size: int) -> SignedCheckpoint:
        """The checkpoint the log had when it held that many records."""
        return sign_checkpoint(Checkpoint(self.key.name, size, tree_root(self.leaves[:size])), self.key)
