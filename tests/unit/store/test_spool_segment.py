from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from wardlaw.facts.errors import ConfigError, UnavailableError
from wardlaw.store.spool_format import SEGMENT_HEADER_BYTES, SegmentHeader, unpack_segment_header
from wardlaw.store.spool_segment import (
    EpochFile,
    disk_error,
    ensure_reserve,
    has_reserve,
    next_epoch,
    open_directory,
    open_reserve,
    open_segment,
    write_all,
    write_synced,
)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "WL-SPL-001"),
        (errno.EDQUOT, "WL-SPL-001"),
        (errno.EIO, "WL-SPL-002"),
        (errno.EROFS, "WL-SPL-003"),
        (errno.ENOENT, "WL-SPL-004"),
        (errno.EACCES, "WL-SPL-013"),
    ],
)
def test_every_kind_of_disk_trouble_has_its_own_words(tmp_path: Path, number: int, code: str) -> None:
    error = disk_error(OSError(number, "x"), tmp_path, "writing")
    assert error.code == code
    assert str(tmp_path) in error.message
    assert error.hint


def test_a_full_disk_says_how_much_is_free(tmp_path: Path) -> None:
    assert "bytes of free space" in disk_error(OSError(errno.ENOSPC, "x"), tmp_path, "writing").message


def test_write_all_goes_on_after_a_short_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = os.pwrite, []

    def short(descriptor: int, data: bytes, offset: int) -> int:
        calls.append(len(data))
        return real(descriptor, data[:7], offset)

    monkeypatch.setattr(os, "pwrite", short)
    path = tmp_path / "x"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
    write_all(descriptor, b"0123456789abcdefghij", 3)
    os.close(descriptor)
    assert path.read_bytes() == b"\0\0\0" + b"0123456789abcdefghij"
    assert calls == [20, 13, 6]


def test_write_all_does_not_spin_on_a_disk_that_takes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "pwrite", lambda *_: 0)
    descriptor = os.open(tmp_path / "x", os.O_RDWR | os.O_CREAT)
    with pytest.raises(OSError, match="no bytes"):
        write_all(descriptor, b"abc", 0)
    os.close(descriptor)


def test_write_synced_asks_for_durability_with_each_part_of_a_short_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = os.pwritev, []

    def short(descriptor: int, buffers: tuple[memoryview], offset: int, flags: int) -> int:
        calls.append((len(buffers[0]), flags))
        return real(descriptor, (buffers[0][:7],), offset, flags)

    path = tmp_path / "x"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
    monkeypatch.setattr(os, "pwritev", short)
    write_synced(descriptor, b"0123456789abcdefghij", 3)
    assert path.read_bytes() == b"\0\0\0" + b"0123456789abcdefghij"
    assert calls == [(20, os.RWF_DSYNC), (13, os.RWF_DSYNC), (6, os.RWF_DSYNC)]
    monkeypatch.setattr(os, "pwritev", lambda *_: 0)
    with pytest.raises(OSError, match="no bytes"):
        write_synced(descriptor, b"abc", 0)
    os.close(descriptor)


def test_epoch_survives_and_a_torn_slot_falls_back_to_the_other(tmp_path: Path) -> None:
    epochs = EpochFile(tmp_path)
    assert epochs.current == 0
    for epoch in (1, 2, 3):
        epochs.raise_to(epoch)
    epochs.close()
    epochs = EpochFile(tmp_path)
    assert epochs.current == 3
    epochs.close()
    raw = bytearray((tmp_path / "epoch").read_bytes())
    at = 0 if raw[8] == 3 else 4096
    raw[at + 8] ^= 0xFF
    (tmp_path / "epoch").write_bytes(raw)
    epochs = EpochFile(tmp_path)
    assert epochs.current == 2
    epochs.close()


def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    first = open_directory(tmp_path / "gw")
    with pytest.raises(UnavailableError, match="WL-SPL-008"):
        open_directory(tmp_path / "gw")
    first.close()
    open_directory(tmp_path / "gw").close()


def test_a_file_in_the_place_of_the_directory(tmp_path: Path) -> None:
    (tmp_path / "gw").touch()
    with pytest.raises(ConfigError, match="WL-SPL-013"):
        open_directory(tmp_path / "gw")


def test_next_epoch_is_above_all_that_is_known(tmp_path: Path) -> None:
    open_segment(tmp_path, SegmentHeader(7, 0), size=4096).seal()
    assert next_epoch(tmp_path, 3, at_least=0) == 8
    assert next_epoch(tmp_path, 9, at_least=0) == 10
    assert next_epoch(tmp_path, 9, at_least=40) == 40


def test_segment_has_its_head_and_room_before_the_first_frame(tmp_path: Path) -> None:
    header = SegmentHeader(1, 5, 0, 2)
    segment = open_segment(tmp_path, header, size=65536)
    assert segment.path.stat().st_size == 65536
    assert unpack_segment_header(segment.path.read_bytes()[:SEGMENT_HEADER_BYTES], segment.path) == header
    segment.append(b"x" * 100)
    segment.seal()
    assert segment.path.stat().st_size == SEGMENT_HEADER_BYTES + 100


def test_abandon_cuts_back_to_the_last_durable_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    segment = open_segment(tmp_path, SegmentHeader(1, 0), size=65536)
    segment.append(b"x" * 100)

    def fails(*_: object) -> int:
        raise OSError(errno.EIO, "x")

    monkeypatch.setattr(os, "pwritev", fails)
    with pytest.raises(OSError, match="x"):
        segment.append(b"y" * 100)
    segment.abandon()
    assert segment.path.stat().st_size == SEGMENT_HEADER_BYTES + 100


def test_a_segment_that_was_moved_away_takes_nothing_more(tmp_path: Path) -> None:
    segment = open_segment(tmp_path, SegmentHeader(1, 0), size=65536)
    segment.path.unlink()
    with pytest.raises(FileNotFoundError):
        segment.append(b"x")
    segment.abandon()


def test_a_segment_that_cannot_be_opened_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(OSError, match="full"):
        open_segment(tmp_path, SegmentHeader(1, 0), size=65536)
    assert list(tmp_path.iterdir()) == []
    assert not ensure_reserve(tmp_path, 4096)
    assert list(tmp_path.iterdir()) == []


def test_the_reserve_becomes_a_segment(tmp_path: Path) -> None:
    assert ensure_reserve(tmp_path, 8192)
    assert has_reserve(tmp_path, 8192)
    segment = open_reserve(tmp_path, SegmentHeader(2, 9))
    segment.append(b"x" * 10)
    assert (segment.size, segment.used) == (8192, SEGMENT_HEADER_BYTES + 10)
    assert not has_reserve(tmp_path, 8192)
    segment.seal()
