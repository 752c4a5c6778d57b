"""Whose a file or a batch at a vendor is, as the request path asks for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol, TypeVar

from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from wardlaw.facts.errors import UnavailableError
from wardlaw.facts.kept import Kept, KeptKind
from wardlaw.store import kept as table
from wardlaw.store.database import reading, writing

_Made = TypeVar("_Made")


class Keeping(Protocol):
    """The memory of what vendors keep."""

    async def remember(self, kept: Kept) -> bool:
        """Keep whose it is; false when that id is somebody else's already."""

    async def find(self, upstream: str, identity: str, *, owner: str) -> Kept | None:
        """The thing of that id, when it is this caller's."""

    async def list_of(self, upstream: str, owner: str, kind: KeptKind, *, after: str, most: int) -> tuple[Kept, ...]:
        """Things of one caller, newest first."""

    async def forget(self, upstream: str, identity: str) -> None:
        """Let go of something that is deleted."""


class TableKeeping:
    """The memory in the installation's tables, which all workers share.

    Args:
        engine: The open database.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def remember(self, kept: Kept) -> bool:
        """As ``Keeping``."""
        return await self._do(writing, lambda connection: table.remember(connection, kept))

    async def find(self, upstream: str, identity: str, *, owner: str) -> Kept | None:
        """As ``Keeping``."""
        found = await self._do(reading, lambda connection: table.find(connection, upstream, identity))
        return found if found is not None and found.owner == owner else None

    async def list_of(self, upstream: str, owner: str, kind: KeptKind, *, after: str, most: int) -> tuple[Kept, ...]:
        """As ``Keeping``."""
        last = await self.find(upstream, after, owner=owner) if after else None

        def work(connection: Connection) -> tuple[Kept, ...]:
            return table.list_of(connection, upstream, owner, kind, after=last, most=most)

        return await self._do(reading, work)

    async def forget(self, upstream: str, identity: str) -> None:
        """As ``Keeping``."""
        await self._do(writing, lambda connection: table.forget(connection, upstream, identity))

    async def _do(self, opens: Callable[..., object], work: Callable[[Connection], _Made]) -> _Made:
        def run() -> _Made:
            with opens(self._engine) as connection:  # type: ignore[attr-defined]
                return work(connection)

        try:
            return await asyncio.to_thread(run)
        except SQLAlchemyError as error:
            raise UnavailableError(
                "WL-GWY-021", "Whose this file or batch is cannot be looked up now.", "Try again shortly."
            ) from error
