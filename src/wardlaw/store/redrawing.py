"""A picture that an upgrade has left to be drawn: in steps, one transaction each, while everything else goes on.

Which directories are due stands in a table with the face that was drawn last. What is told meanwhile is drawn at once,
and a face that is drawn twice comes out the same.
"""

from __future__ import annotations

import msgspec
from sqlalchemy import delete, exists, func, insert, select, update
from sqlalchemy.engine import Connection

from wardlaw.facts.errors import UnavailableError
from wardlaw.store.inventorytables import INVENTORY_DRAWING, INVENTORY_ITEM, INVENTORY_LOT
from wardlaw.store.picture import redraw

FACES_A_STEP = 500
"""Things drawn in one transaction: a tenth to a third of a second, for which SQLite's other writers wait."""

_DRAWING = INVENTORY_DRAWING.c
_ITEM = INVENTORY_ITEM.c
_LOT = INVENTORY_LOT.c


class DueDrawing(msgspec.Struct, frozen=True):
    """A directory whose picture is being drawn; ``total`` things were there when that began."""

    directory: str
    drawn: int
    total: int


def mark_due(connection: Connection) -> int:
    """Have every directory drawn of whose grants nothing was counted yet; answers how many those are."""
    counted = exists().where(_LOT.directory == _ITEM.directory)
    query = select(_ITEM.directory, func.count(func.distinct(_ITEM.face))).where(~counted).group_by(_ITEM.directory)
    rows = [
        {"directory": directory, "after": "", "drawn": 0, "total": total}
        for directory, total in connection.execute(query)
    ]
    if rows:
        connection.execute(insert(INVENTORY_DRAWING), rows)
    return len(rows)


def drawings_due(connection: Connection, directory: str = "") -> tuple[DueDrawing, ...]:
    """Directories that are not wholly drawn; the named one alone where one is named."""
    query = select(_DRAWING.directory, _DRAWING.drawn, _DRAWING.total).order_by(_DRAWING.directory)
    if directory:
        query = query.where(_DRAWING.directory == directory)
    return tuple(DueDrawing(*row) for row in connection.execute(query))


def draw_step(connection: Connection, *, most: int = FACES_A_STEP) -> bool:
    """Draw the next things of the first directory that is due; answers whether any was."""
    place = connection.execute(select(INVENTORY_DRAWING).order_by(_DRAWING.directory).limit(1)).one_or_none()
    if place is None:
        return False
    query = select(_ITEM.face).where(_ITEM.directory == place.directory, _ITEM.face > place.after)
    faces = connection.execute(query.distinct().order_by(_ITEM.face).limit(most)).scalars().all()
    redraw(connection, place.directory, faces)
    own = _DRAWING.directory == place.directory
    if len(faces) < most:
        connection.execute(delete(INVENTORY_DRAWING).where(own))
    else:
        connection.execute(
            update(INVENTORY_DRAWING).where(own).values(after=faces[-1], drawn=_DRAWING.drawn + len(faces))
        )
    return True


def refuse_undrawn(connection: Connection, directory: str = "") -> None:
    """Nothing is answered from a picture that is not whole: what is missing would look like what is not there.

    Raises:
        UnavailableError: It is being drawn (WL-INV-122).
    """
    for due in drawings_due(connection, directory):
        raise UnavailableError(
            "WL-INV-122",
            f"After an upgrade the inventory of {due.directory} is being drawn anew: {due.drawn:,} of {due.total:,} things.",
            "Wait until it is whole; `wardlaw inventory status` shows how far it has come.",
        )
