"""What scores, timelines, graphs and the report of AI vendors read from the picture."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

import msgspec
from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.engine import Connection

from wardlaw.inventory.bundle import face_of
from wardlaw.inventory.model import Account, AccountKind, App, Credential, Item
from wardlaw.inventory.rules import Book
from wardlaw.inventory.score import ScoreFacts
from wardlaw.inventory.shadow import ShadowVendor, VendorTrace
from wardlaw.store.inventorytables import INVENTORY_ITEM, INVENTORY_THING
from wardlaw.store.itemrows import parts
from wardlaw.store.syncruns import FeedsOf
from wardlaw.store.thingquery import HAS_VENDOR, book_around, names_of, read_faces

MOST_DRAWN = 1_000
"""Grants a graph is drawn from, the most powerful ones; more than a person can see in it."""

MOST_MOMENTS = 500
"""Things a timeline is told of."""

MOST_NAMED = 50
"""Accounts of a vendor that a report names."""

_ITEM = INVENTORY_ITEM.c
_THING = INVENTORY_THING.c


def score_facts(connection: Connection, directory: str, items: Sequence[Item]) -> list[ScoreFacts]:
    """What the scores of identities of one directory rest on, in the order of the items."""
    ids = {kind: [one.thing.id for one in items if isinstance(one.thing, kind)] for kind in (Account, App)}
    sums = _sums(connection, directory, "app", ids[App]) | _sums(connection, directory, "account", ids[Account])
    faces = [face_of(item.thing) for item in items]
    own = {
        row.face: row
        for part in parts(faces)
        for row in connection.execute(
            select(INVENTORY_THING).where(_THING.directory == directory, _THING.face.in_(part))
        )
    }
    accounts = read_faces(
        connection,
        sorted({face_of(Account(item.thing.account)) for item in items if isinstance(item.thing, Credential)}),
        FeedsOf(connection, directory),
    )
    found = []
    for item, face in zip(items, faces, strict=True):
        thing, row = item.thing, own[face]
        facts = sums.get((row.kind, thing.id), ScoreFacts(row.kind))
        match thing:
            case Account():
                found.append(
                    msgspec.structs.replace(
                        facts, owner=thing.owner, needs_owner=thing.acts_as is not AccountKind.HUMAN, state=thing.state
                    )
                )
            case App():
                found.append(
                    msgspec.structs.replace(
                        facts, verified=thing.verified, first_party=thing.first_party, vendor=row.vendor
                    )
                )
            case Credential():
                holder = accounts.get(face_of(Account(thing.account)))
                held = holder.thing if holder and isinstance(holder.thing, Account) else None
                found.append(
                    ScoreFacts(
                        "credential",
                        level=row.level,
                        data=tuple(row.data.split()),
                        vendor=row.vendor,
                        born_at=thing.created_at,
                        used_at=thing.last_used_at,
                        owner=thing.account or (held.owner if held else ""),
                        needs_owner=True,
                        state=held.state if held else ScoreFacts("credential").state,
                        never_expires=thing.never_expires,
                    )
                )
            case _:
                found.append(facts)
    return found


def graph_book(connection: Connection, directory: str, *, about: str, at: float) -> tuple[Book, dict[str, str], int]:
    """The most powerful grants of a directory, or of one account or app of it; the vendors of their apps; how many there
    are in all."""
    wanted = and_(_THING.directory == directory, _THING.kind == "grant", _THING.is_there)
    if about:
        same = or_(_THING.account == about, _THING.app == about, _THING.id == about)
        wanted = and_(_within(directory), _THING.kind.concat("") == "grant", _THING.is_there, same)
    total = int(connection.execute(select(func.count()).where(wanted)).scalar_one())
    query = select(_THING.face, _THING.app, _THING.vendor).where(wanted)
    if about:
        query = query.order_by(_THING.level.desc(), _THING.id)
        rows = connection.execute(query.limit(MOST_DRAWN)).all()
    else:
        # Sorting everything of a directory takes longer than somebody waits: level by level, along an index.
        rows = []
        for level in (4, 3, 2, 1, 0):
            if len(rows) < MOST_DRAWN:
                rows += connection.execute(query.where(_THING.level == level).limit(MOST_DRAWN - len(rows))).all()
    feeds = FeedsOf(connection, directory)
    items = read_faces(connection, [row.face for row in rows], feeds)
    return book_around(connection, items.values(), feeds, at=at), {row.app: row.vendor for row in rows}, total


def belongings(connection: Connection, item: Item) -> tuple[Item, ...]:
    """An identity with the grants, credentials and uses that are its own, the latest first where there are many."""
    id_ = item.thing.id
    query = (
        select(_THING.face)
        .where(
            _within(item.directory),
            or_(_THING.account == id_, _THING.app == id_),
            _THING.face != face_of(item.thing),
        )
        .order_by(_THING.born_at.desc(), _THING.face)
        .limit(MOST_MOMENTS)
    )
    faces = list(connection.execute(query).scalars())
    return item, *read_faces(connection, faces, FeedsOf(connection, item.directory)).values()


def shadow_vendors(connection: Connection, directory: str = "") -> tuple[ShadowVendor, ...]:
    """Every AI vendor that something is known of, with each source that tells it."""
    told = and_(HAS_VENDOR, _THING.is_there)
    if directory:
        told = and_(told, _THING.directory == directory)
    who = func.count(func.distinct(case((_THING.account != "", _THING.account))))
    times = (func.min(_THING.born_at), func.max(_THING.used_at))
    source = and_(_ITEM.directory == _THING.directory, _ITEM.face == _THING.face)
    traces: dict[str, list[VendorTrace]] = defaultdict(list)
    place = (_THING.vendor, _THING.directory, _ITEM.feed, _THING.kind)
    joined = INVENTORY_THING.join(INVENTORY_ITEM, source)
    query = select(*place, who, *times).select_from(joined).where(told).group_by(*place).order_by(*place)
    for vendor, where, feed, how, count, since, used in connection.execute(query):
        traces[vendor].append(VendorTrace(vendor, f"{where} {feed}", how, count, since, used))
    whole = select(_THING.vendor, who, *times).where(told).group_by(_THING.vendor).order_by(_THING.vendor)
    found = []
    for vendor, count, since, used in connection.execute(whole).all():
        named = _named(connection, and_(told, _THING.vendor == vendor))
        found.append(ShadowVendor(vendor, False, count, since, used, *named, tuple(traces[vendor])))
    return tuple(found)


def _within(directory: str) -> ColumnElement[bool]:
    """A condition on the directory that no index serves: beside a lookup of a few things, SQLite would else walk the whole
    directory along its key."""
    return _THING.directory.concat("") == directory


def _named(connection: Connection, told: ColumnElement[bool]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    names: list[set[str]] = []
    for column, kind in ((_THING.account, Account), (_THING.app, App)):
        query = select(_THING.directory, column).where(told, column != "").distinct().limit(MOST_NAMED)
        found: set[str] = set()
        by_directory: dict[str, list[str]] = defaultdict(list)
        for directory, id_ in connection.execute(query):
            by_directory[directory].append(id_)
        for directory, ids in by_directory.items():
            if kind is App:
                found.update(names_of(connection, directory, ids))
                continue
            items = read_faces(
                connection, [face_of(Account(one)) for one in ids], FeedsOf(connection, directory)
            ).values()
            known = {one.thing.id: getattr(one.thing, "name", "") for one in items}
            found.update(known.get(one) or one for one in ids)
        names.append(found)
    return tuple(sorted(names[0])), tuple(sorted(names[1]))


def _sums(connection: Connection, directory: str, kind: str, ids: Collection[str]) -> dict[tuple[str, str], ScoreFacts]:
    """What the grants, keys and uses of apps or accounts add up to."""
    column = _THING[kind]
    found: dict[tuple[str, str], ScoreFacts] = {}
    for part in parts(sorted(ids)):
        own = and_(
            _within(directory),
            column.in_(part),
            _THING.is_there,
            _THING.kind.concat("").in_(("grant", "credential", "use")),
        )
        query = (
            select(
                column,
                func.count(func.distinct(case((_THING.account != "", _THING.account)))),
                func.max(_THING.level),
                func.min(case((_THING.kind != "use", _THING.born_at))),
                func.max(_THING.used_at),
                func.max(case((_THING.usage_known, 1), else_=0)),
            )
            .where(own)
            .group_by(column)
        )
        data: dict[str, set[str]] = defaultdict(set)
        kinds = select(column, _THING.data).where(own, _THING.data != "").distinct()
        for id_, text in connection.execute(kinds):
            data[id_].update(text.split())
        for id_, accounts, level, born, used, usage in connection.execute(query):
            found[kind, id_] = ScoreFacts(
                kind,
                level=level,
                data=tuple(sorted(data[id_])),
                accounts=accounts if kind == "app" else 0,
                born_at=born or 0.0,
                used_at=used,
                usage_known=bool(usage),
            )
    return found
