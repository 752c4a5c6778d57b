from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from tests.spooling import PUBLIC, SIGNER, SMALL, committer, envelope, fill, record
from wardlaw.audit.envelope import decode
from wardlaw.audit.merkle import leaf_hash
from wardlaw.audit.receipt import verify_receipt
from wardlaw.facts.errors import ConfigError, Fault, InputError, UnavailableError
from wardlaw.store import spool_commit
from wardlaw.store.spool_commit import Record
from wardlaw.store.spoolread import read_frames


def test_receipts_verify_against_what_was_written(tmp_path: Path) -> None:
    writer = committer(tmp_path)
    results = writer.commit([record(f"dec_{at}", blobs=(b"x", b"y"), delta=b"d") for at in range(5)])
    frames = list(read_frames(tmp_path / "gw"))
    assert len(frames) == len(results) == 5
    for seq, (frame, receipt) in enumerate(zip(frames, results, strict=True)):
        assert isinstance(receipt, str)
        facts = verify_receipt(receipt, leaf_hash(frame.envelope), PUBLIC)
        assert (facts.gateway, facts.epoch, facts.seq) == ("gw", 1, seq)
        found = decode(frame.envelope)
        assert (found.gateway, found.epoch, found.seq, found.id) == ("gw", 1, seq, f"dec_{seq}")
        assert (frame.epoch, frame.seq, frame.blobs, frame.delta) == (1, seq, (b"x", b"y"), b"d")
    writer.close()


def test_only_who_waits_is_given_a_receipt(tmp_path: Path) -> None:
    signed: list[bytes] = []

    def sign(message: bytes) -> bytes:
        signed.append(message)
        return SIGNER.sign(message)

    writer = spool_commit.Committer(tmp_path, gateway="gw", sign=sign, settings=SMALL)
    batch = [Record(envelope(f"dec_{at}"), (), b"", is_awaited=at % 2 == 1) for at in range(5)]
    results = writer.commit(batch)
    frames = list(read_frames(tmp_path / "gw"))
    for seq in (1, 3):
        facts = verify_receipt(str(results[seq]), leaf_hash(frames[seq].envelope), PUBLIC)
        assert (facts.seq, facts.count) == (seq, 5)
    assert [results[seq] for seq in (0, 2, 4)] == ["", "", ""]
    assert writer.commit([Record(envelope("dec_5"), (), b"", is_awaited=False)]) == [""]
    assert len(signed) == 1
    assert len(list(read_frames(tmp_path / "gw"))) == 6
    writer.close()


def test_numbers_have_no_gaps_over_rotations_and_starts(tmp_path: Path) -> None:
    for _ in range(3):
        writer = committer(tmp_path)
        for _ in range(200):
            assert all(isinstance(one, str) for one in writer.commit([record(blobs=(b"b" * 900,))]))
        writer.close()
    assert len(list((tmp_path / "gw").glob("*.seg"))) > 6
    places = [(frame.epoch, frame.seq) for frame in read_frames(tmp_path / "gw")]
    assert places == [(epoch, seq) for epoch in (1, 2, 3) for seq in range(200)]


def test_a_batch_that_does_not_fit_is_taken_in_parts(tmp_path: Path) -> None:
    writer = committer(tmp_path)
    waiting = [record(f"dec_{at}", blobs=(b"b" * 1000,)) for at in range(150)]
    parts = 0
    while waiting:
        done = writer.commit(waiting)
        assert done
        assert all(isinstance(one, str) for one in done)
        waiting = waiting[len(done) :]
        parts += 1
    assert parts > 1
    assert [frame.seq for frame in read_frames(tmp_path / "gw")] == list(range(150))
    writer.close()


def test_a_record_larger_than_a_segment_gets_its_own(tmp_path: Path) -> None:
    writer = committer(tmp_path)
    blob = os.urandom(5 * SMALL.segment_bytes)
    for results in (writer.commit([record(blobs=(blob,))]), writer.commit([record()])):
        assert isinstance(results[0], str)
    first, second = read_frames(tmp_path / "gw")
    assert first.blobs == (blob,)
    assert second.seq == 1
    writer.close()


def test_a_record_beyond_all_bounds_is_refused_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool_commit, "MAX_PAYLOAD_BYTES", 1000)
    writer = committer(tmp_path)
    results = writer.commit([record("dec_a"), record("dec_b", blobs=(b"x" * 2000,)), record("dec_c")])
    assert isinstance(results[1], InputError)
    assert results[1].code == "WL-SPL-009"
    assert [decode(frame.envelope).id for frame in read_frames(tmp_path / "gw")] == ["dec_a", "dec_c"]
    writer.close()


def test_a_record_that_cannot_be_encoded_is_refused_alone(tmp_path: Path) -> None:
    writer = committer(tmp_path)
    bad = msgspec.structs.replace(envelope("dec_b"), id="\ud800")
    huge = msgspec.structs.replace(envelope("dec_d"), facts={"x": "y" * 70_000})
    results = writer.commit([record("dec_a"), Record(bad, (), b""), record("dec_c"), Record(huge, (), b"")])
    assert isinstance(results[1], Fault)
    assert results[1].code == "WL-SPL-015"
    assert isinstance(results[3], Fault)
    assert [(frame.seq, decode(frame.envelope).id) for frame in read_frames(tmp_path / "gw")] == [
        (0, "dec_a"),
        (1, "dec_c"),
    ]
    writer.close()


def test_the_first_epoch_can_be_set_for_a_lost_directory(tmp_path: Path) -> None:
    writer = committer(tmp_path, min_epoch=41)
    assert writer.epoch == 41
    writer.close()
    writer = committer(tmp_path, min_epoch=3)
    assert writer.epoch == 42
    writer.close()


@pytest.mark.parametrize("gateway", ["", "../x", "a/b", ".hidden", "A", "a" * 65])
def test_a_gateway_id_is_a_plain_file_name(tmp_path: Path, gateway: str) -> None:
    with pytest.raises(ConfigError, match="WL-SPL-016"):
        spool_commit.Committer(tmp_path, gateway=gateway, sign=bytes, settings=SMALL)


def test_one_failed_sync_is_survived_in_a_new_epoch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = committer(tmp_path)
    assert isinstance(writer.commit([record("dec_a")])[0], str)
    real, broken = os.pwritev, [True]

    def once(descriptor: int, buffers: Sequence[bytes], offset: int, flags: int) -> int:
        if broken.pop() if broken else False:
            raise OSError(errno.EIO, "sync failed")
        return real(descriptor, buffers, offset, flags)

    monkeypatch.setattr(os, "pwritev", once)
    receipt = writer.commit([record("dec_b")])[0]
    assert isinstance(receipt, str)
    assert (writer.epoch, writer.failures, writer.error) == (2, 1, None)
    frames = [(frame.epoch, frame.seq, decode(frame.envelope).id) for frame in read_frames(tmp_path / "gw")]
    assert frames == [(1, 0, "dec_a"), (2, 0, "dec_b")]
    writer.close()


def test_a_lasting_failure_refuses_and_heals_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = committer(tmp_path)
    assert isinstance(writer.commit([record("dec_a")])[0], str)
    with monkeypatch.context() as patch:

        def fails(*_: object) -> int:
            raise OSError(errno.EIO, "sync failed")

        patch.setattr(os, "pwritev", fails)
        patch.setattr(os, "fsync", fails)
        for name in ("dec_b", "dec_c"):
            error = writer.commit([record(name)])[0]
            assert isinstance(error, UnavailableError)
            assert error.code == "WL-SPL-002"
        assert writer.is_restless
    while writer.error is not None:
        writer.tick()
    assert isinstance(writer.commit([record("dec_d")])[0], str)
    assert [decode(frame.envelope).id for frame in read_frames(tmp_path / "gw")] == ["dec_a", "dec_d"]
    writer.close()


def test_the_reserve_carries_the_last_records_then_nothing_is_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = committer(tmp_path)
    acknowledged = 0
    with monkeypatch.context() as patch:

        def full(*_: int) -> None:
            raise OSError(errno.ENOSPC, "full")

        patch.setattr(os, "posix_fallocate", full)
        seen_reserve = False
        while not isinstance(result := writer.commit([record(blobs=(b"x" * 1000,))])[0], UnavailableError):
            acknowledged += 1
            seen_reserve = seen_reserve or writer.on_reserve
        assert result.code == "WL-SPL-001"
        assert "free space" in result.message
        assert seen_reserve
        assert acknowledged > SMALL.segment_bytes // 1200
    while writer.is_restless:
        writer.tick()
    assert not writer.on_reserve
    assert isinstance(writer.commit([record()])[0], str)
    assert sum(1 for _ in read_frames(tmp_path / "gw")) == acknowledged + 1
    writer.close()


def test_the_reserve_is_left_as_soon_as_there_is_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = committer(tmp_path)
    with monkeypatch.context() as patch:

        def full(*_: int) -> None:
            raise OSError(errno.ENOSPC, "full")

        patch.setattr(os, "posix_fallocate", full)
        while not writer.on_reserve:
            writer.commit([record(blobs=(b"x" * 1000,))])
        assert writer.error is None
    while writer.on_reserve or not writer.reserve_ready:
        writer.tick()
    assert isinstance(writer.commit([record()])[0], str)
    writer.close()


def test_a_start_on_a_damaged_spool_lets_go_of_the_directory(tmp_path: Path) -> None:
    segment = fill(tmp_path, [1, 1])
    raw = bytearray(segment.read_bytes())
    raw[120] ^= 1
    segment.write_bytes(raw)
    for _ in range(2):
        with pytest.raises(Exception, match="WL-SPL-010"):
            committer(tmp_path)
