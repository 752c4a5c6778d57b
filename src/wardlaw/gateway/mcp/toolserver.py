"""One server of tools as the gateway uses it: started when it is first asked, and anew after it has ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from wardlaw.config.load import read_reference
from wardlaw.config.toolservers import KEYRING, McpServer, kept_names
from wardlaw.facts.errors import UnavailableError
from wardlaw.gateway.credential import NO_CREDENTIAL
from wardlaw.gateway.destination import Destination
from wardlaw.gateway.mcp.address import AddressLine
from wardlaw.gateway.mcp.credentials import Credentials, NoCredentials
from wardlaw.gateway.mcp.line import Line, gone
from wardlaw.gateway.mcp.program import INHERITED, ProgramLine
from wardlaw.gateway.mcp.session import Session
from wardlaw.gateway.upstream import Upstreams

_AGAIN_S = 2.0  # after a failed start: a program that ends at once must not be started for each call


class ToolServer:
    """A server of the configuration.

    Args:
        env: The gateway's own environment: for credentials, and the few variables a program gets.
        asked: Told server and method of each request a server makes.
        clock: Seconds that only go forward.
        credentials: Where those of the keyring come from.
    """

    def __init__(
        self,
        server: McpServer,
        upstreams: Upstreams,
        *,
        env: Mapping[str, str],
        asked: Callable[[str, str], None],
        clock: Callable[[], float],
        credentials: Credentials | None = None,
    ) -> None:
        self.settings = server
        self.name = server.name
        self.stale = True
        """What it offers may have changed since it was last asked."""
        self._upstreams, self._env, self._asked, self._clock = upstreams, env, asked, clock
        self._session: Session | None = None
        self._opening = asyncio.Lock()
        self._failed: tuple[float, UnavailableError] | None = None
        self._credentials = credentials or NoCredentials()
        self.credentials = kept_names(server)
        """Names of those it needs from the keyring."""
        self._turn = self._turn_of_session = 0  # how often its credentials have changed

    async def session(self) -> Session:
        """The session, opened when there is none.

        Raises:
            UnavailableError: ``WL-MCP-005`` it cannot be used now.
        """
        async with self._opening:
            if self._session is not None and self._session.alive and self._turn_of_session == self._turn:
                return self._session
            if self._failed is not None and self._clock() - self._failed[0] < _AGAIN_S:
                raise self._failed[1]
            await self._let_go()
            turn = self._turn
            try:
                session = await self._begin()
            except UnavailableError as error:
                if turn == self._turn:
                    self._failed = (self._clock(), error)
                raise
            self._session, self._failed, self.stale, self._turn_of_session = session, None, True, turn
            if turn != self._turn:
                # INVARIANT: nothing is asked with a credential that is known to have changed.
                await self._let_go()
                raise gone(self.name, "its credentials were changed while it started")
            return session

    async def _begin(self) -> Session:
        kept = await self._credentials.values(self.name, self.credentials)
        session = Session(
            self.name,
            self._line(kept),
            limit_bytes=self.settings.message_bytes,
            asked=lambda method: self._asked(self.name, method),
            changed=self._grow_stale,
            clock=self._clock,
        )
        try:
            await session.open(self.settings.start_timeout_s)
        except BaseException:
            await session.close()
            raise
        return session

    def outdate(self) -> None:
        """Its credentials have changed: from now on nothing is asked in the session there is."""
        self._turn += 1
        self._failed = None

    async def end_outdated(self) -> None:
        """End the session, and what is under way in it, unless it was begun since its credentials changed."""
        session = self._session
        if session is not None and self._turn_of_session != self._turn:
            session.end(gone(self.name, "its credentials were changed"))
        async with self._opening:
            if self._turn_of_session != self._turn:
                await self._let_go()

    def _grow_stale(self) -> None:
        self.stale = True

    def _line(self, kept: Mapping[str, str] = {}) -> Line:
        server = self.settings

        def read(name: str, value: str, kind: str) -> str:
            if value.startswith(KEYRING):
                return kept[value.removeprefix(KEYRING)]
            return read_reference(value, env=self._env, what=f"mcp.servers.{server.name}.{kind}.{name}")

        def values(given: Mapping[str, str], kind: str) -> dict[str, str]:
            return {name: read(name, value, kind) for name, value in given.items()}

        if server.command:
            own = {name: self._env[name] for name in INHERITED if name in self._env}
            return ProgramLine(
                server.name,
                server.command,
                env=own | values(server.env, "env"),
                cwd=server.cwd,
                limit_bytes=server.message_bytes,
            )
        there = Destination(
            name=f"mcp:{server.name}",
            url=server.url,
            credential=NO_CREDENTIAL,
            model="",
            region=server.region,
            trust=server.trust.value,
            connect_timeout_s=min(server.start_timeout_s, 10.0),
            first_byte_timeout_s=server.call_timeout_s,
            idle_timeout_s=server.call_timeout_s,
            total_timeout_s=server.call_timeout_s,
        )
        sent = tuple(values(server.headers, "headers").items())
        if not all(value.isprintable() and value.isascii() for _, value in sent):
            raise gone(self.name, "a header of its configuration holds what no header may")
        return AddressLine(there, self._upstreams, limit_bytes=server.message_bytes, own=sent)

    async def ask(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        """Ask the server; see ``Session.ask``."""
        session = await self.session()
        return await session.ask(method, params, within_s=self.settings.call_timeout_s)

    async def list(self, capability: str, method: str, member: str) -> list[dict[str, Any]]:
        """All items of a list; none where the server does not have the capability."""
        session = await self.session()
        if capability not in session.capabilities:
            return []
        return await session.list(method, member, within_s=self.settings.start_timeout_s)

    async def _let_go(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def close(self) -> None:
        """End the session, and the program with it."""
        async with self._opening:
            await self._let_go()
