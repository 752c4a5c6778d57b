"""A listing that broke off goes on where it stood: at every request of every listing of every connector that can, with the
real store. What it tells in the end is what one reading at once would have told, and nothing is taken for gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.fault.connectors import CASES
from tests.fault.test_entra_okta_faults import PLATFORMS
from tests.fault.test_slack_salesforce_faults import HOUSES
from tests.storeclient import StoreClient
from tests.unit.connectors import salesforceworld
from tests.worlds import NOW, github_world, google_world

from wardlaw.cli.syncing import sync_feed
from wardlaw.connectors import salesforce
from wardlaw.connectors.feed import Connector, Feed, GoesOn
from wardlaw.connectors.github import MEMBERS, GithubConnector
from wardlaw.connectors.google import USERS, GoogleConnector
from wardlaw.connectors.vendorclient import VendorClient
from wardlaw.inventory.model import Account, AccountKind, FeedKind
from wardlaw.testing.databases import sqlite_database
from wardlaw.testing.saas.faults import FaultKind, FaultPlan, SaasFault
from wardlaw.testing.saas.github import GithubPlatform
from wardlaw.testing.saas.google import GooglePlatform
from wardlaw.testing.saas.salesforce import SalesforcePlatform
from wardlaw.testing.saas.server import SaasPlatform, ServedPlatform, serve


class Listed(NamedTuple):
    """A platform that gives few entries a page, and what reads it at an address."""

    make: Callable[[], SaasPlatform]
    connect: Callable[[str], Connector]


def client_at(url: str) -> VendorClient:
    return VendorClient(url, authorise=dict, clock=lambda: NOW, sleep=lambda _: None)


ALL: dict[str, Listed] = {
    **{
        case.name: Listed(
            lambda case=case: case.platform(case.world()),  # type: ignore[misc]
            lambda url, case=case: case.connector(client_at(url)),  # type: ignore[misc]
        )
        for case in CASES
    },
    **{name: Listed(*pair) for name, pair in PLATFORMS.items()},
    **{name: Listed(*HOUSES[name]) for name in ("slack", "salesforce")},
}
PLACES = [
    (name, feed)
    for name, one in ALL.items()
    for feed in one.connect("http://127.0.0.1:1").feeds()
    if feed.kind is FeedKind.LISTING
]  # fmt: skip


@pytest.fixture
def client(tmp_path: Path) -> Iterator[StoreClient]:
    with sqlite_database(tmp_path) as engine:
        yield StoreClient(engine, resumes=True)


def read(served: ServedPlatform, one: Listed, feed: Feed, client: StoreClient) -> tuple[dict[str, Any], int]:
    """A run, and how many requests it made."""
    before = len(served.asked)
    run = sync_feed(one.connect(served.url), feed, "acme", client)  # type: ignore[arg-type]
    return run, len(served.asked) - before


def broken(at: int) -> FaultPlan:
    return FaultPlan(SaasFault(FaultKind.STATUS, at=at, times=0, status=502))


@pytest.mark.parametrize(("name", "feed"), PLACES, ids=[f"{name}-{feed.name}" for name, feed in PLACES])
def test_the_rest_of_a_listing_and_its_beginning_are_the_whole(name: str, feed: Feed, client: StoreClient) -> None:
    one = ALL[name]
    with serve(one.make()) as served:
        assert isinstance(one.connect(served.url), GoesOn)
        first, requests = read(served, one, feed, client)
        assert first["state"] == "complete"
        known = client.there()
        for at in range(1, requests + 1):
            served.faults = broken(at)
            cut, _ = read(served, one, feed, client)
            assert (cut["state"], cut["ended"]) == ("incomplete", 0), at
            assert client.there() == known
            served.faults = FaultPlan()
            rest, _ = read(served, one, feed, client)
            if rest["state"] != "complete":  # a fault that is told as a gap of its own has no place to go on from
                rest, _ = read(served, one, feed, client)
            assert (rest["state"], rest["ended"]) == ("complete", 0), (at, rest["gaps"])
            assert client.there() == known, at
            assert (rest["listed_from"] > 0) == bool(cut["place"]), at


@pytest.mark.parametrize("name", ALL)
def test_what_was_read_is_not_read_again(name: str, client: StoreClient) -> None:
    """The listing of accounts, broken off at its last page: the next run asks for two pages, the known one and the last."""
    one, feed = ALL[name], next(feed for known, feed in PLACES if known == name and feed.name in ("users", "members"))
    with serve(one.make()) as served:
        world: Any = served.platform.world  # type: ignore[attr-defined]
        for number in range(5):
            world.put(more(name, number))
        _, requests = read(served, one, feed, client)
        assert requests >= 4
        known = client.there()
        served.faults = broken(requests)
        cut, _ = read(served, one, feed, client)
        assert cut["place"]
        served.faults = FaultPlan()
        rest, asked = read(served, one, feed, client)
        assert (rest["state"], rest["ended"], rest["listed_from"]) == ("complete", 0, cut["started_at"])
        assert asked <= 3  # where the token is asked for too
        assert client.there() == known


def more(name: str, number: int) -> Account:
    ids = {
        "github": f"zed{number}",
        "salesforce": f"005zz000000000{number}AAA",
        "entra": f"aaaaaaaa-0000-4000-8000-0000000000f{number}",
        "slack": f"U9{number}",
    }
    return Account(ids.get(name, f"zz{number}"), AccountKind.HUMAN, f"zed{number}@acme.example")


def test_where_entries_have_moved_over_a_page_the_listing_begins_anew(client: StoreClient) -> None:
    """GitHub numbers its pages: with one member fewer on the first, the next page would begin one too late."""
    world = github_world()
    for number in range(5):
        world.put(more("github", number))
    one = Listed(lambda: GithubPlatform(world, page_most=2), lambda url: GithubConnector(client_at(url), "acme"))
    with serve(one.make()) as served:
        _, requests = read(served, one, MEMBERS, client)
        known = client.there()
        served.faults = broken(requests)
        read(served, one, MEMBERS, client)
        gone = min(one.id for one in world.accounts.values() if one.acts_as is AccountKind.HUMAN)
        del world.accounts[gone]
        served.faults = FaultPlan()
        rest, asked = read(served, one, MEMBERS, client)
    assert (rest["state"], rest["ended"], rest["listed_from"]) == ("complete", 1, 0.0)
    assert asked >= requests
    assert len(known - client.there()) == 1


def test_tokens_that_are_asked_for_user_by_user_go_on_after_the_last_one(
    client: StoreClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(salesforce, "MOST_TOKENS", 0)
    world = salesforceworld.salesforce_world()
    one = Listed(lambda: SalesforcePlatform(world, page=2), salesforceworld.connector_at)
    feed = Feed("tokens", FeedKind.LISTING)
    with serve(one.make()) as served:
        first, requests = read(served, one, feed, client)
        assert first["state"] == "complete"
        known = client.there()
        places = set()
        for at in range(1, requests + 1):
            served.faults = broken(at)
            cut, _ = read(served, one, feed, client)
            places.add(cut["place"])
            served.faults = FaultPlan()
            rest, _ = read(served, one, feed, client)
            assert (rest["state"], rest["ended"]) == ("complete", 0), (at, rest["gaps"])
            assert client.there() == known
    assert len(places) >= 2


def test_page_seven_of_nine_fails(client: StoreClient) -> None:
    """Nothing is taken for gone, and the next run asks for pages six, which is known again, to nine."""
    world = google_world()
    for number in range(18 - len(world.accounts)):
        world.put(Account(f"2{number:02}", AccountKind.HUMAN, f"q{number}@acme.example"))
    one = Listed(lambda: GooglePlatform(world, page_most=2), lambda url: GoogleConnector(client_at(url)))
    with serve(one.make()) as served:
        first, requests = read(served, one, USERS, client)
        assert (first["state"], requests) == ("complete", 9)
        known = client.there()
        served.faults = broken(7)
        cut, _ = read(served, one, USERS, client)
        assert (cut["state"], cut["ended"], client.there()) == ("incomplete", 0, known)
        served.faults = FaultPlan()
        begun = len(served.asked)
        rest, asked = read(served, one, USERS, client)
        assert (rest["state"], rest["ended"], asked, client.there()) == ("complete", 0, 4, known)
        assert len({request.query["pageToken"] for request in served.asked[begun:]}) == 4


@pytest.mark.parametrize("name", ALL)
def test_a_token_that_ends_in_the_middle_of_a_run_takes_nothing_away(name: str, client: StoreClient) -> None:
    """401 from some request on: the run is incomplete, and with another token the next one goes on."""
    one, feed = ALL[name], next(feed for known, feed in PLACES if known == name and feed.name in ("users", "members"))
    with serve(one.make()) as served:
        _, requests = read(served, one, feed, client)
        known = client.there()
        served.faults = FaultPlan(SaasFault(FaultKind.STATUS, at=requests, times=0, status=401))
        cut, _ = read(served, one, feed, client)
        assert (cut["state"], cut["ended"], client.there()) == ("incomplete", 0, known)
        assert cut["place"] or requests <= 2
        served.faults = FaultPlan()
        rest, _ = read(served, one, feed, client)
        assert (rest["state"], rest["ended"], client.there()) == ("complete", 0, known)
