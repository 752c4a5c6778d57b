"""Tools the gateway has seen, in lists of servers and in requests, with the definitions that say what they do."""

from __future__ import annotations

import msgspec
from litestar import get

from wardlaw.console.api.desk import Given, Turn
from wardlaw.facts.toolpin import ToolPin
from wardlaw.facts.toolseen import ToolSeen
from wardlaw.security.tooldefinition import definition_pin
from wardlaw.security.toolnames import qualified
from wardlaw.store.seentools import list_seen
from wardlaw.store.toolpins import list_pins


@get("/tool-sightings", operation_id="tools.seen", summary="Tools that were seen, with their definitions")
async def list_sightings(call: Given) -> tuple[ToolSeen, ...]:
    """Every tool of servers as it is offered now, and every tool that a request named, by name."""

    def work(turn: Turn) -> tuple[ToolSeen, ...]:
        offered = [_offered(pin) for pin in list_pins(turn.connection)]
        return tuple(sorted((*offered, *list_seen(turn.connection)), key=lambda one: (one.name, one.source)))

    return await call.read(work)


def _offered(pin: ToolPin) -> ToolSeen:
    name = qualified(pin.server, pin.tool)
    digest = definition_pin(name, msgspec.json.decode(pin.offered))
    return ToolSeen(name, "mcp", pin.offered, digest, pin.changed_at)
