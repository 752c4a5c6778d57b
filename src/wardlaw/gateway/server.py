"""The only file of the gateway that touches sockets: granian's RSGI on one side, ``Call`` on the other.

RSGI was chosen because it tells a handler when the caller has gone and costs least CPU (measured, see
docs/decisions). It ends a stream cleanly whatever a handler does, even raise: a cut stream would look
complete. So a cut shuts the socket itself down, which leaves the last chunk out.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import socket
import stat
import struct
import termios
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from wardlaw.facts.errors import InputError
from wardlaw.gateway.port import Call, CallerGoneError, Headers

# hyper flushes a body part on its next turn; without this pause the event before a cut can be lost.
_FLUSH_S = 0.02
# So much may go out before the caller must have read all of it: more than any usual answer.
_UNREAD_BYTES = 1_048_576
_LOOK_S = 0.01
_RESET = struct.pack("ii", 1, 0)

Handler = Callable[[Call], Awaitable[None]]


class RsgiCall:
    """One request through granian."""

    def __init__(self, scope: Any, protocol: Any, write_s: float) -> None:
        self._scope = scope
        self._protocol = protocol
        self._write_s = write_s
        self._transport: Any = None
        self._look_at = _UNREAD_BYTES
        self.method: str = scope.method
        self.path: str = scope.path
        self.query: str = scope.query_string
        self.headers: Mapping[str, str] = _headers(scope.headers)
        self.started = False
        self.sent_bytes = 0

    async def body(self, *, limit_bytes: int, within_s: float) -> bytes:
        announced = self.headers.get("content-length", "")
        if announced.isdigit() and int(announced) > limit_bytes:
            raise _too_large(limit_bytes)
        # A timer and a flag instead of asyncio.timeout: the same thing for a third of the time, once a request.
        task = asyncio.current_task()
        late = False

        def give_up() -> None:
            nonlocal late
            late = True
            if task is not None:
                task.cancel()

        timer = asyncio.get_running_loop().call_later(within_s, give_up)
        try:
            if announced.isdigit():
                return bytes(await self._protocol())
            return await self._unannounced(limit_bytes)
        except asyncio.CancelledError as error:
            if not late:
                raise
            if task is not None:
                task.uncancel()
            raise InputError(
                "WL-GWY-003",
                f"The body had not arrived after {within_s:g} s.",
                "Send it faster or in smaller requests.",
            ) from error
        finally:
            timer.cancel()

    async def _unannounced(self, limit_bytes: int) -> bytes:
        parts: list[bytes] = []
        size = 0
        async for part in self._protocol:
            size += len(part)
            if size > limit_bytes:
                raise _too_large(limit_bytes)
            parts.append(part)
        return b"".join(parts)

    def reply(self, status: int, headers: Headers, body: bytes) -> None:
        if self.started:
            return
        self.started = True
        self.sent_bytes += len(body)
        self._protocol.response_bytes(status, list(headers), body)

    def open(self, status: int, headers: Headers) -> None:
        self.started = True
        self._transport = self._protocol.response_stream(status, list(headers))

    async def send(self, data: bytes) -> None:
        try:
            async with asyncio.timeout(self._write_s):
                await self._transport.send_bytes(data)
        except (RuntimeError, TimeoutError) as error:
            raise CallerGoneError from error
        self.sent_bytes += len(data)
        if self.sent_bytes >= self._look_at:
            await self._drain()

    async def _drain(self) -> None:
        """Wait until the caller has read what was sent; the server library itself takes any amount at once."""
        self._look_at = self.sent_bytes + _UNREAD_BYTES
        connection = find_connection(self._scope.client)
        if connection is None:
            raise CallerGoneError
        with connection:
            try:
                async with asyncio.timeout(self._write_s):
                    while _unread(connection):  # noqa: ASYNC110 - the kernel tells nobody when this falls
                        await asyncio.sleep(_LOOK_S)
            except TimeoutError as error:
                _reset(connection)
                raise CallerGoneError from error

    def let_go(self) -> None:
        """Let the server library end a stream now: it does so once nobody holds the transport any more."""
        self._transport = None

    async def abort(self) -> None:
        await asyncio.sleep(_FLUSH_S)
        abort_peer(self._scope.client)

    def watch(self, gone: Callable[[], object]) -> Any:
        """Call ``gone`` when the caller's connection ends before the answer does."""
        future = self._protocol.client_disconnect()
        future.add_done_callback(lambda done: None if done.cancelled() else gone())
        return future


def _headers(raw: Any) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in raw.items():
        known = headers.get(name)
        headers[name] = value if known is None else f"{known}, {value}"
    return headers


def _too_large(limit_bytes: int) -> InputError:
    return InputError(
        "WL-GWY-002",
        f"The body is larger than {limit_bytes} bytes.",
        "Send less, or ask the operator to raise gateway.limits.body_bytes.",
    )


def abort_peer(peer: str) -> bool:
    """Shut down this process's connection to ``host:port``; true when it was found."""
    connection = find_connection(peer)
    if connection is None:
        return False
    with connection:
        _reset(connection)
    return True


def find_connection(peer: str) -> socket.socket | None:
    """A second handle to this process's connection to ``host:port``.

    The server library hides its sockets, so the connection is found among the process's own open
    descriptors by the address of its peer. It is needed rarely; with 10,000 descriptors it takes some
    10 ms once.
    """
    host, _, port = peer.rpartition(":")
    wanted = (host.strip("[]"), port)
    for entry in Path("/proc/self/fd").iterdir():
        try:
            if not stat.S_ISSOCK(os.fstat(int(entry.name)).st_mode):
                continue
            connection = socket.socket(fileno=os.dup(int(entry.name)))
        except OSError:
            continue
        try:
            address = connection.getpeername()
        except OSError:
            address = None
        if isinstance(address, tuple) and (address[0].removeprefix("::ffff:"), str(address[1])) == wanted:
            return connection
        connection.close()
    return None


def _reset(connection: socket.socket) -> None:
    with suppress(OSError):  # it may have ended by itself
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        connection.shutdown(socket.SHUT_RDWR)


def _unread(connection: socket.socket) -> int:
    """Bytes the other side has not acknowledged (SIOCOUTQ of tcp(7), the same number as TIOCOUTQ)."""
    (count,) = struct.unpack("i", fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, bytes(4)))
    return int(count)


class Application:
    """The RSGI application of one worker.

    Args:
        start: Opens the worker's runtime and gives its handler; called once the loop runs.
        stop: Closes it.
        concurrency: Most exchanges at one time.
        write_s: Seconds a caller may leave released bytes unread.
    """

    def __init__(
        self,
        start: Callable[[], Awaitable[Handler]],
        stop: Callable[[], Awaitable[None]],
        *,
        concurrency: int,
        write_s: float,
    ) -> None:
        self._start = start
        self._stop = stop
        self._concurrency = concurrency
        self._write_s = write_s
        self._running = 0
        self._handler: Handler | None = None
        self._opening: asyncio.Task[None] | None = None

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._opening = loop.create_task(self._open())

    async def _open(self) -> None:
        self._handler = await self._start()

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.run_until_complete(self._stop())

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        """Serve one request."""
        call = RsgiCall(scope, protocol, self._write_s)
        if self._handler is None and self._opening is not None:
            await asyncio.shield(self._opening)
        if self._handler is None or self._running >= self._concurrency:
            call.reply(503, _BUSY_HEADERS, _BUSY)
            return
        self._running += 1
        task = asyncio.current_task()
        watch = call.watch(task.cancel) if task is not None else None
        try:
            await self._handler(call)
        except asyncio.CancelledError:
            return
        except BaseException:
            # INVARIANT: a handler that failed in the middle of a stream must not leave a complete one behind.
            await call.abort()
            raise
        finally:
            self._running -= 1
            call.let_go()
            if watch is not None:
                watch.cancel()


_BUSY_HEADERS = [("content-type", "application/json"), ("retry-after", "1")]
_BUSY = (
    b'{"error":{"message":"The gateway is at its limit of concurrent exchanges. Try again in a second.",'
    b'"type":"server_error","param":null,"code":"overloaded"}}'
)
