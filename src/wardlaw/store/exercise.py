"""What each app was seen calling for each account, with when: all that is kept of use longer than the raw window."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import ColumnElement, and_, bindparam, func, insert, select, update
from sqlalchemy.engine import Connection

from wardlaw.inventory.activity import Activity
from wardlaw.inventory.exercise import exercised
from wardlaw.store.inventorytables import INVENTORY_ACTIVITY, INVENTORY_EXERCISE
from wardlaw.store.itemrows import parts

DAY_S = 86_400.0
KEPT_DAYS = 120
"""Longer than advice looks back; what was not called for so long is forgotten, with the account it names."""

_OWN = INVENTORY_EXERCISE.c
_AT_ONCE = 5_000

Called = dict[tuple[str, str], dict[str, float]]
"""Latest time (Unix seconds) of each method, by app and account."""


def note_exercise(connection: Connection, directory: str, activities: Iterable[Activity]) -> None:
    """Keep what was called by these events; each event once."""
    spans: dict[tuple[str, str, str], tuple[float, float]] = {}
    for one in activities:
        for method in exercised(one) if one.app else ():
            key = (one.app, one.account[:512], method)
            first, last = spans.get(key, (one.at, one.at))
            spans[key] = (min(first, one.at), max(last, one.at))
    known = _known(connection, directory, sorted({app for app, _, _ in spans}), spans)
    fresh, later = [], []
    for key, (first, last) in spans.items():
        place = dict(zip(("app", "account", "method"), key, strict=True))
        if key not in known:
            fresh.append({"directory": directory, **place, "first_at": first, "last_at": last})
            continue
        before = known[key]
        if first < before[0] or last > before[1]:
            span = {"b_first": min(first, before[0]), "b_last": max(last, before[1])}
            later.append({f"b_{name}": value for name, value in place.items()} | span)
    if fresh:
        connection.execute(insert(INVENTORY_EXERCISE), fresh)
    if later:
        place_is = (_OWN[name] == bindparam(f"b_{name}") for name in ("app", "account", "method"))
        statement = update(INVENTORY_EXERCISE).where(_OWN.directory == directory, *place_is)
        connection.execute(statement.values(first_at=bindparam("b_first"), last_at=bindparam("b_last")), later)


def called_since(connection: Connection, directory: str, *, since: float, app: str = "") -> Called:
    """What each app was seen calling at or after a time (Unix seconds); of one app where it is named."""
    own: ColumnElement[bool] = and_(_OWN.directory == directory, _OWN.last_at >= since)
    if app:
        own = and_(own, _OWN.app == app)
    found: Called = defaultdict(dict)
    for name, account, method, last in connection.execute(
        select(_OWN.app, _OWN.account, _OWN.method, _OWN.last_at).where(own)
    ):
        found[name, account][method] = last
    return dict(found)


def told_span(connection: Connection, directory: str) -> tuple[float, float]:
    """From when to when any use was told in a directory, Unix seconds; zeros where none was."""
    query = select(func.min(_OWN.first_at), func.max(_OWN.last_at)).where(_OWN.directory == directory)
    first, last = connection.execute(query).one()
    return first or 0.0, last or 0.0


def adopt_exercise(connection: Connection) -> None:
    """Keep what the events in the raw window tell that were judged before this table was there."""
    raw = INVENTORY_ACTIVITY.c
    for directory in connection.execute(select(raw.directory).distinct()).scalars().all():
        after = ""
        while True:
            query = select(raw.id, raw.activity).where(raw.directory == directory, raw.judged == 1, raw.id > after)
            rows = connection.execute(query.order_by(raw.id).limit(_AT_ONCE)).all()
            if not rows:
                break
            note_exercise(connection, directory, [msgspec.json.decode(row.activity, type=Activity) for row in rows])
            after = rows[-1].id


def _known(
    connection: Connection, directory: str, apps: Sequence[str], wanted: Iterable[tuple[str, str, str]]
) -> dict[tuple[str, str, str], tuple[float, float]]:
    keys = set(wanted)
    found: dict[tuple[str, str, str], tuple[float, float]] = {}
    accounts = sorted({account for _, account, _ in keys})
    for some in parts(apps, 100):
        for people in parts(accounts, 300):
            query = select(_OWN.app, _OWN.account, _OWN.method, _OWN.first_at, _OWN.last_at).where(
                _OWN.directory == directory, _OWN.app.in_(some), _OWN.account.in_(people)
            )
            for app, account, method, first, last in connection.execute(query):
                if (app, account, method) in keys:
                    found[app, account, method] = (first, last)
    return found
