"""What the flows of the gateway see of a caller's connection. Only ``server.py`` touches sockets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

Headers = Sequence[tuple[str, str]]


class Call(Protocol):
    """One HTTP request and the connection to answer it on.

    Attributes:
        query: What follows the path's question mark; read by lists alone, and it goes nowhere.
        headers: Lower-case names; the values of a repeated header are joined with ``, ``.
        started: True once the head of an answer has gone out.
        sent_bytes: Body bytes handed to the caller's connection.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    started: bool
    sent_bytes: int

    async def body(self, *, limit_bytes: int, within_s: float) -> bytes:
        """The whole body.

        Raises:
            InputError: ``WL-GWY-002`` larger than the limit, ``WL-GWY-003`` not complete in time.
        """

    def reply(self, status: int, headers: Headers, body: bytes) -> None:
        """Answer completely."""

    def open(self, status: int, headers: Headers) -> None:
        """Send the head of a stream."""

    async def send(self, data: bytes) -> None:
        """Send a part of a stream; raises ``CallerGoneError`` when nobody reads it any more."""

    async def abort(self) -> None:
        """End the connection so that no client takes the stream for complete."""


class CallerGoneError(Exception):
    """The caller's connection has ended; there is nobody to tell."""
