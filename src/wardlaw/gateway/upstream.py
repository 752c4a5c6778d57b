"""Calls to upstreams: connections kept per upstream, timeouts, and the errors told apart."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

from wardlaw.facts.errors import ConfigError, UnavailableError
from wardlaw.gateway.connection import BrokenError, Connection, Pool, trusting_context
from wardlaw.gateway.destination import Destination
from wardlaw.gateway.kinds.table import KINDS
from wardlaw.gateway.wire.headers import Header
from wardlaw.gateway.wire.response import ResponseReader, request_bytes, request_prefix

_IDLE_CONNECTIONS = 512  # per upstream; fewer made a pool reconnect at 256 callers (measured)
# Answers by which an upstream says that it did not take the request up, so that asking another is safe.
NOT_TAKEN = frozenset((429, 503))


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


class _Line(NamedTuple):
    """What it takes to reach one destination, and the credential that stands in it."""

    pool: Pool
    prefix: bytes
    known_as: tuple[Header, ...]


class Upstreams:
    """The connections to all upstreams, by name."""

    def __init__(self) -> None:
        self._lines: dict[str, _Line] = {}
        self._tls: ssl.SSLContext | None = None

    def _line(self, destination: Destination) -> _Line:
        line = self._lines.get(destination.name)
        known_as = KINDS[destination.kind].credential(destination)
        if line is None or line.known_as != known_as:
            pool = line.pool if line is not None else self._open_pool(destination)
            line = self._lines[destination.name] = _Line(pool, _prefix(destination, known_as), known_as)
        return line

    def _open_pool(self, destination: Destination) -> Pool:
        url = urlsplit(destination.url)
        secure = url.scheme == "https"
        if secure and self._tls is None:
            self._tls = trusting_context()
        return Pool(
            url.hostname or "",
            url.port or (443 if secure else 80),
            tls=self._tls if secure else None,
            most_idle=_IDLE_CONNECTIONS,
        )

    async def post(
        self, destination: Destination, path: str, body: bytes, headers: Sequence[tuple[str, str]]
    ) -> _WireAnswer:
        """As ``call``, with POST."""
        return await self.call(destination, "POST", path, body, headers)

    async def call(
        self, destination: Destination, method: str, path: str, body: bytes, headers: Sequence[tuple[str, str]]
    ) -> _WireAnswer:
        """Send a request and wait for the head of the answer. Cancelled, it lets the upstream go at once.

        Raises:
            UpstreamRefusedError: ``WL-UPS-001`` no connection; nothing was sent.
            UnavailableError: ``WL-UPS-002`` no first byte in time, ``WL-UPS-003`` the connection broke.
            ConfigError: ``WL-UPS-005`` a header of the configuration cannot be sent, ``WL-CFG-013`` the key's file
                has changed and cannot be read.
        """
        line = self._line(destination)
        prefix = line.prefix if method == "POST" else method.encode() + line.prefix.removeprefix(b"POST")
        ends = asyncio.get_running_loop().time() + destination.total_timeout_s
        try:
            connection = await line.pool.get(min(destination.connect_timeout_s, destination.total_timeout_s))
        except (OSError, TimeoutError) as error:
            raise _refused(destination) from error
        try:
            answer = connection.send(request_bytes(prefix, path, headers, body))
            while not answer.status:
                await connection.wait(_left(ends, destination.first_byte_timeout_s))
        except TimeoutError as error:
            connection.abort()
            raise _silent(destination, destination.first_byte_timeout_s) from error
        except BrokenError as error:
            raise _broken(destination) from error
        except BaseException:
            connection.abort()
            raise
        return _WireAnswer(destination, line.pool, connection, answer, ends)

    async def close(self) -> None:
        """Close every connection that is idle."""
        for line in self._lines.values():
            line.pool.close()
        self._lines.clear()


class _WireAnswer:
    """An answer over a connection.

    Args:
        ends: Time of the event loop at which the whole exchange must be over.
    """

    def __init__(
        self, destination: Destination, pool: Pool, connection: Connection, answer: ResponseReader, ends: float
    ) -> None:
        self._destination = destination
        self._pool = pool
        self._connection: Connection | None = connection
        self._answer = answer
        self._ends = ends
        self.status: int = answer.status
        self.headers: Sequence[tuple[str, str]] = answer.headers

    async def pieces(self) -> AsyncIterator[bytes]:
        there, answer, connection = self._destination, self._answer, self._connection
        while connection is not None:
            piece = connection.take()
            if piece is not None:
                yield piece
                continue
            if answer.complete:
                return
            try:
                await connection.wait(_left(self._ends, there.idle_timeout_s))
            except TimeoutError as error:
                raise _silent(there, there.idle_timeout_s) from error
            except BrokenError as error:
                raise _broken(there) from error

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
        connection, self._connection = self._connection, None
        if connection is not None:
            self._pool.put(connection)


def _prefix(destination: Destination, known_as: tuple[Header, ...]) -> bytes:
    """What all requests to a destination have in common."""
    url = urlsplit(destination.url)
    try:
        return request_prefix(url.path, url.netloc.rpartition("@")[2], [*destination.headers, *known_as])
    except ValueError as error:
        raise ConfigError(
            "WL-UPS-005",
            f"The header {error} for the upstream {destination.name} holds a control character.",
            "Look for a line break in its key or in its headers.",
        ) from None


def _left(ends: float, at_most_s: float) -> float:
    """Seconds to wait: what is left of the whole, or less."""
    return max(0.0, min(at_most_s, ends - asyncio.get_running_loop().time()))


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
