"""The tiled layout of a log: paths, partial tiles, entry bundles, and hashes read out of tiles.

Source: C2SP tlog-tiles. A tile holds 256 hashes of every eighth level of the tree; an entry bundle holds the 256
entries below one tile of level 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import msgspec

from wardlaw.audit.merkle import HASH_BYTES, HashReader, perfect_root
from wardlaw.facts.errors import EvidenceError, Fault

TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
MAX_ENTRY_BYTES = 0xFFFF  # a bundle gives the length of an entry in 16 bits (tlog-tiles, Log entries)

# ``fetch(level, index, width)`` gives the bytes of a tile with at least ``width`` hashes.
TileFetch = Callable[[int, int, int], bytes]


class TileRef(msgspec.Struct, frozen=True, order=True):
    """One tile; ``width`` is 256 for a full one, 1 to 255 for a partial one."""

    level: int
    index: int
    width: int = TILE_WIDTH


def tile_path(level: int, index: int, width: int = TILE_WIDTH) -> str:
    """Path of a tile below the log's prefix: ``tile/<L>/<N>[.p/<W>]``."""
    return f"tile/{level}/{_number_path(index)}{_partial_suffix(width)}"


def bundle_path(index: int, width: int = TILE_WIDTH) -> str:
    """Path of an entry bundle below the log's prefix: ``tile/entries/<N>[.p/<W>]``."""
    return f"tile/entries/{_number_path(index)}{_partial_suffix(width)}"


def tile_width(level: int, index: int, size: int) -> int:
    """Hashes that tile holds in a log of ``size`` leaves: 256 full, 0 not there yet."""
    return max(0, min(TILE_WIDTH, (size >> (TILE_HEIGHT * level)) - index * TILE_WIDTH))


def edge_tiles(size: int) -> list[TileRef]:
    """The partial tiles of a log of that size, level 0 first."""
    tiles = []
    level = 0
    while size >> (TILE_HEIGHT * level):
        index, width = divmod(size >> (TILE_HEIGHT * level), TILE_WIDTH)
        if width:
            tiles.append(TileRef(level, index, width))
        level += 1
    return tiles


def new_tiles(old: int, new: int) -> Iterator[TileRef]:
    """The tiles a log that grows from ``old`` to ``new`` leaves has to write, lowest level first."""
    level = 0
    while new >> (TILE_HEIGHT * level):
        before = old >> (TILE_HEIGHT * level)
        after = new >> (TILE_HEIGHT * level)
        if after > before:
            for index in range(before // TILE_WIDTH, -(-after // TILE_WIDTH)):
                yield TileRef(level, index, tile_width(level, index, new))
        level += 1


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """Entries one after another, each behind its length in 16 bits, big-endian.

    Raises:
        Fault: An entry is longer than 65,535 bytes; the envelope refuses such records earlier.
    """
    parts = []
    for entry in entries:
        if len(entry) > MAX_ENTRY_BYTES:
            raise Fault("WL-AUD-002", f"An entry of {len(entry)} bytes does not fit into a bundle.")
        parts.append(len(entry).to_bytes(2, "big"))
        parts.append(entry)
    return b"".join(parts)


def decode_bundle(data: bytes, width: int) -> list[bytes]:
    """The first ``width`` entries of a bundle.

    Args:
        data: The bundle; it may only be longer than ``width`` entries when it is the full one that replaced a
            partial one.

    Raises:
        EvidenceError: The bundle is cut short or does not end with an entry.
    """
    entries: list[bytes] = []
    at, end = 0, len(data)
    for _ in range(TILE_WIDTH):  # one step too far leaves ``at`` beyond the end, which is refused below
        start = at + 2
        if start > end:
            break
        at = start + (data[at] << 8 | data[at + 1])
        entries.append(data[start:at])
    if at != end or len(entries) < width or len(entries) not in (width, TILE_WIDTH):
        raise EvidenceError(
            "WL-AUD-003",
            f"An entry bundle of {end} bytes does not hold the {width} entries it should.",
            "Rebuild the log directory from the database, or restore the bundle from a backup.",
        )
    return entries[:width]


def split_tile(data: bytes, width: int) -> list[bytes]:
    """The first ``width`` hashes of a tile.

    Raises:
        EvidenceError: The tile has neither ``width`` nor 256 hashes.
    """
    if len(data) not in (width * HASH_BYTES, TILE_WIDTH * HASH_BYTES):
        raise EvidenceError(
            "WL-AUD-003",
            f"A tile of {len(data)} bytes does not hold the {width} hashes it should.",
            "Rebuild the log directory from the database, or restore the tile from a backup.",
        )
    return [data[at : at + HASH_BYTES] for at in range(0, width * HASH_BYTES, HASH_BYTES)]


def tile_hash_reader(size: int, fetch: TileFetch) -> HashReader:
    """A hash reader over the tiles of a log of ``size`` leaves, for making proofs.

    Raises (when read):
        EvidenceError: A tile is cut short, or the hash stands outside the log.
    """

    def read(level: int, index: int) -> bytes:
        tile_level, height = divmod(level, TILE_HEIGHT)
        first = index << height
        tile_index, offset = divmod(first, TILE_WIDTH)
        width = tile_width(tile_level, tile_index, size)
        if offset + (1 << height) > width:
            raise EvidenceError("WL-AUD-003", f"A log of {size} records has no hash {index} at level {level}.")
        hashes = split_tile(fetch(tile_level, tile_index, width), width)
        return perfect_root(hashes[offset : offset + (1 << height)])

    return read


def _number_path(index: int) -> str:
    digits = str(index)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    return "/".join([f"x{group}" for group in groups[:-1]] + groups[-1:])


def _partial_suffix(width: int) -> str:
    return "" if width == TILE_WIDTH else f".p/{width}"
