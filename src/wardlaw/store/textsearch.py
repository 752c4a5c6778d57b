"""Which rows may hold a name: asked of the database, so that only those need be read."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from sqlalchemy import ColumnElement, or_
from sqlalchemy.sql.elements import SQLCoreOperations

from wardlaw.inventory.veiling import Alias


def mentions(column: SQLCoreOperations[str], aliases: Iterable[Alias]) -> ColumnElement[bool]:
    """Whether a text, or JSON, may hold one of these names: it asks for more than it needs rather than for less."""
    return or_(*(column.icontains(needle, autoescape=True) for needle in needles(aliases)))


def needles(aliases: Iterable[Alias]) -> tuple[str, ...]:
    """How names may be written: also as JSON escapes them, and in other cases, which SQLite tells apart beyond ASCII."""
    found: dict[str, None] = {}
    for one in aliases:
        for text in (one.text, one.text.casefold(), one.text.upper(), one.text.title()):
            found[text] = None
            found[msgspec.json.encode(text).decode()[1:-1]] = None
    return tuple(found)
