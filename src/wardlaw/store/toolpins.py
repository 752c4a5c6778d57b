"""Pinned definitions of tools, and who approved them: one row for each tool a server ever offered."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Connection, RowMapping

from wardlaw.facts.errors import InputError
from wardlaw.facts.toolpin import PinState, ToolPin, approved, sighted
from wardlaw.store.generations import Generation, bump
from wardlaw.store.tables import TOOL_PIN


def list_pins(connection: Connection, server: str = "") -> tuple[ToolPin, ...]:
    """Every tool ever offered, by server and name; of one server when it is named."""
    query = select(TOOL_PIN).order_by(TOOL_PIN.c.server, TOOL_PIN.c.tool)
    if server:
        query = query.where(TOOL_PIN.c.server == server)
    return tuple(_read(row) for row in connection.execute(query).mappings())


def sight(connection: Connection, server: str, seen: Sequence[ToolPin], *, at: float) -> tuple[ToolPin, ...]:
    """Take in what a server offers; returns the tools whose state or offer changed.

    Args:
        seen: The offer, as ``sighted`` takes it.
        at: Unix seconds.
    """
    known = {pin.tool: pin for pin in list_pins(connection, server)}
    changed = [after for one in seen if (after := sighted(known.get(one.tool), one, at=at)) is not known.get(one.tool)]
    for pin in changed:
        _write(connection, pin)
    if changed:
        bump(connection, Generation.TOOLS)
    return tuple(changed)


def approve(connection: Connection, server: str, tool: str, *, digest: str, by: str, at: float) -> ToolPin:
    """Let a person's word stand for what a server offers now.

    Args:
        digest: SHA-256 of the definition the person looked at, hex, or its first 12 digits or more.

    Raises:
        InputError: ``WL-MCP-021`` no such tool, ``WL-MCP-022`` it is offered otherwise by now.
    """
    known = next((pin for pin in list_pins(connection, server) if pin.tool == tool), None)
    if known is None:
        raise InputError(
            "WL-MCP-021",
            f"No server has offered the tool {server}__{tool}.",
            "See `wardlaw mcp list`; a gateway asks a server for its tools when a caller lists or calls one.",
        )
    if len(digest) < _LEAST_DIGITS or not known.offered_pin.startswith(digest):
        raise InputError(
            "WL-MCP-022",
            f"The definition of {server}__{tool} that is offered now is not the one named.",
            "Look at it with `wardlaw mcp diff`, and approve the digest that it prints.",
        )
    if known.state is PinState.PINNED and known.approved_by and known.pin == known.offered_pin:
        return known
    after = approved(known, by=by, at=at)
    _write(connection, after)
    bump(connection, Generation.TOOLS)
    return after


_LEAST_DIGITS = 12  # 48 bits: nobody makes a second definition of the same digits in passing


def _write(connection: Connection, pin: ToolPin) -> None:
    connection.execute(delete(TOOL_PIN).where(TOOL_PIN.c.server == pin.server, TOOL_PIN.c.tool == pin.tool))
    row = msgspec.structs.asdict(pin) | {
        "state": pin.state.value,
        "concerns": msgspec.json.encode(pin.concerns).decode(),
    }
    connection.execute(insert(TOOL_PIN).values(**row))


def _read(row: RowMapping) -> ToolPin:
    fields = {str(name): value for name, value in row.items()}
    return msgspec.convert(fields | {"concerns": msgspec.json.decode(fields["concerns"])}, ToolPin)
