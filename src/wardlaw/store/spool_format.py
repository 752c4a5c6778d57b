"""How the spool lies on disk: segment files of frames, and what a bad tail means.

A segment starts with a header of 64 bytes, then frames follow. Every frame is aligned to 32 bytes::

    header (32) = u32 length | u32 crc32(payload) | u64 epoch | u64 seq | u32 place in batch | u32 crc32(header)
    payload (length) = msgpack [envelope, [blob, ...], delta]
    filler (1 to 32 bytes, never zero)

The alignment keeps a header inside one disk sector, so that after a power cut it is there as a whole
or not at all; the filler makes a missing last sector visible. Together with the place in the batch
they let a reader tell two things apart that look alike: a *torn* tail (a batch the disk never finished,
so nobody was told it is safe) and *damage* (a frame that had been acknowledged and has changed since).
"""

from __future__ import annotations

import errno
import os
import re
import struct
import sys
import zlib
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import msgspec

from wardlaw.facts.errors import EvidenceError

VERSION = 1
MAGIC = b"WLSPOOL\n"
SECTOR = 512  # smallest unit a disk writes as a whole (ATA/ACS-5 logical sector; larger ones are multiples)
ALIGN = 32
SEGMENT_HEADER_BYTES = 64
FRAME_HEADER_BYTES = 32
MAX_PAYLOAD_BYTES = 64 * 1024 * 1024  # a 10 MB body sealed twice, with room; bounds what a bad length can claim
FILLER = b"\x5a" * ALIGN
_FILLERS = tuple(FILLER[: ALIGN - over] for over in range(ALIGN))  # by how far a payload reaches beyond the alignment
NO_EPOCH = 0xFFFF_FFFF_FFFF_FFFF

_SEGMENT = struct.Struct("<8sIIQQQQI")  # magic, version, frame header size, epoch, first seq, previous epoch, its count
_FRAME = struct.Struct("<IIQQI")
_HEAD = struct.Struct("<IIQQII")  # a frame's header with its own checksum
_CRC = struct.Struct("<I")
_EPOCH = struct.Struct("<Q")
_NAME = re.compile(r"^(\d{10})-(\d{20})\.seg$")
_READ_BYTES = 256 * 1024


class Frame(msgspec.Struct, frozen=True, gc=False):
    """One record as it stands in the spool.

    Attributes:
        epoch: Run of the gateway that wrote it; rises with every start.
        seq: Place in that run, from 0 without gaps.
        envelope: Canonical JSON of the envelope: the leaf of the log.
        blobs: Sealed parts, in the order the envelope names them.
        delta: State delta for rebuilding counters.
    """

    epoch: int
    seq: int
    envelope: bytes
    blobs: tuple[bytes, ...]
    delta: bytes


class SegmentHeader(msgspec.Struct, frozen=True):
    """Head of a segment file; ``previous`` counts frames known durable in the epoch before (-1: none)."""

    epoch: int
    first_seq: int
    previous_epoch: int = -1
    previous_count: int = 0


class Tail(StrEnum):
    """What stands behind the last good frame."""

    CLEAN = "clean"  # nothing but preallocated zeros
    TORN = "torn"  # a batch that was never finished, hence never acknowledged
    DAMAGED = "damaged"  # a frame that had been durable does not check any more


_decode_payload = msgspec.msgpack.Decoder(tuple[bytes, tuple[bytes, ...], bytes]).decode


def segment_name(epoch: int, first_seq: int) -> str:
    """File name of a segment; names sort in the order the frames were written."""
    return f"{epoch:010d}-{first_seq:020d}.seg"


def list_segments(directory: Path) -> list[tuple[int, int, Path]]:
    """All segments as (epoch, first seq, path), oldest first.

    Raises:
        OSError: The directory cannot be read.
    """
    matches = ((_NAME.match(path.name), path) for path in directory.iterdir())
    return sorted((int(match[1]), int(match[2]), path) for match, path in matches if match)


def pack_segment_header(header: SegmentHeader) -> bytes:
    """The 64 bytes a segment starts with."""
    previous = NO_EPOCH if header.previous_epoch < 0 else header.previous_epoch
    head = _SEGMENT.pack(
        MAGIC, VERSION, FRAME_HEADER_BYTES, header.epoch, header.first_seq, previous, header.previous_count, 0
    )[: -_CRC.size]
    return (head + _CRC.pack(zlib.crc32(head))).ljust(SEGMENT_HEADER_BYTES, b"\0")


def unpack_segment_header(raw: bytes, path: Path) -> SegmentHeader | None:
    """Read a segment header; None when the file holds none yet (a start that was cut short).

    Raises:
        EvidenceError: WL-SPL-012, the header is damaged or of another version.
    """
    if not raw.strip(b"\0"):
        return None
    head, size = raw[: _SEGMENT.size], _SEGMENT.size
    if len(raw) >= SEGMENT_HEADER_BYTES and head[:8] == MAGIC:
        crc = zlib.crc32(head[: size - _CRC.size])
        _, version, frame_bytes, epoch, first, previous, count, stored = _SEGMENT.unpack(head)
        if crc == stored and version == VERSION and frame_bytes == FRAME_HEADER_BYTES:
            return SegmentHeader(epoch, first, -1 if previous == NO_EPOCH else previous, count)
    raise EvidenceError(
        "WL-SPL-012",
        f"The head of the spool segment {path} is damaged or of a version this Wardlaw does not know.",
        "Start the version that wrote it, or restore the file from a copy of the disk.",
    )


def pack_frame(payload: bytes, *, epoch: int, seq: int, place: int) -> tuple[bytes, bytes, bytes]:
    """Header, payload and filler of one frame; ``place`` is its place in the batch written at once."""
    length = len(payload)
    head = _FRAME.pack(length, zlib.crc32(payload), epoch, seq, place)
    return head + _CRC.pack(zlib.crc32(head)), payload, _FILLERS[length % ALIGN]


def frame_bytes(length: int) -> int:
    """Bytes on disk of a frame whose payload has ``length`` bytes."""
    return FRAME_HEADER_BYTES + length + ALIGN - length % ALIGN


class Walk:
    """Reads the good frames of one segment in order, and judges what stands behind them.

    Args:
        descriptor: Open file descriptor of the segment; stays the caller's.
        header: The segment's header.
        offset: Where to go on reading; behind the segment header by default.
        seq: Number the next frame must carry; the segment's first by default.
    """

    def __init__(
        self, descriptor: int, header: SegmentHeader, *, offset: int = SEGMENT_HEADER_BYTES, seq: int | None = None
    ) -> None:
        self.header = header
        self.offset = offset
        self.seq = header.first_seq if seq is None else seq
        self._descriptor = descriptor
        self._buffer = b""
        self._start = offset
        # Pages of preallocated room that were read ahead count as data for SEEK_DATA from then on (ext4, Linux 6.18):
        # each look behind the last frame would read more of nothing than the one before, 32 MB ten times a second.
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_RANDOM)

    def frames(self) -> Iterator[Frame]:
        """Frames until the first that is not good; ``offset`` and ``seq`` then say where that is."""
        while (payload := self._next()) is not None:
            try:
                envelope, blobs, delta = _decode_payload(payload)
            except (msgspec.MsgspecError, UnicodeDecodeError):
                return  # the checksum holds and the content does not: judged as damage by judge()
            frame = Frame(self.header.epoch, self.seq, envelope, blobs, delta)
            self.seq += 1
            self.offset += frame_bytes(len(payload))
            yield frame

    def skip(self, *, before: int = sys.maxsize) -> None:
        """Walk over the good frames numbered below ``before`` without decoding them."""
        while self.seq < before and (payload := self._next()) is not None:
            self.seq += 1
            self.offset += frame_bytes(len(payload))

    def judge(self) -> Tail:
        """What stands at ``offset``, after ``frames()`` came to its end.

        While the writer is at work a frame may be half there; whoever reads a live segment must look
        at the frame again before it believes ``DAMAGED`` (`is_good_now`).
        """
        rest = self._rest()
        if not rest.strip(b"\0"):
            return Tail.CLEAN
        if self._later_batch(rest):
            return Tail.DAMAGED
        return Tail.TORN if self._shows_tear(rest) else Tail.DAMAGED

    def later_batch_follows(self) -> bool:
        """A batch written after the one at ``offset`` is there: that one had been durable."""
        return self._later_batch(self._rest())

    def written(self) -> tuple[int, int]:
        """Where it stands, and when the file was last written (ns): nothing new is behind the one while both stay."""
        return self.offset, os.fstat(self._descriptor).st_mtime_ns

    def is_good_now(self) -> bool:
        """Read the frame at ``offset`` afresh: true when it is good by now."""
        self._buffer, self._start = b"", self.offset
        return self._next() is not None

    def _next(self) -> bytes | None:
        """Payload of the good frame at ``offset``, or None."""
        offset = self.offset
        parsed = _parse_header(self._view(offset, FRAME_HEADER_BYTES))
        if parsed is None or parsed[2] != self.header.epoch or parsed[3] != self.seq:
            return None
        length, crc = parsed[0], parsed[1]
        filler = _FILLERS[length % ALIGN]
        body = self._view(offset + FRAME_HEADER_BYTES, length + len(filler))
        payload = body[:length]
        if zlib.crc32(payload) != crc or body[length:] != filler:
            return None
        return payload

    def _view(self, offset: int, size: int) -> bytes:
        at = offset - self._start
        if at < 0 or at + size > len(self._buffer):
            self._start, at = offset, 0
            self._buffer = os.pread(self._descriptor, max(size, _READ_BYTES), offset)
        return self._buffer[at : at + size]

    def _rest(self) -> bytes:
        size = _end_of_data(self._descriptor, self.offset)
        parts, at = [], self.offset
        while at < size and (part := os.pread(self._descriptor, size - at, at)):
            parts.append(part)
            at += len(part)
        return b"".join(parts)

    def _later_batch(self, rest: bytes) -> bool:
        """A frame of a batch that began after ``seq``: it was only written once the frame here was durable."""
        needle, at = _EPOCH.pack(self.header.epoch), 0
        while (at := rest.find(needle, at)) >= 0:
            parsed = _parse_header(rest[at - 8 : at - 8 + FRAME_HEADER_BYTES]) if at >= 8 else None
            if parsed is not None and parsed[3] - parsed[4] > self.seq:
                return True
            at += 1
        return False

    def _shows_tear(self, rest: bytes) -> bool:
        """The bytes look as a cut write leaves them: the file ends in the frame, or a sector of it is missing."""
        head = rest[:FRAME_HEADER_BYTES]
        if len(head) < FRAME_HEADER_BYTES or not head.strip(b"\0"):
            return True
        parsed = _parse_header(head)
        if parsed is None or parsed[2] != self.header.epoch or parsed[3] != self.seq:
            return False
        extent = frame_bytes(parsed[0])
        if extent > len(rest):
            return True
        at = SECTOR - self.offset % SECTOR
        while at < extent:
            if not rest[at : min(at + SECTOR, extent)].strip(b"\0"):
                return True
            at += SECTOR
        return False


def _end_of_data(descriptor: int, offset: int) -> int:
    """Where the last written block ends; preallocated room behind it holds nothing and need not be read."""
    size = os.fstat(descriptor).st_size
    at = end = offset
    while at < size:
        try:
            start = os.lseek(descriptor, at, os.SEEK_DATA)
            at = os.lseek(descriptor, start, os.SEEK_HOLE)
        except OSError as error:
            return end if error.errno == errno.ENXIO else size  # ENXIO: no data from here on
        end = at
    return end


def _parse_header(head: bytes) -> tuple[int, int, int, int, int] | None:
    """(length, payload crc, epoch, seq, place) of a frame header whose own checksum holds."""
    if len(head) < FRAME_HEADER_BYTES:
        return None
    length, crc, epoch, seq, place, own = _HEAD.unpack(head)
    if zlib.crc32(head[: _FRAME.size]) != own or not 0 < length <= MAX_PAYLOAD_BYTES:
        return None
    return length, crc, epoch, seq, place
