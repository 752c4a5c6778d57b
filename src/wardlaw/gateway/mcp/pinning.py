"""The pins of tools, as the request path asks for them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from wardlaw.facts.errors import UnavailableError
from wardlaw.facts.toolpin import ToolPin
from wardlaw.store.database import reading, writing
from wardlaw.store.toolpins import list_pins, sight

_Made = TypeVar("_Made")


class Pinning(Protocol):
    """The memory of what servers offer and people approved."""

    async def all(self) -> tuple[ToolPin, ...]:
        """Every tool ever offered."""

    async def sight(self, server: str, seen: Sequence[ToolPin], *, at: float) -> tuple[ToolPin, ...]:
        """Take in an offer; the tools whose state or offer changed."""


class TablePinning:
    """The memory in the installation's tables, which all workers share.

    Args:
        engine: The open database.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def all(self) -> tuple[ToolPin, ...]:
        """As ``Pinning``."""

        def work() -> tuple[ToolPin, ...]:
            with reading(self._engine) as connection:
                return list_pins(connection)

        return await _do(work)

    async def sight(self, server: str, seen: Sequence[ToolPin], *, at: float) -> tuple[ToolPin, ...]:
        """As ``Pinning``."""

        def work() -> tuple[ToolPin, ...]:
            with writing(self._engine) as connection:
                return sight(connection, server, seen, at=at)

        return await _do(work)


async def _do(work: Callable[[], _Made]) -> _Made:
    try:
        return await asyncio.to_thread(work)
    except SQLAlchemyError as error:
        raise UnavailableError(
            "WL-MCP-009", "Whether a tool is still the one that was approved cannot be looked up now.", "Try again."
        ) from error
