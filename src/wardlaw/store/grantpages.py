"""Grants in pages by what somebody looks for: a page never reads more than a bounded part of a million grants.

Where few grants fit, they are all looked up by an index and sorted; where many do, a walk along the order soon has a page.
Between the two a walk ends early, and says from where it goes on: a page may then be short, and is not the last.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, and_, func, literal, select, true, tuple_
from sqlalchemy.engine import Connection, Row

from wardlaw.inventory.granting import ApprovalBook
from wardlaw.inventory.model import Item
from wardlaw.inventory.rules import Limits, Weight
from wardlaw.store.grantquery import GrantQuery, StandingGrants, grants_of_rows
from wardlaw.store.inventorytables import INVENTORY_LOT, INVENTORY_STANDING, INVENTORY_THING
from wardlaw.store.itemrows import parts
from wardlaw.store.thingquery import HAS_VENDOR, ThingQuery, directories_of, rows_of

FEW = 20_000
"""Grants that are fetched and sorted; where more fit, a walk along the order finds a page within some thousand."""

MOST_SEEN = 24_000
"""Grants that one page looks at; a walk that saw as many ends."""

ANY_VENDOR = "*"
_WINDOW = 8_000
_DAY_S = 86_400.0
_OWNERLESS = "nhi-without-owner"
_ACCOUNT = "account "
_THING = INVENTORY_THING.c
_STANDING = INVENTORY_STANDING.c
_COLUMNS = (_THING.directory, _THING.id, _THING.face, _THING.app, _THING.account, _THING.shape)

GrantPlace = tuple[str, str, str]
"""Where a page ended: directory, id and face of the last grant that was looked at."""


class GrantFilter(msgspec.Struct, frozen=True):
    """What is looked for; an empty field asks for all.

    Attributes:
        find: Part of a name or id of the account or app.
        vendor: AI vendor of the app; ``*`` for any.
        level: The most powerful scope is at least of this privilege.
        data: Kind of data that a scope reaches, such as ``mail``.
        standing: How it stands to the approvals.
        idle: Its platform tells of uses, and told of none for 90 days.
        unowned: Nobody is known to answer for its account.
        after: Where the page before this one ended.
    """

    directory: str = ""
    find: str = ""
    vendor: str = ""
    level: int = 0
    data: str = ""
    standing: str = ""
    idle: bool = False
    unowned: bool = False
    limit: int = 50
    after: GrantPlace | None = None

    @property
    def is_looked_up(self) -> bool:
        """An index may find what is asked for."""
        return bool(self.find or self.vendor or self.level or self.unowned)


class GrantsFound(msgspec.Struct, frozen=True):
    """A page of grants by directory and id.

    Attributes:
        total: All that fit; -1 where they were not counted.
        after: Where the next page begins; None when this is the last.
    """

    items: tuple[Item, ...]
    total: int
    after: GrantPlace | None


def find_grants(connection: Connection, wanted: GrantFilter, book: ApprovalBook, *, at: float) -> GrantsFound:
    """A page of what is looked for.

    Args:
        at: Unix seconds.
    """
    query = GrantQuery(directory=wanted.directory, standing=wanted.standing)
    stands = StandingGrants(connection, query, book, at=at) if wanted.standing else None
    if stands is not None and not stands.total:
        return GrantsFound((), 0, None)
    if wanted.is_looked_up and (few := _few(connection, wanted, at)) is not None:
        fitting = sorted((row for row in few if stands is None or stands.holds(row)), key=_place)
        rest = [row for row in fitting if wanted.after is None or _place(row) > wanted.after]
        page = rest[: wanted.limit]
        after = _place(page[-1]) if len(rest) > len(page) else None
        return GrantsFound(grants_of_rows(connection, page), len(fitting), after)
    page, after = _walked(connection, wanted, stands, at)
    return GrantsFound(grants_of_rows(connection, page), _total(connection, wanted, stands), after)


def rules_on(
    connection: Connection, places: Sequence[tuple[str, str]], *, at: float
) -> dict[tuple[str, str], list[str]]:
    """The rules that find something about things, gravest first, by their directory and face."""
    holds = and_(_STANDING.holds_from <= at, _STANDING.holds_until > at)
    found: dict[tuple[str, str], list[str]] = {}
    for part in parts([tuple_(_STANDING.directory, _STANDING.face) == place for place in places], 100):
        query = select(_STANDING.directory, _STANDING.face, _STANDING.rule).where(holds, _any_of(part))
        for row in connection.execute(query.order_by(_STANDING.weight, _STANDING.rule)):
            found.setdefault((row.directory, row.face), []).append(row.rule)
    return found


def _any_of(ways: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    found = ways[0]
    for way in ways[1:]:
        found = found | way
    return found


def _place(row: Row[Any]) -> GrantPlace:
    return row.directory, row.id, row.face


def _few(connection: Connection, wanted: GrantFilter, at: float) -> list[Row[Any]] | None:
    """Everything that fits but for its standing, in no order; None where it is too much to sort."""
    found: list[Row[Any]] = []
    for query in _lookups(connection, wanted, _fits(wanted, at)):
        found += connection.execute(query.limit(FEW + 1 - len(found))).all()
        if len(found) > FEW:
            return None
    return found


def _lookups(connection: Connection, wanted: GrantFilter, fits: ColumnElement[bool]) -> Iterator[Select[Any]]:
    """What finds them by an index. Columns of others stand in expressions: a database without statistics, as SQLite is,
    would else walk all grants."""
    query: Select[Any] = select(*_COLUMNS)
    if wanted.find:
        named = rows_of(ThingQuery(kind="grant", find=wanted.find, directory=wanted.directory)).subquery()
        same = and_(_THING.directory == named.c.directory, _THING.face == named.c.face)
        yield query.select_from(named.join(INVENTORY_THING, same)).where(fits)
    elif wanted.vendor or wanted.unowned:
        own = and_(_THING.kind.concat("") == "grant", fits)
        yield (
            query.where(own, _THING.directory.concat("") == wanted.directory) if wanted.directory else query.where(own)
        )
    else:
        for directory in [wanted.directory] if wanted.directory else directories_of(connection):
            yield query.where(_THING.kind == "grant", _THING.is_there, _THING.directory == directory, fits)


def _fits(wanted: GrantFilter, at: float) -> ColumnElement[bool]:
    """What a grant must fulfil, but for the text and its standing."""
    found: ColumnElement[bool] = _THING.shape != ""
    if wanted.vendor == ANY_VENDOR:
        found = and_(found, HAS_VENDOR)
    elif wanted.vendor:
        found = and_(found, HAS_VENDOR, _THING.vendor == wanted.vendor)
    if wanted.level:
        found = and_(found, _THING.level >= wanted.level)
    if wanted.data:
        found = and_(found, literal(" ").concat(_THING.data).concat(" ").contains(f" {wanted.data} ", autoescape=True))
    if wanted.idle:
        before = at - Limits().unused_days * _DAY_S
        found = and_(found, _THING.usage_known, _THING.used_at < before, _THING.born_at < before)
    if wanted.unowned:
        found = and_(found, _THING.account.in_(_ownerless(wanted.directory, at)))
    return found


def _ownerless(directory: str, at: float) -> Select[Any]:
    """Accounts that nobody is known to answer for."""
    weight = list(Weight).index(Weight.MEDIUM)
    own = and_(_STANDING.weight == weight, _STANDING.rule == _OWNERLESS)
    if directory:
        own = and_(own, _STANDING.directory == directory)
    holds = and_(_STANDING.holds_from <= at, _STANDING.holds_until > at, _STANDING.about.startswith(_ACCOUNT))
    return select(func.substr(_STANDING.about, len(_ACCOUNT) + 1)).where(own, holds)


def _walked(
    connection: Connection, wanted: GrantFilter, stands: StandingGrants | None, at: float
) -> tuple[list[Row[Any]], GrantPlace | None]:
    """The first grants that fit along the order, and where it goes on: where the page is full, or the walk long enough."""
    page: list[Row[Any]] = []
    seen, last = 0, wanted.after
    for row, fits in _along(connection, wanted, at):
        if len(page) == wanted.limit:
            return page, _place(page[-1])
        if seen == MOST_SEEN:
            return page, last
        seen, last = seen + 1, _place(row)
        if fits and (stands is None or stands.holds(row)):
            page.append(row)
    return page, None


def _along(connection: Connection, wanted: GrantFilter, at: float) -> Iterator[tuple[Row[Any], bool]]:
    """Grants by directory and id, each with whether it fits; read in windows along an index."""
    begin = wanted.after[0] if wanted.after else ""
    fits = _fits(wanted, at)
    if wanted.find:
        named = rows_of(ThingQuery(kind="grant", find=wanted.find, directory=wanted.directory)).subquery()
        fits = and_(fits, tuple_(_THING.directory, _THING.face).in_(select(named.c.directory, named.c.face)))
    for directory in [wanted.directory] if wanted.directory else directories_of(connection):
        if directory < begin:
            continue
        after = wanted.after[1:] if wanted.after and directory == begin else None
        size = max(4 * wanted.limit, 200)  # most pages are full by then
        while True:
            further = true() if after is None else tuple_(_THING.id, _THING.face) > after
            own = and_(_THING.directory == directory, _THING.kind == "grant", further)
            window = select(*_COLUMNS, fits.label("fits")).where(own).order_by(_THING.id, _THING.face).limit(size)
            rows = connection.execute(window).all()
            yield from ((row, bool(row.fits)) for row in rows)
            if len(rows) < size:
                break
            after, size = (rows[-1].id, rows[-1].face), _WINDOW


def _total(connection: Connection, wanted: GrantFilter, stands: StandingGrants | None) -> int:
    """How many fit, where that is counted anyway."""
    if wanted.is_looked_up or wanted.data or wanted.idle:
        return -1
    if stands is not None:
        return stands.total
    counted = select(func.sum(INVENTORY_LOT.c.grants))
    if wanted.directory:
        counted = counted.where(INVENTORY_LOT.c.directory == wanted.directory)
    return int(connection.execute(counted).scalar_one() or 0)
