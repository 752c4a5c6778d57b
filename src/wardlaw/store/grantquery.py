"""Questions to grants as they are governed: lists by how they stand and what became of them, and one with its surroundings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_
from sqlalchemy.engine import Connection, Row

from wardlaw.inventory.granting import ApprovalBook
from wardlaw.inventory.lots import shelf_of
from wardlaw.inventory.model import Item
from wardlaw.inventory.ruling import Fate
from wardlaw.inventory.view import Inventory
from wardlaw.store.grantstanding import grants_on, standing_lots
from wardlaw.store.inventorytables import GRANT_DECISION, INVENTORY_LOT, INVENTORY_THING
from wardlaw.store.picture import look_around
from wardlaw.store.syncruns import FeedsOf
from wardlaw.store.thingquery import directories_of, read_faces

NOT_JUDGED = "not-judged"
"""What became of a grant that no clause was asked about."""

_FEW = 20_000
"""Grants that are fetched by their apps; where more stand as asked for, a page is soon full along the index."""

EVERY = 2**31 - 1
"""A limit that leaves nothing out."""

_CHUNK = 2_000
_THING = INVENTORY_THING.c
_LOT = INVENTORY_LOT.c
_DECISION = GRANT_DECISION.c
_PLACE = (_THING.directory, _THING.id, _THING.face, _THING.app, _THING.account, _THING.shape)


class GrantQuery(msgspec.Struct, frozen=True):
    """What is asked for; an empty field asks for all.

    Attributes:
        about: Id of an account, an app or a grant.
        grant: Id of a grant.
        standing: How it stands to the approvals.
        fate: What became of it; ``not-judged`` where no clause was asked.
    """

    directory: str = ""
    about: str = ""
    grant: str = ""
    standing: str = ""
    fate: str = ""
    limit: int = 200


class StandingGrants:
    """The lots, and the grants of lots that an approval splits, that stand as asked for."""

    def __init__(self, connection: Connection, query: GrantQuery, book: ApprovalBook, *, at: float) -> None:
        self._lots: set[tuple[str, str, str]] = set()
        self._grants: set[tuple[str, str, str, str]] = set()
        self.total = 0
        for (lot, _, standing), shape in standing_lots(connection, book, at=at, directory=query.directory):
            if standing.state.value == query.standing:
                self.total += lot.grants
                place = (lot.directory, shelf_of(lot.app, lot.own), shape)
                if lot.grants == 1:
                    self._grants.add((*place, lot.account))
                else:
                    self._lots.add(place)

    @property
    def names(self) -> list[tuple[str, str]]:
        """Directory and shelf of each."""
        return sorted({place[:2] for place in self._lots} | {place[:2] for place in self._grants})

    def holds(self, row: Row[Any]) -> bool:
        """Whether a grant is among them."""
        place = (row.directory, shelf_of(row.app, row.id), row.shape)
        return place in self._lots or (*place, row.account) in self._grants


def list_grants(
    connection: Connection, query: GrantQuery, book: ApprovalBook, *, at: float
) -> tuple[int, tuple[Item, ...]]:
    """How many grants are as asked for, and the first of them by directory and id.

    Args:
        at: Unix seconds.
    """
    wanted = StandingGrants(connection, query, book, at=at) if query.standing else None
    if wanted is not None and not (query.about or query.grant or query.fate):
        rows = _by_names(connection, wanted) if wanted.total <= _FEW else _along(connection, query)
        return wanted.total, grants_of_rows(connection, _first((row for row in rows if wanted.holds(row)), query.limit))
    if wanted is not None:
        found = [row for row in _along(connection, query) if wanted.holds(row)]
        return len(found), grants_of_rows(connection, found[: query.limit])
    return _count(connection, query), grants_of_rows(connection, _first(_along(connection, query), query.limit))


def grant_surroundings(connection: Connection, items: Sequence[Item]) -> Inventory:
    """Grants with the apps and accounts around them."""
    by_directory: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        by_directory[item.directory].append(item)
    around: list[Item] = list(items)
    platforms: dict[str, str] = {}
    for directory, own in by_directory.items():
        feeds = FeedsOf(connection, directory)
        known: dict[str, Item] = {}
        look_around(connection, directory, own, feeds=feeds, known=known)
        around += known.values()
        platforms |= feeds.platforms
    return Inventory(tuple(around), platforms)


def reach_of(connection: Connection, directory: str, app: str, grant: str) -> tuple[int, int]:
    """Grants to an app in its directory, and of how many accounts.

    Args:
        app: Empty for a grant that names none; all of these count.
        grant: Its id.
    """
    own = and_(_LOT.directory == directory, _LOT.name == shelf_of(app, grant))
    if app:
        query = select(func.sum(_LOT.grants), func.sum(_LOT.whole)).where(own)
        grants, whole = connection.execute(query).one()
        return int(grants or 0), int(grants or 0) - int(whole or 0)
    query = select(func.count(), func.count(func.distinct(func.nullif(_THING.account, "")))).where(
        _THING.directory == directory, _THING.app == "", _THING.kind == "grant", _THING.shape != ""
    )
    grants, accounts = connection.execute(query).one()
    return int(grants), int(accounts)


def _count(connection: Connection, query: GrantQuery) -> int:
    if not (query.about or query.grant or query.fate):
        counted = select(func.sum(_LOT.grants))
        if query.directory:
            counted = counted.where(_LOT.directory == query.directory)
        return int(connection.execute(counted).scalar_one() or 0)
    rows = _asked(query).with_only_columns(_THING.directory, _THING.face).subquery()
    return int(connection.execute(select(func.count()).select_from(rows)).scalar_one())


def _asked(query: GrantQuery) -> Select[Any]:
    """Grants that are there, in no order, without a look at approvals."""
    joined = INVENTORY_THING.outerjoin(
        GRANT_DECISION, and_(_DECISION.directory == _THING.directory, _DECISION.grant_id == _THING.id)
    )
    found = select(*_PLACE)
    if query.fate:
        found = found.select_from(joined)
        found = found.where(_DECISION.fate.is_(None) if query.fate == NOT_JUDGED else _DECISION.fate == query.fate)
    is_named = bool(query.about or query.grant)
    # The kind as an expression beside a lookup of a few: SQLite would else walk all grants.
    kind = _THING.kind.concat("") if is_named else _THING.kind
    found = found.where(kind == "grant", _THING.shape != "")
    if query.directory:
        found = found.where((_THING.directory.concat("") if is_named else _THING.directory) == query.directory)
    if query.about:
        found = found.where(_is_about(query.about))
    if query.grant:
        found = found.where(_THING.id == query.grant)
    return found


def _is_about(name: str) -> ColumnElement[bool]:
    return or_(_THING.account == name, _THING.app == name, _THING.id == name)


def _along(connection: Connection, query: GrantQuery) -> Iterator[Row[Any]]:
    """Grants by directory and id; few at a time, so that a page reads no more than it needs."""
    if query.about or query.grant:
        yield from connection.execute(_asked(query).order_by(*_PLACE[:3]))
        return
    for directory in [query.directory] if query.directory else directories_of(connection):
        rows = _asked(msgspec.structs.replace(query, directory=directory)).order_by(_THING.id, _THING.face)
        after: tuple[str, str] | None = None
        while True:
            chunk = rows if after is None else rows.where(tuple_(_THING.id, _THING.face) > after)
            found = connection.execute(chunk.limit(_CHUNK)).all()
            yield from found
            if len(found) < _CHUNK:
                break
            after = (found[-1].id, found[-1].face)


def _by_names(connection: Connection, wanted: StandingGrants) -> list[Row[Any]]:
    """Grants of the apps that something stands as asked for of, in their order."""
    found = {(row.directory, row.face): row for row in grants_on(connection, {name for _, name in wanted.names})}
    return sorted(found.values(), key=lambda row: (row.directory, row.id, row.face))


def _first(rows: Iterator[Row[Any]], limit: int) -> list[Row[Any]]:
    return [row for _, row in zip(range(limit), rows, strict=False)]


def grants_of_fate(connection: Connection, fate: Fate, *, limit: int) -> tuple[Item, ...]:
    """The first grants that are there and came to a fate, by directory and id: read from the rulings, which are few."""
    # What the rulings say as expressions: SQLite would else walk through every grant there is to find a few rulings.
    place = (_DECISION.directory.concat(""), _DECISION.grant_id.concat(""))
    joined = GRANT_DECISION.join(INVENTORY_THING, and_(_THING.directory == place[0], _THING.id == place[1]))
    query: Select[Any] = select(*_PLACE).select_from(joined).where(_DECISION.fate == fate.value, _THING.kind == "grant")
    query = query.where(_THING.shape != "").order_by(_DECISION.directory, _DECISION.grant_id, _THING.face).limit(limit)
    return grants_of_rows(connection, connection.execute(query).all())


def grants_of_rows(connection: Connection, rows: Sequence[Row[Any]]) -> tuple[Item, ...]:
    """The grants of rows that name their directory and face, in the order of these."""
    by_directory: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        by_directory[row.directory].append(row.face)
    found: dict[tuple[str, str], Item] = {}
    for directory, faces in by_directory.items():
        items = read_faces(connection, faces, FeedsOf(connection, directory))
        found |= {(directory, face): item for face, item in items.items()}
    return tuple(found[row.directory, row.face] for row in rows)
