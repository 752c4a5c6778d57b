from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest

from wardlaw.facts.errors import InputError
from wardlaw.gateway.port import Call, CallerGoneError
from wardlaw.gateway.server import Application, RsgiCall, abort_peer


class Headers:
    """Headers as the server library gives them: names may repeat."""

    def __init__(self, *pairs: tuple[str, str]) -> None:
        self._pairs = pairs

    def items(self) -> list[tuple[str, str]]:
        return list(self._pairs)


class Protocol:
    """The server library's side of one request.

    Args:
        parts: The body, in parts.
        late: The body never ends.
        deaf: Nobody reads the stream: ``error`` is raised on sending, or it never returns.
    """

    def __init__(self, *parts: bytes, late: bool = False, error: Exception | None = None, deaf: bool = False) -> None:
        self._parts = parts
        self._late = late
        self._error = error
        self._deaf = deaf
        self.replies: list[tuple[int, list[tuple[str, str]], bytes]] = []
        self.opened: list[int] = []
        self.sent: list[bytes] = []
        self.gone: asyncio.Future[None] | None = None

    async def __call__(self) -> bytes:
        if self._late:
            await asyncio.sleep(60)
        return b"".join(self._parts)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self._parts:
            yield part
        if self._late:
            await asyncio.sleep(60)

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.replies.append((status, headers, body))

    def response_stream(self, status: int, headers: list[tuple[str, str]]) -> Protocol:
        self.opened.append(status)
        return self

    async def send_bytes(self, data: bytes) -> None:
        if self._error is not None:
            raise self._error
        if self._deaf:
            await asyncio.sleep(60)
        self.sent.append(data)

    def client_disconnect(self) -> asyncio.Future[None]:
        self.gone = asyncio.get_running_loop().create_future()
        return self.gone


def scope(*headers: tuple[str, str], client: str = "127.0.0.1:1") -> SimpleNamespace:
    found = Headers(*headers)
    return SimpleNamespace(method="POST", path="/v1/chat/completions", query_string="", headers=found, client=client)


def call(protocol: Protocol, *headers: tuple[str, str], client: str = "127.0.0.1:1", write_s: float = 1.0) -> RsgiCall:
    return RsgiCall(scope(*headers, client=client), protocol, write_s)


def body(protocol: Protocol, *headers: tuple[str, str], within_s: float = 5.0) -> bytes:
    return asyncio.run(call(protocol, *headers).body(limit_bytes=10, within_s=within_s))


def test_repeated_headers_are_joined() -> None:
    assert call(Protocol(), ("a", "1"), ("b", "2"), ("a", "3")).headers == {"a": "1, 3", "b": "2"}


def test_a_body_is_read_with_and_without_announced_length() -> None:
    assert body(Protocol(b"abc"), ("content-length", "3")) == b"abc"
    assert body(Protocol(b"ab", b"c")) == b"abc"


def test_a_body_announced_too_large_is_not_even_read() -> None:
    with pytest.raises(InputError, match="WL-GWY-002"):
        body(Protocol(late=True), ("content-length", "11"))


def test_a_body_that_grows_too_large_is_refused() -> None:
    with pytest.raises(InputError, match="WL-GWY-002"):
        body(Protocol(b"123456", b"123456"))


@pytest.mark.parametrize("headers", [(), (("content-length", "9"),)])
def test_a_body_that_does_not_come_in_time_is_refused(headers: tuple[tuple[str, str], ...]) -> None:
    async def story() -> None:
        with pytest.raises(InputError, match="WL-GWY-003"):
            await call(Protocol(b"ab", late=True), *headers).body(limit_bytes=10, within_s=0.01)
        await asyncio.sleep(0)  # the task itself is not cancelled by that
        task = asyncio.current_task()
        assert task is not None
        assert task.cancelling() == 0

    asyncio.run(story())


def test_a_caller_that_leaves_while_its_body_is_read_is_no_late_body() -> None:
    async def story() -> None:
        reading = asyncio.get_running_loop().create_task(call(Protocol(late=True)).body(limit_bytes=10, within_s=60))
        await asyncio.sleep(0)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading

    asyncio.run(story())


def test_only_the_first_reply_goes_out() -> None:
    protocol = Protocol()
    made = call(protocol)
    made.reply(200, [("a", "b")], b"one")
    made.reply(500, [], b"two")
    assert protocol.replies == [(200, [("a", "b")], b"one")]
    assert (made.started, made.sent_bytes) == (True, 3)


def test_what_was_sent_is_counted() -> None:
    protocol = Protocol()

    async def story() -> int:
        made = call(protocol)
        made.open(200, [])
        await made.send(b"abc")
        await made.send(b"de")
        return made.sent_bytes

    assert asyncio.run(story()) == 5
    assert protocol.sent == [b"abc", b"de"]


@pytest.mark.parametrize("protocol", [Protocol(error=RuntimeError("closed")), Protocol(deaf=True)])
def test_a_caller_that_does_not_read_counts_as_gone(protocol: Protocol) -> None:
    async def story() -> None:
        made = call(protocol, write_s=0.01)
        made.open(200, [])
        with pytest.raises(CallerGoneError):
            await made.send(b"abc")
        assert made.sent_bytes == 0

    asyncio.run(story())


@pytest.fixture
def connected() -> Any:
    """A client and the server's end of its connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        served, _ = listener.accept()
        client.settimeout(5)
        yield client, served
        client.close()
        served.close()


def peer_of(served: socket.socket) -> str:
    host, port = served.getpeername()
    return f"{host}:{port}"


def test_an_aborted_connection_takes_nothing_more_not_even_an_end(
    connected: tuple[socket.socket, socket.socket],
) -> None:
    client, served = connected
    served.sendall(b"half of ")
    assert abort_peer(peer_of(served))
    with pytest.raises(BrokenPipeError):
        served.sendall(b"0\r\n\r\n")
    assert client.recv(100) == b"half of "
    assert client.recv(100) == b""


def test_a_connection_that_is_not_ours_is_not_found(connected: tuple[socket.socket, socket.socket]) -> None:
    client, served = connected
    assert not abort_peer("127.0.0.1:1")
    served.sendall(b"still there")
    assert client.recv(100) == b"still there"


def application(handler: Callable[[Call], Awaitable[None]], *, concurrency: int = 8) -> Application:
    async def start() -> Callable[[Call], Awaitable[None]]:
        return handler

    async def stop() -> None:
        return

    return Application(start, stop, concurrency=concurrency, write_s=1.0)


async def opened(handler: Callable[[Call], Awaitable[None]], *, concurrency: int = 8) -> Application:
    made = application(handler, concurrency=concurrency)
    made.__rsgi_init__(asyncio.get_running_loop())
    return made


def test_a_request_waits_until_the_worker_is_open() -> None:
    async def handler(one: Call) -> None:
        one.reply(200, [], b"done")

    async def story() -> Protocol:
        protocol = Protocol()
        made = await opened(handler)
        await made.__rsgi__(scope(), protocol)
        return protocol

    assert asyncio.run(story()).replies == [(200, [], b"done")]


def test_a_worker_that_never_opened_refuses() -> None:
    async def handler(_one: Call) -> None:
        raise AssertionError

    protocol = Protocol()
    asyncio.run(application(handler).__rsgi__(scope(), protocol))
    assert protocol.replies[0][0] == 503


def test_above_the_ceiling_callers_are_told_to_come_back() -> None:
    async def story() -> Protocol:
        release = asyncio.Event()

        async def handler(one: Call) -> None:
            await release.wait()
            one.reply(200, [], b"")

        made = await opened(handler, concurrency=1)
        first = asyncio.get_running_loop().create_task(made.__rsgi__(scope(), Protocol()))
        await asyncio.sleep(0.01)
        refused = Protocol()
        await made.__rsgi__(scope(), refused)
        release.set()
        await first
        served = Protocol()
        await made.__rsgi__(scope(), served)
        assert served.replies[0][0] == 200
        return refused

    ((status, headers, body_),) = asyncio.run(story()).replies
    assert status == 503
    assert dict(headers)["retry-after"] == "1"
    assert b"overloaded" in body_


def test_a_caller_that_leaves_cancels_its_exchange() -> None:
    async def story() -> list[str]:
        seen: list[str] = []

        async def handler(_one: Call) -> None:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                seen.append("cancelled")
                raise

        made = await opened(handler)
        protocol = Protocol()
        task = asyncio.get_running_loop().create_task(made.__rsgi__(scope(), protocol))
        while protocol.gone is None:
            await asyncio.sleep(0.001)
        await asyncio.sleep(0.001)
        protocol.gone.set_result(None)
        await task
        return seen

    assert asyncio.run(story()) == ["cancelled"]


def test_a_handler_that_fails_in_a_stream_leaves_no_complete_one(
    connected: tuple[socket.socket, socket.socket],
) -> None:
    client, served = connected

    async def handler(one: Call) -> None:
        one.open(200, [])
        raise ValueError("unforeseen")

    async def story() -> None:
        made = await opened(handler)
        with pytest.raises(ValueError, match="unforeseen"):
            await made.__rsgi__(scope(client=peer_of(served)), Protocol())

    asyncio.run(story())
    with pytest.raises(OSError):  # the server's end was shut down, so nothing can be written as its end any more
        served.sendall(b"0\r\n\r\n")
    assert client.recv(100) == b""


def test_a_worker_is_closed_in_its_own_loop() -> None:
    closed: list[bool] = []

    async def stop() -> None:
        closed.append(True)

    async def start() -> Callable[[Call], Awaitable[None]]:
        raise AssertionError

    loop = asyncio.new_event_loop()
    Application(start, stop, concurrency=1, write_s=1.0).__rsgi_del__(loop)
    loop.close()
    assert closed == [True]
