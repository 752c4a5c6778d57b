"""What a worker opens so that agents reach tools: the servers of the configuration, their pins, and what is recorded."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping

from wardlaw.config.model import Config
from wardlaw.config.toolservers import McpServer
from wardlaw.facts.action import Action
from wardlaw.facts.errors import UnavailableError
from wardlaw.facts.exchange import Measures
from wardlaw.facts.principal import Principal, PrincipalKind
from wardlaw.facts.routes import MCP
from wardlaw.facts.toolpin import PinState, ToolPin
from wardlaw.gateway.inspection import Inspection
from wardlaw.gateway.judge import Case, Judge, Matter
from wardlaw.gateway.mcp.catalogue import Catalogue
from wardlaw.gateway.mcp.credentials import TableCredentials, absent
from wardlaw.gateway.mcp.pinning import TablePinning
from wardlaw.gateway.mcp.telling import report_of
from wardlaw.gateway.mcp.toolserver import ToolServer
from wardlaw.gateway.registry import Registry
from wardlaw.gateway.reporting import ToolReport
from wardlaw.gateway.upstream import Upstreams
from wardlaw.security.toolnames import qualified
from wardlaw.state.callers import state_key

_log = logging.getLogger("wardlaw.gateway.mcp")


class Asking:
    """Records what servers ask of callers. The answer is always no; the record says what they tried.

    Args:
        secret: Key of the digests under which the state authority knows callers.
        report: Tells people what a server did otherwise than was approved.
    """

    def __init__(
        self, judge: Judge, registry: Registry, secret: bytes, *, report: Callable[[ToolReport], None]
    ) -> None:
        self.judge, self._registry, self._secret, self.report = judge, registry, secret, report
        self._tasks: set[asyncio.Task[None]] = set()

    def __call__(self, server: str, method: str) -> None:
        """A server asked for something."""
        task = asyncio.get_running_loop().create_task(self._record(server, method))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _record(self, server: str, method: str) -> None:
        judge, who = self.judge, f"nhi:mcp-{server}"
        case = Case(
            exchange=judge.new_id("exc"),
            principal=Principal(who, PrincipalKind.NHI, server, registered=True),
            session="",
            route=MCP,
            mode=self._registry.mode(MCP),
            principal_key=state_key(self._secret, "caller", who),
            person_key=b"",
            session_key=state_key(self._secret, "session", who, ""),
        )
        resource = self._registry.tool(qualified(server, method))
        try:
            await judge.judge(case, Matter(Action.TOOL_CALL, resource, Measures(), calls=1))
        except UnavailableError as error:
            _log.error("%s", error)  # refused it was, all the same

    async def close(self) -> None:
        """Finish what is being recorded."""
        await asyncio.gather(*self._tasks, return_exceptions=True)


class Opened:
    """The catalogue, with what ends with it.

    Args:
        credentials: Those of servers that lie in the keyring; the pins lie in the same tables.
        env: The gateway's own environment.
        inspection: Gives the detectors in force.
    """

    def __init__(
        self,
        config: Config,
        credentials: TableCredentials,
        asking: Asking,
        *,
        env: Mapping[str, str],
        inspection: Callable[[], Inspection],
        upstreams: Upstreams,
    ) -> None:
        self._asking, judge = asking, asking.judge
        self._judge = judge
        self._credentials = credentials
        self._ending: set[asyncio.Task[None]] = set()

        def opened(server: McpServer) -> ToolServer:
            return ToolServer(server, upstreams, env=env, asked=asking, clock=time.monotonic, credentials=credentials)

        servers = [server if server.local else opened(server) for server in config.mcp.servers]
        self.catalogue = Catalogue(
            servers,
            TablePinning(credentials.engine),
            inspection=inspection,
            told=self._told,
            clock=time.monotonic,
            now=judge.clock,
        )

    def _told(self, pin: ToolPin) -> None:
        target = f"{qualified(pin.server, pin.tool)} {pin.offered_pin}"
        record = self._judge.new_id("ctl")
        self._judge.recorder.control(record, f"tool.{pin.state.value}", target[:400])
        if pin.state is not PinState.PINNED:
            self._asking.report(report_of(pin, record=record, at=self._judge.clock()))

    async def load_credentials(self) -> None:
        """Have every server whose credentials have changed begin anew.

        Raises:
            UnavailableError: WL-MCP-015, the tables cannot be asked.
        """
        changed = await self._credentials.load()
        for server in self.catalogue.servers.values():
            for name in self._credentials.missing(server.name, server.credentials):
                _log.warning("%s", absent(server.name, name))
            if any((server.name, name) in changed for name in server.credentials):
                server.outdate()
                # A program may take seconds to end: keys and policies must not wait for that.
                task = asyncio.get_running_loop().create_task(server.end_outdated())
                self._ending.add(task)
                task.add_done_callback(self._ending.discard)

    async def close(self) -> None:
        """End every session, and finish what is being recorded."""
        await asyncio.gather(*self._ending, return_exceptions=True)
        await self.catalogue.close()
        await self._asking.close()
