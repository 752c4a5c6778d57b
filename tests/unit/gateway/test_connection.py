"""Connections over real sockets: used again, let go at once, and never trusted when something is odd."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import pytest
import uvloop

from wardlaw.gateway.connection import IDLE_S, BrokenError, Connection, Pool
from wardlaw.gateway.wire.response import request_bytes, request_prefix

REQUEST = request_bytes(request_prefix("", "here", ()), "/x", (), b"{}")
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
LOOPS = pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
Run = Callable[[Awaitable[None]], None]


class Upstream:
    """A server that answers each request with the next of ``answers``; ``None`` hangs."""

    def __init__(self, *answers: bytes | None) -> None:
        self.answers = list(answers)
        self.connections = 0
        self.ended = asyncio.Event()
        self.server: asyncio.Server | None = None
        self.conversations: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Pool:
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        self.pool = Pool("127.0.0.1", self.server.sockets[0].getsockname()[1], tls=None, most_idle=2)
        return self.pool

    async def __aexit__(self, *_: object) -> None:
        assert self.server is not None
        self.pool.close()
        self.server.close()
        await asyncio.gather(*self.conversations)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self.conversations.append(task)
        try:
            while True:
                await reader.readuntil(b"{}")
                answer = self.answers.pop(0)
                if answer is None:
                    await reader.read()
                    break
                writer.write(answer)
                await writer.drain()
                if b"close" in answer:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.ended.set()
            await leave(writer)


async def leave(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


async def exchange(pool: Pool) -> bytes:
    connection = await pool.get(1.0)
    answer = connection.send(REQUEST)
    while not answer.complete:
        await connection.wait(1.0)
    found = b""
    while (piece := connection.take()) is not None:
        found += piece
    pool.put(connection)
    return found


@LOOPS
def test_one_connection_carries_one_request_after_another(run: Run) -> None:
    async def story() -> None:
        upstream = Upstream(*[ANSWER] * 5)
        async with upstream as pool:
            assert [await exchange(pool) for _ in range(5)] == [b"ok"] * 5
        assert upstream.connections == 1

    run(story())


@LOOPS
def test_an_aborted_exchange_is_seen_by_the_upstream_at_once(run: Run) -> None:
    async def story() -> None:
        upstream = Upstream(None)
        async with upstream as pool:
            connection = await pool.get(1.0)
            connection.send(REQUEST)
            with pytest.raises(TimeoutError):
                await connection.wait(0.05)
            connection.abort()
            async with asyncio.timeout(1):
                await upstream.ended.wait()
            with pytest.raises(BrokenError):
                connection.send(REQUEST)

    run(story())


@pytest.mark.parametrize(
    "answer",
    [
        ANSWER + ANSWER,
        ANSWER + b"more",
        ANSWER.replace(b"200 OK", b"200 OK\r\nconnection: close"),
        b"HTTP/1.1 200 OK\r\nx: close\r\n\r\nok",
    ],
)
def test_an_odd_connection_is_not_used_again(answer: bytes) -> None:
    async def story() -> None:
        upstream = Upstream(answer, ANSWER)
        async with upstream as pool:
            assert await exchange(pool) == b"ok"
            assert await exchange(pool) == b"ok"
        assert upstream.connections == 2

    asyncio.run(story())


def test_bytes_nobody_asked_for_end_an_idle_connection() -> None:
    async def story() -> None:
        upstream = Upstream(ANSWER, ANSWER)
        async with upstream as pool:
            assert await exchange(pool) == b"ok"
            idle = pool._idle[0]
            idle.data_received(ANSWER)
            assert not idle.is_usable()
            assert await exchange(pool) == b"ok"
        assert upstream.connections == 2

    asyncio.run(story())


def test_a_connection_idle_for_long_is_looked_at_and_in_the_end_left(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        upstream = Upstream(ANSWER, ANSWER, ANSWER)
        async with upstream as pool:
            assert await exchange(pool) == b"ok"
            pool._idle[0]._idle_since -= 2.0
            assert await exchange(pool) == b"ok"
            assert upstream.connections == 1
            pool._idle[0]._idle_since -= IDLE_S
            assert await exchange(pool) == b"ok"
        assert upstream.connections == 2

    asyncio.run(story())


def test_no_more_are_kept_than_asked() -> None:
    async def story() -> None:
        upstream = Upstream(*[ANSWER] * 4)
        async with upstream as pool:
            await asyncio.gather(*(exchange(pool) for _ in range(4)))
            await asyncio.sleep(0)
            assert len(pool._idle) == 2

    asyncio.run(story())


def test_a_request_answered_before_it_was_sent_is_the_last_of_its_connection() -> None:
    async def story() -> None:
        answered, left = asyncio.Event(), asyncio.Event()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(ANSWER)
            await writer.drain()
            await answered.wait()
            await leave(writer)
            left.set()

        server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=4_096)
        pool = Pool("127.0.0.1", server.sockets[0].getsockname()[1], tls=None, most_idle=2)
        async with server:
            connection = await pool.get(1.0)
            answer = connection.send(REQUEST[:-2] + b"x" * 20_000_000)
            while not answer.complete:
                await connection.wait(1.0)
            assert not connection.rest()
            answered.set()
            await left.wait()

    asyncio.run(story())


@LOOPS
def test_an_upstream_is_read_no_faster_than_its_pieces_are_taken(run: Run) -> None:
    async def story() -> None:
        size = 8_000_000
        upstream = Upstream(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % size + b"x" * size)
        async with upstream as pool:
            connection = await pool.get(1.0)
            answer = connection.send(REQUEST)
            got = 0
            while not (answer.complete and not answer.pieces):
                await asyncio.sleep(0.001)
                assert answer.waiting_bytes < 1_000_000
                while (piece := connection.take()) is not None:
                    got += len(piece)
            assert got == size
            pool.put(connection)

    run(story())


def test_the_loss_of_the_connection_is_told_to_who_waits() -> None:
    async def story() -> None:
        upstream = Upstream(b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhalf, then close")
        async with upstream as pool:
            connection = await pool.get(1.0)
            answer = connection.send(REQUEST)
            with pytest.raises(BrokenError):
                while not answer.complete:
                    await connection.wait(1.0)
                    connection.take()

    asyncio.run(story())


def test_a_new_connection_is_idle_from_now_on() -> None:
    async def story() -> None:
        connection = Connection(asyncio.get_running_loop())
        assert not connection.is_usable()
        assert not connection.rest()

    asyncio.run(story())
