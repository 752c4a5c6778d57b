"""A tool as some request or server named it, so that people can say what it does."""

from __future__ import annotations

import msgspec


class ToolSeen(msgspec.Struct, frozen=True):
    """One tool; the last definition that was seen of it.

    Attributes:
        name: As models see it and as the configuration has it.
        source: ``mcp`` for a server behind the gateway, ``request`` for a caller's request.
        definition: Canonical JSON, in the form it came in. Its words are those of whoever wrote it.
        digest: SHA-256 of the definition in its one form, hex: what a person confirms.
        seen_at: Unix seconds this definition was first seen.
    """

    name: str
    source: str
    definition: str
    digest: str
    seen_at: float
