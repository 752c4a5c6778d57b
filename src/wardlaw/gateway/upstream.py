"""Calls to upstreams: one pooled client per upstream, timeouts, and the errors told apart.

pyreqwest is used because it costs 145 µs of CPU a request where httpx costs 2,500 (measured, see
docs/decisions). Its streams buffer unless the read buffer limit is 0, so it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any, Protocol

import msgspec
from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import ConnectError, ConnectTimeoutError, PyreqwestError

from wardlaw.facts.errors import UnavailableError

_IDLE_CONNECTIONS = 512  # per upstream; fewer made the pool reconnect at 256 callers (measured)
# Answers by which an upstream says that it did not take the request up, so that asking another is safe.
NOT_TAKEN = frozenset((429, 503))


class Destination(msgspec.Struct, frozen=True):
    """One concrete upstream of a model, with what it takes to call it.

    Attributes:
        url: Base URL up to and with ``/v1``, without a slash at the end.
        credential: Bearer token; ``""`` when none. Never logged.
        model: What the upstream calls the model.
    """

    name: str
    url: str
    credential: str
    model: str
    region: str
    trust: str
    connect_timeout_s: float
    first_byte_timeout_s: float
    idle_timeout_s: float
    total_timeout_s: float
    headers: tuple[tuple[str, str], ...] = ()


class UpstreamRefusedError(UnavailableError):
    """Nothing reached the upstream (no connection), so another may be asked."""


class UpstreamAnswer(Protocol):
    """An answer whose head has arrived."""

    status: int
    headers: Sequence[tuple[str, str]]

    def pieces(self) -> AsyncIterator[bytes]:
        """The body as it arrives; raises ``UnavailableError`` when it breaks off or idles too long."""

    async def whole(self, limit_bytes: int) -> bytes:
        """The body, at most ``limit_bytes``."""

    async def close(self) -> None:
        """Let go of it; aborts the upstream when the body has not ended."""


class Upstreams:
    """The clients of all upstreams, by name."""

    def __init__(self) -> None:
        self._clients: dict[str, Client] = {}

    def _client(self, destination: Destination) -> Client:
        client = self._clients.get(destination.name)
        if client is None:
            client = (
                ClientBuilder()
                .http1_only()
                .no_proxy()
                .follow_redirects(False)
                .gzip(False)
                .brotli(False)
                .zstd(False)
                .deflate(False)
                .tcp_nodelay(True)
                .pool_max_idle_per_host(_IDLE_CONNECTIONS)
                .connect_timeout(timedelta(seconds=destination.connect_timeout_s))
                # Counts anew with every piece that arrives; waiting for the head is one such wait. A timer in
                # the client's own threads costs the event loop nothing.
                .read_timeout(timedelta(seconds=destination.first_byte_timeout_s))
                .timeout(timedelta(seconds=destination.total_timeout_s))
                .build()
            )
            self._clients[destination.name] = client
        return client

    async def post(
        self, destination: Destination, path: str, body: bytes, headers: Sequence[tuple[str, str]]
    ) -> _ReqwestAnswer:
        """Send a request and wait for the head of the answer.

        Raises:
            UpstreamRefusedError: ``WL-UPS-001`` no connection; nothing was sent.
            UnavailableError: ``WL-UPS-002`` no first byte in time, ``WL-UPS-003`` the connection broke.
        """
        request = self._client(destination).post(destination.url + path).headers(list(headers))
        if destination.credential:
            request = request.header("authorization", f"Bearer {destination.credential}", is_sensitive=True)
        for name, value in destination.headers:
            request = request.header(name, value)
        streamed = request.body_bytes(body).streamed_read_buffer_limit(0).build_streamed()
        try:
            answer = await streamed.__aenter__()
        except ConnectTimeoutError as error:
            # The library calls waiting for the head a connect timeout too; only the cause tells them apart.
            first_byte_s = destination.first_byte_timeout_s
            raise (_refused(destination) if _never_connected(error) else _silent(destination, first_byte_s)) from error
        except TimeoutError as error:
            raise _silent(destination, destination.first_byte_timeout_s) from error
        except ConnectError as error:
            raise _refused(destination) if _never_connected(error) else _broken(destination) from error
        except PyreqwestError as error:
            raise _broken(destination) from error
        return _ReqwestAnswer(destination, answer, streamed)

    async def close(self) -> None:
        """Close every client."""
        for client in self._clients.values():
            await client.close()
        self._clients.clear()


class _ReqwestAnswer:
    """An answer through pyreqwest."""

    def __init__(self, destination: Destination, answer: Any, streamed: Any) -> None:
        self._destination = destination
        self._answer = answer
        self._streamed = streamed
        self._open = True
        self.status: int = answer.status
        self.headers: Sequence[tuple[str, str]] = list(answer.headers.items())

    async def pieces(self) -> AsyncIterator[bytes]:
        reader = self._answer.body_reader
        there = self._destination
        shorter = there.idle_timeout_s < there.first_byte_timeout_s
        while True:
            try:
                if shorter:
                    async with asyncio.timeout(there.idle_timeout_s):
                        piece = await reader.read_chunk()
                else:
                    piece = await reader.read_chunk()
            except TimeoutError as error:
                raise _silent(there, min(there.idle_timeout_s, there.first_byte_timeout_s)) from error
            except PyreqwestError as error:
                raise _broken(self._destination) from error
            if piece is None:
                return
            yield bytes(piece)

    async def whole(self, limit_bytes: int) -> bytes:
        parts: list[bytes] = []
        size = 0
        async for piece in self.pieces():
            size += len(piece)
            if size > limit_bytes:
                raise UnavailableError(
                    "WL-UPS-004",
                    f"The upstream {self._destination.name} answered with more than {limit_bytes} bytes.",
                    "Ask for less, or raise gateway.limits.answer_bytes.",
                )
            parts.append(piece)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    async def close(self) -> None:
        if self._open:
            self._open = False
            await self._streamed.__aexit__(None, None, None)


def _never_connected(error: ConnectError | ConnectTimeoutError) -> bool:
    """The library reports a connection that broke after the request was sent as the same kind of error;
    only the cause tells that nothing had been sent."""
    causes = error.details.get("causes") or ()
    return any("(Connect)" in str(cause.get("message", "")) for cause in causes)


def _refused(destination: Destination) -> UpstreamRefusedError:
    return UpstreamRefusedError(
        "WL-UPS-001",
        f"The upstream {destination.name} cannot be reached.",
        "Try again; the operator sees it in `wardlaw doctor`.",
    )


def _silent(destination: Destination, seconds: float) -> UnavailableError:
    return UnavailableError(
        "WL-UPS-002",
        f"The upstream {destination.name} was silent for {seconds:g} s.",
        "Try again; raise the upstream's timeouts if it needs longer.",
    )


def _broken(destination: Destination) -> UnavailableError:
    return UnavailableError(
        "WL-UPS-003",
        f"The connection to the upstream {destination.name} broke off.",
        "Try again; what was released before is not a complete answer.",
    )
