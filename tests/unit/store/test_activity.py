from __future__ import annotations

import msgspec
import pytest

from wardlaw.inventory.activity import Activity, Deed
from wardlaw.store.activity import (
    count_rollups,
    events_named,
    keep_activities,
    note_judged,
    unjudged,
)
from wardlaw.store.database import writing
from wardlaw.store.inventoryretention import prune_activities

DAY_S = 86_400.0
NOW = 1_000 * DAY_S


def use(id_: str, at: float, **facts) -> Activity:
    return Activity(id_, at, Deed.USE, app="a", method="m", **facts)


def test_an_event_counts_once_and_in_the_order_of_its_time(database) -> None:
    with writing(database) as connection:
        assert (
            keep_activities(connection, "acme", [use("2", NOW - 5), use("1", NOW - 9), use("2", NOW - 5)], now=NOW) == 2
        )
        assert keep_activities(connection, "acme", [use("1", NOW - 9), use("3", NOW + 900)], now=NOW) == 1
        assert keep_activities(connection, "other", [use("1", NOW)], now=NOW) == 1
        waiting = unjudged(connection, "acme", limit=10)
        assert [(one.id, one.at) for one in waiting] == [("1", NOW - 9), ("2", NOW - 5), ("3", NOW)]
        assert len(unjudged(connection, "acme", limit=2)) == 2
        note_judged(connection, "acme", waiting)
        assert unjudged(connection, "acme", limit=10) == []
        assert keep_activities(connection, "acme", waiting, now=NOW) == 0
        assert [one.id for one in events_named(connection, "acme", ("3", "none"))] == ["3"]


def test_rollups_stay_when_events_go(database) -> None:
    with writing(database) as connection:
        old = [use(f"o{n}", NOW - 41 * DAY_S + n, calls=5, items=2) for n in range(3)]
        keep_activities(connection, "acme", [*old, use("new", NOW), use("late", NOW - 42 * DAY_S)], now=NOW)
        note_judged(connection, "acme", [*old, use("new", NOW)])
        pruned = prune_activities(connection, before=NOW - 40 * DAY_S, is_held=lambda _: False)
        assert (pruned.gone, pruned.after) == (3, None)  # what nobody has judged stays
        assert [one.id for one in unjudged(connection, "acme", limit=9)] == ["late"]
        hours = {int(one.at // 3_600) for one in old}
        assert count_rollups(connection, "acme") == len(hours) + 1
        note_judged(connection, "acme", [msgspec.structs.replace(old[0], id="again")])
        assert count_rollups(connection, "acme") == len(hours) + 1


@pytest.mark.parametrize(
    "facts",
    [
        {"id": "x" * 9_000},
        {"id": "\0\0", "app": "\0" * 3},
        {"method": "m" * 9_000, "app": "y" * 9_000},
        {"items": 10**40, "bytes": -(10**40), "asn": 10**30, "calls": 10**20},
        {"at": float("-inf")},
        {"at": float("inf")},
    ],
)
def test_hostile_texts_find_their_place(database, facts) -> None:
    with writing(database) as connection:
        event = msgspec.structs.replace(use("1", NOW), **facts)
        assert keep_activities(connection, "acme", [event, event], now=NOW) == 1
        note_judged(connection, "acme", unjudged(connection, "acme", limit=5))
        assert unjudged(connection, "acme", limit=5) == []
        assert keep_activities(connection, "acme", [use("", NOW)], now=NOW) == 0
