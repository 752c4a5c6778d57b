from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.cli.conftest import RecordingClient
from wardlaw.cli.watching import DAY_S, WatchedFeed, WatchPlan, due_at, read_due, watch
from wardlaw.connectors.feed import Feed, FeedPage, not_read
from wardlaw.facts.errors import UnavailableError
from wardlaw.inventory.model import FeedKind, Grant, Sighting

USERS, LOG = Feed("users", FeedKind.LISTING), Feed("log", FeedKind.EVENTS)
PLAN = WatchPlan(events_s=300.0, nightly_s=7_200.0)
MIDNIGHT = 20_000 * DAY_S
NOON = MIDNIGHT + 12 * 3_600


def fresh(feed: Feed, complete: float = 0.0, last: float = 0.0, cut: bool = False) -> dict:
    return {"directory": "acme", "feed": feed.name, "complete_at": complete, "last_at": last, "is_cut": cut}


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


def test_it_goes_on_when_the_management_api_is_away_and_never_asks_without_a_pause() -> None:
    client, reader, watched = made()
    pauses: list[float] = []
    said: list[str] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        client.answers["/inventory"] = {"feeds": []}
        if len(pauses) == 2:
            raise KeyboardInterrupt

    away = UnavailableError("WL-CLI-001", "Nothing answers.", "Start it.")
    answers, client.get = client.get, lambda path: (_ for _ in ()).throw(away) if not pauses else answers(path)
    with pytest.raises(KeyboardInterrupt):
        watch(watched, client, plan=PLAN, clock=lambda: NOON, sleep=sleep, say=said.append)
    assert pauses == [5.0, 300.0]
    assert said[0] == "the management API does not answer: Nothing answers."
    assert reader.read_feeds == ["log", "users"]
