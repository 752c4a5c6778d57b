"""Rows of the picture, written where they differ from what stands: an index of which nothing has changed is not touched.

Writing a row anew costs a place in each of its eight indexes; that a grant is gone changes one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import and_, bindparam, delete, insert, select, update
from sqlalchemy.engine import Connection

from wardlaw.store.inventorytables import INVENTORY_STANDING, INVENTORY_THING
from wardlaw.store.itemrows import among, parts

Row = Mapping[str, Any]
"""Columns of a row by their names."""

_THING = INVENTORY_THING.c
_STANDING = INVENTORY_STANDING.c
_THING_NAMES = tuple(str.__str__(column.name) for column in INVENTORY_THING.columns)
_STANDING_NAMES = tuple(str.__str__(column.name) for column in INVENTORY_STANDING.columns)


def read_things(connection: Connection, directory: str, faces: Sequence[str]) -> dict[str, Row]:
    """What stands in the picture of these faces."""
    found: dict[str, Row] = {}
    for part in parts(faces):
        query = select(INVENTORY_THING).where(_THING.directory == directory, among(_THING.face, part, connection))
        for values in connection.execute(query):
            row = dict(zip(_THING_NAMES, values, strict=True))
            found[row["face"]] = row
    return found


def write_things(connection: Connection, before: Mapping[str, Row], after: Mapping[str, Row], directory: str) -> None:
    """Make of what stands what should stand, both by face."""
    made = [dict(row) for face, row in after.items() if face not in before]
    if made:
        connection.execute(insert(INVENTORY_THING), made)
    gone = sorted(before.keys() - after.keys())
    for part in parts(gone):
        connection.execute(
            delete(INVENTORY_THING).where(_THING.directory == directory, among(_THING.face, part, connection))
        )
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for face in before.keys() & after.keys():
        old, new = before[face], after[face]
        names = tuple(name for name in _THING_NAMES if old[name] != new[name])
        if names:
            alike.setdefault(names, []).append({"own": face} | {f"to_{name}": new[name] for name in names})
    for names, rows in sorted(alike.items()):
        connection.execute(
            update(INVENTORY_THING)
            .where(_THING.directory == directory, _THING.face == bindparam("own"))
            .values({name: bindparam(f"to_{name}") for name in names}),
            rows,
        )


def write_standing(connection: Connection, directory: str, faces: Sequence[str], after: Iterable[Row]) -> None:
    """Make of what rules found about these faces what they find now."""
    wanted = {tuple(row[name] for name in _STANDING_NAMES) for row in after}
    before: set[tuple[Any, ...]] = set()
    for part in parts(faces):
        query = select(INVENTORY_STANDING).where(
            _STANDING.directory == directory, among(_STANDING.face, part, connection)
        )
        before.update(map(tuple, connection.execute(query)))
    over = [dict(zip(("at", "own", "of"), row[:3], strict=True)) for row in before - wanted]
    if over:
        own = and_(
            _STANDING.directory == bindparam("at"),
            _STANDING.face == bindparam("own"),
            _STANDING.rule == bindparam("of"),
        )
        connection.execute(delete(INVENTORY_STANDING).where(own), over)
    made = [dict(zip(_STANDING_NAMES, row, strict=True)) for row in sorted(wanted - before)]
    if made:
        connection.execute(insert(INVENTORY_STANDING), made)
