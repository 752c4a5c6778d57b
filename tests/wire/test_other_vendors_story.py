"""OAuth servers, Slack, Salesforce, OpenAI and Anthropic from the first reading to a revocation that the next one shows, on
both databases."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Engine

from tests.storeclient import StoreClient
from tests.unit.connectors import aiworlds, oauthworld, salesforceworld, slackworld
from wardlaw.cli.syncing import sync_feed
from wardlaw.connectors.feed import Connector
from wardlaw.connectors.revoking import Revoker
from wardlaw.inventory.model import Account, AccountKind, App, Credential, Grant, Use
from wardlaw.inventory.revocation import Presence
from wardlaw.inventory.view import assemble, kind_of
from wardlaw.store.database import reading
from wardlaw.store.inventory import list_items, list_runs
from wardlaw.testing.databases import postgres_database, sqlite_database
from wardlaw.testing.saas.anthropic import AnthropicPlatform
from wardlaw.testing.saas.oauth import OauthPlatform
from wardlaw.testing.saas.openai import OpenaiPlatform
from wardlaw.testing.saas.salesforce import SalesforcePlatform
from wardlaw.testing.saas.server import SaasPlatform, serve
from wardlaw.testing.saas.slack import SlackPlatform
from wardlaw.testing.saas.world import World


class House(msgspec.Struct, frozen=True):
    """A platform, what reads and revokes there, what is taken away, and what is then gone of the inventory."""

    platform: Callable[[], SaasPlatform]
    reads: Callable[[str], Connector]
    revokes: Callable[[str], Revoker]
    taken: Callable[[Grant | Credential], bool]
    app: str
    gone: frozenset[str]


def slack_world() -> World:
    """With a second approved app: a list that becomes empty takes nothing for gone."""
    world = slackworld.slack_world()
    world.put(App("A4", "Calendar"))
    world.extras["app A4"] = {"state": "approved"}
    return world


def openai_world() -> World:
    """With a second service account, for the same reason."""
    world = aiworlds.openai_world()
    world.put(Account("svc_2", AccountKind.NHI, "reports"))
    world.extras["account svc_2"] = {"project": "proj_a"}
    return world


HOUSES = {
    "oauth": House(
        lambda: OauthPlatform(oauthworld.oauth_world()),
        oauthworld.connector_at,
        oauthworld.revoker_at,
        lambda one: isinstance(one, Credential) and one.app == "crm",
        "",
        frozenset({"account crm", "app crm", "credential token", "grant crm/crm"}),
    ),
    "slack": House(
        lambda: SlackPlatform(slack_world()),
        slackworld.connector_at,
        slackworld.revoker_at,
        lambda one: one.app == "A1",
        "A1",
        frozenset({"grant U1/A1", "grant U2/A1", "grant approved/A1"}),
    ),
    "salesforce": House(
        lambda: SalesforcePlatform(salesforceworld.salesforce_world()),
        salesforceworld.connector_at,
        salesforceworld.revoker_at,
        lambda one: "Portal" in one.app,
        "",
        frozenset(
            {"app name:My Ticket's \\ Portal%E2%80%AE", "grant 005000000000001/name:My Ticket's \\ Portal%E2%80%AE"}
        ),
    ),
    "openai": House(
        lambda: OpenaiPlatform(openai_world()),
        aiworlds.openai_at,
        aiworlds.openai_revoker,
        lambda one: one.id in ("key_1", "key_3"),
        "",
        frozenset({"credential key_1", "credential key_3", "account svc_1"}),
    ),
    "anthropic": House(
        lambda: AnthropicPlatform(aiworlds.anthropic_world()),
        aiworlds.anthropic_at,
        aiworlds.anthropic_revoker,
        lambda one: one.id == "apikey_1",
        "",
        frozenset({"credential apikey_1"}),
    ),
}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, tmp_path: Path, own_name: str) -> Iterator[Engine]:
    if request.param == "sqlite":
        with sqlite_database(tmp_path) as made:
            yield made
    else:
        with postgres_database(request.getfixturevalue("postgres_url"), own_name) as made:
            yield made


def there(engine: Engine) -> dict[str, Grant | Credential | App | Use]:
    """What is there, as all feeds together tell it."""
    with reading(engine) as connection:
        picture = assemble(list_items(connection), list_runs(connection))
    return {f"{kind_of(item.thing)} {item.thing.id}": item.thing for item in picture.items if item.is_there}


@pytest.mark.parametrize("house", HOUSES.values(), ids=HOUSES)
def test_read_revoke_prove_and_read_again(engine: Engine, house: House) -> None:
    client = StoreClient(engine)
    with serve(house.platform()) as served:
        connector, revoker = house.reads(served.url), house.revokes(served.url)
        for feed in connector.feeds():
            assert sync_feed(connector, feed, "acme", client)["state"] == "complete"  # type: ignore[arg-type]
        known = there(engine)
        things = tuple(one for one in known.values() if isinstance(one, Grant | Credential) and house.taken(one))
        begun = time.monotonic()
        steps = revoker.plan(things, app=house.app)
        assert steps
        assert {revoker.verify(step).presence for step in steps} == {Presence.THERE}
        assert all(revoker.carry_out(step).done for step in steps)
        proofs = [revoker.verify(step) for step in steps]
        print(
            f"{connector.platform}: {len(steps)} steps revoked and shown to be gone in {time.monotonic() - begun:.3f} s"
        )
        assert {proof.presence for proof in proofs} == {Presence.GONE}
        assert all(len(proof.digest) == 64 for proof in proofs)
        for feed in connector.feeds():
            assert sync_feed(connector, feed, "acme", client)["ended"] in range(len(house.gone) + 1)  # type: ignore[arg-type]
    left = there(engine)
    # The id of a token is a digest with the address in it, which is another each time.
    gone = {"credential token" if name.startswith("credential token/") else name for name in set(known) - set(left)}
    assert gone == house.gone
