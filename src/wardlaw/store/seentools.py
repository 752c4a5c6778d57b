"""Tools that requests have named: one row for each name, with its last definition."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import delete, func, insert, select
from sqlalchemy.engine import Connection

from wardlaw.facts.toolseen import ToolSeen
from wardlaw.store.tables import TOOL_SEEN

MOST_SEEN = 500
"""Names kept; callers choose them, and nobody looks through more."""


def list_seen(connection: Connection) -> tuple[ToolSeen, ...]:
    """Every tool that a request named, by name."""
    found = connection.execute(select(TOOL_SEEN).order_by(TOOL_SEEN.c.name)).mappings()
    return tuple(
        ToolSeen(row["name"], "request", row["definition"], row["digest"], float(row["seen_at"])) for row in found
    )


def keep_seen(connection: Connection, seen: Sequence[ToolSeen]) -> int:
    """Keep these definitions in place of earlier ones; new names only while there is room. Answers how many stay."""
    names = [one.name for one in seen]
    known = set(connection.execute(select(TOOL_SEEN.c.name).where(TOOL_SEEN.c.name.in_(names))).scalars())
    room = MOST_SEEN - int(connection.execute(select(func.count()).select_from(TOOL_SEEN)).scalar_one())
    kept = 0
    for one in {tool.name: tool for tool in seen}.values():
        if one.name not in known:
            if room <= 0:
                continue
            room -= 1
        connection.execute(delete(TOOL_SEEN).where(TOOL_SEEN.c.name == one.name))
        row = msgspec.structs.asdict(one)
        del row["source"]
        connection.execute(insert(TOOL_SEEN).values(**row))
        kept += 1
    return kept
