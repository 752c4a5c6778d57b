"""The hash tree of RFC 6962: leaf and node hashes, an append accumulator, proofs and their verification.

Proofs are made from a hash reader, so that the tree itself may stand anywhere (tiles on disk, a list in memory).
Source: RFC 6962 section 2.1; the verification algorithms are those of RFC 9162 sections 2.1.3.2 and 2.1.4.2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256

from wardlaw.facts.errors import EvidenceError, InputError

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()

# A hash reader gives the hash of the perfect subtree of 2**level leaves with the given place in its level:
# ``read(level, index)`` is the hash of leaves [index * 2**level, (index + 1) * 2**level).
HashReader = Callable[[int, int], bytes]


def leaf_hash(entry: bytes) -> bytes:
    """Hash of one leaf: SHA-256 over 0x00 and the entry (RFC 6962 section 2.1)."""
    return sha256(b"\x00" + entry).digest()


def leaf_hashes(entries: Sequence[bytes]) -> list[bytes]:
    """``leaf_hash`` of many entries, without a call for each."""
    return [sha256(b"\x00" + entry).digest() for entry in entries]


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node: SHA-256 over 0x01 and both children (RFC 6962 section 2.1)."""
    return sha256(b"\x01" + left + right).digest()


def perfect_root(hashes: Sequence[bytes]) -> bytes:
    """Root over a power-of-two number of hashes of one level."""
    level = list(hashes)
    while len(level) > 1:
        level = [sha256(b"\x01" + level[i] + level[i + 1]).digest() for i in range(0, len(level), 2)]
    return level[0]


def tree_root(hashes: Sequence[bytes]) -> bytes:
    """Root over any number of leaf hashes; the empty tree has the hash of nothing."""
    accumulator = Accumulator()
    accumulator.extend(hashes)
    return accumulator.root()


class Accumulator:
    """The right edge of a growing tree: O(log n) memory, amortised O(1) hashing per append."""

    __slots__ = ("_edge", "size")

    def __init__(self) -> None:
        self.size = 0
        self._edge: list[bytes] = []

    @classmethod
    def restore(cls, size: int, right_edge: bytes) -> Accumulator:
        """Rebuild from what ``right_edge`` gave earlier.

        Args:
            size: Number of leaves.
            right_edge: The hashes of the perfect subtrees, largest first, one after another.

        Raises:
            EvidenceError: The edge has not one hash for every bit set in the size.
        """
        if size < 0 or len(right_edge) != size.bit_count() * HASH_BYTES:
            raise EvidenceError(
                "WL-AUD-024",
                f"The stored right edge of the tree does not fit its size {size}.",
                "Run `wardlaw audit verify`; restore the newest backup when it reports damage.",
            )
        restored = cls()
        restored.size = size
        restored._edge = [right_edge[at : at + HASH_BYTES] for at in range(0, len(right_edge), HASH_BYTES)]
        return restored

    @property
    def right_edge(self) -> bytes:
        """Hashes of the perfect subtrees that make up the tree, largest first."""
        return b"".join(self._edge)

    def copy(self) -> Accumulator:
        """An independent accumulator with the same leaves."""
        return Accumulator.restore(self.size, self.right_edge)

    def append(self, digest: bytes) -> None:
        """Add one leaf by its leaf hash."""
        self.append_perfect(0, digest)

    def extend(self, digests: Sequence[bytes]) -> None:
        """Add leaves by their leaf hashes, as `append` for each would."""
        edge, size = self._edge, self.size
        for leaf in digests:
            digest, bits = leaf, size
            while bits & 1:
                digest = sha256(b"\x01" + edge.pop() + digest).digest()
                bits >>= 1
            edge.append(digest)
            size += 1
        self.size = size

    def append_perfect(self, level: int, digest: bytes) -> None:
        """Add a perfect subtree of ``2**level`` leaves; the size must be a multiple of that.

        Raises:
            InputError: The subtree would not stand at its place.
        """
        if self.size & ((1 << level) - 1):
            raise InputError("WL-AUD-017", f"A subtree of level {level} cannot follow {self.size} leaves.")
        edge = self._edge
        bits = self.size >> level
        while bits & 1:
            digest = sha256(b"\x01" + edge.pop() + digest).digest()
            bits >>= 1
        edge.append(digest)
        self.size += 1 << level

    def root(self) -> bytes:
        """Root of the tree as it stands."""
        if not self._edge:
            return EMPTY_ROOT
        digest = self._edge[-1]
        for left in reversed(self._edge[:-1]):
            digest = node_hash(left, digest)
        return digest


def root_at(size: int, read: HashReader) -> bytes:
    """Root of the first ``size`` leaves."""
    return EMPTY_ROOT if size == 0 else _range_hash(0, size, read)


def right_edge_at(size: int, read: HashReader) -> bytes:
    """Right edge of the first ``size`` leaves, as ``Accumulator.restore`` takes it."""
    edge = []
    start = 0
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            edge.append(read(level, start >> level))
            start += 1 << level
    return b"".join(edge)


def inclusion_proof(index: int, size: int, read: HashReader) -> list[bytes]:
    """Hashes that lead from a leaf to the root, the leaf's sibling first (RFC 6962 section 2.1.1).

    Raises:
        InputError: The leaf is not in a tree of that size.
    """
    if not 0 <= index < size:
        raise InputError("WL-AUD-017", f"A log of {size} records has no record {index}.", "Ask for an earlier record.")
    start, end = 0, size
    proof: list[bytes] = []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(_range_hash(middle, end, read))
            end = middle
        else:
            proof.append(_range_hash(start, middle, read))
            start = middle
    proof.reverse()
    return proof


def consistency_proof(old: int, new: int, read: HashReader) -> list[bytes]:
    """Hashes that show the first ``old`` leaves to be a prefix of the first ``new`` (RFC 6962 section 2.1.2).

    Raises:
        InputError: ``old`` is larger than ``new`` or negative.
    """
    if not 0 <= old <= new:
        raise InputError("WL-AUD-017", f"A log of {new} records cannot extend one of {old}.")
    if old in (0, new):
        return []
    start, end, whole = 0, new, True
    proof: list[bytes] = []
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(_range_hash(middle, end, read))
            end = middle
        else:
            proof.append(_range_hash(start, middle, read))
            start, whole = middle, False
    if not whole:
        proof.append(_range_hash(start, end, read))
    proof.reverse()
    return proof


def verify_inclusion(leaf: bytes, *, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """True when the proof shows the leaf hash at ``index`` under ``root`` (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    position, last, digest = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if position & 1 or position == last:
            digest = node_hash(sibling, digest)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            digest = node_hash(digest, sibling)
        position >>= 1
        last >>= 1
    return last == 0 and digest == root


def verify_consistency(old: int, new: int, *, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """True when the proof shows the old tree to be a prefix of the new one (RFC 9162 section 2.1.4.2)."""
    if not 0 <= old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root and (old > 0 or old_root == EMPTY_ROOT)
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    path = list(proof)
    if not path:
        return False
    if not old & (old - 1):  # an exact power of two stands as a node of the new tree: its root opens the path
        path.insert(0, old_root)
    position, last = old - 1, new - 1
    while position & 1:
        position >>= 1
        last >>= 1
    before = after = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            before = node_hash(sibling, before)
            after = node_hash(sibling, after)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            after = node_hash(after, sibling)
        position >>= 1
        last >>= 1
    return last == 0 and before == old_root and after == new_root


def _split(count: int) -> int:
    """The largest power of two smaller than the count (count > 1)."""
    return 1 << ((count - 1).bit_length() - 1)


def _range_hash(start: int, end: int, read: HashReader) -> bytes:
    """Hash of leaves [start, end), where the range is a subtree of an RFC 6962 tree."""
    count = end - start
    if not count & (count - 1):
        level = count.bit_length() - 1
        return read(level, start >> level)
    middle = start + _split(count)
    return node_hash(_range_hash(start, middle, read), _range_hash(middle, end, read))
