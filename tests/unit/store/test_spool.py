from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from tests.spooling import PUBLIC, SIGNER, SMALL, envelope
from wardlaw.audit.envelope import decode
from wardlaw.audit.merkle import leaf_hash
from wardlaw.audit.receipt import verify_receipt
from wardlaw.facts.errors import Fault, UnavailableError
from wardlaw.store.spool import SpoolSettings, SpoolWriter
from wardlaw.store.spoolread import read_frames


def _open(tmp_path: Path, settings: SpoolSettings = SMALL) -> SpoolWriter:
    return SpoolWriter(tmp_path, gateway="gw", sign=SIGNER.sign, settings=settings)


def test_a_record_is_on_the_disk_when_its_receipt_is_there(tmp_path: Path) -> None:
    async def scenario() -> None:
        spool = _open(tmp_path)
        receipt = await spool.append(envelope("dec_a"), blobs=(b"x",), delta=b"d")
        (frame,) = read_frames(tmp_path / "gw")
        assert verify_receipt(receipt, leaf_hash(frame.envelope), PUBLIC).seq == 0
        assert (frame.blobs, frame.delta) == ((b"x",), b"d")
        assert spool.close()

    asyncio.run(scenario())


def test_many_at_once_share_syncs_and_keep_their_order(tmp_path: Path) -> None:
    async def scenario() -> None:
        spool = _open(tmp_path)
        names = [f"dec_{at}" for at in range(1500)]
        receipts = await asyncio.gather(*[spool.append(envelope(name)) for name in names])
        assert len(set(receipts)) == 1500
        frames = list(read_frames(tmp_path / "gw"))
        assert [decode(frame.envelope).id for frame in frames] == names
        assert [frame.seq for frame in frames] == list(range(1500))
        assert spool.stats().healthy
        assert spool.close()  # receipts arrive before the writer has put its last batch aside
        stats = spool.stats()
        assert (stats.records, stats.next_seq, stats.refused, stats.pending) == (1500, 1500, 0, 0)
        assert stats.batches < 100

    asyncio.run(scenario())


def test_outcomes_are_not_waited_for_but_written_before_close(tmp_path: Path) -> None:
    async def scenario() -> None:
        spool = _open(tmp_path)
        assert spool.append_nowait(envelope("dec_out"), delta=b"d")
        assert spool.close()
        assert [decode(frame.envelope).id for frame in read_frames(tmp_path / "gw")] == ["dec_out"]
        assert spool.stats().records == 1

    asyncio.run(scenario())


def test_what_one_turn_of_the_loop_hands_over_is_one_batch(tmp_path: Path) -> None:
    async def scenario() -> None:
        spool = _open(tmp_path)
        for _ in range(20):
            await asyncio.gather(*[spool.append(envelope(f"dec_{at}")) for at in range(5)])
        spool.close()  # a batch is counted after it is answered
        assert (spool.stats().records, spool.stats().batches) == (100, 20)

    asyncio.run(scenario())


def test_an_outcome_rides_with_the_next_decision(tmp_path: Path) -> None:
    async def scenario() -> None:
        spool = _open(tmp_path)
        await spool.append(envelope("dec_a"))
        assert spool.append_nowait(envelope("dec_out"))
        await spool.append(envelope("dec_b"))
        spool.close()
        assert (spool.stats().records, spool.stats().batches) == (3, 2)
        names = [decode(frame.envelope).id for frame in read_frames(tmp_path / "gw")]
        assert names == ["dec_a", "dec_out", "dec_b"]

    asyncio.run(scenario())


def test_an_outcome_without_company_is_written_soon(tmp_path: Path) -> None:
    async def scenario() -> None:
        spool = _open(tmp_path)
        await spool.append(envelope("dec_a"))
        assert spool.append_nowait(envelope("dec_out"))
        async with asyncio.timeout(10):
            while spool.stats().records < 2:
                await asyncio.sleep(0.001)
        spool.close()

    asyncio.run(scenario())


def test_a_record_handed_over_outside_of_a_loop_is_written(tmp_path: Path) -> None:
    spool = _open(tmp_path)
    assert spool.append_nowait(envelope("dec_out"))
    deadline = threading.Event()
    while spool.stats().records < 1:
        assert not deadline.wait(0.001)
    spool.close()


def test_a_closed_spool_refuses(tmp_path: Path) -> None:
    async def scenario() -> None:
        spool = _open(tmp_path)
        spool.close()
        assert not spool.healthy
        with pytest.raises(UnavailableError, match="WL-SPL-006"):
            await spool.append(envelope())
        assert not spool.append_nowait(envelope())
        assert (spool.stats().refused, spool.stats().lost) == (1, 1)

    asyncio.run(scenario())


def test_a_cancelled_caller_leaves_its_record(tmp_path: Path) -> None:
    async def scenario() -> None:
        spool = _open(tmp_path)
        spool.append(envelope("dec_a")).cancel()
        await spool.append(envelope("dec_b"))
        assert [decode(frame.envelope).id for frame in read_frames(tmp_path / "gw")] == ["dec_a", "dec_b"]
        spool.close()

    asyncio.run(scenario())


def test_one_bad_record_does_not_take_its_neighbours_along(tmp_path: Path) -> None:
    async def scenario() -> None:
        spool = _open(tmp_path)
        bad = msgspec.structs.replace(envelope(), id="\ud800")
        results = await asyncio.gather(
            spool.append(envelope("dec_a")), spool.append(bad), spool.append(envelope("dec_b")), return_exceptions=True
        )
        assert [type(result) for result in results] == [str, Fault, str]
        assert spool.healthy
        spool.close()

    asyncio.run(scenario())


def test_a_signer_that_fails_refuses_and_the_thread_lives(tmp_path: Path) -> None:
    async def scenario() -> None:
        broken = [True]

        def sign(message: bytes) -> bytes:
            if broken:
                broken.clear()
                raise RuntimeError("the key is gone")
            return SIGNER.sign(message)

        spool = SpoolWriter(tmp_path, gateway="gw", sign=sign, settings=SMALL)
        with pytest.raises(Fault, match="WL-SPL-014"):
            await spool.append(envelope("dec_a"))
        assert await spool.append(envelope("dec_b"))
        assert [frame.seq for frame in read_frames(tmp_path / "gw")] == [0, 1]
        spool.close()

    asyncio.run(scenario())


def test_a_spool_that_is_behind_refuses_what_it_cannot_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        gate = threading.Event()
        real = os.pwritev

        def slow(descriptor: int, buffers: Sequence[bytes], offset: int, flags: int) -> int:
            gate.wait(10)
            return real(descriptor, buffers, offset, flags)

        spool = _open(tmp_path, msgspec.structs.replace(SMALL, max_pending_records=3, stall_s=30.0))
        monkeypatch.setattr(os, "pwritev", slow)
        first = spool.append(envelope("dec_0"))
        while not spool._batch:
            await asyncio.sleep(0.001)
        waiting = [spool.append(envelope(f"dec_{at}")) for at in range(1, 4)]
        with pytest.raises(UnavailableError, match="WL-SPL-007"):
            await spool.append(envelope("dec_4"))
        gate.set()
        assert len(await asyncio.gather(first, *waiting)) == 4
        spool.close()

    asyncio.run(scenario())


def test_bytes_that_wait_are_bounded_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        gate = threading.Event()
        real = os.pwritev

        def slow(descriptor: int, buffers: Sequence[bytes], offset: int, flags: int) -> int:
            gate.wait(10)
            return real(descriptor, buffers, offset, flags)

        spool = _open(tmp_path, msgspec.structs.replace(SMALL, max_pending_bytes=2000, stall_s=30.0))
        monkeypatch.setattr(os, "pwritev", slow)
        first = spool.append(envelope("dec_0"), blobs=(b"x" * 1500,))
        while not spool._batch:
            await asyncio.sleep(0.001)
        second = spool.append(envelope("dec_1"), blobs=(b"x" * 400,))
        with pytest.raises(UnavailableError, match="WL-SPL-007"):
            await spool.append(envelope("dec_2"), blobs=(b"x" * 400,))
        gate.set()
        await asyncio.gather(first, second)
        assert await spool.append(envelope("dec_3"), blobs=(b"x" * 1500,))
        spool.close()

    asyncio.run(scenario())


def test_a_second_writer_on_the_same_directory_is_refused(tmp_path: Path) -> None:
    spool = _open(tmp_path)
    with pytest.raises(UnavailableError, match="WL-SPL-008"):
        _open(tmp_path)
    spool.close()


def test_a_loop_that_is_gone_does_not_stop_the_writer(tmp_path: Path) -> None:
    spools: list[SpoolWriter] = []

    async def scenario() -> None:
        spool = _open(tmp_path)
        spools.append(spool)
        spool.append(envelope("dec_a"))

    asyncio.run(scenario())
    assert spools[0].close()
    assert [decode(frame.envelope).id for frame in read_frames(tmp_path / "gw")] == ["dec_a"]


def test_epoch_rises_with_every_start(tmp_path: Path) -> None:
    seen = []
    for _ in range(3):
        spool = _open(tmp_path)
        seen.append(spool.epoch)
        spool.close()
    assert seen == [1, 2, 3]
