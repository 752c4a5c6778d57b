"""How grants stand to approvals, read from what is counted of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, and_, or_, select, tuple_
from sqlalchemy.engine import Connection, Row

from wardlaw.inventory.bundle import face_of
from wardlaw.inventory.governedrules import StandingLot
from wardlaw.inventory.granting import ApprovalBook, DueApproval, GrantApproval
from wardlaw.inventory.groups import GroupBook
from wardlaw.inventory.lots import Lot, on_shelf, shelf_of, shelves
from wardlaw.inventory.model import App
from wardlaw.inventory.risk import Privilege
from wardlaw.store.among import among, run_among
from wardlaw.store.inventorytables import INVENTORY_LOT, INVENTORY_THING
from wardlaw.store.syncruns import FeedsOf
from wardlaw.store.thingquery import read_faces

_LOT = INVENTORY_LOT.c
_THING = INVENTORY_THING.c
_Place = tuple[str, str]
_SCOPES = msgspec.json.Decoder(tuple[str, ...])


def standing_lots(
    connection: Connection, book: ApprovalBook, *, at: float, directory: str = "", grave: bool = False
) -> Iterator[tuple[StandingLot, str]]:
    """Every lot with its app, how it stands to the approvals, and its shape.

    A lot of which an approval covers some accounts comes as single grants.

    Args:
        at: Unix seconds.
        grave: Leave out apps without a powerful scope that no approval may be about.
    """
    rows = connection.execute(select(INVENTORY_LOT).where(_wanted(book, directory, grave=grave))).all()
    apps = read_apps(connection, {(row.directory, on_shelf(row.name)[0]) for row in rows})
    split: list[tuple[Row[Any], Lot, App]] = []
    for row in rows:
        lot = _lot(row)
        app = apps.get((lot.directory, lot.app)) or App(lot.app)
        if lot.grants > 1 and book.splits(lot.directory, lot.name, app):
            split.append((row, lot, app))
        else:
            yield (lot, app, book.standing(lot.directory, lot.sample, app, at=at)), row.shape
    holders = _holders(connection, [row for row, _, _ in split])
    for row, lot, app in split:
        for account in holders[row.directory, row.name, row.shape]:
            one = msgspec.structs.replace(lot, grants=1, whole=int(not account), account=account)
            yield (one, app, book.standing(one.directory, one.sample, app, at=at)), row.shape


def _wanted(book: ApprovalBook, directory: str, *, grave: bool) -> ColumnElement[bool]:
    wanted: ColumnElement[bool] = _LOT.grants > 0
    if directory:
        wanted = and_(wanted, _LOT.directory == directory)
    if grave and not book.names_publishers:
        strong = INVENTORY_LOT.alias().c
        powerful = select(strong.directory, strong.name).where(strong.strength >= int(Privilege.HIGH))
        named = _LOT.name.in_(shelves(book.apps))
        wanted = and_(wanted, or_(tuple_(_LOT.directory, _LOT.name).in_(powerful), named))
    return wanted


def _lot(row: Row[Any]) -> Lot:
    app, own = on_shelf(row.name)
    scopes = _SCOPES.decode(row.scopes)
    return Lot(row.directory, app, own, scopes, bool(row.as_itself), row.grants, row.whole, row.account)


def _holders(connection: Connection, rows: Iterable[Row[Any]]) -> dict[tuple[str, str, str], list[str]]:
    """The accounts of the grants of some lots, an entry a grant."""
    found: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    wanted = {(row.directory, row.name, row.shape) for row in rows}
    for row in grants_on(connection, {name for _, name, _ in wanted}):
        place = (row.directory, shelf_of(row.app, row.id), row.shape)
        if place in wanted:
            found[place].append(row.account)
    return found


def read_apps(connection: Connection, wanted: Collection[_Place]) -> dict[_Place, App]:
    """Apps by directory and id, as all feeds together tell of them; those that nothing is told of are left out."""
    by_directory: dict[str, list[str]] = defaultdict(list)
    for directory, app in sorted(wanted):
        if app:
            by_directory[directory].append(face_of(App(app)))
    found: dict[_Place, App] = {}
    for directory, faces in by_directory.items():
        for item in read_faces(connection, faces, FeedsOf(connection, directory)).values():
            if isinstance(item.thing, App):
                found[directory, item.thing.id] = item.thing
    return found


def approvals_due(
    connection: Connection,
    approvals: Sequence[GrantApproval],
    groups: GroupBook | None = None,
    *,
    before: float,
    at: float,
) -> tuple[DueApproval, ...]:
    """Approvals that end before a time, or have ended, with the grants that rest on them, first the one that ends first.

    Args:
        groups: Who is in which group; without it no group has a member.
    """
    ending = {one.id for one in approvals if not one.ended_at and one.expires_at < before}
    if not ending:
        return ()
    lots: dict[tuple[str, str, str], str] = {}
    single: dict[tuple[str, str, str, str], str] = {}
    for (lot, _, standing), shape in standing_lots(connection, ApprovalBook(approvals, groups), at=at):
        place = (lot.directory, shelf_of(lot.app, lot.own), shape)
        if standing.approval in ending and lot.grants == 1:
            single[*place, lot.account] = standing.approval
        elif standing.approval in ending:
            lots[place] = standing.approval
    grants: Counter[str] = Counter()
    accounts: dict[str, set[str]] = defaultdict(set)
    used: dict[str, float] = defaultdict(float)
    for row in grants_on(connection, {place[1] for place in (*lots, *single)}):
        place = (row.directory, shelf_of(row.app, row.id), row.shape)
        approval = lots.get(place) or single.get((*place, row.account))
        if approval:
            grants[approval] += 1
            accounts[approval].add(row.account)
            used[approval] = max(used[approval], row.used_at)
    due = [
        DueApproval(one, grants[one.id], len(accounts[one.id]), used[one.id]) for one in approvals if one.id in ending
    ]
    return tuple(sorted(due, key=lambda one: (one.approval.expires_at, one.approval.id)))


def grants_on(connection: Connection, names: Iterable[str]) -> Iterator[Row[Any]]:
    """Grants that are there, of apps and of those without one."""
    pairs = [on_shelf(name) for name in names]
    for column, ids in ((_THING.app, {app for app, _ in pairs if app}), (_THING.id, {own for _, own in pairs if own})):
        query: Select[Any] = select(
            _THING.directory, _THING.face, _THING.app, _THING.id, _THING.account, _THING.shape, _THING.used_at
        ).where(among(column), _THING.kind.concat("") == "grant", _THING.shape != "")
        for rows in run_among(connection, query, sorted(ids)):
            yield from (row for row in rows if column is _THING.app or not row.app)
