from __future__ import annotations

import msgspec
import pytest

from wardlaw.facts.errors import InputError
from wardlaw.inventory.model import App, FeedKind, Grant, RunState, Sighting, SyncRun
from wardlaw.store.database import reading, writing
from wardlaw.store.inventory import begin_run, finish_run, get_run, last_watermark, list_items, list_runs, take


def run(number: int, kind: FeedKind = FeedKind.LISTING, platform: str = "google", feed: str = "tokens") -> SyncRun:
    return SyncRun(f"run_{number}", "acme", platform, feed, kind, 100.0 * number, "person:a")


def grants(*names: str) -> list[Sighting]:
    return [Sighting(Grant(name, "u", "a", scopes=("r",))) for name in names]


def whole(connection, made: SyncRun, *pages: list[Sighting], state: RunState = RunState.COMPLETE) -> SyncRun:
    begin_run(connection, made)
    for page in pages:
        take(connection, made.id, page)
    return finish_run(
        connection, made.id, ended=msgspec.structs.replace(made, state=state, ended_at=made.started_at + 5)
    )


def there(connection) -> set[str]:
    return {item.thing.id for item in list_items(connection) if item.is_there}


def test_a_complete_run_ends_what_it_did_not_show_and_the_rest_stays(database) -> None:
    with writing(database) as connection:
        whole(connection, run(1), grants("g1", "g2"), grants("g3", "g1"), [Sighting(App("g1"))])
        cut = begin_run(connection, run(2))
        take(connection, cut.id, grants("g1"))
        assert there(connection) == {"g1", "g2", "g3"}
        whole(connection, run(3), grants("g1"), state=RunState.INCOMPLETE)
        assert there(connection) == {"g1", "g2", "g3"}
        last = whole(connection, run(4), grants("g1"), [Sighting(App("g1"))])
        assert (last.ended, last.seen, there(connection)) == (2, 2, {"g1"})
        back = whole(connection, run(5), grants("g1", "g2"), [Sighting(App("g1"))])
        assert back.ended == 0
    with reading(database) as connection:
        returned = next(item for item in list_items(connection, "acme") if item.thing.id == "g2")
        assert (returned.first_seen_at, returned.since, len(returned.past)) == (100, 500, 1)
        assert [one.id for one in list_runs(connection, limit=2)] == ["run_5", "run_4"]
        assert get_run(connection, "run_2").state is RunState.OPEN
        assert list_items(connection, "other") == ()


def test_an_empty_listing_removes_nothing(database) -> None:
    with writing(database) as connection:
        whole(connection, run(1), grants("g1"))
        empty = whole(connection, run(2))
        assert (empty.state, there(connection)) == (RunState.INCOMPLETE, {"g1"})
        assert "empty" in empty.gaps[0]


def test_the_same_page_twice_changes_nothing(database) -> None:
    with writing(database) as connection:
        begin_run(connection, run(1))
        take(connection, "run_1", grants("g1", "g2"))
        before = list_items(connection)
        take(connection, "run_1", grants("g2", "g1"))
        assert list_items(connection) == before


def test_many_things_on_one_page(database) -> None:
    with writing(database) as connection:
        begin_run(connection, run(1))
        assert take(connection, "run_1", grants(*(f"g{n}" for n in range(450)))).seen == 450
        take(connection, "run_1", grants(*(f"g{n}" for n in range(450))))
        assert len(list_items(connection)) == 450


def test_event_feeds_go_on_from_their_watermark(database) -> None:
    with writing(database) as connection:
        assert last_watermark(connection, "acme", "activity") == ""
        for number, mark in ((1, "m1"), (2, "")):
            made = run(number, FeedKind.EVENTS, feed="activity")
            begin_run(connection, made)
            finish_run(
                connection, made.id, ended=msgspec.structs.replace(made, state=RunState.COMPLETE, watermark=mark)
            )
        assert last_watermark(connection, "acme", "activity") == "m1"


def test_runs_that_may_not_go_on(database) -> None:
    with writing(database) as connection:
        begin_run(connection, run(1))
        whole(connection, run(2), grants("g1"))
        for run_id, code in (("run_1", "WL-INV-004"), ("run_2", "WL-INV-003"), ("run_9", "WL-INV-002")):
            with pytest.raises(InputError) as caught:
                take(connection, run_id, grants("g7"))
            assert caught.value.code == code
            with pytest.raises(InputError) as caught:
                finish_run(connection, run_id, ended=run(1))
            assert caught.value.code == code
        with pytest.raises(InputError) as caught:
            begin_run(connection, run(3, platform="github"))
        assert caught.value.code == "WL-INV-001"
        assert there(connection) == {"g1"}
