"""One connection to an upstream, and the connections kept for the next request.

Own code, because what a cut promises hangs on it: an exchange that ends, whoever ends it and however early, must end
the upstream's work at once. The libraries measured go on waiting for the head of an answer nobody wants any more.
"""

from __future__ import annotations

import asyncio
import select
import ssl
import time
from collections import deque
from typing import cast

import certifi

from wardlaw.gateway.wire.response import GarbledError, ResponseReader

_UNTAKEN_BYTES = 262_144  # read ahead of who takes the pieces; then the upstream waits
IDLE_S = 15.0  # below the minute after which common servers and middle boxes drop an idle connection
_TRUST_S = 1.0  # idle for longer, a connection is looked at before a request is trusted to it


class BrokenError(Exception):
    """The connection ended, or what came over it is no answer."""


class Connection(asyncio.Protocol):
    """A connection; carries one request at a time.

    Attributes:
        answer: The answer being read; ``None`` while idle.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.answer: ResponseReader | None = None
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._error: BrokenError | None = None
        self._paused = False
        self._idle_since = 0.0

    # -- what the event loop calls --------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It stands."""
        # uvloop's transports keep the contract without being of the class.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Bytes of the answer; while idle there is nothing that could be answered."""
        answer = self.answer
        if answer is None:
            self.abort()
            return
        try:
            answer.feed(data)
        except GarbledError as error:
            self._fail(BrokenError(str(error)))
            return
        if answer.waiting_bytes > _UNTAKEN_BYTES and not self._paused and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        """The upstream has closed its side."""
        if self.answer is not None:
            try:
                self.answer.end()
            except GarbledError as error:
                self._fail(BrokenError(str(error)))
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        self._transport = None
        if self.answer is not None and not self.answer.complete:
            self._fail(BrokenError(str(exc or "closed")))
        self._wake()

    # -- what an exchange calls -----------------------------------------------------------------

    def send(self, request: bytes) -> ResponseReader:
        """Send a request; its answer is read into what this returns.

        Raises:
            BrokenError: The connection is gone.
        """
        if self._transport is None:
            raise BrokenError("closed")
        self.answer = answer = ResponseReader()
        self._error = None
        self._transport.write(request)
        return answer

    async def wait(self, within_s: float) -> None:
        """Wait until something more of the answer is there, its head included.

        Raises:
            BrokenError: Nothing more will come.
            TimeoutError: Nothing came for so many seconds.
        """
        self._check()
        waiter = self._waiter = self._loop.create_future()
        timer = self._loop.call_later(within_s, _expire, waiter)
        try:
            await waiter
        finally:
            timer.cancel()
            self._waiter = None
        self._check()

    def _check(self) -> None:
        # What arrived before the connection broke is still taken.
        if self._error is not None and not (self.answer is not None and self.answer.pieces):
            raise self._error

    def take(self) -> bytes | None:
        """The next piece of the body that is there."""
        answer = self.answer
        piece = answer.take() if answer is not None else None
        if self._paused and answer is not None and answer.waiting_bytes <= _UNTAKEN_BYTES // 2:
            self._paused = False
            if self._transport is not None:
                self._transport.resume_reading()
        return piece

    def rest(self) -> bool:
        """End the exchange; true when the connection may carry another one, otherwise it is closed."""
        answer, transport = self.answer, self._transport
        self.answer = None
        if (
            answer is not None
            and transport is not None
            and answer.complete
            and answer.reusable
            # What is still unsent of a request answered early would be read as part of the next one.
            and not transport.get_write_buffer_size()
            and not self._paused
            and not transport.is_closing()
        ):
            self._idle_since = time.monotonic()
            return True
        self.abort()
        return False

    def is_usable(self) -> bool:
        """Whether an idle connection still stands, as far as can be told."""
        if self._transport is None or self._transport.is_closing():
            return False
        if time.monotonic() - self._idle_since < _TRUST_S:
            return True
        return not self.is_stale() and not _has_news(self._transport)

    def is_stale(self) -> bool:
        """Idle for so long that the other side may be about to close it."""
        return time.monotonic() - self._idle_since >= IDLE_S

    def abort(self) -> None:
        """Close at once; the upstream sees it."""
        if self._transport is not None:
            self._transport.abort()

    def _fail(self, error: BrokenError) -> None:
        if self._error is None:
            self._error = error
        self.abort()
        self._wake()

    def _wake(self) -> None:
        waiter = self._waiter
        if waiter is not None and not waiter.done():
            waiter.set_result(None)


def _expire(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_exception(TimeoutError())


def _has_news(transport: asyncio.Transport) -> bool:
    """Whether an idle connection has something to read: its end, or bytes nobody asked for."""
    connection = transport.get_extra_info("socket")
    if connection is None:
        return False
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)
    return bool(poll.poll(0))


class Pool:
    """The connections to one host and port.

    Args:
        tls: How a connection is secured; ``None`` for plain text.
        most_idle: Connections kept for later.
    """

    def __init__(self, host: str, port: int, *, tls: ssl.SSLContext | None, most_idle: int) -> None:
        self._host = host
        self._port = port
        self._tls = tls
        self._most_idle = most_idle
        self._idle: deque[Connection] = deque()

    async def get(self, within_s: float) -> Connection:
        """An idle connection, or a new one.

        Raises:
            OSError: It cannot be made: refused, not resolved, not trusted.
            TimeoutError: It did not stand after so many seconds.
        """
        while self._idle:
            connection = self._idle.pop()  # the one used last: the others may rest and end
            if connection.is_usable():
                return connection
            connection.abort()
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(within_s):
            _, made = await loop.create_connection(
                lambda: Connection(loop),
                self._host,
                self._port,
                ssl=self._tls,
                server_hostname=self._host if self._tls is not None else None,
            )
        return made

    def put(self, connection: Connection) -> None:
        """Take a connection back after its exchange."""
        if not connection.rest():
            return
        self._idle.append(connection)
        oldest = self._idle[0]
        if len(self._idle) > self._most_idle or oldest.is_stale():
            self._idle.popleft().abort()

    def close(self) -> None:
        """Close what is idle."""
        while self._idle:
            self._idle.pop().abort()


def trusting_context() -> ssl.SSLContext:
    """TLS with the system's authorities; on a machine that has none, with those of the certifi package."""
    context = ssl.create_default_context()
    if not context.cert_store_stats()["x509_ca"] and not context.get_ca_certs():
        context.load_verify_locations(certifi.where())
    context.set_alpn_protocols(["http/1.1"])
    return context
