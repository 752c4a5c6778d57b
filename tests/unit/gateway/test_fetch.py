"""A single request over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from wardlaw.gateway.connection import BrokenError
from wardlaw.gateway.fetch import fetch


async def _asked(answer: bytes, use: Callable[[str], Awaitable[None]]) -> bytes:
    """What the server was sent while ``use`` was at work."""
    got = b""
    left = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal got
        got += await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        got += await reader.read()
        writer.close()
        await writer.wait_closed()
        left.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        await use(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/keys?a=1")
        await left.wait()
    return got


def test_a_request_is_sent_as_asked_and_its_answer_given_as_it_comes() -> None:
    async def use(url: str) -> None:
        async with fetch("PUT", url, headers=[("x-one", "1")], body=b"{}", within_s=2) as answer:
            assert (answer.status, answer.header("content-type"), answer.header("etag")) == (201, "text/plain", "")
            assert b"".join([piece async for piece in answer.pieces()]) == b"hello"

    answer = b"HTTP/1.1 201 Created\r\ncontent-type: text/plain\r\ncontent-length: 5\r\n\r\nhello"
    sent = asyncio.run(_asked(answer, use))
    assert sent.startswith(b"PUT /keys?a=1 HTTP/1.1\r\n")
    assert b"x-one: 1\r\n" in sent
    assert sent.endswith(b"\r\n\r\n{}")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"", TimeoutError),
        (b"nonsense\r\n\r\n", BrokenError),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx", TimeoutError),
    ],
)
def test_what_is_no_answer_is_an_error(answer: bytes, error: type[Exception]) -> None:
    async def use(url: str) -> None:
        with pytest.raises(error):
            async with fetch("GET", url, within_s=0.2) as found:
                async for _ in found.pieces():
                    pass

    asyncio.run(_asked(answer, use))


def test_nobody_there_is_an_error_of_the_system() -> None:
    async def story() -> None:
        async with fetch("GET", "http://127.0.0.1:1/", within_s=1):
            raise AssertionError("nobody answers there")

    with pytest.raises(OSError, match=r"refused|Connect"):
        asyncio.run(story())
