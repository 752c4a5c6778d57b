from __future__ import annotations

import base64
import json

import pytest

from tests.organisations import LEDGER, organisation, tenant
from tests.unit.cli.conftest import RecordingClient
from tests.unit.connectors.scripted import NOW, Answer, serving
from tests.unit.connectors.test_googletoken import key_file
from tests.worlds import github_world, google_world
from wardlaw.cli.opening import open_connector, open_revoker
from wardlaw.cli.syncing import sync_feed
from wardlaw.config.connected import Directory, Platform
from wardlaw.config.secretref import SecretRef
from wardlaw.facts.errors import ConfigError
from wardlaw.inventory.model import Credential, Grant
from wardlaw.inventory.revocation import Presence
from wardlaw.testing.saas.entra import EntraClient, EntraPlatform
from wardlaw.testing.saas.entrashape import TENANT
from wardlaw.testing.saas.github import GithubPlatform
from wardlaw.testing.saas.google import GooglePlatform
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


def test_what_revokes_uses_the_write_credential_only_and_asks_for_its_scope_alone() -> None:
    world = google_world()
    with serve(GooglePlatform(world)) as served:
        account = json.loads(key_file()) | {"token_uri": f"{served.url}/token"}
        directory = Directory(
            "acme", Platform.GOOGLE, SecretRef("env", "R"), SecretRef("env", "W"), subject="a@b", url=served.url
        )
        revoker = open_revoker(directory, env={"W": json.dumps(account)}, clock=lambda: NOW, sleep=lambda _s: None)
        (step,) = revoker.plan((Grant("100/notes.apps", "100", "notes.apps"),))
        assert revoker.carry_out(step).done
        assert revoker.verify(step).presence is Presence.GONE
        claims = served.asked[0].form()["assertion"].split(".")[1]
        asked = json.loads(base64.urlsafe_b64decode(claims + "=="))
        assert asked["scope"] == "https://www.googleapis.com/auth/admin.directory.user.security"
    assert "100/notes.apps" not in world.grants


def test_github_is_written_to_with_its_own_token() -> None:
    with serve(GithubPlatform(github_world())) as served:
        directory = Directory(
            "acme", Platform.GITHUB, SecretRef("env", "R"), SecretRef("env", "W"), organisation="acme", url=served.url
        )
        revoker = open_revoker(directory, env={"W": "write"}, clock=lambda: NOW, sleep=lambda _s: None)
        (step,) = revoker.plan((Credential("token/1", "ada", "x"),))
        assert revoker.carry_out(step).done
        assert {one.headers["authorization"] for one in served.asked} == {"Bearer write"}


@pytest.mark.parametrize("platform", [Platform.GOOGLE, Platform.GITHUB])
def test_without_a_write_credential_nothing_is_revoked(platform: Platform) -> None:
    directory = Directory("acme", platform, SecretRef("env", "R"))
    with pytest.raises(ConfigError) as caught:
        open_revoker(directory, env={"R": "read"}, clock=lambda: NOW, sleep=lambda _s: None)
    assert caught.value.code == "WL-INV-021"


def test_github_as_an_installed_app() -> None:
    account = {"app_id": 1, "installation_id": 25, "private_key": json.loads(key_file())["private_key"]}
    with serve(GithubPlatform(github_world())) as served:
        directory = Directory("acme", Platform.GITHUB, SecretRef("env", "R"), organisation="acme", url=served.url)
        connector = open_connector(directory, env={"R": json.dumps(account)}, clock=lambda: NOW, sleep=lambda _s: None)
        pages = list(connector.read(connector.feeds()[0], ""))
        assert len([one for page in pages for one in page.sightings]) == 6
        first, second = served.asked
        assert first.path == "/app/installations/25/access_tokens"
        assert second.headers["authorization"] == "Bearer ghs_fake"
        assert {one.headers["x-github-api-version"] for one in served.asked} == {"2022-11-28"}


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
