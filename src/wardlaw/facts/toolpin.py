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


def sighted(known: ToolPin | None, seen: ToolPin, *, at: float) -> ToolPin:
    """What is known of a tool after its server has offered it once more.

    A tool is pinned at first sight when nothing in its definition gives concern. From then on only a person lets
    another definition in; the one that is pinned is good again when it comes back.

    Args:
        known: What was known before.
        seen: Server, tool, ``offered``, ``offered_pin`` and ``concerns`` of the offer.
        at: Unix seconds.
    """
    if known is None:
        clean = not seen.concerns
        state = PinState.PINNED if clean else PinState.QUARANTINED
        pin, definition = (seen.offered_pin, seen.offered) if clean else ("", "")
        return msgspec.structs.replace(
            seen,
            state=state,
            pin=pin,
            definition=definition,
            first_at=at,
            changed_at=at,
            approved_by="",
            approved_at=0.0,
        )
    if seen.offered_pin == known.pin:
        state = PinState.PINNED
    elif seen.concerns or not known.pin:
        state = PinState.QUARANTINED
    else:
        state = PinState.DRIFTED
    same = (state, seen.offered_pin) == (known.state, known.offered_pin)
    if same:
        return known
    return msgspec.structs.replace(
        known, state=state, offered=seen.offered, offered_pin=seen.offered_pin, concerns=seen.concerns, changed_at=at
    )


def approved(known: ToolPin, *, by: str, at: float) -> ToolPin:
    """The tool after a person has approved what its server offers now."""
    return msgspec.structs.replace(
        known,
        state=PinState.PINNED,
        pin=known.offered_pin,
        definition=known.offered,
        changed_at=at,
        approved_by=by,
        approved_at=at,
    )
