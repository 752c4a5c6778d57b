"""Upstreams over real sockets: what is told apart and what is passed on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
import pytest

from wardlaw.facts.errors import ConfigError, UnavailableError
from wardlaw.facts.routes import UpstreamKind
from wardlaw.gateway.credential import Credential
from wardlaw.gateway.destination import Destination
from wardlaw.gateway.upstream import UpstreamRefusedError, Upstreams

Conversation = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

HERE = Destination(
    name="test",
    url="",
    credential=Credential.fixed("sk-up"),
    model="m",
    region="eu",
    trust="internal",
    connect_timeout_s=1.0,
    first_byte_timeout_s=0.3,
    idle_timeout_s=0.3,
    total_timeout_s=5.0,
    headers=(("x-extra", "1"),),
)


async def _with_server(
    answer: bytes, use: Callable[[Upstreams, Destination, list[bytes]], Awaitable[None]], *, hang: bool = False
) -> None:
    received: list[bytes] = []
    conversations: list[asyncio.Task[None]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        conversations.append(task)
        try:
            received.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(answer)
            await writer.drain()
            if hang:
                await reader.read()
                received.append(b"gone")
        finally:
            writer.close()
            await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    upstreams = Upstreams()
    async with server:
        try:
            await use(upstreams, msgspec.structs.replace(HERE, url=f"http://127.0.0.1:{port}/v1"), received)
        finally:
            await upstreams.close()
            await asyncio.gather(*conversations, return_exceptions=True)


async def _read(upstreams: Upstreams, there: Destination) -> bytes:
    answer = await upstreams.post(there, "/x", b"", ())
    try:
        return await answer.whole(1_000)
    finally:
        await answer.close()


def test_the_body_and_the_credential_arrive() -> None:
    async def use(upstreams: Upstreams, there: Destination, received: list[bytes]) -> None:
        answer = await upstreams.post(there, "/chat/completions", b"{}", [("content-type", "application/json")])
        assert (answer.status, await answer.whole(100)) == (200, b"hello")
        await answer.close()
        head = received[0].lower()
        assert head.startswith(b"post /v1/chat/completions")
        assert b"authorization: bearer sk-up" in head
        assert b"x-extra: 1" in head

    asyncio.run(_with_server(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello", use))


def test_anthropic_gets_the_credential_in_its_own_header() -> None:
    async def use(upstreams: Upstreams, there: Destination, received: list[bytes]) -> None:
        answer = await upstreams.post(
            msgspec.structs.replace(there, kind=UpstreamKind.ANTHROPIC), "/messages", b"{}", ()
        )
        await answer.close()
        head = received[0].lower()
        assert b"x-api-key: sk-up" in head
        assert b"authorization" not in head

    asyncio.run(_with_server(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello", use))


def test_pieces_arrive_one_by_one_and_are_not_buffered() -> None:
    async def use(upstreams: Upstreams, there: Destination, received: list[bytes]) -> None:
        answer = await upstreams.post(there, "/x", b"", ())
        pieces = answer.pieces()
        assert await anext(pieces) == b"one"
        await answer.close()
        for _ in range(100):
            if b"gone" in received:
                break
            await asyncio.sleep(0.01)
        assert b"gone" in received  # closing an unfinished answer aborts the upstream

    head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n"
    asyncio.run(_with_server(head, use, hang=True))


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"", "WL-UPS-002"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\nhalf", "WL-UPS-002"),
    ],
)
def test_an_upstream_that_hangs_is_left_after_its_timeout(answer: bytes, code: str) -> None:
    async def use(upstreams: Upstreams, there: Destination, received: list[bytes]) -> None:
        with pytest.raises(UnavailableError) as caught:
            await _read(upstreams, there)
        assert caught.value.code == code

    asyncio.run(_with_server(answer, use, hang=True))


@pytest.mark.parametrize("answer", [b"", b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\nhalf"])
def test_a_broken_answer_is_an_error_never_an_end(answer: bytes) -> None:
    async def use(upstreams: Upstreams, there: Destination, received: list[bytes]) -> None:
        with pytest.raises(UnavailableError) as caught:
            await _read(upstreams, there)
        assert caught.value.code == "WL-UPS-003"

    asyncio.run(_with_server(answer, use))


def test_an_answer_over_the_limit_is_refused() -> None:
    async def use(upstreams: Upstreams, there: Destination, received: list[bytes]) -> None:
        answer = await upstreams.post(there, "/x", b"", ())
        with pytest.raises(UnavailableError) as caught:
            await answer.whole(3)
        assert caught.value.code == "WL-UPS-004"
        await answer.close()

    asyncio.run(_with_server(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello", use))


def test_whoever_leaves_before_the_head_takes_the_upstream_along() -> None:
    async def use(upstreams: Upstreams, there: Destination, received: list[bytes]) -> None:
        patient = msgspec.structs.replace(there, first_byte_timeout_s=60.0, total_timeout_s=600.0)
        asking = asyncio.ensure_future(upstreams.post(patient, "/x", b"{}", ()))
        while not received:
            await asyncio.sleep(0.01)
        asking.cancel()
        async with asyncio.timeout(1):
            while b"gone" not in received:
                await asyncio.sleep(0.01)

    asyncio.run(_with_server(b"", use, hang=True))


def test_a_credential_with_a_line_break_is_refused_before_anything_is_sent() -> None:
    async def run() -> None:
        upstreams = Upstreams()
        with pytest.raises(ConfigError) as caught:
            await upstreams.post(msgspec.structs.replace(HERE, credential=Credential.fixed("a\nb")), "/x", b"", ())
        assert caught.value.code == "WL-UPS-005"
        assert "a\nb" not in str(caught.value)

    asyncio.run(run())


def test_an_upstream_that_cannot_prove_its_name_is_sent_nothing() -> None:
    async def use(upstreams: Upstreams, there: Destination, received: list[bytes]) -> None:
        secure = msgspec.structs.replace(there, url=there.url.replace("http:", "https:"))
        with pytest.raises(UpstreamRefusedError) as caught:
            await upstreams.post(secure, "/x", b"secret", ())
        assert caught.value.code == "WL-UPS-001"
        assert not any(b"secret" in part for part in received)

    asyncio.run(_with_server(b"", use))


def test_nobody_listening_is_told_apart_because_another_may_be_asked() -> None:
    async def run() -> None:
        upstreams = Upstreams()
        with pytest.raises(UpstreamRefusedError) as caught:
            await upstreams.post(msgspec.structs.replace(HERE, url="http://127.0.0.1:1/v1"), "/x", b"", ())
        assert caught.value.code == "WL-UPS-001"
        await upstreams.close()

    asyncio.run(run())
