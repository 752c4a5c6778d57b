"""Questions to the picture: lists in pages, searches, one thing with what surrounds it, and what rules find."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import ColumnElement, Select, and_, exists, func, literal_column, or_, select, true, tuple_, union
from sqlalchemy.engine import Connection

from wardlaw.inventory.bundle import face_of
from wardlaw.inventory.model import Item, Use
from wardlaw.inventory.rules import Book, GrantFinding, Limits, Weight, crowd_finding, find_in
from wardlaw.inventory.standing import subject_of
from wardlaw.store.inventorytables import INVENTORY_ITEM, INVENTORY_STANDING, INVENTORY_THING
from wardlaw.store.itemrows import parts, rows_of_faces
from wardlaw.store.picture import book_of, look_around, pictured
from wardlaw.store.syncruns import FeedsOf

_ITEM = INVENTORY_ITEM.c
_THING = INVENTORY_THING.c
_STANDING = INVENTORY_STANDING.c
# Literally, and not as a parameter: only then does a database see that its index of just these will do.
HAS_WORDS = _THING.words != literal_column("''")
HAS_VENDOR = _THING.vendor != literal_column("''")
_PLACE = (_THING.directory, _THING.kind, _THING.id, _THING.face)

Cursor = tuple[str, str, str, str]
"""Where a page ended: directory, kind, id and face of its last thing."""


KINDS = ("account", "app", "credential", "grant", "group", "membership", "use")


class ThingQuery(msgspec.Struct, frozen=True):
    """What is asked for; an empty field asks for all.

    Attributes:
        kinds: Only these.
        about: Id of an account or app; its own row, and what belongs to it.
        find: Part of a name or id of an account, app or credential; of grants and uses, of their account or app.
        acts_as: What accounts act as, such as ``nhi``.
        gone: Also what is no longer there.
        after: Where the page before this one ended.
    """

    kind: str = ""
    kinds: tuple[str, ...] = ()
    directory: str = ""
    about: str = ""
    find: str = ""
    acts_as: tuple[str, ...] = ()
    gone: bool = False
    limit: int = 200
    after: Cursor | None = None


class ThingPage(msgspec.Struct, frozen=True):
    """Things by directory, kind and id; ``after`` is where the next page begins, None when this is the last."""

    items: tuple[Item, ...]
    after: Cursor | None


def list_things(connection: Connection, query: ThingQuery) -> ThingPage:
    """A page of what is asked for."""
    places = _places(connection, query)
    more = len(places) > query.limit
    places = places[: query.limit]
    found: dict[tuple[str, str], Item] = {}
    by_directory: dict[str, list[str]] = defaultdict(list)
    for place in places:
        by_directory[place[0]].append(place[3])
    for directory, faces in by_directory.items():
        items = read_faces(connection, faces, FeedsOf(connection, directory))
        found |= {(directory, face): item for face, item in items.items()}
    return ThingPage(tuple(found[place[0], place[3]] for place in places), places[-1] if more else None)


def count_things(connection: Connection, query: ThingQuery) -> int:
    """How many things fulfil what is asked for, on all pages."""
    rows = rows_of(query)
    return int(connection.execute(select(func.count()).select_from(rows.subquery())).scalar_one())


def _places(connection: Connection, query: ThingQuery) -> list[Cursor]:
    """Where the things of a page stand, and one more."""
    wanted = query.limit + 1
    if query.about or query.find:
        rows = rows_of(query).subquery()
        place = (rows.c.directory, rows.c.kind, rows.c.id, rows.c.face)
        asked = select(*place).order_by(*place).limit(wanted)
        if query.after is not None:
            asked = asked.where(tuple_(*place) > query.after)
        return [(row[0], row[1], row[2], row[3]) for row in connection.execute(asked)]
    # One directory and kind at a time: an index has these in order, and a database need not be trusted to see it.
    found: list[Cursor] = []
    for directory, kind in _shelves(connection, query):
        if len(found) < wanted:
            one = msgspec.structs.replace(query, directory=directory, kind=kind)
            shelf = rows_of(one).order_by(_THING.id, _THING.face).limit(wanted - len(found))
            if query.after is not None and query.after[:2] == (directory, kind):
                shelf = shelf.where(tuple_(_THING.id, _THING.face) > query.after[2:])
            found += [(directory, kind, row.id, row.face) for row in connection.execute(shelf)]
    return found


def _shelves(connection: Connection, query: ThingQuery) -> list[tuple[str, str]]:
    """Directories and kinds that hold what is asked for, in order, from where the page begins."""
    directories = [query.directory] if query.directory else directories_of(connection)
    kinds = [query.kind] if query.kind else query.kinds or KINDS
    begin = query.after[:2] if query.after is not None else ("", "")
    every = [(directory, kind) for directory in directories for kind in kinds]
    return sorted(place for place in every if place >= begin)


def directories_of(connection: Connection) -> list[str]:
    found: list[str] = []
    while True:
        query = select(func.min(_THING.directory)).where(_THING.directory > (found[-1] if found else ""))
        name = connection.execute(query).scalar_one_or_none()
        if name is None:
            return found
        found.append(name)


def rows_of(query: ThingQuery) -> Select[tuple[str, str, str, str]]:
    """The places of all that fulfil what is asked for, in no order.

    What is asked by name or account is put together from lookups of an index each.
    """
    ways: list[ColumnElement[bool]] = [true()]
    if query.about:
        ways = [_THING.account == query.about, _THING.app == query.about, _THING.id == query.about]
    found = _together(ways, _condition(query, scans=len(ways) == 1))
    if query.find:
        named = _together(_named(query.find.casefold(), kind=query.kind), _condition(query, scans=False))
        if not query.about:
            return named
        own = named.subquery()
        faces = found.subquery()
        same = and_(own.c.directory == faces.c.directory, own.c.face == faces.c.face)
        return select(faces.c.directory, faces.c.kind, faces.c.id, faces.c.face).join(own, same)
    return found


def _together(ways: Sequence[ColumnElement[bool]], condition: ColumnElement[bool]) -> Select[tuple[str, str, str, str]]:
    if len(ways) == 1:
        return select(*_PLACE).where(ways[0], condition)
    # Each way alone, so that it is an index's lookup and no scan of everything that fulfils the condition.
    every = union(*(select(_THING.directory, _THING.face).where(way) for way in ways)).subquery()
    same = and_(_THING.directory == every.c.directory, _THING.face == every.c.face)
    return select(*_PLACE).select_from(every.join(INVENTORY_THING, same)).where(condition)


def count_kinds(connection: Connection) -> dict[str, dict[str, int]]:
    """Things that are there, by directory and kind; a kind of which everything is gone counts 0."""
    query = select(_THING.kind, _THING.is_there, _THING.directory, func.count()).group_by(
        _THING.kind, _THING.is_there, _THING.directory
    )
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for kind, is_there, directory, count in connection.execute(query):
        own = counts[directory]
        own[kind] = own.get(kind, 0) + (count if is_there else 0)
    return {directory: dict(sorted(own.items())) for directory, own in sorted(counts.items())}


def find_thing(
    connection: Connection, id_: str, *, at: float, kind: str = "", directory: str = ""
) -> tuple[Item, Book] | None:
    """The first thing of that id, with a book of it and what surrounds it; None where there is none."""
    query = select(*_PLACE).where(_THING.id == id_)
    for column, value in ((_THING.kind, kind), (_THING.directory, directory)):
        if value:
            query = query.where(column == value)
    row = connection.execute(query.order_by(*_PLACE).limit(1)).one_or_none()
    if row is None:
        return None
    feeds = FeedsOf(connection, row.directory)
    item = read_faces(connection, [row.face], feeds)[row.face]
    return item, book_around(connection, [item], feeds, at=at)


def read_faces(connection: Connection, faces: Sequence[str], feeds: FeedsOf) -> dict[str, Item]:
    """What all feeds of a directory together say of these faces."""
    return pictured(rows_of_faces(connection, feeds.directory, faces), feeds)


def book_around(connection: Connection, items: Iterable[Item], feeds: FeedsOf, *, at: float) -> Book:
    """A book of some things of a directory, with the apps, accounts and uses that rules look up for them."""
    own = list(items)
    used = [one.thing for one in own if isinstance(one.thing, Use)]
    pairs = [and_(_THING.account == use.account, _THING.app == use.app) for use in used]
    known = {face_of(one.thing): one for one in own}
    for part in parts(pairs, 100):
        query = select(_THING.face).where(_THING.directory == feeds.directory, _THING.kind == "use", or_(*part))
        faces = [face for face in connection.execute(query).scalars() if face not in known]
        known |= read_faces(connection, faces, feeds)
    context: dict[str, Item] = {}
    look_around(connection, feeds.directory, own, feeds=feeds, known=context)
    return msgspec.structs.replace(book_of(known.values(), context, feeds), at=at)


class FindingPage(msgspec.Struct, frozen=True):
    """Findings, gravest first; ``total`` counts those beyond the limit too."""

    total: int
    findings: tuple[GrantFinding, ...]


def standing_findings(
    connection: Connection, *, at: float, directory: str = "", rule: str = "", limit: int = 500
) -> FindingPage:
    """What rules find at a time. That about single things is kept, and put in words here; the rest is counted."""
    wide = [one for one in crowds(connection, directory) if rule in ("", one.rule)]
    holds = and_(_STANDING.holds_from <= at, _STANDING.holds_until > at)
    if directory:
        holds = and_(holds, _STANDING.directory == directory)
    if rule:
        holds = and_(holds, _STANDING.rule == rule)
    total = int(connection.execute(select(func.count()).select_from(INVENTORY_STANDING).where(holds)).scalar_one())
    order = (_STANDING.weight, _STANDING.rule, _STANDING.directory, _STANDING.about)
    kept = connection.execute(select(*order, _STANDING.face).where(holds).order_by(*order).limit(limit)).all()
    words = put_in_words(connection, [(row.directory, row.face, row.rule) for row in kept], at=at)
    found = [*wide, *words.values()]
    weights = list(Weight)
    found.sort(key=lambda one: (weights.index(one.weight), one.rule, one.directory, one.about))
    return FindingPage(total + len(wide), tuple(found[:limit]))


def put_in_words(
    connection: Connection, places: Iterable[tuple[str, str, str]], *, at: float
) -> dict[tuple[str, str, str], GrantFinding]:
    """What rules say at a time of some things in whose place a finding stands, by directory, face and rule."""
    by_directory: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for directory, face, rule in places:
        by_directory[directory][face].add(rule)
    found: dict[tuple[str, str, str], GrantFinding] = {}
    for directory, wanted in by_directory.items():
        feeds = FeedsOf(connection, directory)
        items = read_faces(connection, sorted(wanted), feeds)
        book = book_around(connection, items.values(), feeds, at=at)
        asked = {(rule, *subject_of(items[face])): face for face, rules in wanted.items() for rule in rules}
        for one in find_in(book):
            named = asked.get((one.rule, one.directory, one.about, one.account, one.app))
            if named is not None:
                found[directory, named, one.rule] = one
    return found


def crowds(connection: Connection, directory: str = "") -> tuple[GrantFinding, ...]:
    """The AI vendors that many accounts of a directory use."""
    # Kind and directory as expressions: SQLite would else walk all grants along their indexes, not the few of vendors.
    kind = _THING.kind.concat("")
    used = and_(HAS_VENDOR, _THING.is_there, kind.in_(("grant", "use")), _THING.account != "")
    if directory:
        used = and_(used, _THING.directory.concat("") == directory)
    who = func.count(func.distinct(_THING.account))
    query = (
        select(_THING.directory, _THING.vendor, who)
        .where(used)
        .group_by(_THING.directory, _THING.vendor)
        .having(who >= Limits().many_users)
        .order_by(_THING.directory, _THING.vendor)
    )
    found = []
    for place, vendor, count in connection.execute(query).all():
        # The vendor's apps that somebody uses: fewer steps than reading the app of each grant.
        use = INVENTORY_THING.alias().c
        is_used = exists().where(
            use.directory.concat("") == place,
            use.app == _THING.id,
            use.kind.in_(("grant", "use")),
            use.is_there,
            use.account != "",
        )
        apps = connection.execute(
            select(_THING.id).where(
                HAS_VENDOR, _THING.vendor == vendor, _THING.directory == place, _THING.kind == "app", is_used
            )
        ).scalars()
        found.append(crowd_finding(place, vendor, count, names_of(connection, place, list(apps))))
    return tuple(found)


def told_uses(connection: Connection, directories: Iterable[str]) -> tuple[Item, ...]:
    """Every use that was told in some directories."""
    found: list[Item] = []
    for directory in directories:
        query = select(_THING.face).where(_THING.directory == directory, _THING.kind == "use").order_by(_THING.id)
        faces = list(connection.execute(query).scalars())
        found += read_faces(connection, faces, FeedsOf(connection, directory)).values()
    return tuple(found)


def names_of(connection: Connection, directory: str, apps: Sequence[str]) -> list[str]:
    """The names of apps; the id of one that has none."""
    found: dict[str, str] = dict.fromkeys(apps, "")
    feeds = FeedsOf(connection, directory)
    for part in parts(sorted(found)):
        query = select(_THING.face).where(_THING.directory == directory, _THING.kind == "app", _THING.id.in_(part))
        for item in read_faces(connection, list(connection.execute(query).scalars()), feeds).values():
            found[item.thing.id] = getattr(item.thing, "name", "")
    return sorted({name or app for app, name in found.items()})


def _condition(query: ThingQuery, *, scans: bool = True) -> ColumnElement[bool]:
    """What else a thing must fulfil.

    Args:
        scans: An index of kinds may serve it. Not beside a lookup of a few: a database without statistics, as SQLite is,
            would rather walk all grants; of an expression it knows no index.
    """
    kind, place = (_THING.kind, _THING.directory) if scans else (_THING.kind.concat(""), _THING.directory.concat(""))
    found: ColumnElement[bool] = true()
    if not query.gone:
        found = and_(found, _THING.is_there)
    if query.kind:
        found = and_(found, kind == query.kind)
    if query.kinds:
        found = and_(found, kind.in_(query.kinds))
    if query.directory:
        found = and_(found, place == query.directory)
    if query.acts_as:
        found = and_(found, or_(_THING.kind != "account", _THING.acts_as.in_(query.acts_as)))
    return found


def _named(words: str, *, kind: str) -> list[ColumnElement[bool]]:
    """Ways to what is named so, and to what belongs to accounts and apps that are."""

    def ids(of: str) -> Select[tuple[str]]:
        told = _THING.words.contains(words, autoescape=True)
        return select(_THING.id).where(_THING.kind == of, HAS_WORDS, told)

    own = and_(HAS_WORDS, _THING.words.contains(words, autoescape=True))
    belonging: list[ColumnElement[bool]] = [_THING.account.in_(ids("account")), _THING.app.in_(ids("app"))]
    return belonging if kind in ("grant", "use") else [own, *belonging]
