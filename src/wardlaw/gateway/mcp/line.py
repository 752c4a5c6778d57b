"""How messages reach a server of tools: a program's standard input and output, or HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from wardlaw.facts.errors import UnavailableError


class Line(Protocol):
    """A way to one server. What it receives is given to ``heard``, message by message."""

    heard: Callable[[bytes], None]
    broken: Callable[[UnavailableError], None]

    async def open(self) -> None:
        """Be ready to send.

        Raises:
            UnavailableError: The server cannot be started or reached.
        """

    async def send(self, message: bytes, *, settled: Callable[[], bool]) -> bool:
        """Send one message.

        Args:
            settled: Whether what was asked for has been heard; then no more of this answer is read.

        Returns:
            Whether an answer may still come after this has returned.

        Raises:
            UnavailableError: It could not be sent, or what came back is no answer.
        """

    def speaks(self, version: str) -> None:
        """The version of the protocol both sides agreed on."""

    async def close(self) -> None:
        """End it, and what was started for it."""


def too_large(server: str, limit_bytes: int) -> UnavailableError:
    """A message is larger than the server may send."""
    return UnavailableError(
        "WL-MCP-006",
        f"The server {server} sent a message of more than {limit_bytes} bytes.",
        "Ask for less, or have the operator raise message_bytes of the server.",
    )


def gone(server: str, why: str) -> UnavailableError:
    """A server cannot be reached, or has ended."""
    return UnavailableError(
        "WL-MCP-005", f"The server {server} cannot be used: {why}.", "Try again; the operator sees it in the log."
    )


def unheard(_message: bytes) -> None:
    """Nobody listens yet."""


def unminded(_error: UnavailableError) -> None:
    """Nobody minds yet."""
