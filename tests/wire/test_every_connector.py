"""Each connector over a socket, on SQLite and on PostgreSQL: everything is read, each event once; one thing is revoked, looked at
and proven gone; and the next reading finds it gone too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from sqlalchemy import Engine

from tests.fault.test_resumed_listings import ALL, Listed, client_at
from tests.fault.test_slack_salesforce_faults import HOUSES, REVOKERS
from tests.organisations import vendor_client
from tests.storeclient import StoreClient
from tests.unit.connectors.test_scim import connector_at as scim_at
from tests.unit.connectors.test_scim import scim_world
from tests.worlds import NOW
from wardlaw.cli.syncing import sync_feed
from wardlaw.connectors.entrarevoking import EntraRevoker
from wardlaw.connectors.githubrevoking import GithubRevoker
from wardlaw.connectors.googlerevoking import GoogleRevoker
from wardlaw.connectors.oktarevoking import OktaRevoker
from wardlaw.connectors.revoking import Revoker
from wardlaw.inventory.model import Credential, FeedKind, Grant
from wardlaw.inventory.revocation import Presence
from wardlaw.store.database import reading
from wardlaw.store.inventory import list_items
from wardlaw.testing.databases import postgres_database, sqlite_database
from wardlaw.testing.saas.scim import ScimPlatform
from wardlaw.testing.saas.server import serve

Things = tuple[Grant | Credential, ...]


class Revoked(NamedTuple):
    """What takes one thing away, and which it is among those that were read."""

    revoker: Callable[[str], Revoker]
    is_it: Callable[[Grant | Credential], bool]
    app: str = ""


CASES: dict[str, Listed] = {
    **ALL,
    **{name: Listed(*HOUSES[name]) for name in ("anthropic", "openai", "oauth")},
    "scim": Listed(lambda: ScimPlatform(scim_world()), scim_at),
}
OWN = {
    "google": Revoked(
        lambda url: GoogleRevoker(client_at(url), clock=lambda: NOW), lambda one: one.id == "100/notes.apps"
    ),
    "github": Revoked(
        lambda url: GithubRevoker(client_at(url), "acme", clock=lambda: NOW), lambda one: one.id == "token/1"
    ),
    "entra": Revoked(
        lambda url: EntraRevoker(vendor_client(url), clock=lambda: NOW),
        lambda one: isinstance(one, Grant) and one.account.startswith("aaaaaaaa") and one.account.endswith("b"),
    ),
    "okta": Revoked(
        lambda url: OktaRevoker(vendor_client(url), clock=lambda: NOW), lambda one: one.id == "user/00uBob/0oaFiles"
    ),
}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    if request.param == "sqlite":
        with sqlite_database(request.getfixturevalue("tmp_path")) as made:
            yield made
    else:
        with postgres_database(request.getfixturevalue("postgres_url"), request.getfixturevalue("own_name")) as made:
            yield made


def there(engine: Engine) -> set[Grant | Credential]:
    with reading(engine) as connection:
        return {
            one.thing for one in list_items(connection) if one.is_there and isinstance(one.thing, Grant | Credential)
        }


@pytest.mark.parametrize("name", CASES)
def test_sync_events_and_revocation_with_proof(name: str, engine: Engine) -> None:
    one = CASES[name]
    client: Any = StoreClient(engine, resumes=True, keeps_events=True)
    with serve(one.make()) as served:

        def sync() -> list[dict[str, Any]]:
            connector = one.connect(served.url)
            return [sync_feed(connector, feed, f"acme-{name}", client) for feed in connector.feeds()]

        assert {run["state"] for run in sync()} == {"complete"}
        known, events = there(engine), client.events
        assert known
        has_logs = any(feed.kind is FeedKind.EVENTS and feed.name != "use" for feed in one.connect(served.url).feeds())
        assert bool(events) == has_logs
        assert {run["state"] for run in sync()} == {"complete"}
        assert (there(engine), client.events) == (known, events)
        if name == "scim":  # nothing is revoked there
            return
        revoker, things, app = chosen(name, served.url, known)
        for step in revoker.plan(things, app=app):
            assert revoker.carry_out(step).done
            assert revoker.verify(step).presence in (Presence.GONE, Presence.UNKNOWN)
        assert any(revoker.verify(step).presence is Presence.GONE for step in revoker.plan(things, app=app))
        ended = sync()
        gone = {thing.id for thing in things} & {thing.id for thing in known}
        # A listing that is empty all at once is not believed: so ends one for somebody without rights, too.
        is_empty = any("was empty" in gap for run in ended for gap in run["gaps"])
        assert is_empty or not gone & {thing.id for thing in there(engine)}


def chosen(name: str, url: str, known: set[Grant | Credential]) -> tuple[Revoker, Things, str]:
    if name in REVOKERS:
        make, things, app = REVOKERS[name]
        return make(url), things(url), app
    own = OWN[name]
    thing = min((one for one in known if own.is_it(one)), key=repr)  # a listing and a log may both tell of it
    return own.revoker(url), (thing,), own.app
