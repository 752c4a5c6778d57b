"""Tools of servers behind ``/mcp``: what they offer, what has changed, and a person's word that it may be used."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from wardlaw.console.api.desk import Done, Given, Turn
from wardlaw.console.api.shapes import ToolApproval
from wardlaw.facts.errors import InputError
from wardlaw.facts.toolpin import PinState, ToolPin
from wardlaw.security.tooldefinition import DefinitionChange, changes
from wardlaw.store.toolpins import approve, list_pins

_Only = Annotated[bool, QueryParameter()]
_Name = Annotated[str, QueryParameter()]


class ToolDetail(msgspec.Struct, frozen=True):
    """A tool, and what differs between what may be used and what is offered."""

    pin: ToolPin
    changes: tuple[DefinitionChange, ...]


@get("/tools", operation_id="tools.list", summary="Tools that servers offer")
async def list_tools(call: Given, *, waiting: _Only = False) -> tuple[ToolPin, ...]:
    """Every tool ever offered; only those that wait for a person with ``waiting``."""
    found = await call.read(lambda turn: list_pins(turn.connection))
    return tuple(one for one in found if not waiting or one.state is not PinState.PINNED)


@get("/tools/{server:str}", operation_id="tools.get", summary="One tool, and what has changed")
async def get_tool(call: Given, server: FromPath[str], *, tool: _Name = "") -> ToolDetail:
    """The definition that may be used and the one that is offered, member by member."""

    def work(turn: Turn) -> ToolDetail:
        pin = next((one for one in list_pins(turn.connection, server) if one.tool == tool), None)
        if pin is None:
            raise InputError("WL-MCP-021", "No server has offered this tool.", "See `wardlaw mcp list`.")
        before = msgspec.json.decode(pin.definition) if pin.definition else {}
        return ToolDetail(pin, tuple(changes(before, msgspec.json.decode(pin.offered))))

    return await call.read(work)


@post("/tools/{server:str}/approve", operation_id="tools.approve", summary="It may be used so", status_code=200)
async def approve_tool(call: Given, server: FromPath[str], data: JSONBody[ToolApproval]) -> ToolPin:
    """The definition of this digest may be used; gateways follow within a second."""

    def work(turn: Turn) -> Done[ToolPin]:
        pin = approve(turn.connection, server, data.tool, digest=data.digest, by=turn.person.id, at=turn.now)
        facts: dict[str, str | int] = {
            "server": server,
            "tool": data.tool,
            "pin": pin.pin,
            "concerns": len(pin.concerns),
            "reason": data.reason,
        }
        return Done(pin, facts)

    return await call.change(work)
