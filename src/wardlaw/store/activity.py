"""Events in tables: a raw window, each event once, and rollups by the hour that stay."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import and_, bindparam, func, insert, or_, select, tuple_, update
from sqlalchemy.engine import Connection

from wardlaw.inventory.activity import Activity
from wardlaw.inventory.twins import DELIVERY, ENTRY, LATEST_S, pair, what_of
from wardlaw.store.exercise import note_exercise
from wardlaw.store.inventorytables import INVENTORY_ACTIVITY, INVENTORY_ROLLUP

HOUR_S = 3_600.0
MOST_ID, MOST_METHOD = 512, 200
MOST_COUNTED = 2**45  # of one event: a quarter of a million of them still fit into a sum
_BATCH = 200  # keys a query: databases limit the parameters of one

_RAW = INVENTORY_ACTIVITY.c
_ROLLUP = INVENTORY_ROLLUP.c
_Key = tuple[str, str, int, int]


def keep_activities(connection: Connection, directory: str, activities: Sequence[Activity], *, now: float) -> int:
    """Keep the events that are not known yet; answers how many. They wait to be judged.

    An event from the future counts as of now: a clock that is ahead must not make those that follow late. One older
    than the raw window counts too, and goes with the next pruning; where it was pruned before, it is judged again, and
    lands in the finding it belongs to. What GitHub tells twice is kept once: see ``twins``.

    Args:
        now: Unix seconds.
    """
    deliveries = [one for one in activities if one.id.startswith(DELIVERY)]
    if 0 < len(deliveries) < len(activities):  # so that what both tell is not kept twice at once
        rest = [one for one in activities if not one.id.startswith(DELIVERY)]
        return sum(keep_activities(connection, directory, some, now=now) for some in (deliveries, rest))
    fresh: dict[str, Activity] = {}
    for told in activities:
        activity = _fitting(told, now)
        if activity.id:
            fresh.setdefault(activity.id, activity)
    ids = sorted(fresh)
    for start in range(0, len(ids), _BATCH):
        part = ids[start : start + _BATCH]
        known = select(_RAW.id).where(_RAW.directory == directory, _RAW.id.in_(part))
        for id_ in connection.execute(known).scalars():
            del fresh[id_]
    _leave_out_twins(connection, directory, fresh)
    if fresh:
        rows = [
            {"directory": directory, "id": one.id, "at": one.at, "judged": 0, "activity": msgspec.json.encode(one).decode()}
            for one in fresh.values()
        ]  # fmt: skip
        connection.execute(insert(INVENTORY_ACTIVITY), rows)
    return len(fresh)


def _leave_out_twins(connection: Connection, directory: str, fresh: dict[str, Activity]) -> None:
    """Take out what is known under another id, and keep that id with it, so that it is known when it comes again."""
    for start in range(0, len(asked := sorted(id_ for id_, one in fresh.items() if what_of(one))), _BATCH):
        part = asked[start : start + _BATCH]
        paired = select(_RAW.twin).where(_RAW.directory == directory, _RAW.twin != "", _RAW.twin.in_(part))
        for id_ in connection.execute(paired).scalars():
            fresh.pop(id_, None)
    waiting = [one for one in fresh.values() if what_of(one)]
    if not waiting:
        return
    begin, end = min(one.at for one in waiting) - LATEST_S, max(one.at for one in waiting) + LATEST_S
    near = select(_RAW.activity).where(
        _RAW.directory == directory,
        _RAW.judged.in_((0, 1)),
        _RAW.at.between(begin, end),
        _RAW.twin == "",
        or_(_RAW.id.startswith(DELIVERY), _RAW.id.startswith(ENTRY)),
    )
    known = [msgspec.json.decode(told, type=Activity) for told in connection.execute(near).scalars()]
    for id_, other in pair(waiting, known).items():
        del fresh[id_]
        own = and_(_RAW.directory == directory, _RAW.id == other)
        connection.execute(update(INVENTORY_ACTIVITY).where(own).values(twin=id_))


def unjudged(connection: Connection, directory: str, *, limit: int) -> list[Activity]:
    """Events that no detector has seen, oldest first."""
    query = (
        select(_RAW.activity)
        .where(_RAW.directory == directory, _RAW.judged == 0)
        .order_by(_RAW.at, _RAW.id)
        .limit(limit)
    )
    decoder = msgspec.json.Decoder(Activity)
    return [decoder.decode(text) for text in connection.execute(query).scalars()]


def note_judged(connection: Connection, directory: str, activities: Sequence[Activity]) -> None:
    """These were seen; they count in the rollups from now on."""
    ids = [one.id for one in activities]
    for start in range(0, len(ids), _BATCH):
        part = ids[start : start + _BATCH]
        own = and_(_RAW.directory == directory, _RAW.id.in_(part))
        connection.execute(update(INVENTORY_ACTIVITY).where(own).values(judged=1))
    _roll_up(connection, directory, activities)
    note_exercise(connection, directory, activities)


def events_named(connection: Connection, directory: str, ids: Iterable[str]) -> tuple[Activity, ...]:
    """Events by id, of those still in the raw window."""
    query = select(_RAW.activity).where(_RAW.directory == directory, _RAW.id.in_(sorted(set(ids))))
    return tuple(msgspec.json.decode(text, type=Activity) for text in connection.execute(query).scalars())


class KeptActivity(msgspec.Struct, frozen=True):
    """An event and the directory whose log told it."""

    directory: str
    activity: Activity


def list_activities(
    connection: Connection, *, directory: str = "", since: float = 0.0, after: tuple[str, str] | None = None, limit: int
) -> tuple[KeptActivity, ...]:
    """Events of the raw window by directory and id, of one directory when it is named.

    Args:
        since: Unix seconds.
        after: Directory and id of the last one of the page before.
    """
    query = select(_RAW.directory, _RAW.activity).order_by(_RAW.directory, _RAW.id).limit(limit)
    if directory:
        query = query.where(_RAW.directory == directory)
    if since:
        query = query.where(_RAW.at >= since)
    if after is not None:
        query = query.where(tuple_(_RAW.directory, _RAW.id) > after)
    decoder = msgspec.json.Decoder(Activity)
    return tuple(KeptActivity(place, decoder.decode(text)) for place, text in connection.execute(query))


def count_rollups(connection: Connection, directory: str) -> int:
    """Hours counted, over all apps, methods and networks."""
    query = select(func.count()).select_from(INVENTORY_ROLLUP).where(_ROLLUP.directory == directory)
    return connection.execute(query).scalar_one()


def _fitting(activity: Activity, now: float) -> Activity:
    """The event with keys and numbers that a database takes: of no hostile length, size, or character."""
    id_, app, method = (
        text[:most].replace("\0", "\ufffd")
        for text, most in ((activity.id, MOST_ID), (activity.app, MOST_ID), (activity.method, MOST_METHOD))
    )
    calls, items, bytes_, asn = (
        min(max(number, 0), MOST_COUNTED) for number in (activity.calls, activity.items, activity.bytes, activity.asn)
    )
    return msgspec.structs.replace(
        activity, id=id_, app=app, method=method, calls=calls, items=items, bytes=bytes_, asn=asn,
        at=min(max(activity.at, 0.0), now),
    )  # fmt: skip


def _roll_up(connection: Connection, directory: str, activities: Sequence[Activity]) -> None:
    sums: dict[_Key, list[int]] = {}
    for one in activities:
        if one.app:
            key = (one.app, one.method, one.asn, int(one.at // HOUR_S))
            own = sums.setdefault(key, [0, 0, 0])
            own[0] += one.calls
            own[1] += one.items
            own[2] += one.bytes
    known = _known_hours(connection, directory, {hour for _, _, _, hour in sums})
    fresh, more = [], []
    for key, (calls, items, bytes_) in sums.items():
        counts = {"calls": calls, "items": items, "bytes": bytes_}
        place = dict(zip(("app", "method", "asn", "hour"), key, strict=True))
        if key in known:
            more.append({f"by_{name}": value for name, value in (place | counts).items()})
        else:
            fresh.append({"directory": directory} | place | counts)
    if fresh:
        connection.execute(insert(INVENTORY_ROLLUP), fresh)
    if more:
        place_is = (_ROLLUP[name] == bindparam(f"by_{name}") for name in ("app", "method", "asn", "hour"))
        added = {name: _ROLLUP[name] + bindparam(f"by_{name}") for name in ("calls", "items", "bytes")}
        statement = update(INVENTORY_ROLLUP).where(_ROLLUP.directory == directory, *place_is).values(**added)
        connection.execute(statement, more)


def _known_hours(connection: Connection, directory: str, hours: set[int]) -> set[_Key]:
    found: set[_Key] = set()
    ordered = sorted(hours)
    for start in range(0, len(ordered), _BATCH):
        query = select(_ROLLUP.app, _ROLLUP.method, _ROLLUP.asn, _ROLLUP.hour).where(
            _ROLLUP.directory == directory, _ROLLUP.hour.in_(ordered[start : start + _BATCH])
        )
        found |= {(app, method, asn, hour) for app, method, asn, hour in connection.execute(query)}
    return found
