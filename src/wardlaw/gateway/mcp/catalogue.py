"""Every tool of every server, held against its pin: what may be shown, and what may be called.

A server is asked what it offers before the first use, when it says that this has changed, and again after some
seconds. What comes is compared with the pins; the request path never sees a definition that is not pinned.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from wardlaw.config.toolservers import McpServer
from wardlaw.facts.errors import UnavailableError, WardlawError
from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.facts.toolpin import PinState, ToolPin
from wardlaw.gateway.aside import inspect_aside
from wardlaw.gateway.inspection import Inspection
from wardlaw.gateway.mcp.pinning import Pinning
from wardlaw.gateway.mcp.toolserver import ToolServer
from wardlaw.gateway.wire.leaves import collect
from wardlaw.security.encoder import NAME as ENCODER
from wardlaw.security.tooldefinition import canonical, pin_of
from wardlaw.security.toolnames import qualified, refused_names
from wardlaw.security.toolorders import orders_in

FRESH_S = 5.0
"""Seconds after which a server is asked again what it offers: a change is found that soon, told or not."""

_NAME_CHARS = 256
_ALWAYS = frozenset((FindingKind.HIDDEN_TEXT, FindingKind.FINGERPRINT, FindingKind.TRIPWIRE, FindingKind.FAULT))
_CONCERNS = 20

_log = logging.getLogger("wardlaw.gateway.mcp")


class OfferedTool(msgspec.Struct, frozen=True):
    """A tool a server offers now.

    Attributes:
        name: ``server__tool``.
        definition: As the server has it, but for the name.
        pin: SHA-256 of the definition as the server has it, hex.
    """

    name: str
    server: str
    tool: str
    definition: dict[str, Any]
    state: PinState
    pin: str = ""

    @property
    def is_pinned(self) -> bool:
        """Whether it may be shown and called."""
        return self.state is PinState.PINNED


class Catalogue:
    """The tools of all servers.

    Args:
        servers: By the order of the configuration; for one that runs on callers' machines, which bring along what it
            offers, its settings.
        inspection: Gives the detectors in force.
        told: Told of each change of a pin, for the record.
        clock: Seconds that only go forward.
        now: Unix seconds.
    """

    def __init__(
        self,
        servers: Sequence[ToolServer | McpServer],
        pinning: Pinning,
        *,
        inspection: Callable[[], Inspection],
        told: Callable[[ToolPin], None],
        clock: Callable[[], float],
        now: Callable[[], float],
    ) -> None:
        self.local = {server.name: server for server in servers if isinstance(server, McpServer)}
        self.servers = {server.name: server for server in servers if not isinstance(server, McpServer)}
        self._pinning, self._inspection, self._told = pinning, inspection, told
        self._clock, self._now = clock, now
        self._pins: dict[tuple[str, str], ToolPin] = {}
        self._offers: dict[str, dict[str, dict[str, Any]]] = {}
        self._digests: dict[str, dict[str, str]] = {}  # of the offers: made once, when a server was asked
        self._asked_at: dict[str, float] = {}
        self._locks = {name: asyncio.Lock() for name in (*self.servers, *self.local)}

    async def load(self) -> None:
        """Take the pins in force, as people may have approved some since."""
        self._pins = {(pin.server, pin.tool): pin for pin in await self._pinning.all()}

    def settings(self, server: str) -> McpServer | None:
        """How a server is configured, wherever it runs; ``None`` when there is none of that name."""
        found = self.servers.get(server)
        return found.settings if found is not None else self.local.get(server)

    async def tools(self) -> tuple[OfferedTool, ...]:
        """What all servers offer now; a server that cannot be used offers nothing."""
        failed = await asyncio.gather(*(self._refresh(name) for name in self.servers), return_exceptions=True)
        for error in failed:
            if isinstance(error, WardlawError):
                _log.warning("%s", error)
            elif error is not None:
                raise error
        down = {name for name, error in zip(self.servers, failed, strict=True) if error is not None}
        return tuple(
            tool
            for server in self.servers
            if server not in down
            for name in self._offers.get(server, ())
            if (tool := self._offered(server, name)) is not None
        )

    async def find(self, server: str, tool: str) -> OfferedTool | None:
        """One tool; ``None`` when no server offers it.

        Raises:
            UnavailableError: Its server cannot be used now.
        """
        if server not in self.servers:
            return None
        await self._refresh(server)
        return self._offered(server, tool)

    async def take_offer(self, server: str, definitions: Sequence[dict[str, Any]]) -> tuple[OfferedTool, ...]:
        """Hold what a server on a caller's machine offers against the pins.

        Raises:
            UnavailableError: WL-MCP-009, 010.
        """
        offer = _by_name(server, definitions)
        async with self._locks[server]:
            await self._sight(server, offer)
        return tuple(found for one in offer.values() if (found := self.held_against(server, one)) is not None)

    def held_against(self, server: str, definition: dict[str, Any]) -> OfferedTool | None:
        """A definition a caller brought along, as far as people have let it in; ``None`` when nobody has seen it.

        Every machine has a server of its own, so what another of them offered last does not matter: only whether
        this very definition is the one that is pinned.
        """
        tool = definition.get("name")
        pin = self._pins.get((server, tool)) if type(tool) is str else None
        if pin is None:
            return None
        good = bool(pin.pin) and pin_of(definition) == pin.pin
        refused = PinState.DRIFTED if pin.state is PinState.PINNED else pin.state
        return OfferedTool(
            qualified(server, pin.tool), server, pin.tool, definition, PinState.PINNED if good else refused
        )

    def _offered(self, server: str, tool: str) -> OfferedTool | None:
        definition = self._offers.get(server, {}).get(tool)
        pin = self._pins.get((server, tool))
        if definition is None or pin is None:
            return None
        # INVARIANT: what is shown or called is pinned now, whatever was known when the server was asked.
        digest = self._digests[server][tool]
        state = pin.state if digest == pin.pin or pin.state is not PinState.PINNED else PinState.DRIFTED
        name = qualified(server, tool)
        return OfferedTool(name, server, tool, {**definition, "name": name}, state, digest)

    async def _refresh(self, name: str) -> None:
        server = self.servers[name]
        async with self._locks[name]:
            await server.session()  # a session that ended may have been replaced by another program
            asked_at = self._asked_at.get(name)
            if asked_at is not None and not server.stale and self._clock() - asked_at < FRESH_S:
                return
            server.stale = False
            try:
                offer = _by_name(name, await server.list("tools", "tools/list", "tools"))
                digests = await self._sight(name, offer)
            except BaseException:
                server.stale = True
                raise
            self._offers[name], self._digests[name] = offer, digests
            self._asked_at[name] = self._clock()

    async def _sight(self, server: str, offer: Mapping[str, dict[str, Any]]) -> dict[str, str]:
        """Hold an offer against what is known; the digest of each definition."""
        digests = {tool: pin_of(definition) for tool, definition in offer.items()}
        known = {tool: self._pins.get((server, tool)) for tool in offer}
        if all((pin := known[tool]) is not None and pin.offered_pin == digests[tool] for tool in offer):
            return digests  # the same as the last time: the tables have nothing to learn
        seen = [await self._seen(server, tool, offer) for tool in offer]
        for pin in await self._pinning.sight(server, seen, at=self._now()):
            self._take(pin)
        if any((server, tool) not in self._pins for tool in offer):
            await self.load()  # another worker was first, a moment ago
        return digests

    def _take(self, pin: ToolPin) -> None:
        self._pins[pin.server, pin.tool] = pin
        self._told(pin)
        shown = qualified(pin.server, pin.tool).encode("ascii", "backslashreplace").decode()
        _log.warning("the tool %r is %s", shown, pin.state.value)

    async def _seen(self, server: str, tool: str, offer: Mapping[str, dict[str, Any]]) -> ToolPin:
        definition = offer[tool]
        offered = canonical(definition).decode("utf-8", "surrogatepass")
        digest = pin_of(definition)
        known = self._pins.get((server, tool))
        if known is not None and known.offered_pin == digest:
            concerns = known.concerns
        else:
            concerns = await self._concerns(server, tool, offer)
        return ToolPin(server, tool, PinState.QUARANTINED, "", "", digest, offered, concerns)

    async def _concerns(self, server: str, tool: str, offer: Mapping[str, dict[str, Any]]) -> tuple[str, ...]:
        """What a person must look at before this definition reaches a model."""
        texts: list[tuple[str, str]] = []
        collect(offer[tool], "", lambda pointer, text: texts.append((pointer, text)))
        found: dict[str, None] = {}
        names = [(name, one) for name, known in self._offers.items() if name != server for one in known]
        for refused in refused_names([*names, *((server, one) for one in offer)]):
            if (refused.server, refused.tool) == (server, tool):
                found[f"name: {refused.why}"] = None
        foreign = {name for pair in names for name in (pair[1], qualified(*pair))} - {tool}
        for pointer, text in texts:
            for rule in orders_in(text, foreign=foreign):
                found[f"{rule} at {pointer or '/'}"] = None
        for channel in (Channel.TOOL_DEFINITION, Channel.TOOL_RESULT):
            segments = [Segment(place, channel, pointer, text) for place, (pointer, text) in enumerate(texts)]
            for finding in await inspect_aside(self._inspection(), segments, caller=f"nhi:mcp-{server}"):
                if _is_concern(finding, channel):
                    pointer = texts[finding.segment][0] if finding.segment >= 0 else ""
                    found[f"{finding.kind.value} at {pointer or '/'}"] = None
        return tuple(found)[:_CONCERNS]

    async def close(self) -> None:
        """End every session."""
        await asyncio.gather(*(server.close() for server in self.servers.values()))


def _by_name(server: str, definitions: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The definitions of an offer, of which each has a name of its own.

    Raises:
        UnavailableError: WL-MCP-010.
    """
    offer = {one["name"]: one for one in definitions if type(one.get("name")) is str and one["name"]}
    if len(offer) != len(definitions) or any(len(tool) > _NAME_CHARS or "\x00" in tool for tool in offer):
        raise UnavailableError(
            "WL-MCP-010",
            f"The server {server} offers tools without a usable name, or two of one name.",
            "Tell whoever makes it; none of its tools can be used until then.",
        )
    return offer


def _is_concern(finding: Finding, channel: Channel) -> bool:
    if finding.kind in _ALWAYS:
        return True
    if finding.kind is FindingKind.INJECTION:
        # Every title of a tool is an order ("Simulate a query"): what is a doubt where data should stand is none here.
        doubt = finding.level is Level.REVIEW and finding.detector == ENCODER and channel is Channel.TOOL_RESULT
        return finding.level is not Level.NOTE and not doubt
    return finding.kind is FindingKind.SECRET and finding.level is Level.BLOCK
