"""What is known of a tool that a server of the Model Context Protocol (MCP) offers: its definition, and who vouches."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class PinState(StrEnum):
    """Whether a tool may be used. Only ``PINNED`` tools are shown and called."""

    PINNED = "pinned"  # it is offered as it was when it was pinned
    DRIFTED = "drifted"  # it was pinned, and is offered otherwise now
    QUARANTINED = "quarantined"  # something in its definition speaks to the model, or hides


class ToolPin(msgspec.Struct, frozen=True):
    """One tool of one server.

    Attributes:
        server: Name of the server in the configuration.
        tool: Name of the tool as the server has it.
        pin: SHA-256 of the canonical definition that may be used, hex; ``""`` when none ever could.
        definition: That definition, canonical JSON.
        offered_pin: The same of what the server offered last.
        offered: What the server offered last, canonical JSON.
        concerns: What was found in ``offered``, one rule with its place each; empty where nothing was.
        first_at: Unix seconds it was first seen.
        changed_at: Unix seconds its state last changed.
        approved_by: Person who approved ``definition``; ``""`` when it was pinned at first sight.
        approved_at: When, Unix seconds; 0 for never.
    """

    server: str
    tool: str
    state: PinState
    pin: str
    definition: str
    offered_pin: str
    offered: str
    concerns: tuple[str, ...] = ()
    first_at: float = 0.0
    changed_at: float = 0.0
    approved_by: str = ""
    approved_at: float = 0.0
