"""A damaged spool goes on behind its last good record, and nothing is thrown away."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.spooling import committer, fill, record
from wardlaw.facts.errors import EvidenceError, UnavailableError
from wardlaw.store.spool_format import list_segments
from wardlaw.store.spoolloss import SpoolLoss, find_loss, held_spool, set_aside
from wardlaw.store.spoolread import read_frames, recover


def flip(path: Path, needle: bytes) -> None:
    """Flip a bit of one frame's envelope."""
    data = bytearray(path.read_bytes())
    data[data.index(needle)] ^= 1
    path.write_bytes(data)


def places(directory: Path) -> list[tuple[int, int]]:
    return [(frame.epoch, frame.seq) for frame in read_frames(directory)]


def kept(directory: Path) -> list[str]:
    return sorted(path.name for path in (directory / "quarantine").glob("*.lost*"))


def found(directory: Path) -> SpoolLoss:
    loss = find_loss(directory)
    assert loss is not None
    return loss


def test_a_sound_spool_has_lost_nothing(tmp_path: Path) -> None:
    fill(tmp_path, [3, 2])
    assert find_loss(tmp_path / "gw") is None
    assert not (tmp_path / "gw" / "quarantine").exists()


def test_the_good_records_before_the_damage_stay(tmp_path: Path) -> None:
    path = fill(tmp_path, [3, 2])
    whole = path.read_bytes()
    flip(path, b"dec_2")
    damaged = path.read_bytes()
    assert damaged != whole
    spool = tmp_path / "gw"
    loss = found(spool)
    assert (loss.code, loss.epoch, loss.seq, loss.files, loss.readable) == ("WL-SPL-010", 1, 1, (path.name,), 0)
    assert path.read_bytes() == damaged  # looking changes nothing
    set_aside(spool, loss)
    assert places(spool) == [(1, 0), (1, 1)]
    assert kept(spool) == [f"{path.name}.lost"]
    assert (spool / "quarantine" / f"{path.name}.lost").read_bytes() == damaged
    assert find_loss(spool) is None


def test_later_epochs_go_aside_whole_and_stay_readable(tmp_path: Path) -> None:
    first = fill(tmp_path, [3, 2])
    second = fill(tmp_path, [4])
    flip(first, b"dec_1")
    spool = tmp_path / "gw"
    loss = found(spool)
    assert (loss.epoch, loss.seq, loss.files, loss.readable) == (1, 0, (first.name, second.name), 4)
    set_aside(spool, loss)
    assert places(spool) == [(1, 0)]
    assert kept(spool) == sorted([f"{first.name}.lost", f"{second.name}.lost"])
    again = spool / "again"
    again.mkdir()
    (spool / "quarantine" / f"{second.name}.lost").rename(again / second.name)
    assert len(places(again)) == 4


def test_a_new_epoch_follows_without_a_break(tmp_path: Path) -> None:
    path = fill(tmp_path, [3, 2])
    flip(path, b"dec_2")
    spool = tmp_path / "gw"
    set_aside(spool, found(spool))
    writer = committer(tmp_path)
    writer.commit([record("dec_new")])
    writer.close()
    assert places(spool) == [(1, 0), (1, 1), (2, 0)]
    assert [(frame.epoch, frame.seq) for frame in read_frames(spool, after_epoch=1, after_seq=0)] == [(1, 1), (2, 0)]
    # The log may have had more than is left, before the damage came.
    assert [(frame.epoch, frame.seq) for frame in read_frames(spool, after_epoch=1, after_seq=4)] == [(2, 0)]


def test_a_removed_segment_and_a_lost_head_can_be_accepted(tmp_path: Path) -> None:
    first, second = fill(tmp_path, [3]), fill(tmp_path, [2])
    third = fill(tmp_path, [2])
    spool = tmp_path / "gw"
    second.unlink()
    loss = found(spool)
    assert (loss.code, loss.epoch, loss.seq, loss.files, loss.readable) == ("WL-SPL-011", 1, 2, (third.name,), 2)
    set_aside(spool, loss)
    first.write_bytes(b"x" + first.read_bytes()[1:])
    loss = found(spool)
    assert (loss.code, loss.epoch, loss.files, loss.readable) == ("WL-SPL-012", -1, (first.name,), 0)
    set_aside(spool, loss)
    assert list_segments(spool) == []
    assert recover(spool).epoch == -1


def test_what_is_set_aside_twice_keeps_both(tmp_path: Path) -> None:
    spool = tmp_path / "gw"
    path = fill(tmp_path, [3, 2])
    original = path.read_bytes()
    for needle in (b"dec_2", b"dec_1"):
        path.write_bytes(original)
        flip(path, needle)
        set_aside(spool, found(spool))
    assert kept(spool) == [f"{path.name}.lost", f"{path.name}.lost.1"]


def test_a_loss_that_claims_too_much_still_cuts_at_the_damage(tmp_path: Path) -> None:
    path = fill(tmp_path, [3, 2])
    flip(path, b"dec_1")
    set_aside(tmp_path / "gw", SpoolLoss("WL-SPL-010", "", 1, 4, (), 0))
    assert places(tmp_path / "gw") == [(1, 0)]


def test_a_loss_that_tells_of_too_little_leaves_the_spool_refused(tmp_path: Path) -> None:
    first = fill(tmp_path, [3])
    fill(tmp_path, [2])
    first.unlink()
    (tmp_path / "gw" / "0000000003-00000000000000000000.seg").write_bytes(b"x" * 64)
    with pytest.raises(EvidenceError):
        set_aside(tmp_path / "gw", SpoolLoss("WL-SPL-010", "", 9, 0, (), 0))


def test_nobody_writes_meanwhile(tmp_path: Path) -> None:
    writer = committer(tmp_path)
    with pytest.raises(UnavailableError, match="WL-SPL-008"), held_spool(tmp_path / "gw"):
        raise AssertionError
    writer.close()
    with held_spool(tmp_path / "gw"), pytest.raises(UnavailableError, match="WL-SPL-008"):
        committer(tmp_path)
    with pytest.raises(UnavailableError), held_spool(tmp_path / "none"):
        raise AssertionError
