"""Retention in the inventory: raw events, things long gone, and days of use go; what is under a legal hold stays.

A portion at a time, so that nobody waits long for the database.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, and_, delete, not_, or_, select, tuple_
from sqlalchemy.engine import Connection

from wardlaw.inventory.activity import Activity
from wardlaw.inventory.view import account_of
from wardlaw.store.inventorytables import INVENTORY_ACTIVITY, INVENTORY_EXERCISE, INVENTORY_ITEM, INVENTORY_THING
from wardlaw.store.itemrows import ItemRow, of_feed, parts, read_rows
from wardlaw.store.picture import redraw
from wardlaw.store.thingquery import KINDS
from wardlaw.store.veileditems import count_bundles

PORTION = 1_000
"""Rows looked at in one transaction."""

_RAW = INVENTORY_ACTIVITY.c
_ITEM = INVENTORY_ITEM.c
_THING = INVENTORY_THING.c
_CALLED = INVENTORY_EXERCISE.c

IsHeld = Callable[[str], bool]
"""Whether a legal hold stands on whoever has this account."""

Cursor = tuple[str, str]


class Portion(msgspec.Struct, frozen=True):
    """What one portion did; ``after`` is where the next one begins, None when this was the last."""

    gone: int
    after: Cursor | None


def prune_activities(connection: Connection, *, before: float, is_held: IsHeld, after: Cursor | None = None) -> Portion:
    """Let judged events from before a time go, Unix seconds."""
    old = and_(_RAW.judged == 1, _RAW.at < before)
    if after is not None:
        old = and_(old, _beyond(after, _RAW.directory, _RAW.id))
    query = select(_RAW.directory, _RAW.id, _RAW.activity).where(old).order_by(_RAW.directory, _RAW.id).limit(PORTION)
    rows = connection.execute(query).all()
    decoder = msgspec.json.Decoder(Activity)
    ids: dict[str, list[str]] = {}
    for directory, id_, text in rows:
        told = decoder.decode(text)
        if not any(is_held(name) for name in {told.account, told.actor} if name):
            ids.setdefault(directory, []).append(id_)
    for directory, own in ids.items():
        for part in parts(own):
            connection.execute(delete(INVENTORY_ACTIVITY).where(_RAW.directory == directory, _RAW.id.in_(part)))
    return Portion(sum(map(len, ids.values())), _next(rows))


def prune_exercise(connection: Connection, *, before: float, is_held: IsHeld, after: Cursor | None = None) -> Portion:
    """Let go of what was last called before a time, Unix seconds, with the account it was called for."""
    own = (_CALLED.directory, _CALLED.account)
    old = _CALLED.last_at < before
    wanted = old if after is None else and_(old, _beyond(after, *own))
    places = connection.execute(select(*own).where(wanted).distinct().order_by(*own).limit(PORTION)).all()
    gone = 0
    for directory, account in places:
        if not is_held(account):
            named = and_(_CALLED.directory == directory, _CALLED.account == account, old)
            gone += connection.execute(delete(INVENTORY_EXERCISE).where(named)).rowcount
    return Portion(gone, _next(places))


def prune_gone(connection: Connection, *, before: float, is_held: IsHeld, after: Cursor | None = None) -> Portion:
    """Let things go that have been gone since before a time (Unix seconds), and uses that were last told before it.

    All that feeds told of a thing goes together: what one of them last said must not bring back what another took away.
    """
    old_use = and_(_THING.kind == "use", _THING.used_at < before)
    wanted = or_(and_(_THING.kind.in_(KINDS), not_(_THING.is_there)), old_use)
    if after is not None:
        wanted = and_(wanted, _beyond(after, _THING.directory, _THING.face))
    own = (_THING.directory, _THING.face)
    places = connection.execute(select(*own).where(wanted).order_by(*own).limit(PORTION)).all()
    faces: dict[str, list[str]] = {}
    for directory, face in places:
        faces.setdefault(directory, []).append(face)
    gone = 0
    for directory, some in faces.items():
        for part in parts(some):
            told: dict[str, list[ItemRow]] = {}
            for row in read_rows(connection, and_(_ITEM.directory == directory, _ITEM.face.in_(part))):
                told.setdefault(row.face, []).append(row)
            going = [row for rows in told.values() if _is_past(rows, before, is_held) for row in rows]
            _delete(connection, directory, going)
            gone += len(going)
    return Portion(gone, _next(places))


def _is_past(rows: Sequence[ItemRow], before: float, is_held: IsHeld) -> bool:
    """Whether no feed has said anything of a thing since, and nobody's hold keeps it."""
    newest = max(max(row.item.last_seen_at, row.item.gone_at) for row in rows)
    thing = rows[0].item.thing
    return newest < before and not is_held(account_of(thing) or thing.id)


def _delete(connection: Connection, directory: str, rows: Sequence[ItemRow]) -> None:
    for row in rows:
        kind, id_ = row.key
        own = and_(of_feed(directory, row.item.feed), _ITEM.kind == kind, _ITEM.id == id_)
        connection.execute(delete(INVENTORY_ITEM).where(own))
    if rows:
        count_bundles(connection, directory, {(row.item.feed, row.bundle) for row in rows})
        redraw(connection, directory, {row.face for row in rows})


def _beyond(after: Cursor, *columns: ColumnElement[str]) -> ColumnElement[bool]:
    return tuple_(*columns) > after


def _next(rows: Sequence[Any]) -> Cursor | None:
    return (str(rows[-1][0]), str(rows[-1][1])) if len(rows) == PORTION else None
