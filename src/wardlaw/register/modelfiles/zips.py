"""Zip archives by ranges: what the list at the end says, held against what stands before each entry.

Checksums are not looked at: torch ignores them, so an entry with a wrong one is still loaded.
Source: PKWARE APPNOTE.TXT 6.3.10.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

import msgspec

from wardlaw.register.modelfiles.seen import Rule, StopLooking
from wardlaw.register.modelfiles.source import PartSource, Ranged, chunks

_END, _LISTED, _LOCAL = b"PK\x05\x06", b"PK\x01\x02", b"PK\x03\x04"
_END64, _FINDER64 = b"PK\x06\x06", b"PK\x06\x07"
_TAIL = 65_557  # the end record and the longest comment behind it
_STORED, _DEFLATED = 0, 8
_ENCRYPTED = 0x1


class ZipEntry(msgspec.Struct, frozen=True):
    """One entry as the list says it."""

    name: str
    method: int
    flags: int
    packed: int
    unpacked: int
    at: int


def zip_entries(source: Ranged, most: int) -> tuple[ZipEntry, ...] | None:
    """The entries; None when there is no zip.

    Raises:
        StopLooking: There is one, and it is damaged or lists more than ``most``.
    """
    start = max(0, source.size - _TAIL)
    tail = source.read(start, _TAIL)
    place = tail.rfind(_END)
    if place < 0 or len(tail) - place < 22:
        return None
    count, size, offset = struct.unpack("<HII", tail[place + 10 : place + 20])
    end = start + place
    if count == 0xFFFF or size == 0xFFFFFFFF or offset == 0xFFFFFFFF:
        finder = source.read(end - 20, 20)
        if finder[:4] == _FINDER64:
            record = source.read(struct.unpack("<Q", finder[8:16])[0], 56)
            if record[:4] == _END64:
                count, size, offset = struct.unpack("<QQQ", record[32:56])
                end = end - 20 - 56
    shift = end - size - offset  # what was put before the archive moves its list away from `offset`
    records_at = end - size
    if count and (records_at < 0 or source.read(records_at, 4) != _LISTED):
        if source.read(0, 4) != _LOCAL:
            return None  # four bytes among others; no reader finds an archive here
        raise StopLooking(Rule.DAMAGED, "an archive whose list is not where it says")
    if count > most:
        raise StopLooking(Rule.BOMB, f"an archive of {count:,} entries")
    if size > 1 << 28:
        raise StopLooking(Rule.BOMB, "an archive whose list alone is larger than 256 MB")
    if shift < 0:
        raise StopLooking(Rule.DAMAGED, "an archive whose list is not where it says")
    found = tuple(_listed(source.read(records_at, size), shift))
    if len(found) != count:
        raise StopLooking(Rule.MISMATCH, f"an archive that says {count} entries and lists {len(found)}")
    return found


def _listed(records: bytes, shift: int) -> Iterator[ZipEntry]:
    at = 0
    while records[at : at + 4] == _LISTED and len(records) - at >= 46:
        flags, method = struct.unpack("<HH", records[at + 8 : at + 12])
        packed, unpacked, name_size, extra_size, comment_size = struct.unpack("<IIHHH", records[at + 20 : at + 34])
        offset = struct.unpack("<I", records[at + 42 : at + 46])[0]
        name = records[at + 46 : at + 46 + name_size]
        extra = records[at + 46 + name_size : at + 46 + name_size + extra_size]
        unpacked, packed, offset = _wide(extra, (unpacked, packed, offset))
        yield ZipEntry(name.decode("utf-8", "replace"), method, flags, packed, unpacked, offset + shift)
        at += 46 + name_size + extra_size + comment_size


def _wide(extra: bytes, sizes: tuple[int, int, int]) -> tuple[int, int, int]:
    """The sizes and the offset, those of zip64 in place of the marks that stand for them."""
    found = list(sizes)
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack("<HH", extra[at : at + 4])
        if kind == 1:
            values = extra[at + 4 : at + 4 + size]
            for place, value in enumerate(sizes):
                if value == 0xFFFFFFFF and len(values) >= 8:
                    found[place] = struct.unpack("<Q", values[:8])[0]
                    values = values[8:]
        at += 4 + size
    return found[0], found[1], found[2]


def local_range(source: Ranged, entry: ZipEntry) -> tuple[str, PartSource, int]:
    """The name that stands before an entry, its packed bytes, and where they end.

    Raises:
        StopLooking: Nothing stands there.
    """
    head = source.read(entry.at, 30)
    if head[:4] != _LOCAL or len(head) < 30:
        raise StopLooking(Rule.MISMATCH, f"{entry.name}: the archive lists an entry that is not there")
    name_size, extra_size = struct.unpack("<HH", head[26:30])
    name = source.read(entry.at + 30, name_size).decode("utf-8", "replace")
    begin = entry.at + 30 + name_size + extra_size
    return name, PartSource(source, begin, entry.packed), begin + entry.packed


def is_readable(entry: ZipEntry) -> bool:
    """Whether its bytes can be had here."""
    return entry.method in (_STORED, _DEFLATED) and not entry.flags & _ENCRYPTED


def is_stored(entry: ZipEntry) -> bool:
    """Whether its bytes stand as they are."""
    return entry.method == _STORED


def inflated(packed: Ranged) -> Iterator[bytes]:
    """The bytes of a deflated entry, a piece at a time.

    Raises:
        StopLooking: They are damaged.
    """
    return unpacked_by(zlib.decompressobj(-zlib.MAX_WBITS), packed)


def unpacked_by(decoder: zlib._Decompress, packed: Ranged) -> Iterator[bytes]:
    """What a decoder of zlib makes of bytes, in pieces of a bounded size."""
    try:
        for piece in chunks(packed):
            rest = piece
            while rest and not decoder.eof:
                made = decoder.decompress(rest, 1 << 18)
                rest = decoder.unconsumed_tail
                if made:
                    yield made
            if decoder.eof:
                return
        if made := decoder.flush(1 << 18):
            yield made
    except zlib.error as error:
        raise StopLooking(Rule.DAMAGED, "compressed data is damaged") from error
