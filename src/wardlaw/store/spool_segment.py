"""The disk side of the spool: preallocated segments, the emergency reserve and the epoch file.

Nothing here knows of records; it writes bytes at the end of a segment, makes them durable, and cuts
back what could not be written whole.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import struct
import zlib
from pathlib import Path

from wardlaw.facts.errors import ConfigError, UnavailableError
from wardlaw.store.spool_format import (
    SEGMENT_HEADER_BYTES,
    SegmentHeader,
    list_segments,
    pack_segment_header,
    segment_name,
)

RESERVE_NAME = "reserve"
EPOCH_NAME = "epoch"
_SLOT = struct.Struct("<8sQI")  # magic, epoch, crc32 of both
_SLOT_MAGIC = b"WLEPOCH\n"
_SLOT_BYTES = 4096  # each slot in a page of its own, so that a torn write cannot reach the other


def disk_error(error: OSError, directory: Path, doing: str) -> UnavailableError:
    """The one clear error for whatever the operating system said about the spool's disk."""
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return UnavailableError(
                "WL-SPL-001",
                f"The disk is full: {_free_bytes(directory)} bytes of free space where the spool {directory} lies.",
                "Free space on that disk; answers resume by themselves within a second. Acknowledged records are safe.",
            )
        case errno.EROFS:
            return UnavailableError(
                "WL-SPL-003",
                f"The disk of the spool {directory} is read-only.",
                "Remount it writable (look in the kernel log for the reason), then answers resume by themselves.",
            )
        case errno.ENOENT | errno.ENOTDIR | errno.ESTALE:
            return UnavailableError(
                "WL-SPL-004",
                f"The spool directory {directory} has vanished.",
                "Put the directory back (mount the volume) and restart the gateway.",
            )
        case errno.EACCES | errno.EPERM:
            return UnavailableError(
                "WL-SPL-013",
                f"The spool directory {directory} may not be written.",
                "Give the user Wardlaw runs as write access to it.",
            )
        case _:
            return UnavailableError(
                "WL-SPL-002",
                f"The disk of the spool {directory} failed while {doing}: {os.strerror(error.errno or 0)}.",
                "Look in the kernel log; move the data directory to a sound disk.",
            )


def sync_directory(directory: Path) -> None:
    """Make creations, renames and deletions in a directory durable."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_all(descriptor: int, data: bytes, offset: int) -> None:
    """Write every byte; the kernel may take fewer than asked without an error.

    Raises:
        OSError: The rest could not be written.
    """
    view, done = memoryview(data), 0
    while done < len(data):
        count = os.pwrite(descriptor, view[done:], offset + done)
        if count <= 0:
            raise OSError(errno.EIO, "the disk took no bytes")
        done += count


def write_synced(descriptor: int, data: bytes, offset: int) -> None:
    """Write every byte and have it on the disk on return, as a write followed by ``fdatasync`` would.

    One call to the kernel instead of two (RWF_DSYNC, pwritev2(2)): each one gives the interpreter's lock away, and
    beside a busy event loop the writer's thread waits longer to get it back than a disk takes.

    Raises:
        OSError: Some of it is not durable.
    """
    view, done = memoryview(data), 0
    while done < len(data):
        count = os.pwritev(descriptor, (view[done:],), offset + done, os.RWF_DSYNC)
        if count <= 0:
            raise OSError(errno.EIO, "the disk took no bytes")
        done += count


class EpochFile:
    """The run counter of one spool directory, kept in two alternating slots and locked by its writer.

    Args:
        directory: The spool directory; must exist.

    Raises:
        UnavailableError: WL-SPL-008, another process writes this spool.
        OSError: The file cannot be opened or extended.
    """

    def __init__(self, directory: Path) -> None:
        self._descriptor = os.open(directory / EPOCH_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._descriptor)
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                raise
            raise UnavailableError(
                "WL-SPL-008",
                f"Another process already writes the spool {directory}.",
                "Stop the other gateway, or give this one an id of its own.",
            ) from None
        os.posix_fallocate(self._descriptor, 0, 2 * _SLOT_BYTES)
        os.fsync(self._descriptor)
        sync_directory(directory)
        self.current = max((epoch for _, _, epoch in self._slots()), default=0)

    def raise_to(self, epoch: int) -> None:
        """Store a higher epoch durably; the slot of the current one stays as it is."""
        slots = self._slots()
        newest = max(slots, key=lambda slot: slot[2])[0] if slots else 1
        body = _SLOT.pack(_SLOT_MAGIC, epoch, 0)[: -struct.calcsize("<I")]
        write_all(self._descriptor, body + struct.pack("<I", zlib.crc32(body)), (1 - newest) * _SLOT_BYTES)
        os.fdatasync(self._descriptor)
        self.current = epoch

    def close(self) -> None:
        """Let go of the lock."""
        os.close(self._descriptor)

    def _slots(self) -> list[tuple[int, int, int]]:
        found = []
        for place in (0, 1):
            raw = os.pread(self._descriptor, _SLOT.size, place * _SLOT_BYTES)
            if len(raw) == _SLOT.size:
                magic, epoch, crc = _SLOT.unpack(raw)
                if magic == _SLOT_MAGIC and crc == zlib.crc32(raw[: -struct.calcsize("<I")]):
                    found.append((place, crc, epoch))
        return found


class SegmentFile:
    """One open segment file with preallocated room.

    Attributes:
        used: Bytes written and made durable; the next batch goes there.
        size: Bytes of room in all.
    """

    def __init__(self, descriptor: int, path: Path, size: int) -> None:
        self.used = SEGMENT_HEADER_BYTES
        self.size = size
        self.path = path
        self._descriptor = descriptor
        status = os.fstat(descriptor)
        self._identity = (status.st_dev, status.st_ino)

    def append(self, data: bytes) -> None:
        """Write ``data`` behind the last durable byte and make it durable.

        Raises:
            OSError: It is not durable; call `abandon` and open another segment.
        """
        write_synced(self._descriptor, data, self.used)
        self._check_identity()
        self.used += len(data)

    @property
    def is_empty(self) -> bool:
        """No frame stands in it yet."""
        return self.used == SEGMENT_HEADER_BYTES

    def grow(self, size: int) -> None:
        """Preallocate more room.

        Raises:
            OSError: There is none; the segment stays as it was.
        """
        if size > self.size:
            os.posix_fallocate(self._descriptor, 0, size)
            os.fsync(self._descriptor)
            self.size = size

    def seal(self) -> None:
        """End the segment: give the unused room back and close it. What is in it stays as it is."""
        with contextlib.suppress(OSError):  # a longer tail of zeros is harmless
            os.ftruncate(self._descriptor, self.used)
        os.close(self._descriptor)

    def abandon(self) -> None:
        """Cut back to the last durable frame as far as the disk still allows, and close.

        Whatever part of the failed batch stays behind was never acknowledged; the next segment starts
        a new epoch, so that its numbers are not used twice.
        """
        with contextlib.suppress(OSError):
            os.ftruncate(self._descriptor, self.used)
            os.fsync(self._descriptor)
        with contextlib.suppress(OSError):
            os.close(self._descriptor)

    def _check_identity(self) -> None:
        """The file we write must still be the one under its name: a deleted file takes bytes without complaint."""
        status = self.path.stat()
        if (status.st_dev, status.st_ino) != self._identity:
            raise OSError(errno.ENOENT, "the segment was moved away")


def open_segment(directory: Path, header: SegmentHeader, *, size: int) -> SegmentFile:
    """Create the next segment: preallocated, its head and its name durable before any frame.

    Raises:
        OSError: There is no room or the disk failed; nothing is left behind.
    """
    path = directory / segment_name(header.epoch, header.first_seq)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        os.posix_fallocate(descriptor, 0, size)
        write_all(descriptor, pack_segment_header(header), 0)
        os.fsync(descriptor)
        sync_directory(directory)
        return SegmentFile(descriptor, path, size)
    except OSError:
        os.close(descriptor)
        with contextlib.suppress(OSError):
            path.unlink()
        raise


def open_reserve(directory: Path, header: SegmentHeader) -> SegmentFile:
    """Turn the emergency reserve into the next segment; needs no free space.

    Raises:
        OSError: There is no reserve, or the disk failed.
    """
    reserve, path = directory / RESERVE_NAME, directory / segment_name(header.epoch, header.first_seq)
    descriptor = os.open(reserve, os.O_RDWR | os.O_CLOEXEC)
    try:
        size = os.fstat(descriptor).st_size
        write_all(descriptor, pack_segment_header(header), 0)
        os.fsync(descriptor)
        reserve.rename(path)
        sync_directory(directory)
        return SegmentFile(descriptor, path, size)
    except OSError:
        os.close(descriptor)
        raise


def has_reserve(directory: Path, size: int) -> bool:
    """The emergency reserve stands ready."""
    try:
        return (directory / RESERVE_NAME).stat().st_size == size
    except OSError:
        return False


def ensure_reserve(directory: Path, size: int) -> bool:
    """Preallocate the emergency reserve unless it stands; false when there is no room for it now."""
    path = directory / RESERVE_NAME
    if has_reserve(directory, size):
        return True
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    except OSError:
        return False
    try:
        os.posix_fallocate(descriptor, 0, size)
        os.fsync(descriptor)
        sync_directory(directory)
        return True
    except OSError:
        with contextlib.suppress(OSError):
            path.unlink()
        return False
    finally:
        os.close(descriptor)


def open_directory(directory: Path) -> EpochFile:
    """Create the spool directory where needed and take its writer's lock.

    Raises:
        UnavailableError: WL-SPL-001, -002, -003, -004, -008 or -013.
        ConfigError: WL-SPL-013, something that is no directory stands in its place.
    """
    try:
        if directory.exists() and not directory.is_dir():
            raise ConfigError(
                "WL-SPL-013", f"{directory} is not a directory.", "Move that file away or set another data directory."
            )
        fresh = not directory.exists()
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        if fresh:
            sync_directory(directory.parent)
        return EpochFile(directory)
    except OSError as error:
        raise disk_error(error, directory, "opening it") from error


def next_epoch(directory: Path, stored: int, *, at_least: int) -> int:
    """An epoch above every one this directory or the caller has seen."""
    named = max((epoch for epoch, _, _ in list_segments(directory)), default=0)
    return max(stored, named, at_least - 1) + 1


def _free_bytes(directory: Path) -> int:
    with contextlib.suppress(OSError):
        status = os.statvfs(directory)
        return status.f_bavail * status.f_frsize
    return 0
