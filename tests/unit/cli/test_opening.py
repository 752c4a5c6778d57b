from __future__ import annotations

import json

import pytest

from tests.unit.cli.conftest import RecordingClient
from tests.unit.connectors.scripted import NOW, Answer, serving
from tests.unit.connectors.test_googletoken import key_file
from wardlaw.cli.opening import open_connector
from wardlaw.cli.syncing import sync_feed
from wardlaw.config.connected import Directory, Platform
from wardlaw.config.secretref import SecretRef
from wardlaw.facts.errors import ConfigError


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
