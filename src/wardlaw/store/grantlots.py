"""Grants counted by app and by what they allow, kept with every change of the picture.

What approvals say of a million grants is then asked of some thousand lots.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, delete, insert, select, update
from sqlalchemy.engine import Connection

from wardlaw.inventory.lots import Lot, on_shelf, shape_of, shelf_of
from wardlaw.store.among import among, run_among
from wardlaw.store.inventorytables import INVENTORY_LOT, INVENTORY_THING
from wardlaw.store.picturerows import Row

_LOT = INVENTORY_LOT.c
_THING = INVENTORY_THING.c
_Place = tuple[str, str]

# Statements that every page of a listing runs: put together once.
_COUNTED = select(_LOT.name, _LOT.shape, _LOT.grants).where(
    _LOT.directory == bindparam("at_directory"), among(_LOT.name)
)
_OWN = and_(_LOT.directory == bindparam("at"), _LOT.name == bindparam("own_name"), _LOT.shape == bindparam("own_shape"))
_CHANGE = (
    update(INVENTORY_LOT)
    .where(_OWN)
    .values(grants=bindparam("now"), whole=_LOT.whole + bindparam("more_whole"), account=bindparam("whose"))
)
_DELETE = delete(INVENTORY_LOT).where(_OWN)


def shift_lots(
    connection: Connection, directory: str, before: Mapping[str, Row], lots: Iterable[Lot], *, platform: str
) -> None:
    """Count grants where they now belong; called while the rows of before still stand.

    Args:
        before: By face, what stands of everything that is drawn anew.
        lots: Of the grants among it that are there, one each.
    """
    moved: Counter[_Place] = Counter()
    whole: Counter[_Place] = Counter()
    samples: dict[_Place, Lot] = {}
    for row in before.values():
        if row["shape"]:
            place = (shelf_of(row["app"], row["id"]), row["shape"])
            moved[place] -= 1
            whole[place] -= not row["account"]
    for lot in lots:
        place = (shelf_of(lot.app, lot.own), shape_of(lot))
        samples[place] = lot
        moved[place] += 1
        whole[place] += not lot.account
    known = _known(connection, directory, moved)
    changed: list[dict[str, Any]] = []
    for place in moved.keys() & known.keys():
        grants = known[place] + moved[place]
        account = ""
        if grants == 1:
            # One that came now is the only one; else it is one that did not move.
            account = samples[place].account if place in samples else _left(connection, directory, place, before.keys())
        changed.append(_change(directory, place, (grants, whole[place]), account))
    if changed:
        _write(connection, changed)
    made = [
        _row(directory, place, samples[place], (moved[place], whole[place]), platform)
        for place in moved.keys() - known.keys()
    ]
    if made:
        connection.execute(insert(INVENTORY_LOT), made)


def _known(connection: Connection, directory: str, places: Collection[_Place]) -> dict[_Place, int]:
    """How many grants are in each lot that there is."""
    names = sorted({name for name, _ in places})
    return {
        (name, shape): grants
        for rows in run_among(connection, _COUNTED, names, at_directory=directory)
        for name, shape, grants in rows
    }


def _left(connection: Connection, directory: str, place: _Place, faces: Collection[str]) -> str:
    """The account of the one grant of a lot that is none of these."""
    app, own = on_shelf(place[0])
    query = select(_THING.face, _THING.account).where(
        _THING.app == app if app else _THING.id == own,
        _THING.kind.concat("") == "grant",
        _THING.directory.concat("") == directory,
        _THING.app == app,
        _THING.shape == place[1],
    )
    return next((row.account for row in connection.execute(query) if row.face not in faces), "")


def _change(directory: str, place: _Place, counts: tuple[int, int], account: str) -> dict[str, Any]:
    return {
        "at": directory,
        "own_name": place[0],
        "own_shape": place[1],
        "now": counts[0],
        "more_whole": counts[1],
        "whose": account,
    }


def _write(connection: Connection, changed: list[dict[str, Any]]) -> None:
    connection.execute(_CHANGE, changed)
    empty = [{name: row[name] for name in ("at", "own_name", "own_shape")} for row in changed if not row["now"]]
    if empty:
        connection.execute(_DELETE, empty)


def _row(directory: str, place: _Place, lot: Lot, counts: tuple[int, int], platform: str) -> dict[str, object]:
    return {
        "directory": directory,
        "name": place[0],
        "shape": place[1],
        "scopes": msgspec.json.encode(lot.scopes).decode(),
        "as_itself": lot.as_itself,
        "strength": max((risk.privilege for risk in lot.risks(platform) if risk.known), default=0),
        "grants": counts[0],
        "whole": counts[1],
        "account": lot.account if counts[0] == 1 else "",
    }
