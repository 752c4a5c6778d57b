from __future__ import annotations

import pytest

from tests.unit.cli.conftest import RecordingClient
from tests.unit.connectors.aiworlds import anthropic_world, openai_world
from tests.unit.connectors.oauthworld import oauth_world
from tests.unit.connectors.salesforceworld import ADA, salesforce_world
from tests.unit.connectors.scripted import NOW
from tests.unit.connectors.slackworld import slack_world
from tests.unit.connectors.test_scim import scim_world
from wardlaw.cli.opening import open_connector, open_revoker
from wardlaw.cli.syncing import sync_feed
from wardlaw.config.connected import Directory, Platform
from wardlaw.config.secretref import SecretRef
from wardlaw.facts.errors import ConfigError
from wardlaw.inventory.model import Credential, Grant
from wardlaw.inventory.revocation import Presence
from wardlaw.testing.saas.anthropic import AnthropicPlatform
from wardlaw.testing.saas.oauth import OauthPlatform
from wardlaw.testing.saas.openai import OpenaiPlatform
from wardlaw.testing.saas.salesforce import SalesforcePlatform
from wardlaw.testing.saas.scim import ScimPlatform
from wardlaw.testing.saas.server import serve
from wardlaw.testing.saas.slack import SlackPlatform


@pytest.fixture
def client() -> RecordingClient:
    made = RecordingClient()
    made.answers["/inventory/runs"] = {"run": {"id": "run_1"}, "watermark": "m"}
    return made


def opened(directory: Directory, env: dict[str, str], *, revoker: bool = False):
    opens = open_revoker if revoker else open_connector
    return opens(directory, env=env, clock=lambda: NOW, sleep=lambda _s: None)


def test_an_oauth_server_over_the_wire(client, tmp_path) -> None:
    (tmp_path / "tokens").write_text("crm env:CRM\n")
    env = {
        "CRM": "tok-crm",
        "R": '{"client_id": "reader:1", "client_secret": "s e/c"}',
        "W": '{"client_id": "crm", "client_secret": "x"}',
    }
    world = oauth_world()
    with serve(OauthPlatform(world)) as served:
        directory = Directory(
            "sso",
            Platform.OAUTH,
            SecretRef("env", "R"),
            SecretRef("env", "W"),
            url=served.url,
            tokens=str(tmp_path / "tokens"),
        )
        connector = opened(directory, env)
        sync_feed(connector, connector.feeds()[0], "sso", client)
        (credential,) = (
            one.thing
            for page in connector.read(connector.feeds()[0], "")
            for one in page.sightings
            if isinstance(one.thing, Credential)
        )
        revoker = opened(directory, env, revoker=True)
        (step,) = revoker.plan((credential,))
        assert revoker.carry_out(step).done
    assert client.calls[-1][2]["complete"] is True
    assert "env:CRM" not in world.credentials


def test_slack_over_the_wire(client) -> None:
    world = slack_world()
    with serve(SlackPlatform(world)) as served:
        directory = Directory(
            "chat", Platform.SLACK, SecretRef("env", "R"), SecretRef("env", "W"), "E1", url=served.url
        )
        env = {"R": "xoxp-1", "W": "xoxp-2"}
        connector = opened(directory, env)
        for feed in connector.feeds():
            sync_feed(connector, feed, "chat", client)
            assert client.calls[-1][2]["complete"] is True
        revoker = opened(directory, env, revoker=True)
        assert revoker.carry_out(revoker.plan((), app="A1")[0]).done
    assert world.grants_of(app="A1") == []


def test_salesforce_over_the_wire(client) -> None:
    login = '{"client_id": "k", "client_secret": "s"}'
    with serve(SalesforcePlatform(salesforce_world())) as served:
        directory = Directory("crm", Platform.SALESFORCE, SecretRef("env", "R"), SecretRef("env", "W"), url=served.url)
        connector = opened(directory, {"R": login})
        for feed in connector.feeds():
            sync_feed(connector, feed, "crm", client)
            assert client.calls[-1][2]["complete"] is True
        revoker = opened(directory, {"W": login}, revoker=True)
        (step,) = revoker.plan((Grant("g", ADA[:15], "name:Chat helper"),))
        assert revoker.carry_out(step).done
        assert revoker.verify(step).presence is Presence.GONE


@pytest.mark.parametrize(
    ("platform", "house", "secret"),
    [
        (Platform.OPENAI, lambda: OpenaiPlatform(openai_world()), "sk-admin-1"),
        (Platform.ANTHROPIC, lambda: AnthropicPlatform(anthropic_world()), "sk-ant-admin-1"),
    ],
)
def test_ai_vendors_over_the_wire(client, platform, house, secret) -> None:
    client.answers["/inventory/runs"]["watermark"] = ""
    with serve(house()) as served:
        directory = Directory("ai", platform, SecretRef("env", "R"), SecretRef("env", "W"), url=served.url)
        env = {"R": secret, "W": secret}
        connector = opened(directory, env)
        for feed in connector.feeds():
            sync_feed(connector, feed, "ai", client)
            assert client.calls[-1][2]["complete"] is True
        keys = next(feed for feed in connector.feeds() if feed.name == "keys")
        (first, *_) = (one.thing for page in connector.read(keys, "") for one in page.sightings)
        revoker = opened(directory, env, revoker=True)
        (step,) = revoker.plan((first,))
        assert revoker.carry_out(step).done
        assert revoker.verify(step).presence is Presence.GONE


def test_scim_is_read_and_never_written(client) -> None:
    with serve(ScimPlatform(scim_world())) as served:
        url = f"{served.url}/scim/v2"
        directory = Directory("sso", Platform.SCIM, SecretRef("env", "R"), SecretRef("env", "W"), url=url)
        connector = opened(directory, {"R": "scim-1"})
        for feed in connector.feeds():
            sync_feed(connector, feed, "sso", client)
            assert client.calls[-1][2]["complete"] is True
        assert {one.method for one in served.asked} == {"GET"}
    with pytest.raises(ConfigError) as caught:
        opened(directory, {"W": "w"}, revoker=True)
    assert caught.value.code == "WL-INV-118"


def test_nothing_is_revoked_without_the_other_credential() -> None:
    with pytest.raises(ConfigError) as caught:
        opened(Directory("acme", Platform.OAUTH, SecretRef("env", "T")), {"T": "t"}, revoker=True)
    assert caught.value.code == "WL-INV-021"


@pytest.mark.parametrize("secret", ["a b", "a\nb", "Bearer x", "sk-\u00e9", "a\x00"])
def test_a_secret_that_cannot_stand_in_a_header_is_not_quoted(secret: str) -> None:
    for platform in (Platform.SLACK, Platform.OPENAI, Platform.ANTHROPIC):
        with pytest.raises(ConfigError) as caught:
            opened(Directory("acme", platform, SecretRef("env", "T")), {"T": secret})
        assert caught.value.code == "WL-INV-053"
        assert secret not in str(caught.value)
