"""A single request to a server that is no upstream, over a connection of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from wardlaw.gateway.connection import Connection, Pool, trusting_context
from wardlaw.gateway.wire.response import ResponseReader, request_bytes, request_prefix


class Fetched:
    """An answer whose head has arrived.

    Attributes:
        status: HTTP status; redirects are not followed.
    """

    def __init__(self, connection: Connection, answer: ResponseReader, within_s: float) -> None:
        self._connection = connection
        self._answer = answer
        self._within_s = within_s
        self.status: int = answer.status

    def header(self, name: str) -> str:
        """The first header of that lower-case name; ``""`` when there is none."""
        return next((value for known, value in self._answer.headers if known == name), "")

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body as it arrives.

        Raises:
            BrokenError: It ended in the middle.
            TimeoutError: Nothing came for too long.
        """
        while True:
            piece = self._connection.take()
            if piece is not None:
                yield piece
            elif self._answer.complete:
                return
            else:
                await self._connection.wait(self._within_s)


@asynccontextmanager
async def fetch(
    method: str, url: str, *, headers: Sequence[tuple[str, str]] = (), body: bytes = b"", within_s: float
) -> AsyncIterator[Fetched]:
    """Send one request; the connection ends with the block.

    Args:
        url: http or https, checked by who asks.
        within_s: Seconds to connect, to the head, and between two pieces each.

    Raises:
        OSError: It cannot be reached, or cannot prove its name.
        BrokenError: What it says is no answer.
        TimeoutError: It is silent.
        ValueError: A header would hold a control character.
    """
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    context = await asyncio.to_thread(trusting_context) if secure else None
    pool = Pool(parts.hostname or "", parts.port or (443 if secure else 80), tls=context, most_idle=0)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    prefix = request_prefix("", parts.netloc.rpartition("@")[2], headers, method=method)
    connection = await pool.get(within_s)
    try:
        answer = connection.send(request_bytes(prefix, path, (), body))
        while not answer.status:
            await connection.wait(within_s)
        yield Fetched(connection, answer, within_s)
    finally:
        connection.abort()
