from __future__ import annotations

from typing import Any

import pytest

from tests.unit.cli.conftest import RecordingClient
from wardlaw.cli.syncing import sync_feed
from wardlaw.connectors.feed import Feed, FeedPage, not_read
from wardlaw.facts.errors import UnavailableError
from wardlaw.inventory.model import App, FeedKind, Sighting

EVENTS = Feed("activity", FeedKind.EVENTS)


class Scripted:
    platform = "google"

    def __init__(self, *pages: FeedPage | Exception) -> None:
        self.pages, self.watermarks = pages, []

    def feeds(self):
        return (EVENTS,)

    def read(self, feed, watermark):
        self.watermarks.append(watermark)
        for page in self.pages:
            if isinstance(page, Exception):
                raise page
            yield page


@pytest.fixture
def client() -> RecordingClient:
    made = RecordingClient()
    made.answers["/inventory/runs"] = {"run": {"id": "run_1"}, "watermark": "m"}
    return made


PAGE = FeedPage((Sighting(App("a")),), notes=("usage not licensed",))
LAST = FeedPage(watermark="n", covered_until=5.0)


def ended(client: RecordingClient, *pages: Any) -> dict:
    connector = Scripted(*pages)
    sync_feed(connector, EVENTS, "acme", client)
    assert connector.watermarks == ["m"]
    assert client.calls[-1][1] == "/inventory/runs/run_1/end"
    return client.calls[-1][2]


def test_a_whole_feed(client) -> None:
    assert ended(client, PAGE, LAST) == {
        "complete": True,
        "gaps": ["usage not licensed"],
        "watermark": "n",
        "covered_until": 5.0,
    }


@pytest.mark.parametrize("broken", [not_read("Google users", "it answers 500"), FeedPage(gaps=("one was not read",))])
def test_a_feed_that_breaks_off_is_incomplete_and_keeps_its_place(client, broken) -> None:
    pages = (PAGE, LAST, broken) if isinstance(broken, Exception) else (PAGE, broken, LAST)
    body = ended(client, *pages)
    assert (body["complete"], body["watermark"], body["covered_until"], len(body["gaps"])) == (False, "", 0.0, 2)


def test_when_wardlaw_itself_is_away_the_run_stays_open(client) -> None:
    with pytest.raises(UnavailableError):
        sync_feed(Scripted(PAGE, UnavailableError("WL-API-012", "away")), EVENTS, "acme", client)
    assert all("/end" not in path for _, path, _ in client.calls)
