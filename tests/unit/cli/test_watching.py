from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.cli.conftest import RecordingClient
from wardlaw.cli.appclients import Moments
from wardlaw.cli.watching import DAY_S, LEAST_PAUSE_S, LOOK_S, WatchedFeed, WatchPlan, due_at, read_due, watch
from wardlaw.connectors.feed import Feed, FeedPage, not_read
from wardlaw.facts.errors import UnavailableError
from wardlaw.inventory.model import FeedKind, Grant, Sighting

USERS, LOG = Feed("users", FeedKind.LISTING), Feed("log", FeedKind.EVENTS)
PLAN = WatchPlan(events_s=300.0, nightly_s=7_200.0)
MIDNIGHT = 20_000 * DAY_S
NOON = MIDNIGHT + 12 * 3_600


def fresh(feed: Feed, complete: float = 0.0, last: float = 0.0, cut: bool = False) -> dict:
    state = "open" if cut else "complete"
    return {
        "directory": "acme", "feed": feed.name, "complete_at": complete, "last_at": last, "is_cut": cut, "state": state,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("feed", "known", "due"),
    [
        (USERS, None, NOON),
        (LOG, None, NOON),
        (LOG, fresh(LOG, last=NOON - 100), NOON + 200),
        (USERS, fresh(USERS, complete=MIDNIGHT + 7_200, last=MIDNIGHT + 9_000), MIDNIGHT + DAY_S + 7_200),
        (USERS, fresh(USERS, complete=MIDNIGHT + 7_000), MIDNIGHT + 7_200),
        (USERS, fresh(USERS, complete=MIDNIGHT - 50, last=NOON - 600), NOON + 3_000),
        (USERS, fresh(USERS, last=NOON - 600, cut=True), NOON),
    ],
)
def test_what_is_due_follows_from_what_is_known(feed, known, due) -> None:
    assert due_at(feed, known, plan=PLAN, now=NOON) == due


@pytest.mark.parametrize(
    ("known", "wished_at", "due"),
    [
        (None, NOON, NOON),
        (fresh(LOG, complete=NOON - 60, last=NOON - 50), NOON - 70, NOON + 250),
        (fresh(LOG, complete=NOON - 60, last=NOON - 50), NOON - 55, NOON - 45),
        (fresh(LOG, complete=NOON - 60, last=NOON - 50), NOON, NOON),
        (fresh(LOG, complete=NOON - 60, last=NOON - 50) | {"state": "incomplete"}, NOON, NOON + 250),
    ],
)
def test_what_its_platform_says_is_new_is_read_soon_and_not_over_and_over(known, wished_at, due) -> None:
    assert due_at(LOG, known, plan=PLAN, now=NOON, wished_at=wished_at) == due


class Reader:
    platform = "google"

    def __init__(self) -> None:
        self.read_feeds: list[str] = []

    def feeds(self) -> tuple[Feed, ...]:
        return USERS, LOG

    def read(self, feed: Feed, watermark: str) -> Iterator[FeedPage]:
        self.read_feeds.append(feed.name)
        yield FeedPage((Sighting(Grant("g", "u", "a")),))
        if feed is LOG:
            raise not_read("The log", "it answers 500")


def made() -> tuple[RecordingClient, Reader, list[WatchedFeed]]:
    client, reader = RecordingClient(), Reader()
    client.answers["/inventory/runs"] = {"run": {"id": "run_1"}, "watermark": ""}
    client.answers["/inventory/runs/run_1/end"] = {"state": "complete", "seen": 1, "ended": 0, "gaps": ["g"]}
    client.answers["/inventory"] = {"feeds": []}
    client.answers["/inventory/due"] = {"wishes": [], "channels": []}
    return client, reader, [WatchedFeed("acme", reader, feed) for feed in reader.feeds()]


def test_events_come_first_and_what_is_not_due_waits() -> None:
    client, reader, watched = made()
    said: list[str] = []
    read_due(watched, client, plan=PLAN, clock=lambda: NOON, say=said.append)
    assert reader.read_feeds == ["log", "users"]
    assert said[1] == "acme log: complete, 1 seen, 0 gone. g"
    client.answers["/inventory"] = {"feeds": [fresh(USERS, complete=NOON, last=NOON), fresh(LOG, last=NOON)]}
    assert read_due(watched, client, plan=PLAN, clock=lambda: NOON + 10, say=said.append) == NOON + 300
    assert len(reader.read_feeds) == 2


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = NOON
        self.pauses: list[float] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


def test_it_goes_on_when_the_management_api_is_away_and_never_asks_without_a_pause() -> None:
    client, reader, watched = made()
    time, said = Time(), []
    away = UnavailableError("WL-CLI-001", "Nothing answers.", "Start it.")
    answers, client.get = client.get, lambda path: (_ for _ in ()).throw(away) if not time.pauses else answers(path)
    watch(watched, client, plan=PLAN, moments=Moments(time.clock, time.sleep), say=said.append, until=NOON + 20)
    assert min(time.pauses[:3]) >= LOOK_S
    assert time.pauses[0] == LEAST_PAUSE_S
    assert said[0] == "the management API does not answer: Nothing answers."
    assert reader.read_feeds == ["log", "users"]


def test_a_wish_cuts_the_pause_short() -> None:
    client, reader, watched = made()
    time = Time()
    since = {2: (NOON, NOON), 3: (NOON + 50, NOON + 50)}

    def sleep(seconds: float) -> None:
        time.sleep(seconds)
        client.answers["/inventory"] = {"feeds": [fresh(LOG, *since[len(reader.read_feeds)]), fresh(USERS, NOON, NOON)]}
        if len(time.pauses) == 3:
            client.answers["/inventory/due"] = {"wishes": [{"directory": "acme", "feed": "log", "asked_at": time.now}]}

    watch(watched, client, plan=PLAN, moments=Moments(time.clock, sleep), say=lambda _text: None, until=NOON + 20)
    assert reader.read_feeds == ["log", "users", "log"]
    assert time.now < NOON + 30
