"""The Redis authority against a server of its own that is restarted, emptied and stopped."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from wardlaw.facts.errors import ConfigError, UnavailableError
from wardlaw.state.authority import Ask
from wardlaw.state.redis_authority import RedisAuthority

pytestmark = pytest.mark.redis
T0 = 1_790_000_000.0


class Server:
    def __init__(self, binary: str, folder: Path) -> None:
        self.binary, self.folder = binary, folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str) -> None:
        command = [
            self.binary, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder), "--save", "",
            "--appendonly", "yes", "--appendfsync", "always", *options,
        ]  # fmt: skip
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 10
        while time.monotonic() < end:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                    connection.sendall(b"PING\r\n")
                    if connection.recv(100).startswith(b"+PONG"):
                        return
            except OSError:
                pass
            time.sleep(0.02)
        pytest.fail("the Redis server did not start")

    def stop(self, how: int = signal.SIGKILL) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGCONT)
            self.process.send_signal(how)
            self.process.wait(timeout=10)
            self.process = None

    def authority(self, gateway: str = "one", timeout_s: float = 10.0) -> RedisAuthority:
        url = f"redis://127.0.0.1:{self.port}/0"
        return RedisAuthority.connect(url, prefix="house", epoch=1, gateway=gateway, timeout_s=timeout_s)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    binary = shutil.which("redis-server") or shutil.which("valkey-server")
    if binary is None:
        pytest.skip("no redis-server or valkey-server on this machine")
    held = Server(binary, tmp_path)
    held.start()
    yield held
    held.stop()


def ask(moved: int = 1, at: float = T0) -> Ask:
    return Ask(b"a" * 16, b"", b"s" * 16, at, 1, 10, frozenset({f"s{moved}"}), moved)


def test_a_killed_server_comes_back_with_everything_and_without_its_scripts(server: Server) -> None:
    async def story() -> None:
        state = server.authority()
        await state.adopt()
        await state.quarantine([b"q" * 16], "why", until=0, at=T0)
        assert (await state.reserve(ask(5))).snapshot.bytes_day == 5
        server.stop()
        assert not (await state.reserve(ask())).snapshot.authority_ok
        server.start()
        snapshot = (await state.reserve(ask(3))).snapshot
        assert (snapshot.authority_ok, snapshot.bytes_day, snapshot.subjects_day) == (True, 8, 2)
        await state.close()

    asyncio.run(story())


def test_a_server_that_hangs_is_as_good_as_gone(server: Server) -> None:
    async def story() -> None:
        state = server.authority()
        await state.adopt()
        assert server.process is not None
        os.kill(server.process.pid, signal.SIGSTOP)
        hasty = server.authority(timeout_s=0.2)
        assert not (await hasty.reserve(ask())).snapshot.authority_ok
        assert not await hasty.use_once(b"jti", until=T0 + 60, at=T0)
        await hasty.close()
        os.kill(server.process.pid, signal.SIGCONT)
        assert (await state.reserve(ask())).snapshot.authority_ok
        await state.close()

    asyncio.run(story())


def test_an_emptied_server_is_not_an_empty_state_and_is_rebuilt_from_deltas(server: Server) -> None:
    async def story() -> None:
        state = server.authority()
        assert await state.is_empty()
        with pytest.raises(UnavailableError) as error:
            await state.ping(at=time.time())
        assert error.value.code == "WL-STA-006"
        await state.adopt()
        await state.ping(at=time.time())
        first, second = await state.reserve(ask(5)), await state.reserve(ask(7))
        frames = [
            ((0, 0), first.delta),
            ((0, 1), second.delta),
            ((0, 2), await state.settle(second, released=False)),
            ((0, 3), await state.quarantine([b"q" * 16], "why", until=0, at=T0)),
            ((0, 4), await state.taint(ask(), ["web"])),
            ((0, 5), (await state.use_once(b"jti", until=T0 + 60, at=T0)).delta),
            ((0, 6), await state.released_calls(ask(), {"call": b"digest"})),
            ((0, 7), await state.probe(ask())),
            ((0, 8), await state.correct_tokens(ask(), 7)),
            ((0, 9), await state.release([b"x" * 16])),
        ]
        server.stop()
        for left in server.folder.iterdir():
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        server.start()
        assert not (await state.reserve(ask())).snapshot.authority_ok
        assert not await state.use_once(b"new", until=T0 + 60, at=T0)
        with pytest.raises(UnavailableError, match="holds no state"):
            await state.probe(ask())
        assert await state.adopt(frames) == len(frames)
        assert await state.adopt(frames) == 0  # again: passed over
        snapshot = (await state.reserve(Ask(b"a" * 16, b"", b"s" * 16, T0))).snapshot
        assert (snapshot.calls_minute, snapshot.tokens_day, snapshot.bytes_day, snapshot.subjects_day) == (2, 17, 5, 1)
        assert (snapshot.taint, snapshot.probes) == (("web",), 1)
        assert (await state.reserve(Ask(b"q" * 16, b"", b"t" * 16, T0))).snapshot.quarantined == "why"
        assert not await state.use_once(b"jti", until=T0 + 60, at=T0)
        assert await state.was_released(b"a" * 16, "call") == {"call": b"digest"}
        await state.close()

    asyncio.run(story())


def test_two_gateways_share_one_ceiling(server: Server) -> None:
    async def story() -> None:
        one, two = server.authority("one"), server.authority("two")
        await one.adopt()
        tickets = await asyncio.gather(*((one, two)[n % 2].reserve(ask(n + 1)) for n in range(10)))
        assert sorted(ticket.snapshot.subjects_day for ticket in tickets) == list(range(1, 11))
        uses = await asyncio.gather(*((one, two)[n % 2].use_once(b"jti", until=T0 + 60, at=T0) for n in range(10)))
        assert [bool(once) for once in uses].count(True) == 1
        await one.close()
        await two.close()

    asyncio.run(story())


def test_a_redis_that_may_evict_or_has_another_time_is_refused(server: Server) -> None:
    async def story() -> None:
        state = server.authority()
        await state.adopt()
        with pytest.raises(UnavailableError) as skewed:
            await state.ping(at=time.time() + 3_600)
        assert skewed.value.code == "WL-STA-007"
        server.stop()
        server.start("--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru")
        with pytest.raises(ConfigError) as evicting:
            await state.ping(at=time.time())
        assert evicting.value.code == "WL-STA-008"
        await state.close()

    asyncio.run(story())
