"""A fault at every request of every feed of Entra and Okta, through the real store: nothing is ever taken for gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.organisations import entra_connector, okta_connector, organisation, tenant
from tests.storeclient import StoreClient

from wardlaw.cli.syncing import sync_feed
from wardlaw.connectors.feed import Connector, Feed
from wardlaw.facts.errors import UnavailableError
from wardlaw.inventory.activity import Activity, Deed
from wardlaw.testing.databases import sqlite_database
from wardlaw.testing.saas.entra import EntraPlatform
from wardlaw.testing.saas.faults import FaultKind, FaultPlan, SaasFault
from wardlaw.testing.saas.okta import OktaPlatform
from wardlaw.testing.saas.server import ServedPlatform, serve
from wardlaw.testing.saas.world import World

FAULTS: dict[str, Callable[[int], SaasFault]] = {
    "500": lambda at: SaasFault(FaultKind.STATUS, at=at, times=0, status=500),
    "one 503": lambda at: SaasFault(FaultKind.STATUS, at=at, status=503),
    "403": lambda at: SaasFault(FaultKind.STATUS, at=at, status=403),
    "403 from then on": lambda at: SaasFault(FaultKind.STATUS, at=at, times=0, status=403),
    "404": lambda at: SaasFault(FaultKind.STATUS, at=at, status=404),
    "404 from then on": lambda at: SaasFault(FaultKind.STATUS, at=at, times=0, status=404),
    "410": lambda at: SaasFault(FaultKind.STATUS, at=at, status=410),
    "429 for ever": lambda at: SaasFault(FaultKind.STATUS, at=at, times=0, status=429, headers={"retry-after": "900"}),
    "cut": lambda at: SaasFault(FaultKind.CUT, at=at),
    "cut for ever": lambda at: SaasFault(FaultKind.CUT, at=at, times=0),
    "drop": lambda at: SaasFault(FaultKind.DROP, at=at),
    "drop for ever": lambda at: SaasFault(FaultKind.DROP, at=at, times=0),
    "garbage": lambda at: SaasFault(FaultKind.GARBAGE, at=at),
    "garbage for ever": lambda at: SaasFault(FaultKind.GARBAGE, at=at, times=0),
    "empty": lambda at: SaasFault(FaultKind.EMPTY, at=at),
    "empty from then on": lambda at: SaasFault(FaultKind.EMPTY, at=at, times=0),
}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[StoreClient]:
    with sqlite_database(tmp_path) as engine:
        yield StoreClient(engine)


def small(platform: EntraPlatform | OktaPlatform) -> EntraPlatform | OktaPlatform:
    platform.page_size = 2
    return platform


PLATFORMS: dict[str, tuple[Callable[[], Any], Callable[[str], Connector]]] = {
    "entra": (lambda: small(EntraPlatform(tenant())), entra_connector),
    "okta": (lambda: small(OktaPlatform(organisation())), okta_connector),
}
FEEDS = [
    (platform, feed)
    for platform, (_, make) in PLATFORMS.items()
    for feed in make("http://127.0.0.1:1").feeds()
]  # fmt: skip


def requests_of(served: ServedPlatform, make: Callable[[str], Connector], feed: Feed, client: StoreClient) -> int:
    """How many requests a whole reading of a feed makes."""
    before = len(served.asked)
    assert sync_feed(make(served.url), feed, "acme", client)["state"] == "complete"
    return len(served.asked) - before


@pytest.mark.parametrize(("platform", "feed"), FEEDS, ids=[f"{name}-{feed.name}" for name, feed in FEEDS])
def test_no_fault_at_any_request_takes_anything_for_gone(platform: str, feed: Feed, client: StoreClient) -> None:
    serving, make = PLATFORMS[platform]
    with serve(serving()) as served:
        requests_of(served, make, feed, client)
        known = client.there()
        count = requests_of(served, make, feed, client)  # with the place to go on from, where the feed has one
        assert client.there() == known
        states = set()
        for at in range(1, count + 1):
            for name, fault in FAULTS.items():
                served.faults = FaultPlan(fault(at))
                run = sync_feed(make(served.url), feed, "acme", client)
                states.add(run["state"])
                lost = known - client.there()
                assert lost == set() or _only_less_known(lost, client), (name, at, run["gaps"])
                assert run["ended"] == 0, (name, at, run["gaps"])
        served.faults = FaultPlan()
        assert sync_feed(make(served.url), feed, "acme", client)["state"] == "complete"
        assert client.there() == known
    assert "incomplete" in states


def _only_less_known(lost: set[tuple[str, str]], client: StoreClient) -> bool:
    """Whether everything is there still, under its id, and only says less: what is not told is not invented."""
    ids = {(feed, msgspec.json.decode(text)["id"]) for feed, text in client.there()}
    return {(feed, msgspec.json.decode(text)["id"]) for feed, text in lost} <= ids


LOGS = [(platform, feed) for platform, feed in FEEDS if feed.name in ("audits", "sign-ins", "logs")]


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize(("platform", "feed"), LOGS, ids=[f"{one}-{feed.name}" for one, feed in LOGS])
def test_no_fault_at_any_request_loses_an_event(platform: str, feed: Feed, name: str) -> None:
    serving, make = PLATFORMS[platform]
    for at in range(1, 5):
        made = serving()
        made.page_size = 1
        made.world.happen(*later(made.world, feed))
        with serve(made) as served:
            whole, _ = told(make(served.url), feed, "")
            served.faults = FaultPlan(FAULTS[name](at))
            first, mark = told(make(served.url), feed, "")
            served.faults = FaultPlan()
            second, _ = told(make(served.url), feed, mark)
        assert first | second == whole, (at, mark)


def later(world: World, feed: Feed) -> list[Activity]:
    """Events like those of a log, hours apart: further than what is read again."""
    deeds = (Deed.SIGN_IN,) if feed.name == "sign-ins" else (Deed.CONSENT,)
    likes = [one for one in world.activities if one.deed in deeds]
    return [
        msgspec.structs.replace(likes[0], id=f"later-{hours}", at=likes[0].at - hours * 10_000) for hours in range(1, 5)
    ]


def told(connector: Connector, feed: Feed, mark: str) -> tuple[set[str], str]:
    """The events of a reading, and where the next one goes on: as ``sync_feed`` has it."""
    ids: set[str] = set()
    place, is_whole = mark, True
    try:
        for page in connector.read(feed, mark):
            ids |= {one.id for one in page.activities}
            place = page.watermark or place
            is_whole = is_whole and not page.gaps
    except UnavailableError:
        is_whole = False
    return ids, place if is_whole else mark
