"""Work on the tables for the request path: in a thread, few at a time, and not for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError

from wardlaw.facts.errors import WardlawError

AWAY = (SQLAlchemyError, WardlawError, TimeoutError)
"""What it looks like when tables or keys cannot be used."""

PATIENCE_S = 8.0  # connecting to PostgreSQL takes five at most; agents wait a minute and more
_AT_ONCE = 4  # so that a database that hangs does not take every thread

_Made = TypeVar("_Made")


class TableWork:
    """Does work on the tables.

    Args:
        patience_s: How long a caller waits for it, turn included, in seconds.
    """

    def __init__(self, *, patience_s: float = PATIENCE_S) -> None:
        self._patience_s = patience_s
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def do(self, work: Callable[[], _Made]) -> _Made:
        """What the work gives; what it raises goes on.

        Raises:
            TimeoutError: It took too long; it may still end later.
        """
        async with asyncio.timeout(self._patience_s), self._turns:
            return await asyncio.to_thread(work)
