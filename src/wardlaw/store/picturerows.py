"""Rows of the picture, written where they differ from what stands: an index of which nothing has changed is not touched.

Writing a row anew costs a place in each of its eight indexes; that a grant is gone changes one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Update, bindparam, delete, insert, select, update
from sqlalchemy.engine import Connection

from wardlaw.store.among import among, change_among, run_among
from wardlaw.store.inventorytables import INVENTORY_STANDING, INVENTORY_THING

Row = Mapping[str, Any]
"""Columns of a row by their names."""

_THING = INVENTORY_THING.c
_STANDING = INVENTORY_STANDING.c
_THING_NAMES = tuple(str.__str__(column.name) for column in INVENTORY_THING.columns)
_STANDING_NAMES = tuple(str.__str__(column.name) for column in INVENTORY_STANDING.columns)
_FACE = _THING_NAMES.index("face")

# Statements that every page of a listing runs: put together once.
_THINGS = select(INVENTORY_THING).where(_THING.directory == bindparam("at_directory"), among(_THING.face))
_DELETE_THINGS = delete(INVENTORY_THING).where(_THING.directory == bindparam("at_directory"), among(_THING.face))
_STANDING_OF = select(INVENTORY_STANDING).where(_STANDING.directory == bindparam("at_directory"), among(_STANDING.face))
_DELETE_STANDING = delete(INVENTORY_STANDING).where(
    _STANDING.directory == bindparam("at"), _STANDING.face == bindparam("own"), _STANDING.rule == bindparam("of")
)


def read_things(connection: Connection, directory: str, faces: Sequence[str]) -> dict[str, Row]:
    """What stands in the picture of these faces."""
    return {
        values[_FACE]: dict(zip(_THING_NAMES, values, strict=True))
        for rows in run_among(connection, _THINGS, faces, at_directory=directory)
        for values in rows
    }


def write_things(connection: Connection, before: Mapping[str, Row], after: Mapping[str, Row], directory: str) -> None:
    """Make of what stands what should stand, both by face."""
    made = [dict(row) for face, row in after.items() if face not in before]
    if made:
        connection.execute(insert(INVENTORY_THING), made)
    change_among(connection, _DELETE_THINGS, sorted(before.keys() - after.keys()), at_directory=directory)
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for face in before.keys() & after.keys():
        old, new = before[face], after[face]
        names = tuple(name for name in _THING_NAMES if old[name] != new[name])
        if names:
            alike.setdefault(names, []).append(
                {"own": face, "at_directory": directory} | {f"to_{name}": new[name] for name in names}
            )
    for names, rows in sorted(alike.items()):
        connection.execute(_changing(names), rows)


def write_standing(connection: Connection, directory: str, faces: Sequence[str], after: Iterable[Row]) -> None:
    """Make of what rules found about these faces what they find now."""
    wanted = {tuple(row[name] for name in _STANDING_NAMES) for row in after}
    before = {tuple(row) for rows in run_among(connection, _STANDING_OF, faces, at_directory=directory) for row in rows}
    over = [dict(zip(("at", "own", "of"), row[:3], strict=True)) for row in before - wanted]
    if over:
        connection.execute(_DELETE_STANDING, over)
    made = [dict(zip(_STANDING_NAMES, row, strict=True)) for row in sorted(wanted - before)]
    if made:
        connection.execute(insert(INVENTORY_STANDING), made)


@cache
def _changing(names: tuple[str, ...]) -> Update:
    """The statement that writes these columns of a thing."""
    own = (_THING.directory == bindparam("at_directory"), _THING.face == bindparam("own"))
    return update(INVENTORY_THING).where(*own).values({name: bindparam(f"to_{name}") for name in names})
