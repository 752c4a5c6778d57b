"""Which rows may hold a name: asked of the database, so that only those need be read."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from sqlalchemy import ColumnElement, or_
from sqlalchemy.engine import Connection
from sqlalchemy.sql.elements import SQLCoreOperations

from wardlaw.inventory.veiling import Alias

_ESCAPE = "!"


def mentions(connection: Connection, column: SQLCoreOperations[str], aliases: Iterable[Alias]) -> ColumnElement[bool]:
    """Whether a text, or JSON, may hold one of these names: it asks for more than it needs rather than for less."""
    patterns = [f"%{_plain(needle)}%" for needle in needles(aliases)]
    if connection.dialect.name == "sqlite":
        # Its LIKE takes no notice of the case of ASCII letters; ILIKE would turn every row to lower case first.
        return or_(*(column.like(pattern, escape=_ESCAPE) for pattern in patterns))
    return or_(*(column.ilike(pattern, escape=_ESCAPE) for pattern in patterns))


def needles(aliases: Iterable[Alias]) -> tuple[str, ...]:
    """How names may be written: also as JSON escapes them, and in other cases, which SQLite tells apart beyond ASCII."""
    found: dict[str, None] = {}
    for one in aliases:
        cases = (
            (one.text,) if one.text.isascii() else (one.text, one.text.casefold(), one.text.upper(), one.text.title())
        )
        for text in cases:
            found[text] = None
            found[msgspec.json.encode(text).decode()[1:-1]] = None
    # One that holds another is found by that.
    folded = [text.casefold() for text in found]
    return tuple(
        text for text in found if not any(other != text.casefold() and other in text.casefold() for other in folded)
    )


def _plain(text: str) -> str:
    for sign in (_ESCAPE, "%", "_"):
        text = text.replace(sign, _ESCAPE + sign)
    return text
