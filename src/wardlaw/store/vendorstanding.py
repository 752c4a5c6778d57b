"""How what is known of each AI vendor stands to the approvals of grants."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.engine import Connection

from wardlaw.inventory.bundle import face_of
from wardlaw.inventory.granting import ApprovalBook, GrantStanding
from wardlaw.inventory.model import App, Consent, Grant
from wardlaw.inventory.shadow import VendorStanding, tallied
from wardlaw.store.inventorytables import INVENTORY_THING
from wardlaw.store.syncruns import FeedsOf
from wardlaw.store.thingquery import HAS_VENDOR, read_faces

_THING = INVENTORY_THING.c
_USING = ("credential", "grant", "use")
_Place = tuple[str, str, str]  # directory, app, kind


def vendor_standings(
    connection: Connection, book: ApprovalBook, directory: str = "", *, at: float
) -> dict[str, VendorStanding]:
    """Each vendor's grants, keys and uses, counted by how they stand; an account that uses an app counts once a kind.

    A use or key shows no scopes: an approval covers it where it covers app and account. Only of apps that an approval names,
    or whose publisher one does, the single accounts are read.

    Args:
        at: Unix seconds.
    """
    # Kind and directory as expressions: SQLite would else walk all grants along their indexes, not the few of vendors.
    told = and_(HAS_VENDOR, _THING.is_there, _THING.kind.concat("").in_(_USING))
    if directory:
        told = and_(told, _THING.directory.concat("") == directory)
    place = (_THING.vendor, _THING.directory, _THING.app, _THING.kind)
    query = select(*place, func.count(func.distinct(_THING.account))).where(told).group_by(*place).order_by(*place)
    counts: dict[str, dict[_Place, int]] = defaultdict(dict)
    for vendor, where, app, kind, count in connection.execute(query):
        counts[vendor][where, app, kind] = count
    apps = read_apps(connection, {(where, app) for places in counts.values() for where, app, _ in places})
    return {vendor: _tallied(connection, book, places, apps, at=at) for vendor, places in counts.items()}


def app_standing(
    connection: Connection, book: ApprovalBook, app: App, counts: Mapping[_Place, int], *, at: float
) -> VendorStanding:
    """How the grants, keys and uses of one app stand.

    Args:
        counts: Accounts by directory, app and kind.
    """
    apps = {(where, name): app for where, name, _ in counts}
    return _tallied(connection, book, counts, apps, at=at)


def _tallied(
    connection: Connection,
    book: ApprovalBook,
    places: Mapping[_Place, int],
    apps: Mapping[tuple[str, str], App],
    *,
    at: float,
) -> VendorStanding:
    unapproved = 0
    standings: list[GrantStanding] = []
    for (where, name, kind), count in places.items():
        app = apps.get((where, name), App(name))
        if book.speaks_of(where, app):
            standings += [book.standing(where, one, app, at=at) for one in _things(connection, (where, name, kind))]
        else:
            unapproved += count
    return tallied(standings, unapproved=unapproved)


def _things(connection: Connection, place: _Place) -> Iterable[Grant]:
    """The grants of an app; for each account that uses it or has a key, a grant without scopes."""
    directory, app, kind = place
    own: ColumnElement[bool] = and_(
        _THING.directory == directory, _THING.app == app, _THING.kind == kind, _THING.is_there
    )
    if kind != "grant":
        for account in connection.execute(select(_THING.account).where(own).distinct()).scalars():
            yield Grant("", account, app)
        return
    faces = list(connection.execute(select(_THING.face).where(own)).scalars())
    for item in read_faces(connection, faces, FeedsOf(connection, directory)).values():
        if isinstance(item.thing, Grant) and item.thing.consent is not Consent.REQUESTED:
            yield item.thing


def read_apps(connection: Connection, wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], App]:
    """Apps by directory and id, as their feeds tell them; those that only grants and uses name are left out."""
    by_directory: dict[str, list[str]] = defaultdict(list)
    for directory, app in sorted(wanted):
        by_directory[directory].append(face_of(App(app)))
    found: dict[tuple[str, str], App] = {}
    for directory, faces in by_directory.items():
        for item in read_faces(connection, faces, FeedsOf(connection, directory)).values():
            if isinstance(item.thing, App):
                found[directory, item.thing.id] = item.thing
    return found
