"""A fault at every request of every feed of every connector, through the real store: nothing is ever taken for gone."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import text
from sqlalchemy.engine import Connection, Engine
from tests.fault.connectors import CASES, FaultCase
from tests.worlds import NOW

from wardlaw.cli.syncing import sync_feed
from wardlaw.connectors.feed import Connector, Feed, FeedPage
from wardlaw.connectors.vendorclient import VendorClient
from wardlaw.inventory.model import FeedKind, RunState, Sighting, SyncRun
from wardlaw.store.database import open_database, writing
from wardlaw.store.inventory import begin_run, finish_run, last_watermark, list_items, take
from wardlaw.store.migrate import upgrade
from wardlaw.testing.saas.faults import FaultKind, FaultPlan, SaasFault
from wardlaw.testing.saas.server import ServedPlatform, serve

FAULTS = [
    SaasFault(FaultKind.STATUS, status=500),
    SaasFault(FaultKind.STATUS, status=403),
    SaasFault(FaultKind.STATUS, status=404),
    SaasFault(FaultKind.STATUS, status=429, headers={"retry-after": "600"}),
    SaasFault(FaultKind.CUT),
    SaasFault(FaultKind.DROP),
    SaasFault(FaultKind.GARBAGE),
    SaasFault(FaultKind.EMPTY),
]
# A connector without a client would have fewer feeds than one with it.
NOWHERE = VendorClient("http://127.0.0.1:1", authorise=dict, clock=lambda: NOW, sleep=lambda _: None)
PLACES = [(case, feed) for case in CASES for feed in case.connector(NOWHERE).feeds()]


class _Undone(Exception):
    """Ends a transaction without keeping it."""


class StoreClient:
    """The management API's three calls of a run, straight on the store."""

    def __init__(self, connection: Connection, numbers: Iterator[int]) -> None:
        self._connection = connection
        self._numbers = numbers

    def post(self, path: str, body: dict[str, Any]) -> Any:
        if path == "/inventory/runs":
            number = next(self._numbers)
            watermark = last_watermark(self._connection, body["directory"], body["feed"])
            run = SyncRun(f"run{number}", body["directory"], body["platform"], body["feed"], FeedKind(body["kind"]),
                          NOW + number, "person:a")  # fmt: skip
            begin_run(self._connection, run)
            return {"run": msgspec.to_builtins(run), "watermark": watermark}
        run_id = path.split("/")[3]
        if path.endswith("/page"):
            return take(self._connection, run_id, msgspec.convert(body.get("sightings", []), tuple[Sighting, ...]))
        state = RunState.COMPLETE if body["complete"] else RunState.INCOMPLETE
        ended = SyncRun("", "", "", "", FeedKind.LISTING, 0.0, "", state, NOW, body["watermark"], body["covered_until"],
                        tuple(body["gaps"]))  # fmt: skip
        return msgspec.to_builtins(finish_run(self._connection, run_id, ended=ended))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = open_database(f"sqlite:///{tmp_path}/wardlaw.db")
    upgrade(made)
    yield made
    made.dispose()


@pytest.fixture
def engine_on_postgresql(postgres_url: str, own_name: str) -> Iterator[Engine]:
    outer = open_database(postgres_url)
    with writing(outer) as connection:
        connection.execute(text(f'CREATE SCHEMA "{own_name}"'))
    made = open_database(f"{postgres_url}{'&' if '?' in postgres_url else '?'}options=-csearch_path%3D{own_name}")
    upgrade(made)
    yield made
    made.dispose()
    with writing(outer) as connection:
        connection.execute(text(f'DROP SCHEMA "{own_name}" CASCADE'))
    outer.dispose()


class Heard:
    """A connector whose events are written down as they are handed over."""

    def __init__(self, connector: Connector) -> None:
        self.platform = connector.platform
        self.events: set[str] = set()
        self._connector = connector

    def feeds(self) -> tuple[Feed, ...]:
        return self._connector.feeds()

    def read(self, feed: Feed, watermark: str) -> Iterator[FeedPage]:
        for page in self._connector.read(feed, watermark):
            self.events |= {one.id for one in page.activities}
            yield page


def heard(case: FaultCase, served: ServedPlatform) -> Heard:
    return Heard(case.connector(VendorClient(served.url, authorise=dict, clock=lambda: NOW, sleep=lambda _: None)))


def synced(
    case: FaultCase, feed: Feed, served: ServedPlatform, client: StoreClient, connector: Heard | None = None
) -> dict[str, Any]:
    return sync_feed(connector or heard(case, served), feed, "acme", client)  # type: ignore[arg-type]


def there(connection: Connection) -> set[tuple[str, str, str]]:
    return {(one.feed, type(one.thing).__name__, one.thing.id) for one in list_items(connection) if one.is_there}


@pytest.mark.parametrize(("case", "feed"), PLACES, ids=[f"{case.name}-{feed.name}" for case, feed in PLACES])
def test_no_fault_at_any_request_takes_anything_away(case: FaultCase, feed: Feed, engine: Engine) -> None:
    numbers = count(1)
    with serve(case.platform(case.world())) as served:
        with writing(engine) as connection:
            first = synced(case, feed, served, StoreClient(connection, numbers))
            known = there(connection)
        assert first["state"] == "complete", first["gaps"]
        requests = len(served.asked)
        assert requests and (known or feed.kind is FeedKind.EVENTS)
        for fault in FAULTS:
            for times in (1, 0):
                for at in range(1, requests + 1):
                    served.faults = FaultPlan(msgspec.structs.replace(fault, at=at, times=times))
                    run, left = undone(case, feed, served, engine, numbers)
                    assert left >= known, f"{fault.kind} {fault.status} at {at}, {times} times: {run}"
        served.faults = FaultPlan()
        assert undone(case, feed, served, engine, numbers)[0]["state"] == "complete"


def undone(
    case: FaultCase, feed: Feed, served: ServedPlatform, engine: Engine, numbers: Iterator[int]
) -> tuple[dict[str, Any], set[tuple[str, str, str]]]:
    """A run and what is there after it; the store is as it was before."""
    found: list[Any] = []
    with pytest.raises(_Undone), writing(engine) as connection:
        found.append(synced(case, feed, served, StoreClient(connection, numbers)))
        found.append(there(connection))
        raise _Undone
    return found[0], found[1]


LOGS = [(case, feed) for case, feed in PLACES if feed.kind is FeedKind.EVENTS]


@pytest.mark.parametrize(("case", "feed"), LOGS, ids=[f"{case.name}-{feed.name}" for case, feed in LOGS])
def test_no_fault_at_any_request_loses_an_event(case: FaultCase, feed: Feed, engine: Engine) -> None:
    """What a run with a fault did not hand over, the next one does."""
    numbers = count(1)
    with serve(case.platform(case.world())) as served:
        whole = heard(case, served)
        with pytest.raises(_Undone), writing(engine) as connection:
            synced(case, feed, served, StoreClient(connection, numbers), whole)
            raise _Undone
        requests = len(served.asked)
        for fault in FAULTS:
            for times in (1, 0):
                for at in range(1, requests + 1):
                    connector = heard(case, served)
                    with pytest.raises(_Undone), writing(engine) as connection:
                        client = StoreClient(connection, numbers)
                        served.faults = FaultPlan(msgspec.structs.replace(fault, at=at, times=times))
                        synced(case, feed, served, client, connector)
                        served.faults = FaultPlan()
                        run = synced(case, feed, served, client, connector)
                        raise _Undone
                    assert (run["state"], connector.events) == ("complete", whole.events), (
                        f"{fault} at {at}, {times} times"
                    )


@pytest.mark.parametrize("on", ["engine", pytest.param("engine_on_postgresql", marks=pytest.mark.postgres)])
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_what_is_really_gone_is_found_gone(case: FaultCase, on: str, request: pytest.FixtureRequest) -> None:
    """The test above could not fail on a connector whose runs are never complete."""
    engine = request.getfixturevalue(on)
    numbers, world = count(1), case.world()
    with serve(case.platform(world)) as served, writing(engine) as connection:
        listings = [feed for feed in case.connector(NOWHERE).feeds() if feed.kind is FeedKind.LISTING]
        for feed in listings:
            synced(case, feed, served, StoreClient(connection, numbers))
        before = there(connection)
        for shelf in (world.grants, world.credentials):
            for key in list(shelf)[:1]:
                del shelf[key]
        ended = [synced(case, feed, served, StoreClient(connection, numbers)) for feed in listings]
        assert {run["state"] for run in ended} == {"complete"}
        assert 1 <= len(before - there(connection)) <= 4
