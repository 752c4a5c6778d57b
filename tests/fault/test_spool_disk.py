"""The spool on disks that fill up, fail, hang, turn read-only or vanish."""

from __future__ import annotations

import asyncio
import errno
import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
import pytest
from tests.spooling import SIGNER, SMALL, envelope

from wardlaw.audit.envelope import decode
from wardlaw.facts.errors import UnavailableError, WardlawError
from wardlaw.store.spool import SpoolWriter
from wardlaw.store.spoolread import read_frames, recover

BIG = (b"x" * 2000,)
ROOMY = msgspec.structs.replace(SMALL, segment_bytes=1024 * 1024, reserve_bytes=256 * 1024, stall_s=30.0)


def _open(directory: Path, settings: object = SMALL) -> SpoolWriter:
    return SpoolWriter(directory, gateway="gw", sign=SIGNER.sign, settings=settings)  # type: ignore[arg-type]


async def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        await asyncio.sleep(0.005)


async def _append_until_refused(spool: SpoolWriter, prefix: str) -> tuple[list[str], WardlawError]:
    acknowledged: list[str] = []
    while True:
        name = f"{prefix}_{len(acknowledged)}"
        try:
            await spool.append(envelope(name), blobs=BIG)
        except WardlawError as error:
            return acknowledged, error
        acknowledged.append(name)


def _names(spool: Path) -> list[str]:
    return [decode(frame.envelope).id for frame in read_frames(spool)]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 6 MB of its own."""
    mount = tmp_path / "disk"
    mount.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m,mode=0700", "wardlaw-test", str(mount)], capture_output=True, text=True
    )
    if done.returncode != 0:
        pytest.skip(f"mounting a small file system is not possible here: {done.stderr.strip()}")
    try:
        yield mount
    finally:
        subprocess.run(["umount", "-l", str(mount)], check=True)


def test_a_full_disk_loses_nothing_says_so_and_heals(small_disk: Path) -> None:
    async def scenario() -> None:
        spool = _open(small_disk, ROOMY)
        ballast = small_disk / "ballast"
        with ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, 3 * 1024 * 1024)
        acknowledged, error = await _append_until_refused(spool, "dec_a")
        assert isinstance(error, UnavailableError)
        assert error.code == "WL-SPL-001"
        assert "free space" in error.message
        assert spool.stats().refused == 1
        assert not spool.healthy
        assert not spool.stats().reserve_ready  # the reserve carried the last of them
        assert _names(small_disk / "gw") == acknowledged
        for attempt in range(3):
            with pytest.raises(UnavailableError, match="WL-SPL-001"):
                await spool.append(envelope(f"dec_no_{attempt}"), blobs=BIG)
        ballast.unlink()
        await _until(lambda: spool.healthy and spool.stats().reserve_ready)
        await spool.append(envelope("dec_after"), blobs=BIG)
        assert _names(small_disk / "gw") == [*acknowledged, "dec_after"]
        assert spool.close()
        recover(small_disk / "gw")

    asyncio.run(scenario())


def test_a_start_on_a_full_disk_is_refused_and_harms_nothing(small_disk: Path) -> None:
    async def scenario() -> None:
        (small_disk / "ballast").touch()
        spool = _open(small_disk, ROOMY)
        acknowledged, _ = await _append_until_refused(spool, "dec_a")
        assert spool.close()
        for _ in range(2):
            with pytest.raises(UnavailableError, match="WL-SPL-001"):
                await asyncio.to_thread(_fill_and_open, small_disk)
        (small_disk / "ballast").unlink()
        spool = _open(small_disk, msgspec.structs.replace(ROOMY, segment_bytes=65536, reserve_bytes=4096))
        assert _names(small_disk / "gw") == acknowledged
        spool.close()

    asyncio.run(scenario())


def _fill_and_open(disk: Path) -> None:
    with (disk / "ballast").open("ab", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
    _open(disk, ROOMY).close()


def test_a_read_only_disk_is_named(small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(UnavailableError, match="WL-SPL-003"):
        _open(small_disk)


@pytest.mark.parametrize(
    ("number", "code"), [(errno.EIO, "WL-SPL-002"), (errno.EROFS, "WL-SPL-003"), (errno.ENOSPC, "WL-SPL-001")]
)
def test_a_disk_that_fails_refuses_and_heals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    async def scenario() -> None:
        spool = _open(tmp_path)
        await spool.append(envelope("dec_a"))
        with monkeypatch.context() as patch:

            def fails(*_: object) -> int:
                raise OSError(number, "shim")

            for call in ("pwritev", "pwrite", "fdatasync"):
                patch.setattr(os, call, fails)
            for name in ("dec_b", "dec_c"):
                with pytest.raises(UnavailableError, match=code):
                    await spool.append(envelope(name))
            assert not spool.healthy
            spool.append_nowait(envelope("dec_n"))
            await _until(lambda: spool.stats().lost == 1)
        await _until(lambda: spool.healthy)
        await spool.append(envelope("dec_d"))
        names = _names(tmp_path / "gw")
        assert [name for name in names if name in ("dec_a", "dec_d")] == ["dec_a", "dec_d"]
        assert len(names) == len(set(names))
        assert spool.close()
        recover(tmp_path / "gw")

    asyncio.run(scenario())


def test_short_writes_are_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.pwritev

    def short(descriptor: int, buffers: Sequence[bytes], offset: int, flags: int) -> int:
        (data,) = buffers
        return real(descriptor, (data[: max(1, len(data) // 3)],), offset, flags)

    async def scenario() -> None:
        spool = _open(tmp_path)
        with monkeypatch.context() as patch:
            patch.setattr(os, "pwritev", short)
            await asyncio.gather(*[spool.append(envelope(f"dec_{at}"), blobs=BIG) for at in range(50)])
        assert _names(tmp_path / "gw") == [f"dec_{at}" for at in range(50)]
        spool.close()

    asyncio.run(scenario())


def test_a_short_write_that_ends_in_a_full_disk_leaves_no_half_frame(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, real_header = os.pwritev, os.pwrite

    async def scenario() -> None:
        spool = _open(tmp_path)
        await spool.append(envelope("dec_a"))
        with monkeypatch.context() as patch:
            state = {"room": 700}

            def short(descriptor: int, buffers: Sequence[bytes], at: int, flags: int) -> int:
                (data,) = buffers
                if state["room"] == 0:
                    raise OSError(errno.ENOSPC, "shim")
                count = real(descriptor, (data[: state["room"]],), at, flags)
                state["room"] -= count
                return count

            def header(descriptor: int, data: bytes, at: int) -> int:
                if state["room"] == 0:
                    raise OSError(errno.ENOSPC, "shim")
                return real_header(descriptor, data, at)

            patch.setattr(os, "pwritev", short)
            patch.setattr(os, "pwrite", header)
            with pytest.raises(UnavailableError, match="WL-SPL-001"):
                await spool.append(envelope("dec_b"), blobs=BIG)
            assert _names(tmp_path / "gw") == ["dec_a"]
        await _until(lambda: spool.healthy)
        await spool.append(envelope("dec_c"))
        assert _names(tmp_path / "gw") == ["dec_a", "dec_c"]
        spool.close()
        assert recover(tmp_path / "gw").torn == ()

    asyncio.run(scenario())


def test_a_vanished_directory_is_not_written_into_the_void(tmp_path: Path) -> None:
    async def scenario() -> None:
        spool = _open(tmp_path)
        await spool.append(envelope("dec_a"))
        (tmp_path / "gw").rename(tmp_path / "elsewhere")
        with pytest.raises(UnavailableError, match="WL-SPL-004"):
            await spool.append(envelope("dec_b"))
        assert not spool.healthy
        (tmp_path / "elsewhere").rename(tmp_path / "gw")
        await _until(lambda: spool.healthy)
        await spool.append(envelope("dec_c"))
        assert _names(tmp_path / "gw") == ["dec_a", "dec_c"]
        spool.close()

    asyncio.run(scenario())


def test_a_hung_disk_refuses_what_waits_and_everything_after(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        spool = _open(tmp_path)
        await spool.append(envelope("dec_a"))
        released, real = threading.Event(), os.pwritev

        def hangs(descriptor: int, buffers: Sequence[bytes], offset: int, flags: int) -> int:
            released.wait(30)
            return real(descriptor, buffers, offset, flags)

        monkeypatch.setattr(os, "pwritev", hangs)
        waiting = [spool.append(envelope(f"dec_w{at}")) for at in range(3)]
        errors = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(error) for error in errors] == [UnavailableError] * 3
        assert {error.code for error in errors if isinstance(error, UnavailableError)} == {"WL-SPL-005"}
        assert not spool.healthy
        with pytest.raises(UnavailableError, match="WL-SPL-005"):
            await spool.append(envelope("dec_after"))
        assert not spool.append_nowait(envelope("dec_out"))
        assert spool.stats().refused == 4
        released.set()
        await _until(lambda: spool.healthy)
        await spool.append(envelope("dec_z"))
        names = _names(tmp_path / "gw")
        assert names[0] == "dec_a"
        assert names[-1] == "dec_z"
        assert "dec_after" not in names
        assert spool.close()

    asyncio.run(scenario())


def test_a_hung_disk_does_not_hold_up_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        spool = _open(tmp_path)
        released, real = threading.Event(), os.pwritev

        def hangs(descriptor: int, buffers: Sequence[bytes], offset: int, flags: int) -> int:
            released.wait(30)
            return real(descriptor, buffers, offset, flags)

        monkeypatch.setattr(os, "pwritev", hangs)
        refused = spool.append(envelope("dec_a"))
        with pytest.raises(UnavailableError):
            await refused
        assert not spool.close(timeout_s=0.05)
        released.set()
        assert spool.close()

    asyncio.run(scenario())


def test_a_clock_set_back_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        spool = _open(tmp_path)
        await spool.append(envelope("dec_a"))
        spool.close()
        monkeypatch.setattr(time, "time", lambda: 1.0)
        monkeypatch.setattr(time, "time_ns", lambda: 1)
        spool = _open(tmp_path)
        await spool.append(envelope("dec_b"))
        spool.close()
        assert [(frame.epoch, decode(frame.envelope).id) for frame in read_frames(tmp_path / "gw")] == [
            (1, "dec_a"),
            (2, "dec_b"),
        ]

    asyncio.run(scenario())
