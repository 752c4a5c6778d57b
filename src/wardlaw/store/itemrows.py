"""Rows of what feeds told, and of their bundles.

When something was last seen stands in two places: in its row, and in its bundle, which says it of everything in it that
is there. The later one counts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, TypeVar

import msgspec
from sqlalchemy import ColumnElement, and_, bindparam, func, insert, select, update
from sqlalchemy.engine import Connection

from wardlaw.inventory.bundle import DIGEST_BYTES, bundle_of, face_of
from wardlaw.inventory.model import Item
from wardlaw.inventory.view import kind_of
from wardlaw.store.among import among, change_among, run_among
from wardlaw.store.inventorytables import INVENTORY_BUNDLE, INVENTORY_ITEM

BATCH = 500
"""Keys a query: databases limit the parameters of one."""

_ITEM = INVENTORY_ITEM.c
_BUNDLE = INVENTORY_BUNDLE.c
_READ = msgspec.json.Decoder(Item)
_T = TypeVar("_T")

_JOINED = INVENTORY_ITEM.join(
    INVENTORY_BUNDLE,
    and_(_BUNDLE.directory == _ITEM.directory, _BUNDLE.feed == _ITEM.feed, _BUNDLE.bundle == _ITEM.bundle),
)

# Statements that every page of a listing runs: put together once.
_OF_FEED = and_(_ITEM.directory == bindparam("at_directory"), _ITEM.feed == bindparam("at_feed"))
_BUNDLES_OF = and_(
    _BUNDLE.directory == bindparam("at_directory"), _BUNDLE.feed == bindparam("at_feed"), among(_BUNDLE.bundle)
)
_ROWS = select(
    _ITEM.item, _ITEM.last_seen_at, _ITEM.gone_at, _BUNDLE.seen_at, _ITEM.bundle, _ITEM.face, _ITEM.shared
).select_from(_JOINED)
_ROWS_OF_FACES = _ROWS.where(_ITEM.directory == bindparam("at_directory"), among(_ITEM.face))
_ROWS_OF_IDS = _ROWS.where(_OF_FEED, _ITEM.kind == bindparam("of_kind"), among(_ITEM.id))
_ROWS_OF_BUNDLES = _ROWS.where(_OF_FEED, among(_ITEM.bundle))
_BUNDLES = select(_BUNDLE.bundle, _BUNDLE.digest, _BUNDLE.seen_at, _BUNDLE.size).where(_BUNDLES_OF)
_CONTENTS = select(_BUNDLE.bundle, _BUNDLE.things).where(_BUNDLES_OF)
_SHOW = (
    update(INVENTORY_BUNDLE).where(_BUNDLES_OF, _BUNDLE.seen_at < bindparam("seen")).values(seen_at=bindparam("seen"))
)
_FORGET = update(INVENTORY_BUNDLE).where(_BUNDLES_OF).values(digest="", things=None)
_RAISE = (
    update(INVENTORY_ITEM)
    .where(_OF_FEED, _ITEM.kind == bindparam("of_kind"), among(_ITEM.id), _ITEM.last_seen_at < bindparam("seen"))
    .values(last_seen_at=bindparam("seen"))
)
_WRITE_BUNDLE = (
    update(INVENTORY_BUNDLE)
    .where(
        _BUNDLE.directory == bindparam("at_directory"),
        _BUNDLE.feed == bindparam("at_feed"),
        _BUNDLE.bundle == bindparam("own"),
    )
    .values(digest=bindparam("d"), seen_at=bindparam("s"), size=bindparam("n"), things=bindparam("t"))
)
_RESTING = ("last_seen_at", "gone_at", "item")
_MOVING = (*_RESTING, "bundle", "face")
_OWN = update(INVENTORY_ITEM).where(
    *(_ITEM[name] == bindparam(f"own_{name}") for name in ("directory", "feed", "kind", "id"))
)
_WRITE_RESTING = _OWN.values({name: bindparam(f"to_{name}") for name in _RESTING})
_WRITE_MOVING = _OWN.values({name: bindparam(f"to_{name}") for name in _MOVING})


class ItemRow(msgspec.Struct, frozen=True):
    """An item with where its row stands.

    Attributes:
        shared: Another row tells of the same thing: of another feed, or of this one under another id.
    """

    item: Item
    bundle: str
    face: str
    shared: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """Kind and id."""
        return kind_of(self.item.thing), self.item.thing.id


class BundleRow(msgspec.Struct, frozen=True):
    """What is known of a bundle.

    Attributes:
        digest: Of everything in it that is there; empty where it matches nothing.
        size: Its rows, those gone too.
        things: Digests of each thing that is there; None where that is not known. Reading bundles leaves them out: few
            are asked for, see ``read_contents``.
    """

    digest: str = ""
    seen_at: float = 0.0
    size: int = 0
    things: Collection[bytes] | None = None


def item_row(item: Item) -> ItemRow:
    """The row of a new item."""
    return ItemRow(item, bundle_of(item.thing), face_of(item.thing))


def read_rows(connection: Connection, condition: ColumnElement[bool]) -> Iterator[ItemRow]:
    """Rows that fulfil a condition over ``inventory_item`` and ``inventory_bundle``."""
    return map(_read, connection.execute(_ROWS.where(condition)))


def rows_of_faces(connection: Connection, directory: str, faces: Collection[str]) -> Iterator[ItemRow]:
    """What all feeds of a directory told of the things of these faces."""
    for rows in run_among(connection, _ROWS_OF_FACES, sorted(faces), at_directory=directory):
        yield from map(_read, rows)


def rows_of_ids(connection: Connection, feed: tuple[str, str], kind: str, ids: Collection[str]) -> Iterator[ItemRow]:
    """What a feed told of things of a kind."""
    for rows in run_among(connection, _ROWS_OF_IDS, sorted(ids), **_at(feed), of_kind=kind):
        yield from map(_read, rows)


def rows_of_bundles(connection: Connection, feed: tuple[str, str], names: Collection[str]) -> Iterator[ItemRow]:
    """What a feed told of everything in these bundles."""
    for rows in run_among(connection, _ROWS_OF_BUNDLES, sorted(names), **_at(feed)):
        yield from map(_read, rows)


def of_feed(directory: str, feed: str) -> ColumnElement[bool]:
    """Rows of one feed."""
    return and_(_ITEM.directory == directory, _ITEM.feed == feed)


def read_bundles(connection: Connection, feed: tuple[str, str], names: Collection[str]) -> dict[str, BundleRow]:
    """What is known of these bundles of a feed."""
    return {
        name: BundleRow(digest, seen_at, size)
        for rows in run_among(connection, _BUNDLES, sorted(names), **_at(feed))
        for name, digest, seen_at, size in rows
    }


def read_contents(connection: Connection, feed: tuple[str, str], names: Collection[str]) -> dict[str, frozenset[bytes]]:
    """Digests of the things that are there, of those of these bundles of which that is known."""
    return {
        name: frozenset(things[start : start + DIGEST_BYTES] for start in range(0, len(things), DIGEST_BYTES))
        for rows in run_among(connection, _CONTENTS, sorted(names), **_at(feed))
        for name, things in rows
        if things is not None
    }


def show_bundles(connection: Connection, feed: tuple[str, str], names: Collection[str], *, at: float) -> None:
    """Everything of these bundles was shown, just as it is known."""
    change_among(connection, _SHOW, sorted(names), **_at(feed), seen=at)


def write_bundles(
    connection: Connection, feed: tuple[str, str], bundles: dict[str, BundleRow], *, new: Collection[str] = ()
) -> None:
    """Write bundles; those in ``new`` have no row yet."""
    made = [
        {
            "directory": feed[0],
            "feed": feed[1],
            "bundle": name,
            "digest": row.digest,
            "seen_at": row.seen_at,
            "size": row.size,
            "things": _joined(row),
        }
        for name, row in bundles.items()
        if name in new
    ]
    if made:
        connection.execute(insert(INVENTORY_BUNDLE), made)
    changed: list[dict[str, Any]] = [
        {**_at(feed), "own": name, "d": row.digest, "s": row.seen_at, "n": row.size, "t": _joined(row)}
        for name, row in bundles.items()
        if name not in new
    ]
    if changed:
        connection.execute(_WRITE_BUNDLE, changed)


def level_bundle(connection: Connection, feed: tuple[str, str], name: str) -> None:
    """What the bundle says of when its things were last seen goes into their rows, and the bundle says nothing more.

    Needed before something older joins it, of which that would not be true.
    """
    own = (_BUNDLE.directory == feed[0], _BUNDLE.feed == feed[1], _BUNDLE.bundle == name)
    seen_at = select(_BUNDLE.seen_at).where(*own).scalar_subquery()
    connection.execute(
        update(INVENTORY_ITEM)
        .where(of_feed(*feed), _ITEM.bundle == name, _ITEM.last_seen_at > _ITEM.gone_at, _ITEM.last_seen_at < seen_at)
        .values(last_seen_at=seen_at)
    )
    connection.execute(update(INVENTORY_BUNDLE).where(*own).values(seen_at=0.0))


def write_rows(
    connection: Connection,
    rows: Sequence[ItemRow],
    *,
    new: Collection[tuple[str, str]] = (),
    resting: Collection[tuple[str, str]] = (),
) -> None:
    """Write rows of one feed.

    Args:
        new: Keys of those that are not there yet.
        resting: Keys of those whose bundle and face are as they were: their indexes need not be written.
    """
    made = [_place(row.item) | _values(row) | {"shared": row.shared} for row in rows if row.key in new]
    if made:
        connection.execute(insert(INVENTORY_ITEM), made)
    for statement, names, of_these in (
        (_WRITE_RESTING, _RESTING, [row for row in rows if row.key not in new and row.key in resting]),
        (_WRITE_MOVING, _MOVING, [row for row in rows if row.key not in new and row.key not in resting]),
    ):
        changed = [
            {f"own_{name}": value for name, value in _place(row.item).items()}
            | {f"to_{name}": value for name, value in _values(row).items() if name in names}
            for row in of_these
        ]
        if changed:
            connection.execute(statement, changed)


def raise_rows(connection: Connection, feed: tuple[str, str], rows: Sequence[ItemRow]) -> None:
    """These were seen, and nothing else about them has changed."""
    alike: dict[float, list[tuple[str, str]]] = {}
    for row in rows:
        alike.setdefault(row.item.last_seen_at, []).append(row.key)
    for at, keys in alike.items():
        raise_things(connection, feed, keys, at=at)


def raise_things(connection: Connection, feed: tuple[str, str], keys: Sequence[tuple[str, str]], *, at: float) -> None:
    """Things of these kinds and ids were seen at a time."""
    alike: dict[str, list[str]] = {}
    for kind, id_ in keys:
        alike.setdefault(kind, []).append(id_)
    for kind, ids in alike.items():
        change_among(connection, _RAISE, sorted(ids), **_at(feed), of_kind=kind, seen=at)


def share_rows(connection: Connection, rows: Sequence[ItemRow], *, shared: bool) -> None:
    """Say of rows whether others tell of the same thing."""
    for row in rows:
        own = and_(*(_ITEM[name] == value for name, value in _place(row.item).items()))
        connection.execute(update(INVENTORY_ITEM).where(own).values(shared=shared))


def forget_digests(connection: Connection, feed: tuple[str, str], names: Collection[str]) -> None:
    """These bundles are compared thing by thing when they are next shown."""
    change_among(connection, _FORGET, sorted(names), **_at(feed))


def count_rows(connection: Connection, feed: tuple[str, str]) -> int:
    """Things that a feed says are there."""
    query = select(func.count()).where(of_feed(*feed), _ITEM.last_seen_at > _ITEM.gone_at)
    return int(connection.execute(query).scalar_one())


def parts(keys: Sequence[_T], size: int = BATCH) -> Iterator[Sequence[_T]]:
    """Keys in portions that a query takes."""
    for start in range(0, len(keys), size):
        yield keys[start : start + size]


def _at(feed: tuple[str, str]) -> dict[str, str]:
    return {"at_directory": feed[0], "at_feed": feed[1]}


def _read(row: Sequence[Any]) -> ItemRow:
    text, last, gone, seen, bundle, face, shared = row
    item = _READ.decode(text)
    at = max(last, seen) if last > gone else last
    if at != item.last_seen_at:
        item = msgspec.structs.replace(item, last_seen_at=at)
    return ItemRow(item, bundle, face, bool(shared))


def _joined(row: BundleRow) -> bytes | None:
    return None if row.things is None else b"".join(sorted(row.things))


def _place(item: Item) -> dict[str, str]:
    return {"directory": item.directory, "feed": item.feed, "kind": kind_of(item.thing), "id": item.thing.id}


def _values(row: ItemRow) -> dict[str, object]:
    return {
        "last_seen_at": row.item.last_seen_at,
        "gone_at": row.item.gone_at,
        "item": msgspec.json.encode(row.item).decode(),
        "bundle": row.bundle,
        "face": row.face,
    }
