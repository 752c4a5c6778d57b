"""Credentials of servers of tools that lie in the keyring: opened when a session begins, and kept nowhere else."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Protocol

import msgspec
from sqlalchemy.engine import Engine

from wardlaw.facts.errors import UnavailableError
from wardlaw.gateway.tablework import AWAY, TableWork
from wardlaw.store.credentials import credential_marks, find_credential, open_credential
from wardlaw.store.database import reading
from wardlaw.store.keyring import Keyring

_log = logging.getLogger("wardlaw.gateway.mcp")


class Credentials(Protocol):
    """Where the credentials of servers come from."""

    async def values(self, server: str, names: Iterable[str]) -> Mapping[str, str]:
        """The credentials of one server, by name.

        Raises:
            UnavailableError: ``WL-MCP-014`` one is not kept, ``WL-MCP-015`` one cannot be read now.
        """


class NoCredentials:
    """Where nothing is kept."""

    async def values(self, server: str, names: Iterable[str]) -> Mapping[str, str]:
        """As ``Credentials``."""
        for name in sorted(names):
            raise absent(server, name)
        return {}


class TableCredentials:
    """The credentials in the installation's tables.

    Args:
        engine: The open database.
        keyring: Opens them.
        work: Where the work on the tables is done.
    """

    def __init__(self, engine: Engine, keyring: Keyring, *, work: TableWork | None = None) -> None:
        self.engine, self._keyring = engine, keyring
        self._work = work or TableWork()
        self._marks: dict[tuple[str, str], str] = {}

    async def load(self) -> frozenset[tuple[str, str]]:
        """Server and name of each credential that was set, set anew or forgotten since the last time."""

        def work() -> dict[tuple[str, str], str]:
            with reading(self.engine) as connection:
                return credential_marks(connection)

        try:
            marks = await self._work.do(work)
        except AWAY as error:
            raise UnavailableError(
                "WL-MCP-015", "Which credentials of servers are kept cannot be looked up now.", "See `wardlaw doctor`."
            ) from error
        before, self._marks = self._marks, marks
        return frozenset(one for one in before.keys() | marks.keys() if before.get(one) != marks.get(one))

    def missing(self, server: str, names: Iterable[str]) -> tuple[str, ...]:
        """Which of these were not kept when last looked."""
        return tuple(name for name in sorted(names) if (server, name) not in self._marks)

    async def values(self, server: str, names: Iterable[str]) -> Mapping[str, str]:
        """As ``Credentials``."""
        return {name: await self._value(server, name) for name in sorted(names)}

    async def _value(self, server: str, name: str) -> str:
        def work() -> str | None:
            with reading(self.engine) as connection:
                kept = find_credential(connection, server, name)
            return None if kept is None else open_credential(self._keyring, kept)

        try:
            value = await self._work.do(work)
        except (*AWAY, msgspec.MsgspecError, UnicodeDecodeError) as error:
            # The kind of the error alone: nothing that was opened or half opened may reach a log.
            why = getattr(error, "code", type(error).__name__)
            _log.error("the credential %s of the server %s cannot be read: %s", name, server, why)
            raise UnavailableError(
                "WL-MCP-015",
                f"The server {server} cannot be used: its credential {name} cannot be read.",
                f"The operator looks with `wardlaw doctor`, or sets it anew: `wardlaw mcp credential set {server} {name}`.",
            ) from None
        if value is None:
            raise absent(server, name)
        return value


def absent(server: str, name: str) -> UnavailableError:
    """The error of a credential that the configuration names and nobody has set."""
    return UnavailableError(
        "WL-MCP-014",
        f"The server {server} cannot be used: its credential {name} is not kept.",
        f"The operator sets it: `wardlaw mcp credential set {server} {name}`.",
    )
