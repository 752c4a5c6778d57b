"""What a revocation is about, found by its names: neither its plan nor its proof reads the rest of the inventory."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.engine import Connection

from wardlaw.inventory.model import Item
from wardlaw.inventory.withdrawal import Revocation, concerns
from wardlaw.store.among import among, run_among
from wardlaw.store.inventorytables import INVENTORY_THING
from wardlaw.store.syncruns import FeedsOf
from wardlaw.store.thingquery import read_faces

_THING = INVENTORY_THING.c


# The directory as an expression: SQLite would else walk all of it beside a lookup of a few names.
def _within(directory: str) -> ColumnElement[bool]:
    return _THING.directory.concat("") == directory


def things_of(connection: Connection, one: Revocation) -> tuple[Item, ...]:
    """Everything that a revocation takes away, and the uses of it, those gone included."""
    faces: set[str] = set()
    named = {one.app} | {step.step.subject for step in one.steps}
    accounts = {step.step.account for step in one.steps if step.step.app}
    for column, names in ((_THING.id, named), (_THING.account, accounts), (_THING.app, {one.app})):
        query = select(_THING.face).where(_within(one.directory), among(column))
        for rows in run_among(connection, query, sorted(names - {""})):
            faces.update(row[0] for row in rows)
    found = read_faces(connection, sorted(faces), FeedsOf(connection, one.directory))
    return tuple(item for item in found.values() if concerns(one, item))


def names_known(connection: Connection, directory: str, names: Collection[str]) -> frozenset[str]:
    """Those of some names that a directory knows as a thing, an account or an app."""
    known: set[str] = set()
    for column in (_THING.id, _THING.account, _THING.app):
        query = select(column).where(_within(directory), among(column)).distinct()
        for rows in run_among(connection, query, sorted(names)):
            known.update(row[0] for row in rows)
    return frozenset(known)


def count_grants_to(connection: Connection, directory: str, apps: Collection[str]) -> int:
    """Grants to some apps that are there now, mere requests included."""
    own = and_(_within(directory), _THING.kind == "grant", _THING.is_there, among(_THING.app))
    query = select(func.count()).where(own)
    return sum(int(rows[0][0]) for rows in run_among(connection, query, sorted(apps)))
