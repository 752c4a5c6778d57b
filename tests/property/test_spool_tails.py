"""What a crash or a flipped bit can do to a spool, tried at every place."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.spooling import MEMORY, committer, fill, record
from wardlaw.facts.errors import EvidenceError
from wardlaw.store.spool_format import SEGMENT_HEADER_BYTES, list_segments
from wardlaw.store.spoolread import read_frames, recover


def _frame_ends(segment: Path) -> list[int]:
    """Where each frame of a sealed segment ends; taken from what the reader itself sees of shorter and shorter files."""
    raw = segment.read_bytes()
    ends, at = [SEGMENT_HEADER_BYTES], SEGMENT_HEADER_BYTES
    while at < len(raw):
        length = int.from_bytes(raw[at : at + 4], "little")
        at += 32 + length + 32 - length % 32
        ends.append(at)
    return ends


@pytest.fixture
def memory() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=MEMORY) as name:
        yield Path(name)


def test_torn_at_every_byte_nothing_whole_is_lost_and_nothing_half_is_given(memory: Path) -> None:
    segment = fill(memory, [1, 2, 1], blob=b"b" * 60)
    raw, ends = segment.read_bytes(), _frame_ends(segment)
    spool = segment.parent
    for cut in range(SEGMENT_HEADER_BYTES, len(raw)):
        segment.write_bytes(raw[:cut])
        whole = sum(1 for end in ends[1:] if end <= cut)
        assert sum(1 for _ in read_frames(spool)) == whole
        found = recover(spool)
        assert found.count == whole
        assert bool(found.torn) == (cut not in ends and any(raw[ends[whole] : cut]))
        assert segment.stat().st_size == ends[whole]
        assert sum(1 for _ in read_frames(spool)) == whole


@given(
    batches=st.lists(st.integers(1, 4), min_size=1, max_size=4),
    blob=st.binary(max_size=3000),
    lost=st.sets(st.integers(0, 40), max_size=10),
)
def test_sectors_missing_from_the_last_batch_are_a_tear_not_damage(
    batches: list[int], blob: bytes, lost: set[int]
) -> None:
    """A power cut may leave any of the sectors of the last, unacknowledged batch unwritten, in any order."""
    with tempfile.TemporaryDirectory(dir=MEMORY) as name:
        segment = fill(Path(name), batches, blob=blob)
        raw, ends = bytearray(segment.read_bytes()), _frame_ends(segment)
        durable = ends[len(ends) - 1 - batches[-1]]
        for place in lost:
            start = max(durable, (durable // 512 + place) * 512)
            stop = min((durable // 512 + place + 1) * 512, len(raw))
            raw[start:stop] = bytes(max(0, stop - start))
        segment.write_bytes(bytes(raw) + bytes(4096))
        found = recover(segment.parent)
        acknowledged = sum(batches[:-1])
        assert acknowledged <= found.count <= sum(batches)
        assert sum(1 for _ in read_frames(segment.parent)) == found.count
        if not lost:
            assert found.count == sum(batches)


@given(batches=st.lists(st.integers(1, 3), min_size=1, max_size=4), data=st.data())
def test_every_flipped_bit_of_an_acknowledged_frame_is_found(batches: list[int], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory(dir=MEMORY) as name:
        segment = fill(Path(name), batches, blob=b"\xa5" * 40)
        raw = bytearray(segment.read_bytes())
        bit = data.draw(st.integers(0, len(raw) * 8 - 1))
        raw[bit // 8] ^= 1 << bit % 8
        segment.write_bytes(bytes(raw) + bytes(8192))  # preallocated room behind it, as after a crash
        if 52 * 8 <= bit < SEGMENT_HEADER_BYTES * 8:
            assert recover(segment.parent).count == sum(batches)  # unused bytes of the segment's head
            return
        with pytest.raises(EvidenceError, match=r"WL-SPL-01[02]"):
            recover(segment.parent)


@given(
    steps=st.lists(
        st.one_of(st.tuples(st.just("write"), st.integers(1, 60)), st.tuples(st.just("restart"), st.just(0))),
        max_size=12,
    ),
    blob=st.integers(0, 4000),
)
def test_whatever_the_writer_does_the_reader_gives_back(steps: list[tuple[str, int]], blob: int) -> None:
    with tempfile.TemporaryDirectory(dir=MEMORY) as name:
        writer = committer(Path(name))
        expected: list[tuple[int, int]] = []
        for step, count in steps:
            if step == "restart":
                writer.close()
                writer = committer(Path(name))
                continue
            waiting = [record(blobs=(b"x" * blob,))] * count
            while waiting:
                done = writer.commit(waiting)
                assert all(isinstance(one, str) for one in done)
                waiting = waiting[len(done) :]
            first = sum(1 for epoch, _ in expected if epoch == writer.epoch)
            expected += [(writer.epoch, first + at) for at in range(count)]
        assert [(frame.epoch, frame.seq) for frame in read_frames(Path(name) / "gw")] == expected
        writer.close()
        assert [(frame.epoch, frame.seq) for frame in read_frames(Path(name) / "gw")] == expected
        middle = expected[len(expected) // 2] if expected else (-1, -1)
        rest = read_frames(Path(name) / "gw", after_epoch=middle[0], after_seq=middle[1])
        assert [(frame.epoch, frame.seq) for frame in rest] == [place for place in expected if place > middle]
        assert list_segments(Path(name) / "gw")
