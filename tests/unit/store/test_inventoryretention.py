from __future__ import annotations

from sqlalchemy import func, select

from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.model import Account, App, FeedKind, Grant, RunState, Sighting, SyncRun, Use
from wardlaw.store import inventoryretention
from wardlaw.store.activity import keep_activities, note_judged
from wardlaw.store.database import writing
from wardlaw.store.inventory import begin_run, finish_run, list_items, take
from wardlaw.store.inventoryretention import prune_activities, prune_gone
from wardlaw.store.inventorytables import INVENTORY_ACTIVITY, INVENTORY_BUNDLE, INVENTORY_THING
from wardlaw.store.thingquery import ThingQuery, list_things

DAY_S = 86_400.0
NOW = 1_000 * DAY_S


def nobody(_account: str) -> bool:
    return False


def told(connection, at: float, *things, feed: str = "tokens", kind: FeedKind = FeedKind.LISTING, ended=()) -> None:
    run = begin_run(connection, SyncRun(f"run_{feed}_{at}", "acme", "google", feed, kind, at, "p"))
    when = 0.0 if kind is FeedKind.LISTING else at
    take(connection, run.id, [Sighting(thing, when, thing in ended) for thing in things])
    ended_run = SyncRun("", "", "", "", kind, 0.0, "", RunState.COMPLETE, at + 1)
    finish_run(connection, run.id, ended=ended_run)


def names(connection, *, gone: bool = True) -> list[str]:
    return [one.thing.id for one in list_things(connection, ThingQuery(gone=gone)).items]


APP, KEPT = App("app"), Grant("g-kept", "ada", "app")


def test_what_is_gone_for_long_goes_with_all_that_was_told_of_it(database) -> None:
    with writing(database) as connection:
        gone, lately = Grant("g-gone", "bob", "app"), Grant("g-lately", "eve", "app")
        told(connection, NOW - 600 * DAY_S, gone, feed="events", kind=FeedKind.EVENTS)
        told(connection, NOW - 500 * DAY_S, APP, KEPT, gone, lately)
        told(connection, NOW - 450 * DAY_S, APP, KEPT, lately)
        told(connection, NOW - 10 * DAY_S, APP, KEPT)
        assert names(connection) == ["app", "g-gone", "g-kept", "g-lately"]
        assert prune_gone(connection, before=NOW - 460 * DAY_S, is_held=nobody).gone == 0
        pruned = prune_gone(connection, before=NOW - 396 * DAY_S, is_held=nobody)
        assert (pruned.gone, pruned.after) == (2, None)  # of both feeds
        assert names(connection) == ["app", "g-kept", "g-lately"]
        bundles = connection.execute(select(INVENTORY_BUNDLE.c.bundle, INVENTORY_BUNDLE.c.size)).all()
        assert ("bob", 1) not in bundles and ("ada", 1) in bundles
        told(connection, NOW, APP, KEPT, gone)  # somebody grants it anew
        assert names(connection, gone=False) == ["app", "g-gone", "g-kept"]
        assert len(list_items(connection)) == 4


def test_days_of_use_go_and_what_somebodys_hold_keeps_stays(database) -> None:
    with writing(database) as connection:
        uses = [
            Use(f"{who} {day}", who, "app", day, 1, last_used_at=NOW - days * DAY_S)
            for who in ("ada", "bob")
            for day, days in (("2026-01-01", 500), ("2026-12-01", 5))
        ]
        told(connection, NOW - 499 * DAY_S, *uses[::2], feed="log", kind=FeedKind.EVENTS)
        told(connection, NOW - 4 * DAY_S, *uses[1::2], feed="log", kind=FeedKind.EVENTS)
        assert prune_gone(connection, before=NOW - 396 * DAY_S, is_held="bob".__eq__).gone == 1
        assert names(connection) == ["ada 2026-12-01", "bob 2026-01-01", "bob 2026-12-01"]


def test_events_go_portion_by_portion_and_held_ones_stay(database, monkeypatch) -> None:
    monkeypatch.setattr(inventoryretention, "PORTION", 3)
    with writing(database) as connection:
        events = [
            Activity(f"e{n}", NOW - 50 * DAY_S, Deed.USE, "ada" if n % 2 else "bob", app="app") for n in range(7)
        ] + [Activity("new", NOW, Deed.USE, "bob", app="app")]
        keep_activities(connection, "acme", events, now=NOW)
        note_judged(connection, "acme", events)
        gone, after = 0, None
        for _ in range(3):
            portion = prune_activities(connection, before=NOW - 40 * DAY_S, is_held="ada".__eq__, after=after)
            gone, after = gone + portion.gone, portion.after
        assert (gone, after) == (4, None)
        left = connection.execute(select(INVENTORY_ACTIVITY.c.id).order_by(INVENTORY_ACTIVITY.c.id)).scalars().all()
        assert left == ["e1", "e3", "e5", "new"]


def test_an_account_that_is_held_stays(database) -> None:
    with writing(database) as connection:
        told(connection, NOW - 500 * DAY_S, Account("ada"), Account("bob"), APP)
        told(connection, NOW - 490 * DAY_S, APP)
        assert prune_gone(connection, before=NOW - 396 * DAY_S, is_held="ada".__eq__).gone == 1
        assert connection.execute(select(func.count()).select_from(INVENTORY_THING)).scalar_one() == 2
