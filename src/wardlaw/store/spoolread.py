"""Reading a spool: after a crash, while the writer is at work, and discarding what the log has taken over.

Nothing is dropped silently. A torn tail (never acknowledged) is cut off and kept aside; a frame that had
been durable and does not check any more, or a missing segment, stops the reader with an `EvidenceError`
that names the file and the place.
"""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from wardlaw.facts.errors import EvidenceError
from wardlaw.store.spool_format import (
    SEGMENT_HEADER_BYTES,
    Frame,
    SegmentHeader,
    Tail,
    Walk,
    list_segments,
    unpack_segment_header,
)
from wardlaw.store.spool_segment import disk_error, sync_directory, write_all

QUARANTINE_NAME = "quarantine"


class Recovery(msgspec.Struct, frozen=True):
    """What was found in a spool at start.

    Attributes:
        epoch: Newest epoch with a segment; -1 in a new spool.
        count: Frames in that epoch, that is the number after its last ``seq``.
        torn: For each cut tail: segment file, offset, bytes kept aside.
    """

    epoch: int = -1
    count: int = 0
    torn: tuple[tuple[str, int, int], ...] = ()


class _Segment(msgspec.Struct, frozen=True):
    """One segment file with its head."""

    path: Path
    epoch: int
    first_seq: int
    header: SegmentHeader


def recover(directory: Path) -> Recovery:
    """Check every frame of a spool that nobody writes, and cut torn tails.

    Args:
        directory: Folder of one gateway's spool.

    Raises:
        EvidenceError: WL-SPL-010 a frame is damaged (its bytes are copied to ``quarantine/``),
            WL-SPL-011 records are missing, WL-SPL-012 a segment head cannot be read.
        UnavailableError: The disk failed.
    """
    try:
        return _recover(directory)
    except OSError as error:
        raise disk_error(error, directory, "reading it at start") from error


def read_frames(directory: Path, *, after_epoch: int = -1, after_seq: int = -1) -> Iterator[Frame]:
    """All frames after a position, oldest first; ends at the last frame there is now.

    Safe while the writer appends, in this process or another. With ``after_epoch`` given, the frames must
    go on without a gap from there; without it the oldest frame still there is the first.

    Raises:
        EvidenceError: WL-SPL-010, -011 or -012 as in `recover`.
        UnavailableError: The disk failed.
    """
    yield from SpoolReader(directory, after_epoch=after_epoch, after_seq=after_seq).frames()


class SpoolReader:
    """Follows one spool: each call of `frames` gives what came since the last one, without reading twice.

    Args:
        directory: Folder of one gateway's spool.
        after_epoch: Epoch of the last frame already dealt with; -1 to begin at the oldest there is.
        after_seq: Its number.
    """

    def __init__(self, directory: Path, *, after_epoch: int = -1, after_seq: int = -1) -> None:
        self._directory = directory
        self._position = (after_epoch, after_seq + 1) if after_epoch >= 0 else None
        self._here: _Segment | None = None
        self._last: tuple[int, int] | None = None  # the segment read to its end before
        self._offset = 0
        self._seq = 0
        self._looked: tuple[int, int] | None = None  # what was last found to hold nothing behind its last frame

    def frames(self) -> Iterator[Frame]:
        """All frames there are now; see `read_frames`."""
        try:
            while (segment := self._here or self._pick()) is not None:
                self._here = segment
                yield from self._frames_of(segment)
                if self._here is not None:
                    return
        except OSError as error:
            raise disk_error(error, self._directory, "reading it") from error

    def _frames_of(self, segment: _Segment) -> Iterator[Frame]:
        """The frames of one segment; takes it from ``_here`` when it is read to its end and another follows."""
        try:
            descriptor = os.open(segment.path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:  # discarded meanwhile; _pick() checks that no frame is missed by that
            self._leave(segment)
            return
        try:
            walk = Walk(descriptor, segment.header, offset=self._offset, seq=self._seq)
            if self._position is not None and self._position[0] == segment.epoch:
                walk.skip(before=self._position[1])
                self._offset, self._seq = walk.offset, walk.seq
            while True:
                for frame in walk.frames():
                    self._offset, self._seq = walk.offset, walk.seq
                    self._advance(segment.epoch, walk.seq)
                    yield frame
                follower, written = self._follower(segment), walk.written()
                # What was searched and not written since is not searched again; a frame is seen all the same.
                if follower is None and written == self._looked and not walk.is_good_now():
                    break
                if _ends(walk, segment, follower):
                    self._looked = written
                    break
            if follower is not None:
                self._advance(segment.epoch, walk.seq)
                self._leave(segment)
        finally:
            os.close(descriptor)

    def _advance(self, epoch: int, seq: int) -> None:
        """The log may already hold more of an epoch than a power cut left in the spool: never step back."""
        self._position = max(self._position or (epoch, seq), (epoch, seq))

    def _leave(self, segment: _Segment) -> None:
        self._here = self._looked = None
        self._last = (segment.epoch, segment.first_seq)

    def _pick(self) -> _Segment | None:
        """The segment that holds the next frame, if it is there and has its head."""
        names = list_segments(self._directory)
        keys = [name[:2] for name in names]
        if self._last is not None:
            place = bisect_right(keys, self._last)
        elif self._position is not None:
            place = bisect_right(keys, self._position)
            if place and keys[place - 1][0] == self._position[0]:
                place -= 1
        else:
            place = 0
        if place >= len(names):
            return None
        epoch, first, path = names[place]
        try:
            with _opened(path, os.O_RDONLY) as descriptor:
                header = _header(descriptor, path, epoch, first)
        except FileNotFoundError:
            return self._pick()  # discarded between listing and opening
        if header is None:
            return None
        _check_joined(self._position, header, path)
        self._offset, self._seq = SEGMENT_HEADER_BYTES, first
        return _Segment(path, epoch, first, header)

    def _follower(self, segment: _Segment) -> tuple[int, int] | None:
        """The segment after this one, looked up now."""
        here = (segment.epoch, segment.first_seq)
        return next((name[:2] for name in list_segments(self._directory) if name[:2] > here), None)


def discard_covered(
    directory: Path, *, epoch: int, seq: int, keep_from: tuple[int, int] | None = None
) -> tuple[str, ...]:
    """Delete whole segments whose frames all are covered by the log and older than ``keep_from``.

    Args:
        epoch: Epoch of the last frame the log has durably taken over.
        seq: Its number.
        keep_from: First position (epoch, seq) still needed, say by the state snapshot.

    Returns:
        Names of the deleted files, oldest first. The newest segment always stays.

    Raises:
        EvidenceError: A segment cannot be judged; nothing from it on is deleted.
        UnavailableError: The disk failed.
    """
    gone: list[str] = []
    try:
        segments = list_segments(directory)
        for place, (at_epoch, first, path) in enumerate(segments[:-1]):
            follower = segments[place + 1]
            count = follower[1] if follower[0] == at_epoch else _end_of(path, at_epoch, first)
            last = (at_epoch, count - 1)
            if last > (epoch, seq) or (keep_from is not None and last >= keep_from):
                break
            path.unlink()
            gone.append(path.name)
        if gone:
            sync_directory(directory)
    except OSError as error:
        raise disk_error(error, directory, "discarding segments") from error
    return tuple(gone)


def _recover(directory: Path) -> Recovery:
    torn: list[tuple[str, int, int]] = []
    before: tuple[int, int] | None = None
    names = list_segments(directory)
    for place, (epoch, first, path) in enumerate(names):
        with _opened(path, os.O_RDWR) as descriptor:
            header = _header(descriptor, path, epoch, first)
            follower = names[place + 1] if place + 1 < len(names) else None
            if header is None:
                _drop_headless(path, follower)
                continue
            _check_joined(before, header, path)
            walk = Walk(descriptor, header)
            for _ in walk.frames():
                pass
            tail = walk.judge()
            ends_early = follower is not None and follower[0] == epoch and follower[1] != walk.seq
            if tail is Tail.DAMAGED or ends_early:
                kept = _set_aside(descriptor, path, walk.offset, "damaged")
                raise _damaged(path, walk.offset, (epoch, walk.seq), kept)
            if tail is Tail.TORN:
                kept = _set_aside(descriptor, path, walk.offset, "torn")
                torn.append((path.name, walk.offset, kept.stat().st_size))
            if os.fstat(descriptor).st_size != walk.offset:
                os.ftruncate(descriptor, walk.offset)
                os.fsync(descriptor)
            before = (epoch, walk.seq)
    return Recovery(*(before or (-1, 0)), tuple(torn))


def _ends(walk: Walk, segment: _Segment, follower: tuple[int, int] | None) -> bool:
    """True when there is no more to read in the segment now; false when frames came in meanwhile.

    Raises:
        EvidenceError: WL-SPL-010.
    """
    if follower is None:
        bad = walk.later_batch_follows()  # the last batch may be half written: no more can be said of it
    else:
        bad = (follower[0] == segment.epoch and walk.seq != follower[1]) or walk.judge() is Tail.DAMAGED
    # Only now look again: whatever showed that the frame must be whole was written after it.
    if walk.is_good_now():
        return False
    if bad:
        raise _damaged(segment.path, walk.offset, (segment.epoch, walk.seq), None)
    return True


def _check_joined(position: tuple[int, int] | None, header: SegmentHeader, path: Path) -> None:
    """A segment must begin where the frames before it ended.

    Raises:
        EvidenceError: WL-SPL-011.
    """
    if position is None:
        return
    epoch, following = position
    if header.epoch == epoch:
        missing = header.first_seq > following
    else:
        previous = (header.previous_epoch, header.previous_count)
        missing = header.first_seq != 0 or previous > position
    if missing:
        raise EvidenceError(
            "WL-SPL-011",
            f"Records are missing in the spool before {path.name}: it follows after more than {following} records "
            f"of epoch {epoch}.",
            "A segment file was removed. Restore it from a copy of the disk, or declare the gap to the log.",
        )


def _header(descriptor: int, path: Path, epoch: int, first: int) -> SegmentHeader | None:
    header = unpack_segment_header(os.pread(descriptor, SEGMENT_HEADER_BYTES, 0), path)
    if header is not None and (header.epoch, header.first_seq) != (epoch, first):
        raise EvidenceError(
            "WL-SPL-012",
            f"The spool segment {path} was renamed: its head says epoch {header.epoch}, first record {header.first_seq}.",
            "Give it its name back.",
        )
    return header


def _drop_headless(path: Path, follower: tuple[int, int, Path] | None) -> None:
    """A start cut short leaves a segment without a head; frames cannot stand in it."""
    if path.read_bytes().strip(b"\0") or (follower is not None and follower[0] == int(path.name[:10])):
        raise EvidenceError(
            "WL-SPL-012",
            f"The spool segment {path} has lost its head.",
            "Restore the file from a copy of the disk.",
        )
    path.unlink()


def _end_of(path: Path, epoch: int, first: int) -> int:
    """Number after the last frame of a segment that is the last of its epoch."""
    with _opened(path, os.O_RDONLY) as descriptor:
        header = _header(descriptor, path, epoch, first)
        if header is None:
            return first
        walk = Walk(descriptor, header)
        walk.skip()
        if walk.judge() is Tail.DAMAGED:
            raise _damaged(path, walk.offset, (epoch, walk.seq), None)
        return walk.seq


def _set_aside(descriptor: int, path: Path, offset: int, why: str) -> Path:
    """Copy everything from ``offset`` on to the quarantine folder, durably, without the zeros at the end."""
    size = os.fstat(descriptor).st_size
    rest = os.pread(descriptor, size - offset, offset).rstrip(b"\0")
    folder = path.parent / QUARANTINE_NAME
    folder.mkdir(exist_ok=True, mode=0o700)
    kept = folder / f"{path.name}.{offset}.{why}"
    copy = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        write_all(copy, rest, 0)
        os.fsync(copy)
    finally:
        os.close(copy)
    sync_directory(folder)
    return kept


def _damaged(path: Path, offset: int, at: tuple[int, int], kept: Path | None) -> EvidenceError:
    aside = f" The bytes from there on were copied to {kept}." if kept is not None else ""
    return EvidenceError(
        "WL-SPL-010",
        f"The spool segment {path} is damaged at byte {offset}: record {at[1]} of epoch {at[0]} does not check.{aside}",
        "Do not delete the file. Restore it from a copy of the disk; if there is none, move it away and declare "
        "the gap to the log.",
    )


@contextmanager
def _opened(path: Path, flags: int) -> Iterator[int]:
    descriptor = os.open(path, flags | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
