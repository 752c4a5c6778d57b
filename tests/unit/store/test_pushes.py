from __future__ import annotations

import pytest

from wardlaw.facts.errors import InputError
from wardlaw.inventory.model import Grant, Sighting
from wardlaw.store.database import writing
from wardlaw.store.inventory import list_items, list_runs
from wardlaw.store.pushes import (
    KeptChannel,
    count_pushes,
    keep_channel,
    known_deliveries,
    list_channels,
    list_pushes,
    list_wishes,
    note_deliveries,
    take_pushed,
    wish_for,
)

NOW = 1_790_000_000.0


def test_a_delivery_is_known_until_its_time_is_over(database) -> None:
    with writing(database) as connection:
        note_deliveries(connection, "acme", {"a": NOW + 10, "b": NOW + 99}, now=NOW)
        assert known_deliveries(connection, "acme", ("a", "b", "c")) == {"a", "b"}
        assert known_deliveries(connection, "other", ("a",)) == frozenset()
        note_deliveries(connection, "acme", {}, now=NOW + 50)
        assert known_deliveries(connection, "acme", ("a", "b")) == {"b"}


def test_all_that_is_sent_stands_under_one_run_that_says_how_new_it_is(database) -> None:
    with writing(database) as connection:
        for number in range(3):
            sighting = Sighting(Grant(f"g{number}", "ada", "app"), NOW + number)
            take_pushed(connection, ("acme", "github"), [sighting], latest_at=NOW + number, now=NOW + number + 1)
        take_pushed(connection, ("acme", "github"), [], latest_at=NOW - 900, now=NOW + 9)
        (run,) = list_runs(connection)
        assert (run.feed, run.seen, run.started_at, run.covered_until) == ("push", 3, NOW + 9, NOW + 2)
        assert [(item.thing.id, item.last_seen_at) for item in list_items(connection)] == [
            ("g0", NOW), ("g1", NOW + 1), ("g2", NOW + 2),
        ]  # fmt: skip
        with pytest.raises(InputError) as caught:
            take_pushed(connection, ("acme", "google"), [], latest_at=NOW, now=NOW)
        assert caught.value.code == "WL-INV-001"


def test_outcomes_add_up(database) -> None:
    with writing(database) as connection:
        count_pushes(connection, "acme", {"forged": 2, "old": 0}, now=NOW)
        count_pushes(connection, "acme", {"forged": 3}, now=NOW + 5)
        assert [(one.outcome, one.count, one.last_at) for one in list_pushes(connection)] == [("forged", 5, NOW + 5)]


def test_a_wish_and_a_channel_are_kept_once_a_feed(database) -> None:
    with writing(database) as connection:
        wish_for(connection, "acme", ("activity", "activity"), now=NOW)
        wish_for(connection, "acme", ("activity",), now=NOW + 1)
        assert [(one.feed, one.asked_at) for one in list_wishes(connection)] == [("activity", NOW + 1)]
        for id_ in ("one", "two"):
            keep_channel(connection, KeptChannel("acme", "activity", id_, "r", "https://x", NOW))
        assert [one.id for one in list_channels(connection)] == ["two"]
