"""The picture that all feeds make together: one row a thing, and what rules find about it, kept with every change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.engine import Connection

from wardlaw.inventory.aiapps import ai_vendor_of
from wardlaw.inventory.bundle import face_of
from wardlaw.inventory.findings import finding_id
from wardlaw.inventory.lots import Lot, lot_of, shape_of
from wardlaw.inventory.model import (
    Account,
    AccountKind,
    App,
    Consent,
    Credential,
    FeedKind,
    Grant,
    Group,
    Item,
    Thing,
    Use,
)
from wardlaw.inventory.risk import ScopeRisk, scope_risk
from wardlaw.inventory.rules import Book, Limits
from wardlaw.inventory.standing import standing
from wardlaw.inventory.view import Inventory, account_of, app_of, assemble, kind_of
from wardlaw.store.among import among, run_among
from wardlaw.store.grantlots import shift_lots
from wardlaw.store.inventorytables import INVENTORY_ITEM, INVENTORY_THING
from wardlaw.store.itemrows import ItemRow, forget_digests, parts, rows_of_faces, share_rows
from wardlaw.store.picturerows import read_things, write_standing, write_things
from wardlaw.store.syncruns import FeedsOf

LIMITS = Limits()
"""Where the rules draw their lines when findings are kept."""

MOST_WORDS = 600
"""Characters of names that a search looks through: an index of PostgreSQL takes 2,704 bytes."""

_ITEM = INVENTORY_ITEM.c
_THING = INVENTORY_THING.c


def redraw(
    connection: Connection,
    directory: str,
    faces: Collection[str],
    *,
    apps: Sequence[str] = (),
    accounts: Sequence[str] = (),
    alone: Mapping[str, ItemRow] | None = None,
) -> None:
    """Work out anew what stands in the picture for these faces, and for what belongs to these apps and accounts.

    Args:
        alone: By face, rows the caller has just written, of things that no other row tells of.
    """
    given = alone or {}
    wanted = {*faces}
    for column, ids in ((_THING.app, apps), (_THING.account, accounts)):
        query = select(_THING.face).where(_THING.directory == directory, among(column))
        for belonging in run_among(connection, query, sorted(ids)):
            wanted.update(row.face for row in belonging)
    if not wanted:
        return
    feeds = FeedsOf(connection, directory)
    context: dict[str, Item] = {}
    for part in parts(sorted(wanted)):
        rows = [given[face] for face in part if face in given]
        rows += rows_of_faces(connection, directory, [face for face in part if face not in given])
        drawn = pictured(rows, feeds)
        _mark_shared(connection, rows, drawn, feeds)
        drawn |= _other_uses(connection, directory, drawn.values(), feeds)
        look_around(connection, directory, drawn.values(), feeds=feeds, known=context)
        _write(connection, directory, drawn, gone=part, book=book_of(drawn.values(), context, feeds))


def redraw_shared(connection: Connection, directory: str, feed: str) -> None:
    """Work out anew what a feed tells together with others: from now on its word counts more."""
    query = select(_ITEM.face, _ITEM.kind, _ITEM.id)
    rows = connection.execute(query.where(_ITEM.directory == directory, _ITEM.feed == feed, _ITEM.shared)).all()
    apps = [row.id for row in rows if row.kind == "app"]
    accounts = [row.id for row in rows if row.kind == "account"]
    redraw(connection, directory, [row.face for row in rows], apps=apps, accounts=accounts)


def _mark_shared(connection: Connection, rows: Sequence[ItemRow], drawn: Mapping[str, Item], feeds: FeedsOf) -> None:
    """Mark the rows of things that several rows tell of: a later sight of one may change which of them speaks.

    Where that may be so of a listing's, its bundle is compared thing by thing each time: two listings tell of the thing, or
    another feed has later told that it is gone.
    """
    counts = Counter(row.face for row in rows)
    for value in (True, False):
        share_rows(
            connection,
            [row for row in rows if (counts[row.face] > 1) is value and row.shared is not value],
            shared=value,
        )
    several = [row for row in rows if counts[row.face] > 1]
    if not several:
        return
    listings = {run.feed for run in feeds.runs if run.kind is FeedKind.LISTING}
    listed = Counter(row.face for row in several if row.item.feed in listings)
    for row in several:
        if listed[row.face] > 1 or (row.item.is_there and not drawn[row.face].is_there):
            forget_digests(connection, (row.item.directory, row.item.feed), {row.bundle})


def pictured(rows: Iterable[ItemRow], feeds: FeedsOf) -> dict[str, Item]:
    """What all feeds together say of each face."""
    groups: dict[str, list[Item]] = {}
    # In the order of their names, so that of two tellings of one moment the same one always speaks.
    for row in sorted(rows, key=lambda one: (one.item.thing.id, one.item.feed)):
        groups.setdefault(row.face, []).append(row.item)
    return {
        face: group[0] if len(group) == 1 else assemble(group, feeds.runs).items[0] for face, group in groups.items()
    }


def look_around(
    connection: Connection,
    directory: str,
    items: Iterable[Item],
    *,
    feeds: FeedsOf,
    known: dict[str, Item],
) -> None:
    """Read into ``known``, by face, the apps and accounts of things that do not stand in it yet."""
    wanted: set[str] = set()
    for item in items:
        account, app = account_of(item.thing), app_of(item.thing)
        if account:
            wanted.add(face_of(Account(account)))
        if app:
            wanted.add(face_of(App(app)))
    if missing := wanted - known.keys():
        known |= pictured(rows_of_faces(connection, directory, missing), feeds)


def book_of(items: Iterable[Item], context: Mapping[str, Item], feeds: FeedsOf) -> Book:
    """What rules look at: these things, with the apps and accounts around them."""
    own = tuple(items)
    around = (*context.values(), *own)
    return Book(
        Inventory(own, feeds.platforms),
        {(one.directory, one.thing.id): one.thing for one in around if isinstance(one.thing, Account)},
        {(one.directory, one.thing.id): one.thing for one in around if isinstance(one.thing, App)},
        LIMITS,
        0.0,
    )


def _other_uses(connection: Connection, directory: str, items: Iterable[Item], feeds: FeedsOf) -> dict[str, Item]:
    """The uses of the same apps by the same accounts: one day's use says something only beside the others."""
    pairs = sorted({(one.thing.account, one.thing.app) for one in items if isinstance(one.thing, Use)})
    found: dict[str, Item] = {}
    for part in parts(pairs, 100):
        same: ColumnElement[bool] = or_(*(and_(_THING.account == who, _THING.app == app) for who, app in part))
        query = select(_THING.face).where(_THING.directory == directory, _THING.kind == "use", same)
        faces = list(connection.execute(query).scalars())
        found |= pictured(rows_of_faces(connection, directory, faces), feeds)
    return found


def _write(
    connection: Connection, directory: str, drawn: Mapping[str, Item], *, gone: Iterable[str], book: Book
) -> None:
    """Replace what stands of ``gone`` and of what is drawn: nothing may be left under a face of before."""
    faces = sorted({*gone, *drawn})
    before = read_things(connection, directory, faces)
    lots = [_lot(item, book) for item in drawn.values() if _is_grant(item)]
    platform = book.inventory.platforms.get(directory, "")
    shift_lots(connection, directory, before, lots, platform=platform)
    after = {face: _thing_row(face, item, book) for face, item in drawn.items()}
    write_things(connection, before, after, directory)
    found = (
        {
            "directory": directory,
            "face": face_of(one.item.thing),
            "rule": one.rule,
            "weight": one.weight,
            "about": one.about,
            "holds_from": one.holds_from,
            "holds_until": one.holds_until,
            "finding": finding_id(directory, one.rule, one.about),
        }
        for one in standing(book)
    )
    write_standing(connection, directory, faces, found)


def _thing_row(face: str, item: Item, book: Book) -> dict[str, object]:
    thing = item.thing
    risks = _risks(item, book)
    return {
        "directory": item.directory,
        "face": face,
        "kind": kind_of(thing),
        "id": thing.id,
        "account": account_of(thing),
        "app": app_of(thing),
        "acts_as": thing.acts_as.value if isinstance(thing, Account) else "",
        "vendor": ai_vendor_of(book.app(item)) if app_of(thing) else "",
        "level": max((risk.privilege for risk in risks), default=0),
        "data": " ".join(sorted({risk.data for risk in risks if risk.known}))[:512],
        "born_at": getattr(thing, "granted_at", 0.0) or getattr(thing, "created_at", 0.0) or item.first_seen_at,
        "used_at": getattr(thing, "last_used_at", 0.0),
        "usage_known": bool(getattr(thing, "usage_known", False)),
        "words": _words(thing),
        "is_there": item.is_there,
        "shape": shape_of(_lot(item, book)) if _is_grant(item) else "",
    }


def _is_grant(item: Item) -> bool:
    """Whether it is a grant that is there; a mere request is none."""
    return isinstance(item.thing, Grant) and item.is_there and item.thing.consent is not Consent.REQUESTED


def _lot(item: Item, book: Book) -> Lot:
    assert isinstance(item.thing, Grant)
    holder = book.accounts.get((item.directory, item.thing.account))
    return lot_of(item.directory, item.thing, own_kind=holder.acts_as if holder else AccountKind.UNKNOWN)


def _risks(item: Item, book: Book) -> list[ScopeRisk]:
    if isinstance(item.thing, Grant):
        return book.risks(item, item.thing)
    scopes = item.thing.scopes if isinstance(item.thing, Credential) else ()
    return [scope_risk(book.inventory.platforms.get(item.directory, ""), scope) for scope in scopes]


def _words(thing: Thing) -> str:
    """What a search looks through; grants and uses are found by their account and app."""
    match thing:
        case Account() | Credential() | Group():
            told = [thing.name, thing.id]
        case App():
            told = [thing.name, thing.publisher, thing.domain, thing.id]
        case _:
            return ""
    return " ".join(word for word in told if word).casefold()[:MOST_WORDS]
