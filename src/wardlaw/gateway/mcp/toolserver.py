"""One server of tools as the gateway uses it: started when it is first asked, and anew after it has ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from wardlaw.config.load import read_reference
from wardlaw.config.toolservers import McpServer
from wardlaw.facts.errors import UnavailableError
from wardlaw.gateway.credential import NO_CREDENTIAL
from wardlaw.gateway.destination import Destination
from wardlaw.gateway.mcp.address import AddressLine
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
    """

    def __init__(
        self,
        server: McpServer,
        upstreams: Upstreams,
        *,
        env: Mapping[str, str],
        asked: Callable[[str, str], None],
        clock: Callable[[], float],
    ) -> None:
        self.settings = server
        self.name = server.name
        self.stale = True
        """What it offers may have changed since it was last asked."""
        self._upstreams, self._env, self._asked, self._clock = upstreams, env, asked, clock
        self._session: Session | None = None
        self._opening = asyncio.Lock()
        self._failed: tuple[float, UnavailableError] | None = None

    async def session(self) -> Session:
        """The session, opened when there is none.

        Raises:
            UnavailableError: ``WL-MCP-005`` it cannot be used now.
        """
        async with self._opening:
            if self._session is not None and self._session.alive:
                return self._session
            if self._failed is not None and self._clock() - self._failed[0] < _AGAIN_S:
                raise self._failed[1]
            await self._let_go()
            session = Session(
                self.name,
                self._line(),
                limit_bytes=self.settings.message_bytes,
                asked=lambda method: self._asked(self.name, method),
                changed=self._grow_stale,
                clock=self._clock,
            )
            try:
                await session.open(self.settings.start_timeout_s)
            except BaseException as error:
                if isinstance(error, UnavailableError):
                    self._failed = (self._clock(), error)
                await session.close()
                raise
            self._session, self._failed, self.stale = session, None, True
            return session

    def _grow_stale(self) -> None:
        self.stale = True

    def _line(self) -> Line:
        server = self.settings

        def values(given: Mapping[str, str], kind: str) -> dict[str, str]:
            return {
                name: read_reference(value, env=self._env, what=f"mcp.servers.{server.name}.{kind}.{name}")
                for name, value in given.items()
            }

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
