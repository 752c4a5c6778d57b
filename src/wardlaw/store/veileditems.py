"""Pseudonyms in the rows of things: the rows move to their new keys, and bundles and picture are worked out anew."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.engine import Connection

from wardlaw.inventory.model import Account, App
from wardlaw.inventory.veiling import MOST_ID, Alias, Veil
from wardlaw.store.inventorytables import INVENTORY_BUNDLE, INVENTORY_ITEM
from wardlaw.store.itemrows import (
    BundleRow,
    ItemRow,
    forget_digests,
    item_row,
    level_bundle,
    of_feed,
    parts,
    read_bundles,
    read_rows,
    write_bundles,
    write_rows,
)
from wardlaw.store.picture import redraw
from wardlaw.store.textsearch import mentions

_ITEM = INVENTORY_ITEM.c
_BUNDLE = INVENTORY_BUNDLE.c
_Place = tuple[str, str, str, str]


def named_rows(connection: Connection, directory: str, aliases: Sequence[Alias]) -> list[ItemRow]:
    """Rows of a directory in which one of the names stands."""
    veil = Veil(aliases, directory)
    # The rows alone first: joined with their bundles, a database may look at them bundle by bundle.
    query = select(_ITEM.feed, _ITEM.kind, _ITEM.id).where(
        _ITEM.directory == directory, mentions(connection, _ITEM.item, aliases)
    )
    places = connection.execute(query).all()
    found: list[ItemRow] = []
    for part in parts(places, 100):
        same = or_(*(and_(_ITEM.feed == feed, _ITEM.kind == kind, _ITEM.id == id_) for feed, kind, id_ in part))
        rows = read_rows(connection, and_(_ITEM.directory == directory, same))
        found += [row for row in rows if veil.over(row.item) is not row.item]
    return found


def veil_rows(connection: Connection, directory: str, aliases: Sequence[Alias]) -> int:
    """Put pseudonyms into the things of a directory; answers how many rows had a name in them."""
    rows = named_rows(connection, directory, aliases)
    if not rows:
        return 0
    veil = Veil(aliases, directory)
    bundles = {(row.item.feed, row.bundle) for row in rows}
    for feed, name in sorted(bundles):  # what is left behind in one keeps its time; those that move have it already
        level_bundle(connection, (directory, feed), name)
    after: dict[_Place, ItemRow] = {}
    for row in rows:
        thing = veil.over(row.item.thing)
        if len(thing.id) > MOST_ID:
            thing = msgspec.structs.replace(thing, id=thing.id[:MOST_ID])
        moved = item_row(msgspec.structs.replace(row.item, thing=thing))
        _keep_later(after, moved)
    _delete_rows(connection, [_place_of(row) for row in rows])
    for moved in list(after.values()):
        for known in _standing_at(connection, moved):
            _keep_later(after, known)
    _delete_rows(connection, list(after))
    for row in after.values():
        place = (directory, row.item.feed)
        level_bundle(connection, place, row.bundle)
        if row.bundle not in read_bundles(connection, place, [row.bundle]):
            write_bundles(connection, place, {row.bundle: BundleRow()}, new=(row.bundle,))
        write_rows(connection, [row], new={row.key})
    count_bundles(connection, directory, bundles | {(row.item.feed, row.bundle) for row in after.values()})
    things = [row.item.thing for row in after.values()]
    redraw(
        connection,
        directory,
        {row.face for row in rows} | {row.face for row in after.values()},
        apps=[thing.id for thing in things if isinstance(thing, App)],
        accounts=[thing.id for thing in things if isinstance(thing, Account)],
    )
    return len(rows)


def count_bundles(connection: Connection, directory: str, bundles: set[tuple[str, str]]) -> None:
    """Say anew how many rows each bundle has, and let go of those that have none; they are compared when next shown."""
    for feed, name in sorted(bundles):
        own = (_BUNDLE.directory == directory, _BUNDLE.feed == feed, _BUNDLE.bundle == name)
        query = select(func.count()).where(of_feed(directory, feed), _ITEM.bundle == name)
        if size := connection.execute(query).scalar_one():
            connection.execute(update(INVENTORY_BUNDLE).where(*own).values(size=size))
            forget_digests(connection, (directory, feed), [name])
        else:
            connection.execute(delete(INVENTORY_BUNDLE).where(*own))


def _place_of(row: ItemRow) -> _Place:
    return (row.item.directory, row.item.feed, *row.key)


def _keep_later(after: dict[_Place, ItemRow], row: ItemRow) -> None:
    """Of two rows that have become one, the one that was seen last stands."""
    place = _place_of(row)
    if place not in after or after[place].item.last_seen_at < row.item.last_seen_at:
        after[place] = row


def _standing_at(connection: Connection, row: ItemRow) -> list[ItemRow]:
    directory, feed, kind, id_ = _place_of(row)
    return list(read_rows(connection, and_(of_feed(directory, feed), _ITEM.kind == kind, _ITEM.id == id_)))


def _delete_rows(connection: Connection, places: Sequence[_Place]) -> None:
    for part in parts(places, 100):
        same = (
            and_(of_feed(directory, feed), _ITEM.kind == kind, _ITEM.id == id_) for directory, feed, kind, id_ in part
        )
        connection.execute(delete(INVENTORY_ITEM).where(or_(*same)))
