"""The verifier: reads a log once, recomputes everything, and names each thing that is wrong.

Memory stays O(log n): one bundle, one tile per level, one count per gateway. It trusts nothing but the keys it is
given; files, sizes and texts are all taken as an attacker's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol

import msgspec

from wardlaw.audit.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from wardlaw.audit.merkle import EMPTY_ROOT, HASH_BYTES, Accumulator, leaf_hashes, perfect_root
from wardlaw.audit.note import Note, VerifierKey, parse_note
from wardlaw.audit.report import Problem, ProblemKind, VerifyReport, Witnessed
from wardlaw.audit.seen import Seen, compare_seen, find_witnessed, open_seen
from wardlaw.audit.sequence import GatewayKeys, SequenceCheck
from wardlaw.audit.tiles import (
    TILE_HEIGHT,
    TILE_WIDTH,
    bundle_path,
    decode_bundle,
    edge_tiles,
    split_tile,
    tile_path,
    tile_width,
)
from wardlaw.facts.errors import EvidenceError

_MAX_LISTED = 1_000  # a wholly damaged log of a million records must not fill the memory


class LogSource(Protocol):
    """Where a log is read from; ``None`` stands for a file that is not there."""

    def checkpoint(self) -> bytes | None:
        """The signed checkpoint."""

    def tile(self, level: int, index: int, width: int) -> bytes | None:
        """A tile with at least that many hashes (the full one may stand for a partial one)."""

    def bundle(self, index: int, width: int) -> bytes | None:
        """An entry bundle with at least that many entries."""

    def minimum_index(self) -> int:
        """Records before this one were pruned; 0 when none were, -1 when the statement cannot be read."""


class FormerKey(msgspec.Struct, frozen=True):
    """A key of the log from before it was rotated; others may have kept checkpoints it signed.

    Attributes:
        until_ms: When it was replaced, Unix milliseconds; 0 unknown.
        may_head: The log to verify may be an older copy, such as a backup, whose newest checkpoint it signed.
            A log in use is never one: its newest checkpoint is signed anew when the key is replaced.
    """

    key: VerifierKey
    until_ms: int = 0
    may_head: bool = False


class Expectations(msgspec.Struct, frozen=True):
    """What a log is held against beside its own checkpoint.

    Attributes:
        former_keys: The log's keys before it was rotated.
        witness_keys: Keys of the witnesses that should have cosigned.
        seen: Checkpoints kept where the operator could not rewrite them.
        receipts: Receipts callers kept.
        gateway_keys: Public keys of each gateway, for the receipts.
    """

    log_key: VerifierKey
    former_keys: tuple[FormerKey, ...] = ()
    witness_keys: tuple[VerifierKey, ...] = ()
    seen: tuple[Seen, ...] = ()
    receipts: tuple[str, ...] = ()
    gateway_keys: GatewayKeys = {}


def verify_log(source: LogSource, expected: Expectations) -> VerifyReport:
    """Check a whole log against what is known of it.

    Args:
        source: The log; read once, front to back.
        expected: Keys, and what others saw of the log.
    """
    problems = Problems()
    note, head, end_ms = _open_head(source, expected, problems)
    if note is None or head is None:
        return VerifyReport(None, 0, 0, problems=tuple(problems.listed))
    minimum = source.minimum_index()
    if not 0 <= minimum <= head.size:
        problems.add(ProblemKind.MINIMUM_INDEX, "minimum-index", "It is no number within the log.")
        minimum = 0
    keys = (expected.log_key, *(former.key for former in expected.former_keys))
    others = open_seen(expected.seen, keys, head, problems.add)
    sequence = SequenceCheck(
        expected.receipts, expected.gateway_keys, problems.add, is_pruned=minimum > 0, end_ms=end_ms
    )
    walk = _Walk(source, head, problems, sequence)
    walk.run(minimum, sorted({other.checkpoint.size for _, other in others}))
    gateways = sequence.finish()
    compare_seen(others, walk.roots, problems.add)
    witnessed = find_witnessed(note, head, others, expected.witness_keys, problems.add)
    for key in expected.witness_keys:
        _notice_unwitnessed(key.name, head, witnessed, problems)
    return VerifyReport(
        checkpoint=head,
        records=walk.records,
        minimum_index=minimum,
        problems=tuple(problems.listed),
        further=problems.further,
        notices=tuple(problems.notices),
        witnessed=witnessed,
        gateways=gateways,
    )


class Problems:
    """Collects problems up to a limit and counts the rest."""

    def __init__(self) -> None:
        self.listed: list[Problem] = []
        self.notices: list[Problem] = []
        self.further = 0

    def add(self, kind: ProblemKind, where: str, message: str, *, index: int = -1) -> None:
        """Note one problem."""
        if len(self.listed) < _MAX_LISTED:
            self.listed.append(Problem(kind, where, message, index))
        else:
            self.further += 1


def _open_head(
    source: LogSource, expected: Expectations, problems: Problems
) -> tuple[Note | None, Checkpoint | None, int]:
    """The head, and when the key that signed it was replaced (Unix milliseconds; 0 while it is in force)."""
    data = source.checkpoint()
    if data is None:
        problems.add(ProblemKind.CHECKPOINT_MISSING, "checkpoint", "There is no checkpoint.")
        return None, None, 0
    try:
        note = parse_note(data)
        head = parse_checkpoint(note.text)
    except EvidenceError as error:
        problems.add(ProblemKind.CHECKPOINT_MALFORMED, "checkpoint", error.message)
        return None, None, 0
    try:
        open_checkpoint(data, expected.log_key)
    except EvidenceError as error:
        former = _former_signer(data, expected)
        if former is not None:
            problems.notices.append(Problem(ProblemKind.FORMER_KEY, "checkpoint", _older_copy(former)))
            return note, head, former.until_ms
        problems.add(ProblemKind.CHECKPOINT_SIGNATURE, "checkpoint", error.message)
    return note, head, 0


def _former_signer(data: bytes, expected: Expectations) -> FormerKey | None:
    """The former key that signed the head of an older copy, if one may have."""
    for former in reversed(expected.former_keys):
        if former.may_head and parse_note(data).find(expected.log_key) is None:
            try:
                open_checkpoint(data, former.key)
            except EvidenceError:
                continue
            return former
    return None


def _older_copy(former: FormerKey) -> str:
    until = ""
    if former.until_ms:
        until = f", in force until {datetime.fromtimestamp(former.until_ms / 1000, tz=UTC):%Y-%m-%d %H:%M} UTC"
    return f"Signed by a former key of the log{until}: this is the log as it stood before ({former.key.text})."


def _notice_unwitnessed(name: str, head: Checkpoint, witnessed: Sequence[Witnessed], problems: Problems) -> None:
    size = max((seen.size for seen in witnessed if seen.name == name), default=-1)
    if size < head.size:
        since = "It never cosigned" if size < 0 else f"Not witnessed since record {size}"
        problems.notices.append(Problem(ProblemKind.NOT_WITNESSED, name, f"{since}; the log has {head.size} records."))


class _Walk:
    """One pass over the bundles and tiles; grows the tree from the records."""

    def __init__(self, source: LogSource, head: Checkpoint, problems: Problems, sequence: SequenceCheck) -> None:
        self._source = source
        self._head = head
        self._problems = problems
        self._sequence = sequence
        self._tree = Accumulator()
        self._pending: list[list[bytes]] = []  # place 0 is level 1: hashes whose tile is not complete yet
        self._is_whole = True
        self.records = 0
        self.roots: dict[int, bytes] = {0: EMPTY_ROOT}

    def run(self, minimum: int, sizes: list[int]) -> None:
        """Walk the log; ``roots`` then holds the root at each of the sizes the log reaches.

        Args:
            minimum: Bundles that end at or before it may be missing.
            sizes: Ascending.
        """
        size = self._head.size
        wanted = [s for s in sizes if 0 < s <= size]
        for index in range(-(-size // TILE_WIDTH)):
            first = index * TILE_WIDTH
            width = tile_width(0, index, size)
            leaves = self._leaves(index, width, is_pruned=first + TILE_WIDTH <= minimum)
            while wanted and wanted[0] <= first + width:
                self.roots[wanted[0]] = self._root_with(leaves[: wanted[0] - first])
                wanted.pop(0)
            if width < TILE_WIDTH:
                for digest in leaves:
                    self._tree.append(digest)
            else:
                digest = perfect_root(leaves)
                self._tree.append_perfect(TILE_HEIGHT, digest)
                self._rise(1, digest)
        for tile in edge_tiles(size):
            if tile.level:
                self._compare_tile(tile.level, tile.index, self._pending[tile.level - 1])
        if not self._is_whole:
            self.roots = {0: EMPTY_ROOT}  # nothing can be said about roots over records that are gone
        elif self._tree.root() != self._head.root:
            self._problems.add(
                ProblemKind.ROOT_DIFFERS, "checkpoint", "The records do not have the root that was signed."
            )

    def _leaves(self, index: int, width: int, *, is_pruned: bool) -> list[bytes]:
        """Leaf hashes of one bundle; where records are damaged and the tile is not, those of the tile."""
        tile = self._tile(0, index, width)
        entries = self._bundle(index, width, is_pruned=is_pruned)
        if entries is None:
            self._sequence.skip(width)
            if tile is None:
                self._is_whole = False
                return [bytes(HASH_BYTES)] * width
            return tile
        leaves = leaf_hashes(entries)
        self.records += width
        if tile is None or leaves == tile:
            self._sequence.feed(entries, leaves, index * TILE_WIDTH)
            return leaves
        return self._arbitrate(entries, leaves, tile, index)

    def _bundle(self, index: int, width: int, *, is_pruned: bool) -> list[bytes] | None:
        data = self._source.bundle(index, width)
        path = bundle_path(index, width)
        if data is None:
            if not is_pruned:
                self._problems.add(ProblemKind.BUNDLE_MISSING, path, "The file is missing.", index=index * TILE_WIDTH)
            return None
        try:
            return decode_bundle(data, width)
        except EvidenceError as error:
            self._problems.add(ProblemKind.BUNDLE_DAMAGED, path, error.message, index=index * TILE_WIDTH)
            return None

    def _tile(self, level: int, index: int, width: int) -> list[bytes] | None:
        data = self._source.tile(level, index, width)
        path = tile_path(level, index, width)
        if data is None:
            self._problems.add(ProblemKind.TILE_MISSING, path, "The file is missing.")
            return None
        try:
            return split_tile(data, width)
        except EvidenceError as error:
            self._problems.add(ProblemKind.TILE_DAMAGED, path, error.message)
            return None

    def _arbitrate(self, entries: list[bytes], leaves: list[bytes], tile: list[bytes], index: int) -> list[bytes]:
        """Records and tile differ: the hash above them says which was changed."""
        width = len(leaves)
        if width == TILE_WIDTH:
            parent = self._stored_hash(1, index)
            entries_hold, tile_holds = perfect_root(leaves) == parent, perfect_root(tile) == parent
        else:  # only the last bundle is partial: the signed root itself is above it
            entries_hold = self._root_with(leaves) == self._head.root
            tile_holds = self._root_with(tile) == self._head.root
        places = [offset for offset in range(width) if leaves[offset] != tile[offset]]
        changed: set[int] = set()
        if entries_hold:
            self._problems.add(
                ProblemKind.TILE_CHANGED, tile_path(0, index, width), f"{len(places)} hashes do not fit the records."
            )
        else:
            changed.update(places)
            for offset in places:
                self._problems.add(
                    ProblemKind.ENTRY_CHANGED,
                    bundle_path(index, width),
                    f"Record {index * TILE_WIDTH + offset} is not the one that was logged.",
                    index=index * TILE_WIDTH + offset,
                )
        self._sequence.feed(entries, leaves, index * TILE_WIDTH, skip=changed)
        return tile if tile_holds and not entries_hold else leaves

    def _stored_hash(self, level: int, index: int) -> bytes | None:
        """One hash as its tile holds it; None when the tile is missing or damaged (reported when its turn comes)."""
        tile_index, offset = divmod(index, TILE_WIDTH)
        width = tile_width(level, tile_index, self._head.size)
        data = self._source.tile(level, tile_index, width)
        if data is None or len(data) < (offset + 1) * HASH_BYTES:
            return None
        return data[offset * HASH_BYTES : (offset + 1) * HASH_BYTES]

    def _rise(self, level: int, digest: bytes) -> None:
        """Hand a hash to the level above; a level's tile is compared as soon as it is full."""
        while True:
            if len(self._pending) < level:
                self._pending.append([])
            hashes = self._pending[level - 1]
            hashes.append(digest)
            if len(hashes) < TILE_WIDTH:
                return
            index = (self._tree.size >> (TILE_HEIGHT * level)) // TILE_WIDTH - 1
            self._compare_tile(level, index, hashes)
            digest = perfect_root(hashes)
            self._pending[level - 1] = []
            level += 1

    def _compare_tile(self, level: int, index: int, hashes: list[bytes]) -> None:
        stored = self._tile(level, index, len(hashes))
        if stored is None or stored == hashes or not self._is_whole:
            return
        below = TILE_WIDTH**level
        for offset, (mine, theirs) in enumerate(zip(hashes, stored, strict=True)):
            if mine != theirs:
                first = (index * TILE_WIDTH + offset) * below
                self._problems.add(
                    ProblemKind.TILE_CHANGED,
                    tile_path(level, index, len(hashes)),
                    f"The hash over records {first} to {first + below - 1} does not fit them.",
                    index=first,
                )

    def _root_with(self, leaves: Sequence[bytes]) -> bytes:
        tree = self._tree.copy()
        for digest in leaves:
            tree.append(digest)
        return tree.root()
