"""Grants counted by app and by what they allow, kept with every change of the picture.

What approvals say of a million grants is then asked of some thousand lots.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, delete, insert, select, update
from sqlalchemy.engine import Connection

from wardlaw.inventory.lots import Lot, shape_of, shelf_of
from wardlaw.store.inventorytables import INVENTORY_LOT, INVENTORY_THING
from wardlaw.store.itemrows import parts

_LOT = INVENTORY_LOT.c
_THING = INVENTORY_THING.c
_Place = tuple[str, str]


def shift_lots(
    connection: Connection, directory: str, faces: Sequence[str], lots: Iterable[Lot], *, platform: str
) -> None:
    """Count grants where they now belong; called while the rows of before still stand.

    Args:
        faces: Of everything that is drawn anew.
        lots: Of the grants among it that are there, one each.
    """
    moved: Counter[_Place] = Counter()
    whole: Counter[_Place] = Counter()
    samples: dict[_Place, Lot] = {}
    for part in parts(faces):
        query = select(_THING.app, _THING.id, _THING.account, _THING.shape).where(
            _THING.directory == directory, _THING.face.in_(part), _THING.shape != ""
        )
        for app, id_, account, shape in connection.execute(query):
            place = (shelf_of(app, id_), shape)
            moved[place] -= 1
            whole[place] -= not account
    for lot in lots:
        place = (shelf_of(lot.app, lot.own), shape_of(lot))
        samples[place] = lot
        moved[place] += 1
        whole[place] += not lot.account
    changes = {place: (count, whole[place]) for place, count in moved.items() if count or whole[place]}
    known = _known(connection, directory, changes)
    _add(connection, directory, {place: changes[place] for place in changes if place in known})
    made = [
        _row(directory, place, samples[place], change, platform)
        for place, change in changes.items()
        if place not in known
    ]
    if made:
        connection.execute(insert(INVENTORY_LOT), made)


def _known(connection: Connection, directory: str, places: Collection[_Place]) -> set[_Place]:
    found: set[_Place] = set()
    for part in parts(sorted({name for name, _ in places})):
        query = select(_LOT.name, _LOT.shape).where(_LOT.directory == directory, _LOT.name.in_(part))
        found.update((name, shape) for name, shape in connection.execute(query))
    return found


def _add(connection: Connection, directory: str, changes: dict[_Place, tuple[int, int]]) -> None:
    rows: list[dict[str, Any]] = [
        {"at": directory, "own_name": name, "own_shape": shape, "more": more, "whole_more": whole}
        for (name, shape), (more, whole) in changes.items()
    ]
    own = and_(
        _LOT.directory == bindparam("at"), _LOT.name == bindparam("own_name"), _LOT.shape == bindparam("own_shape")
    )
    if rows:
        connection.execute(
            update(INVENTORY_LOT)
            .where(own)
            .values(grants=_LOT.grants + bindparam("more"), whole=_LOT.whole + bindparam("whole_more")),
            rows,
        )
    fewer = [{name: row[name] for name in ("at", "own_name", "own_shape")} for row in rows if row["more"] < 0]
    if fewer:
        connection.execute(delete(INVENTORY_LOT).where(own, _LOT.grants == 0), fewer)


def _row(directory: str, place: _Place, lot: Lot, change: tuple[int, int], platform: str) -> dict[str, object]:
    return {
        "directory": directory,
        "name": place[0],
        "shape": place[1],
        "scopes": msgspec.json.encode(lot.scopes).decode(),
        "as_itself": lot.as_itself,
        "strength": max((risk.privilege for risk in lot.risks(platform) if risk.known), default=0),
        "grants": change[0],
        "whole": change[1],
    }
