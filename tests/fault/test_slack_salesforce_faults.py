"""A fault at every request of every feed, through the command's own upload and the real store: nothing is taken for gone.

To add a connector, add a line to ``HOUSES``: what it is called, the platform, and the connector at an address.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy.engine import Connection
from tests.unit.connectors import aiworlds, oauthworld, salesforceworld, slackworld
from tests.unit.connectors.test_scim import connector_at as scim_at
from tests.unit.connectors.test_scim import scim_world

from wardlaw.cli.syncing import sync_feed
from wardlaw.connectors.feed import Connector, Feed
from wardlaw.connectors.revoking import Revoker
from wardlaw.facts.errors import UnavailableError
from wardlaw.inventory.model import Credential, FeedKind, Grant, RunState, Sighting, SyncRun
from wardlaw.inventory.revocation import Presence
from wardlaw.store.database import open_database, writing
from wardlaw.store.inventory import begin_run, finish_run, last_watermark, list_items, take
from wardlaw.store.migrate import upgrade
from wardlaw.testing.saas.anthropic import AnthropicPlatform
from wardlaw.testing.saas.faults import FaultKind, FaultPlan, SaasFault
from wardlaw.testing.saas.oauth import OauthPlatform
from wardlaw.testing.saas.openai import OpenaiPlatform
from wardlaw.testing.saas.salesforce import SalesforcePlatform
from wardlaw.testing.saas.scim import ScimPlatform
from wardlaw.testing.saas.server import SaasPlatform, ServedPlatform, serve
from wardlaw.testing.saas.slack import SlackPlatform

HOUSES: dict[str, tuple[Callable[[], SaasPlatform], Callable[[str], Connector]]] = {
    "anthropic": (lambda: AnthropicPlatform(aiworlds.anthropic_world(), page=1), aiworlds.anthropic_at),
    "openai": (lambda: OpenaiPlatform(aiworlds.openai_world(), page=1), aiworlds.openai_at),
    "oauth": (lambda: OauthPlatform(oauthworld.oauth_world()), oauthworld.connector_at),
    "salesforce": (
        lambda: SalesforcePlatform(salesforceworld.salesforce_world(), page=2),
        salesforceworld.connector_at,
    ),
    "scim": (lambda: ScimPlatform(scim_world(), page=1), scim_at),
    "slack": (lambda: SlackPlatform(slackworld.slack_world(), page=1), slackworld.connector_at),
}
CHAT = Grant("g", salesforceworld.ADA[:15], "name:Chat helper")
OPENAI_KEY = Credential("key_1", "user-1", "project key", app="proj_a")
REVOKERS: dict[str, tuple[Callable[[str], Revoker], Callable[[str], tuple[Grant | Credential, ...]], str]] = {
    "anthropic": (aiworlds.anthropic_revoker, lambda _url: (Credential("apikey_1", "user_1", "api key"),), ""),
    "openai": (aiworlds.openai_revoker, lambda _url: (OPENAI_KEY,), ""),
    "oauth": (
        oauthworld.revoker_at,
        lambda url: (Credential(oauthworld.named(url).id_of("tok-crm"), "", "", app="crm"),),
        "",
    ),
    "salesforce": (salesforceworld.revoker_at, lambda _url: (CHAT,), ""),
    "slack": (slackworld.revoker_at, lambda _url: (Grant("request/Ar9", "U2", "A3"),), "A1"),
}
FAULTS = {
    "500": SaasFault(FaultKind.STATUS, status=500),
    "403": SaasFault(FaultKind.STATUS, status=403),
    "404": SaasFault(FaultKind.STATUS, status=404),
    "429": SaasFault(FaultKind.STATUS, status=429, headers={"retry-after": "1"}),
    "cut": SaasFault(FaultKind.CUT),
    "drop": SaasFault(FaultKind.DROP),
    "garbage": SaasFault(FaultKind.GARBAGE),
    "empty": SaasFault(FaultKind.EMPTY),
}


class OneTransaction:
    """Takes the command's calls of the management API straight into a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._runs: dict[str, SyncRun] = {}

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        if path == "/inventory/runs":
            number = len(self._runs) + 1
            kind = FeedKind(body["kind"])
            run = SyncRun(f"run_{number}", body["directory"], body["platform"], body["feed"], kind, 2e9 + number, "p")
            self._runs[run.id] = begin_run(self._connection, run)
            return {"run": {"id": run.id}, "watermark": last_watermark(self._connection, run.directory, run.feed)}
        run_id = path.split("/")[3]
        if path.endswith("/page"):
            take(self._connection, run_id, msgspec.convert(body["sightings"], list[Sighting]))
            return {}
        state = RunState.COMPLETE if body["complete"] else RunState.INCOMPLETE
        ended = msgspec.structs.replace(
            self._runs[run_id], state=state, ended_at=3e9, gaps=tuple(body["gaps"]), watermark=body["watermark"]
        )
        return msgspec.to_builtins(finish_run(self._connection, run_id, ended=ended))

    def there(self) -> set[tuple[str, str]]:
        return {(type(one.thing).__name__, one.thing.id) for one in list_items(self._connection) if one.is_there}


@pytest.mark.parametrize("house", HOUSES)
def test_no_fault_anywhere_takes_anything_for_gone(tmp_path: Path, house: str) -> None:
    make, connect = HOUSES[house]
    engine = open_database(f"sqlite:///{tmp_path}/w.db")
    upgrade(engine)
    tried = 0
    with serve(make()) as served, writing(engine) as connection:
        client = OneTransaction(connection)
        feeds = connect(served.url).feeds()
        for feed in feeds:
            tried += _every_fault(client, served, connect(served.url), feed)
    engine.dispose()
    print(f"{house}: {tried} runs with a fault over {len(feeds)} feeds, nothing taken for gone")
    assert tried >= len(feeds) * len(FAULTS) * 2


def _every_fault(client: OneTransaction, served: ServedPlatform, connector: Connector, feed: Feed) -> int:
    def run() -> dict[str, Any]:
        return sync_feed(connector, feed, "acme", client)  # type: ignore[arg-type]

    tried = 0
    served.faults, served.asked[:] = FaultPlan(), []
    first = run()
    assert first["state"] == "complete", first["gaps"]
    known, requests = client.there(), len(served.asked)
    for at in range(1, requests + 1):
        for name, fault in FAULTS.items():
            for times in (1, 0):
                # Once: what may pass is asked again, and the run is whole. For ever: it is not. Neither removes anything.
                served.faults = FaultPlan(msgspec.structs.replace(fault, at=at, times=times))
                told = run()
                assert client.there() == known, (feed.name, at, name, times, told["gaps"])
                assert told["ended"] == 0
                tried += 1
    served.faults = FaultPlan()
    assert run()["state"] == "complete"
    assert client.there() == known
    return tried


def _events(connector: Connector, feed: Feed, watermark: str) -> tuple[set[str], str]:
    """What one run tells, and where the next begins: where this one began, if it has gaps."""
    told: set[str] = set()
    mark, is_whole = watermark, True
    try:
        for page in connector.read(feed, watermark):
            told |= {one.id for one in page.activities}
            mark, is_whole = page.watermark or mark, is_whole and not page.gaps
    except UnavailableError:
        is_whole = False
    return told, mark if is_whole else watermark


@pytest.mark.parametrize("house", [house for house in HOUSES if house not in ("oauth", "scim")])  # which have no log
def test_no_fault_loses_an_event(house: str) -> None:
    make, connect = HOUSES[house]
    tried = 0
    with serve(make()) as served:
        for feed in connect(served.url).feeds():
            if feed.kind is not FeedKind.EVENTS:
                continue
            served.faults, served.asked[:] = FaultPlan(), []
            whole, _ = _events(connect(served.url), feed, "")
            assert whole
            for at in range(1, len(served.asked) + 1):
                for name, fault in FAULTS.items():
                    for times in (1, 0):
                        served.faults = FaultPlan(msgspec.structs.replace(fault, at=at, times=times))
                        told, mark = _events(connect(served.url), feed, "")
                        served.faults = FaultPlan()
                        assert told | _events(connect(served.url), feed, mark)[0] == whole, (feed.name, at, name, times)
                        tried += 1
    print(f"{house}: {tried} readings of logs with a fault, no event lost")


@pytest.mark.parametrize("house", REVOKERS)
def test_no_fault_makes_what_is_there_look_gone(house: str) -> None:
    connect, things, app = REVOKERS[house]
    tried = 0
    with serve(HOUSES[house][0]()) as served:
        revoker = connect(served.url)
        for step in revoker.plan(things(served.url), app=app):
            served.faults, served.asked[:] = FaultPlan(), []
            assert revoker.verify(step).presence is Presence.THERE
            for at in range(1, len(served.asked) + 3):  # and of what is asked only because something was not found
                for name, fault in FAULTS.items():
                    for times in (1, 0):
                        served.faults = FaultPlan(msgspec.structs.replace(fault, at=at, times=times))
                        proof = connect(served.url).verify(step)
                        assert proof.presence is not Presence.GONE, (step.id, at, name, times, proof)
                        tried += 1
    print(f"{house}: {tried} looks with a fault, none of them a false proof")
