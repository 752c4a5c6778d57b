"""Apps of AI vendors that the inventory knows and nobody has registered: counted in the database, not read one by one."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import and_, case, func, select
from sqlalchemy.engine import Connection

from wardlaw.inventory.granting import ApprovalBook
from wardlaw.inventory.model import App
from wardlaw.inventory.shadow import ShadowApp
from wardlaw.store.inventorytables import INVENTORY_THING
from wardlaw.store.thingquery import HAS_VENDOR
from wardlaw.store.vendorstanding import app_standing, read_apps

_THING = INVENTORY_THING.c
MOST_WHO = 20
"""Accounts of an app that are named."""
_KINDS = ("grant", "credential", "use")


def shadow_apps(
    connection: Connection, book: ApprovalBook, is_claimed: Callable[[str, str], bool], *, at: float, limit: int = 200
) -> tuple[tuple[ShadowApp, ...], int]:
    """Apps that no system claims and whose grants, keys and uses approvals do not cover whole; most accounts first.

    Args:
        is_claimed: Whether a registered system has an app, by directory and id.
        at: Unix seconds.

    Returns:
        At most ``limit`` of them, and how many there are.
    """
    found = []
    for one, app, counts in _counted(connection, is_claimed):
        standing = app_standing(connection, book, app, counts, at=at)
        if not standing.is_whole:
            found.append((one, standing))
    found.sort(key=lambda pair: (-pair[0].accounts, pair[0].directory, pair[0].app))
    listed = [
        ShadowApp(
            one.directory, one.app, one.name, one.vendor, one.grants, one.credentials, one.uses, one.accounts, one.first_at,
            one.used_at, _who(connection, one), standing,
        )
        for one, standing in found[:limit]
    ]  # fmt: skip
    return tuple(listed), len(found)


def _counted(
    connection: Connection, is_claimed: Callable[[str, str], bool]
) -> list[tuple[ShadowApp, App, dict[tuple[str, str, str], int]]]:
    """Each app with what is there of it, and its accounts by kind; one walk along the index of vendors."""
    kinds = {kind: func.count(case((_THING.kind == kind, 1))) for kind in _KINDS}
    by_kind = {kind: func.count(func.distinct(case((_THING.kind == kind, _THING.account)))) for kind in _KINDS}
    who = func.count(func.distinct(case((_THING.account != "", _THING.account))))
    place = (_THING.directory, _THING.app, _THING.vendor)
    query = (
        select(*place, *kinds.values(), who, func.min(_THING.born_at), func.max(_THING.used_at), *by_kind.values())
        .where(and_(HAS_VENDOR, _THING.is_there))
        .group_by(*place)
    )
    rows = [row for row in connection.execute(query).all() if any(row[3:6]) and not is_claimed(row[0], row[1])]
    apps = read_apps(connection, {(row[0], row[1]) for row in rows})
    found = []
    for where, name, vendor, grants, credentials, uses, accounts, first, used, *each in rows:
        app = apps.get((where, name), App(name))
        counts = {(where, name, kind): count for kind, count in zip(_KINDS, each, strict=True) if count}
        one = ShadowApp(where, name, app.name or name, vendor, grants, credentials, uses, accounts, first, used)
        found.append((one, app, counts))
    return found


def _who(connection: Connection, one: ShadowApp) -> tuple[str, ...]:
    own = and_(_THING.app == one.app, _THING.kind.in_(_KINDS), _THING.directory == one.directory, _THING.account != "")
    query = select(_THING.account).where(own, _THING.is_there).distinct().limit(MOST_WHO)
    return tuple(sorted(connection.execute(query).scalars()))
