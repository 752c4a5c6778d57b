"""Filters of lists that somebody has given a name, to come back to; each person sees their own."""

from __future__ import annotations

import msgspec
from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.engine import Connection

from wardlaw.facts.errors import InputError
from wardlaw.store.rows import as_struct
from wardlaw.store.viewtables import SAVED_VIEW

MOST_VIEWS = 50
"""Of one person, on all pages."""

_COLUMN = SAVED_VIEW.c


class SavedView(msgspec.Struct, frozen=True):
    """One view.

    Attributes:
        person: Whose it is.
        place: Path of the page, such as ``/grants``.
        query: What stands behind the path's ``?``; empty for the page without filters.
        saved_at: Unix seconds.
    """

    person: str
    place: str
    name: str
    query: str
    saved_at: float


def list_views(connection: Connection, person: str, *, place: str = "") -> tuple[SavedView, ...]:
    """Somebody's views by page and name; of one page when it is named."""
    query = select(SAVED_VIEW).where(_COLUMN.person == person).order_by(_COLUMN.place, _COLUMN.name)
    if place:
        query = query.where(_COLUMN.place == place)
    return tuple(as_struct(row, SavedView) for row in connection.execute(query).mappings())


def save_view(connection: Connection, view: SavedView) -> None:
    """Keep a view; one of the same name on the same page is replaced.

    Raises:
        InputError: The person has as many as anybody may have (WL-CSL-001).
    """
    connection.execute(delete(SAVED_VIEW).where(*_same(view.person, view.place, view.name)))
    if len(list_views(connection, view.person)) >= MOST_VIEWS:
        raise InputError(
            "WL-CSL-001", f"You have {MOST_VIEWS} saved views already.", "Remove one: `wardlaw view remove`."
        )
    connection.execute(insert(SAVED_VIEW).values(**msgspec.structs.asdict(view)))


def remove_view(connection: Connection, person: str, *, place: str, name: str) -> None:
    """Let a view go.

    Raises:
        InputError: There is none of that name (WL-CSL-002).
    """
    gone = connection.execute(delete(SAVED_VIEW).where(*_same(person, place, name)))
    if not gone.rowcount:
        raise InputError("WL-CSL-002", f"You have no view {name} of {place}.", "See `wardlaw view list`.")


def _same(person: str, place: str, name: str) -> tuple[ColumnElement[bool], ...]:
    return _COLUMN.person == person, _COLUMN.place == place, _COLUMN.name == name
