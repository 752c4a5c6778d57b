"""Going on after a spool was damaged: what still checks stays, the rest is set aside and never deleted.

Nothing here decides: a person accepts the loss, and the log says so (``wardlaw audit accept-loss``).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from wardlaw.facts.errors import EvidenceError
from wardlaw.store.spool_format import SEGMENT_HEADER_BYTES, Tail, Walk, list_segments, unpack_segment_header
from wardlaw.store.spool_segment import EpochFile, disk_error, sync_directory
from wardlaw.store.spoolread import QUARANTINE_NAME, read_frames, recover


class SpoolLoss(msgspec.Struct, frozen=True):
    """What a damaged spool loses when it goes on.

    Attributes:
        code: Code of the damage, ``WL-SPL-010`` to ``-012``.
        message: Where it is.
        epoch: Epoch of the last record that still checks; -1 when there is none.
        seq: Its number.
        files: Segments that are cut behind it or set aside whole, oldest first.
        readable: Records in those set aside whole that can be read there (in quarantine they stay readable).
    """

    code: str
    message: str
    epoch: int
    seq: int
    files: tuple[str, ...]
    readable: int


@contextmanager
def held_spool(directory: Path) -> Iterator[None]:
    """Keep every writer out of a spool meanwhile.

    Raises:
        UnavailableError: Somebody writes it (WL-SPL-008), or the disk failed.
    """
    try:
        lock = EpochFile(directory)
    except OSError as error:
        raise disk_error(error, directory, "locking it") from error
    try:
        yield
    finally:
        lock.close()


def find_loss(directory: Path) -> SpoolLoss | None:
    """What is damaged in a spool that nobody writes; None when it is sound. Torn tails are cut, as at each start.

    Raises:
        UnavailableError: The disk failed.
    """
    try:
        recover(directory)
    except EvidenceError as error:
        last = _last_good(directory)
        files = [path for *_, path in _behind(directory, last)]
        readable = sum(_count(path) for *_, path in list_segments(directory) if _place(path) > last)
        return SpoolLoss(error.code, error.message, *last, tuple(path.name for path in files), readable)
    return None


def set_aside(directory: Path, loss: SpoolLoss) -> None:
    """Cut the spool behind its last good record; whatever stood there lies in ``quarantine/`` before it goes.

    Raises:
        EvidenceError: The spool is damaged before that too; nothing more can be done here.
        UnavailableError: The disk failed.
    """
    last = (loss.epoch, loss.seq)
    folder = directory / QUARANTINE_NAME
    try:
        folder.mkdir(exist_ok=True, mode=0o700)
        for epoch, first, path in reversed(_behind(directory, last)):
            kept = _free_name(folder / f"{path.name}.lost")
            if (epoch, first) > last:
                path.rename(kept)
            else:
                _cut(path, kept, behind=loss.seq)
        sync_directory(folder)
        sync_directory(directory)
    except OSError as error:
        raise disk_error(error, directory, "setting damaged segments aside") from error
    recover(directory)


def _last_good(directory: Path) -> tuple[int, int]:
    last = (-1, -1)
    try:
        for frame in read_frames(directory):
            last = (frame.epoch, frame.seq)
    except EvidenceError:
        return last  # the damage; what came before it is good
    return last


def _behind(directory: Path, last: tuple[int, int]) -> list[tuple[int, int, Path]]:
    """The segments with anything behind the last good record, oldest first."""
    found = []
    segments = list_segments(directory)
    holding = max((place for place in (name[:2] for name in segments) if place <= last), default=None)
    for epoch, first, path in segments:
        if (epoch, first) > last or ((epoch, first) == holding and not _ends_clean(path, behind=last[1])):
            found.append((epoch, first, path))
    return found


def _ends_clean(path: Path, *, behind: int) -> bool:
    with path.open("rb") as file:
        return _walk_to(file.fileno(), path, behind=behind).judge() is Tail.CLEAN


def _cut(path: Path, kept: Path, *, behind: int) -> None:
    """Copy the segment whole, durably, then cut it behind a record."""
    shutil.copyfile(path, kept)
    with kept.open("rb") as copy:
        os.fsync(copy.fileno())
    with path.open("r+b") as file:
        os.ftruncate(file.fileno(), _walk_to(file.fileno(), path, behind=behind).offset)
        os.fsync(file.fileno())


def _walk_to(descriptor: int, path: Path, *, behind: int) -> Walk:
    header = unpack_segment_header(os.pread(descriptor, SEGMENT_HEADER_BYTES, 0), path)
    assert header is not None  # good records were read from it
    walk = Walk(descriptor, header)
    walk.skip(before=behind + 1)
    return walk


def _count(path: Path) -> int:
    """Records that can be read from the beginning of a segment."""
    with path.open("rb") as file:
        try:
            header = unpack_segment_header(os.pread(file.fileno(), SEGMENT_HEADER_BYTES, 0), path)
        except EvidenceError:
            return 0
        return sum(1 for _ in Walk(file.fileno(), header).frames()) if header is not None else 0


def _place(path: Path) -> tuple[int, int]:
    epoch, _, first = path.stem.partition("-")
    return int(epoch), int(first)


def _free_name(path: Path) -> Path:
    number, free = 1, path
    while free.exists():
        number, free = number + 1, path.with_name(f"{path.name}.{number}")
    return free
