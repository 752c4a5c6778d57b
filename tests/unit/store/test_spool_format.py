from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from wardlaw.facts.errors import EvidenceError
from wardlaw.store.spool_format import (
    ALIGN,
    FRAME_HEADER_BYTES,
    SEGMENT_HEADER_BYTES,
    Frame,
    SegmentHeader,
    Tail,
    Walk,
    frame_bytes,
    list_segments,
    pack_frame,
    pack_segment_header,
    segment_name,
    unpack_segment_header,
)

HEADER = SegmentHeader(3, 10, 2, 7)


def _payload(size: int) -> bytes:
    return msgspec.msgpack.encode((b"e" * size, (b"blob",), b"d"))


def _frames(batches: list[int], size: int = 100) -> bytes:
    seq, parts = HEADER.first_seq, []
    for batch in batches:
        for place in range(batch):
            parts.append(b"".join(pack_frame(_payload(size), epoch=HEADER.epoch, seq=seq, place=place)))
            seq += 1
    return b"".join(parts)


@contextmanager
def _walk(tmp_path: Path, body: bytes) -> Iterator[Walk]:
    path = tmp_path / "x.seg"
    path.write_bytes(pack_segment_header(HEADER) + body)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        yield Walk(descriptor, HEADER)
    finally:
        os.close(descriptor)


@pytest.mark.parametrize("header", [HEADER, SegmentHeader(1, 0), SegmentHeader(2**40, 2**50, 2**39, 2**49)])
def test_segment_header_comes_back(header: SegmentHeader) -> None:
    raw = pack_segment_header(header)
    assert len(raw) == SEGMENT_HEADER_BYTES
    assert unpack_segment_header(raw, Path("x")) == header


def test_a_header_of_zeros_is_no_header_and_every_flipped_bit_of_one_is_damage() -> None:
    assert unpack_segment_header(bytes(SEGMENT_HEADER_BYTES), Path("x")) is None
    raw = pack_segment_header(HEADER)
    for bit in range(52 * 8):
        flipped = bytearray(raw)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(EvidenceError, match="WL-SPL-012"):
            unpack_segment_header(bytes(flipped), Path("x"))


@pytest.mark.parametrize("length", [1, 31, 32, 33, 4096, 100_001])
def test_frames_are_aligned_and_end_in_filler(length: int) -> None:
    raw = b"".join(pack_frame(b"x" * length, epoch=1, seq=0, place=0))
    assert len(raw) == frame_bytes(length)
    assert len(raw) % ALIGN == 0
    assert raw[-1:] == b"\x5a"


def test_names_sort_as_written_and_strangers_are_left_alone(tmp_path: Path) -> None:
    for epoch, first in [(10, 0), (9, 200), (9, 5)]:
        (tmp_path / segment_name(epoch, first)).touch()
    (tmp_path / "notes.txt").touch()
    assert [(epoch, first) for epoch, first, _ in list_segments(tmp_path)] == [(9, 5), (9, 200), (10, 0)]


def test_walk_gives_every_frame_and_says_where_it_ends(tmp_path: Path) -> None:
    body = _frames([2, 1])
    with _walk(tmp_path, body + bytes(4096)) as walk:
        assert [frame.seq for frame in walk.frames()] == [10, 11, 12]
        assert (walk.seq, walk.offset) == (13, SEGMENT_HEADER_BYTES + len(body))
        assert walk.judge() is Tail.CLEAN
        assert not walk.later_batch_follows()
        assert not walk.is_good_now()


def test_walk_decodes_what_was_packed(tmp_path: Path) -> None:
    with _walk(tmp_path, _frames([1], size=5)) as walk:
        assert list(walk.frames()) == [Frame(3, 10, b"eeeee", (b"blob",), b"d")]


def test_skip_stops_before_the_wanted_frame(tmp_path: Path) -> None:
    with _walk(tmp_path, _frames([4])) as walk:
        walk.skip(before=12)
        assert [frame.seq for frame in walk.frames()] == [12, 13]


def test_frames_larger_than_one_read_come_whole(tmp_path: Path) -> None:
    with _walk(tmp_path, _frames([2], size=3 * 1024 * 1024)) as walk:
        assert [len(frame.envelope) for frame in walk.frames()] == [3 * 1024 * 1024] * 2


def test_a_payload_that_is_no_record_is_damage(tmp_path: Path) -> None:
    body = b"".join(pack_frame(b"\xc1 nonsense", epoch=3, seq=10, place=0))
    with _walk(tmp_path, body) as walk:
        assert list(walk.frames()) == []
        assert walk.judge() is Tail.DAMAGED


def test_a_bad_frame_before_a_later_batch_had_been_durable(tmp_path: Path) -> None:
    body = bytearray(_frames([1, 1]))
    body[0:64] = bytes(64)  # as a lost sector would look, but the next batch shows that it was there
    with _walk(tmp_path, bytes(body)) as walk:
        assert list(walk.frames()) == []
        assert walk.later_batch_follows()
        assert walk.judge() is Tail.DAMAGED


def test_a_bad_frame_before_one_of_the_same_batch_may_be_torn(tmp_path: Path) -> None:
    size = frame_bytes(len(_payload(2000)))
    body = bytearray(_frames([2], size=2000))
    body[960 : 960 + 512] = bytes(512)  # the disk wrote the sectors of one batch in another order
    with _walk(tmp_path, bytes(body)) as walk:
        assert len(body) == 2 * size
        assert list(walk.frames()) == []
        assert walk.judge() is Tail.TORN


def test_a_changed_last_frame_without_a_missing_sector_is_damage(tmp_path: Path) -> None:
    body = bytearray(_frames([1, 1]))
    body[-40] ^= 1
    with _walk(tmp_path, bytes(body) + bytes(4096)) as walk:
        assert len(list(walk.frames())) == 1
        assert walk.judge() is Tail.DAMAGED


def test_a_frame_of_another_epoch_or_number_is_not_taken(tmp_path: Path) -> None:
    for epoch, seq in [(4, 10), (3, 11)]:
        body = b"".join(pack_frame(_payload(10), epoch=epoch, seq=seq, place=0))
        with _walk(tmp_path, body) as walk:
            assert list(walk.frames()) == []
            assert walk.judge() is Tail.DAMAGED


def test_preallocated_room_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "x.seg"
    body = _frames([1])
    with path.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, 1 << 30)
        file.write(pack_segment_header(HEADER) + body)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        walk = Walk(descriptor, HEADER)
        assert len(list(walk.frames())) == 1
        assert len(walk._rest()) < 1 << 20
        assert walk.judge() is Tail.CLEAN
    finally:
        os.close(descriptor)


def test_header_bytes_are_as_documented() -> None:
    assert len(pack_frame(b"x", epoch=1, seq=1, place=0)[0]) == FRAME_HEADER_BYTES == ALIGN
