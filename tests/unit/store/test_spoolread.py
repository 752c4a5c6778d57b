from __future__ import annotations

import os
import shutil
from itertools import islice
from pathlib import Path

import pytest

from tests.spooling import committer, fill, record
from wardlaw.facts.errors import EvidenceError, UnavailableError
from wardlaw.store.spool_format import SegmentHeader, Walk, list_segments
from wardlaw.store.spool_segment import open_segment
from wardlaw.store.spoolread import Recovery, SpoolReader, discard_covered, read_frames, recover

BLOB = (b"b" * 1000,)


def _places(directory: Path, **after: int) -> list[tuple[int, int]]:
    return [(frame.epoch, frame.seq) for frame in read_frames(directory, **after)]


def _three_epochs(tmp_path: Path) -> Path:
    for count in (150, 100, 50):
        writer = committer(tmp_path)
        for _ in range(count):
            writer.commit([record(blobs=BLOB)])
        writer.close()
    return tmp_path / "gw"


ALL = [(epoch, seq) for epoch, count in ((1, 150), (2, 100), (3, 50)) for seq in range(count)]


def test_an_empty_spool_is_recovered_to_nothing(tmp_path: Path) -> None:
    assert recover(tmp_path) == Recovery()
    assert list(read_frames(tmp_path)) == []


@pytest.mark.parametrize("after", [(1, 0), (1, 148), (1, 149), (2, 0), (2, 99), (3, 48), (3, 49)])
def test_reading_goes_on_after_any_position(tmp_path: Path, after: tuple[int, int]) -> None:
    spool = _three_epochs(tmp_path)
    assert _places(spool, after_epoch=after[0], after_seq=after[1]) == [place for place in ALL if place > after]


def test_recover_counts_the_newest_epoch(tmp_path: Path) -> None:
    assert recover(_three_epochs(tmp_path)) == Recovery(3, 50)


def test_a_reader_follows_a_writer_without_reading_twice(tmp_path: Path) -> None:
    writer = committer(tmp_path)
    reader = SpoolReader(tmp_path / "gw")
    assert list(reader.frames()) == []
    seen = []
    for step in range(60):
        for _ in range(step % 5):
            writer.commit([record(blobs=BLOB)] * 3)
        seen += [frame.seq for frame in reader.frames()]
    writer.close()
    writer = committer(tmp_path)
    writer.commit([record()])
    assert seen == list(range(120 * 3))
    assert [(frame.epoch, frame.seq) for frame in reader.frames()] == [(2, 0)]
    assert list(reader.frames()) == []
    writer.close()


def test_a_reader_stopped_in_the_middle_goes_on_there(tmp_path: Path) -> None:
    reader = SpoolReader(_three_epochs(tmp_path))
    seen: list[tuple[int, int]] = []
    while part := [(frame.epoch, frame.seq) for frame in islice(reader.frames(), 37)]:
        seen += part
    assert seen == ALL


def test_a_torn_tail_is_cut_off_and_kept_aside(tmp_path: Path) -> None:
    segment = fill(tmp_path, [1, 1, 1])
    raw = segment.read_bytes()
    segment.write_bytes(raw[:-200])
    found = recover(tmp_path / "gw")
    assert (found.epoch, found.count) == (1, 2)
    ((name, offset, size),) = found.torn
    assert name == segment.name
    kept = tmp_path / "gw" / "quarantine" / f"{name}.{offset}.torn"
    assert kept.read_bytes() == raw[offset:-200]
    assert size == len(raw) - 200 - offset
    assert segment.read_bytes() == raw[:offset]
    assert recover(tmp_path / "gw") == Recovery(1, 2)


def test_damage_in_the_middle_stops_names_the_place_and_keeps_the_bytes(tmp_path: Path) -> None:
    segment = fill(tmp_path, [1, 1, 1])
    raw = bytearray(segment.read_bytes())
    raw[700] ^= 0x10
    segment.write_bytes(raw)
    with pytest.raises(EvidenceError, match="WL-SPL-010") as caught:
        recover(tmp_path / "gw")
    assert str(segment) in caught.value.message
    assert "record 1 of epoch 1" in caught.value.message
    (kept,) = (tmp_path / "gw" / "quarantine").iterdir()
    assert kept.read_bytes() == bytes(raw[int(kept.name.split(".")[-2]) :])
    assert segment.read_bytes() == raw
    with pytest.raises(EvidenceError, match="WL-SPL-010"):
        list(read_frames(tmp_path / "gw"))


def test_a_live_reader_does_not_take_a_half_written_batch_for_damage(tmp_path: Path) -> None:
    writer = committer(tmp_path)
    writer.commit([record()])
    segment = writer._segment
    assert segment is not None
    with segment.path.open("r+b") as file:
        file.seek(segment.used)
        file.write(b"\x01" * 40)  # as a write under way looks
    reader = SpoolReader(tmp_path / "gw")
    assert [frame.seq for frame in reader.frames()] == [0]
    writer.commit([record()])
    assert [frame.seq for frame in reader.frames()] == [1]
    writer.close()


def test_a_live_reader_finds_damage_once_a_later_batch_is_there(tmp_path: Path) -> None:
    writer = committer(tmp_path)
    for _ in range(3):
        writer.commit([record(blobs=BLOB)])
    segment = writer._segment
    assert segment is not None
    with segment.path.open("r+b") as file:
        file.seek(100)
        file.write(b"\xff")
    with pytest.raises(EvidenceError, match="WL-SPL-010"):
        list(read_frames(tmp_path / "gw"))
    writer.close()


def test_what_was_searched_and_not_written_since_is_not_searched_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched: list[int] = []
    search = Walk.later_batch_follows
    monkeypatch.setattr(Walk, "later_batch_follows", lambda walk: (searched.append(walk.seq), search(walk))[1])
    writer = committer(tmp_path)
    writer.commit([record()])
    reader = SpoolReader(tmp_path / "gw")
    looks = [[frame.seq for frame in reader.frames()] for _ in range(5)]
    assert (looks, searched) == ([[0], [], [], [], []], [1])
    writer.commit([record()])
    looks = [[frame.seq for frame in reader.frames()] for _ in range(5)]
    assert (looks, searched) == ([[1], [], [], [], []], [1, 2])
    writer.close()


@pytest.mark.parametrize("missing", [1, 2, -2])
def test_a_removed_segment_is_noticed(tmp_path: Path, missing: int) -> None:
    spool = _three_epochs(tmp_path)
    list_segments(spool)[missing][2].unlink()
    with pytest.raises(EvidenceError, match=r"WL-SPL-01[01]"):
        list(read_frames(spool))
    with pytest.raises(EvidenceError, match=r"WL-SPL-01[01]"):
        recover(spool)


def test_a_whole_removed_epoch_is_noticed(tmp_path: Path) -> None:
    spool = _three_epochs(tmp_path)
    for epoch, _, path in list_segments(spool):
        if epoch == 2:
            path.unlink()
    with pytest.raises(EvidenceError, match="WL-SPL-011"):
        list(read_frames(spool))
    with pytest.raises(EvidenceError, match="WL-SPL-011"):
        recover(spool)


def test_a_spool_that_begins_behind_the_position_is_a_gap(tmp_path: Path) -> None:
    spool = _three_epochs(tmp_path)
    list_segments(spool)[0][2].unlink()
    with pytest.raises(EvidenceError, match="WL-SPL-011"):
        _places(spool, after_epoch=1, after_seq=3)


def test_a_cut_end_of_an_older_epoch_is_noticed(tmp_path: Path) -> None:
    spool = _three_epochs(tmp_path)
    last_of_one = [path for epoch, _, path in list_segments(spool) if epoch == 1][-1]
    last_of_one.write_bytes(last_of_one.read_bytes()[:-1200])
    with pytest.raises(EvidenceError, match="WL-SPL-011"):
        list(read_frames(spool))


def test_a_segment_without_its_tail_before_another_is_damage(tmp_path: Path) -> None:
    spool = _three_epochs(tmp_path)
    first = list_segments(spool)[0][2]
    first.write_bytes(first.read_bytes()[:-1200])
    with pytest.raises(EvidenceError, match="WL-SPL-010"):
        list(read_frames(spool))
    with pytest.raises(EvidenceError, match="WL-SPL-010"):
        recover(spool)


def test_a_renamed_segment_is_noticed(tmp_path: Path) -> None:
    spool = _three_epochs(tmp_path)
    path = list_segments(spool)[0][2]
    path.rename(path.with_name("0000000001-00000000000000000003.seg"))
    with pytest.raises(EvidenceError, match="WL-SPL-012"):
        list(read_frames(spool))


def test_a_start_cut_short_leaves_a_file_that_is_cleared_away(tmp_path: Path) -> None:
    spool = _three_epochs(tmp_path)
    segment = open_segment(spool, SegmentHeader(4, 0, 3, 50), size=4096)
    segment.seal()
    segment.path.write_bytes(b"")
    assert _places(spool) == ALL
    assert recover(spool) == Recovery(3, 50)
    assert not segment.path.exists()


def test_a_lost_head_is_not_taken_for_a_start_cut_short(tmp_path: Path) -> None:
    spool = _three_epochs(tmp_path)
    path = list_segments(spool)[-1][2]
    path.write_bytes(bytes(64) + path.read_bytes()[64:])
    with pytest.raises(EvidenceError, match="WL-SPL-012"):
        recover(spool)


def test_discard_deletes_whole_covered_segments_only(tmp_path: Path) -> None:
    spool = _three_epochs(tmp_path)
    before = list_segments(spool)
    assert discard_covered(spool, epoch=1, seq=-1) == ()
    assert discard_covered(spool, epoch=1, seq=before[1][1] - 2) == ()
    assert discard_covered(spool, epoch=1, seq=before[1][1] - 1) == (before[0][2].name,)
    assert _places(spool, after_epoch=1, after_seq=before[1][1] - 1) == [
        place for place in ALL if place > (1, before[1][1] - 1)
    ]


def test_discard_keeps_what_somebody_else_needs(tmp_path: Path) -> None:
    spool = _three_epochs(tmp_path)
    second = list_segments(spool)[1]
    assert len(discard_covered(spool, epoch=3, seq=49, keep_from=(1, second[1]))) == 1
    assert discard_covered(spool, epoch=3, seq=49, keep_from=(1, second[1])) == ()


def test_discard_never_takes_the_newest_segment(tmp_path: Path) -> None:
    spool = _three_epochs(tmp_path)
    newest = list_segments(spool)[-1]
    discard_covered(spool, epoch=99, seq=0)
    assert list_segments(spool) == [newest]
    writer = committer(tmp_path)
    assert writer.epoch == 4
    writer.commit([record()])
    assert _places(spool, after_epoch=3, after_seq=49) == [(4, 0)]
    writer.close()


def test_a_reader_survives_discarding_behind_its_back(tmp_path: Path) -> None:
    spool = _three_epochs(tmp_path)
    reader = SpoolReader(spool)
    seen = [(frame.epoch, frame.seq) for frame in islice(reader.frames(), 200)]
    discard_covered(spool, epoch=2, seq=49)
    assert seen + [(frame.epoch, frame.seq) for frame in reader.frames()] == ALL


def test_frames_discarded_before_they_were_read_are_missed(tmp_path: Path) -> None:
    spool = _three_epochs(tmp_path)
    reader = SpoolReader(spool)
    assert len(list(islice(reader.frames(), 10))) == 10
    discard_covered(spool, epoch=2, seq=99)
    with pytest.raises(EvidenceError, match="WL-SPL-011"):
        list(reader.frames())


def test_a_spool_behind_the_log_is_no_gap(tmp_path: Path) -> None:
    """Frames the sequencer read before a power cut took them from the disk: the next epoch goes on."""
    spool = _three_epochs(tmp_path)
    assert _places(spool, after_epoch=2, after_seq=120) == [place for place in ALL if place[0] == 3]


def test_a_directory_that_is_not_there(tmp_path: Path) -> None:
    for attempt in (
        lambda: list(read_frames(tmp_path / "none")),
        lambda: recover(tmp_path / "none"),
        lambda: discard_covered(tmp_path / "none", epoch=1, seq=1),
    ):
        with pytest.raises(UnavailableError, match="WL-SPL-004"):
            attempt()


def test_a_copy_of_a_live_spool_is_a_good_spool(tmp_path: Path) -> None:
    writer = committer(tmp_path)
    for _ in range(20):
        writer.commit([record(blobs=BLOB)])
    shutil.copytree(tmp_path / "gw", tmp_path / "copy")
    writer.close()
    assert recover(tmp_path / "copy") == Recovery(1, 20)
    assert os.path.getsize(list_segments(tmp_path / "copy")[0][2]) < 64 * 1024
