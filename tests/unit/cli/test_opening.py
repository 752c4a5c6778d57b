from __future__ import annotations

import json

import pytest

from tests.organisations import LEDGER, organisation, tenant
from tests.unit.cli.conftest import RecordingClient
from tests.unit.connectors.scripted import NOW, Answer, serving
from tests.unit.connectors.test_googletoken import key_file
from wardlaw.cli.opening import open_connector, open_revoker
from wardlaw.cli.syncing import sync_feed
from wardlaw.config.connected import Directory, Platform
from wardlaw.config.secretref import SecretRef
from wardlaw.facts.errors import ConfigError, InputError
from wardlaw.testing.saas.entra import EntraClient, EntraPlatform
from wardlaw.testing.saas.entrashape import TENANT
from wardlaw.testing.saas.okta import OktaPlatform
from wardlaw.testing.saas.server import serve


@pytest.fixture
def client() -> RecordingClient:
    made = RecordingClient()
    made.answers["/inventory/runs"] = {"run": {"id": "run_1"}, "watermark": "m"}
    return made


def test_github_over_the_wire(client) -> None:
    with serving() as platform:
        platform.on("/orgs/acme/installations", Answer({"installations": [{"id": 1, "app_id": 2}]}))
        directory = Directory("acme", Platform.GITHUB, SecretRef("env", "T"), organisation="acme", url=platform.url)
        connector = open_connector(directory, env={"T": "ghp"}, clock=lambda: NOW, sleep=platform.slept.append)
        sync_feed(connector, connector.feeds()[0], "acme", client)
    assert client.calls[-1][2]["complete"] is True
    assert len(client.calls[-2][2]["sightings"]) == 2


def test_google_over_the_wire(client) -> None:
    with serving() as platform:
        account = json.loads(key_file()) | {"token_uri": f"{platform.url}/token"}
        platform.on("/token", Answer({"access_token": "t", "expires_in": 3600}))
        platform.on("/admin/directory/v1/users", Answer({"users": [{"id": "1", "primaryEmail": "a@b"}]}))
        directory = Directory("acme", Platform.GOOGLE, SecretRef("env", "T"), subject="a@b", url=platform.url)
        connector = open_connector(
            directory, env={"T": json.dumps(account)}, clock=lambda: NOW, sleep=platform.slept.append
        )
        sync_feed(connector, connector.feeds()[0], "acme", client)
    assert client.calls[-1][2]["complete"] is True


def test_a_key_file_that_would_send_its_word_in_the_clear(client) -> None:
    account = json.loads(key_file()) | {"token_uri": "http://t.example/token"}
    directory = Directory("acme", Platform.GOOGLE, SecretRef("env", "T"), subject="a@b")
    with pytest.raises(ConfigError) as caught:
        open_connector(directory, env={"T": json.dumps(account)}, clock=lambda: NOW, sleep=lambda _s: None)
    assert caught.value.code == "WL-INV-011"


def entra(url: str) -> Directory:
    return Directory(
        "acme", Platform.ENTRA, SecretRef("env", "R"), SecretRef("env", "W"), tenant=TENANT, client="reader",
        write_client="writer", url=url, login=url,
    )  # fmt: skip


def test_entra_reads_with_one_credential_and_revokes_with_the_other(client) -> None:
    world = tenant()
    clients = {"reader": EntraClient("r"), "writer": EntraClient("w", writes=True)}
    with serve(EntraPlatform(world, clients)) as served:
        directory = entra(served.url)
        secrets = {"R": "r", "W": "w"}
        connector = open_connector(directory, env=secrets, clock=lambda: NOW, sleep=lambda _s: None)
        sync_feed(connector, connector.feeds()[0], "acme", client)
        revoker = open_revoker(directory, env=secrets, clock=lambda: NOW, sleep=lambda _s: None)
        (step,) = revoker.plan((), app=LEDGER)
        assert revoker.carry_out(step).done
    assert client.calls[-1][2]["complete"] is True
    assert world.extra("app", LEDGER)["disabled"] is True


def test_okta_reads_and_revokes(client) -> None:
    world = organisation()
    with serve(OktaPlatform(world, api_token="t")) as served:
        directory = Directory("acme", Platform.OKTA, SecretRef("env", "T"), SecretRef("env", "T"), url=served.url)
        connector = open_connector(directory, env={"T": "t"}, clock=lambda: NOW, sleep=lambda _s: None)
        sync_feed(connector, connector.feeds()[0], "acme", client)
        revoker = open_revoker(directory, env={"T": "t"}, clock=lambda: NOW, sleep=lambda _s: None)
        (step,) = revoker.plan((world.credentials["at1"],))
        assert revoker.carry_out(step).done
    assert client.calls[-1][2]["complete"] is True
    assert "at1" not in world.credentials


def test_without_a_write_credential_nothing_is_revoked() -> None:
    directory = Directory("acme", Platform.OKTA, SecretRef("env", "T"), url="https://acme.okta.com")
    with pytest.raises(ConfigError) as caught:
        open_revoker(directory, env={"T": "t"}, clock=lambda: NOW, sleep=lambda _s: None)
    assert caught.value.code == "WL-INV-021"


def test_where_nothing_can_be_revoked() -> None:
    directory = Directory("acme", Platform.GITHUB, SecretRef("env", "T"), SecretRef("env", "T"), organisation="acme")
    with pytest.raises(InputError) as caught:
        open_revoker(directory, env={"T": "t"}, clock=lambda: NOW, sleep=lambda _s: None)
    assert caught.value.code == "WL-INV-020"
