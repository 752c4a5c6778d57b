from __future__ import annotations

import json

import pytest

from tests.unit.connectors.test_googletoken import key_file
from wardlaw.cli.roles.watch import channelled, plan_of, watched
from wardlaw.config.connected import Directory, InventorySettings, Platform
from wardlaw.config.model import Config
from wardlaw.config.pushed import DeliveryListener, Watching
from wardlaw.config.secretref import SecretRef

TOKEN, KEY = SecretRef("env", "T"), SecretRef("env", "K")
OWN = (
    Directory("a", Platform.GITHUB, TOKEN, push_secret=TOKEN, organisation="acme"),
    Directory("b", Platform.GITHUB, SecretRef("env", "NOBODY_SETS_THIS"), organisation="acme"),
    Directory("c", Platform.GOOGLE, KEY, push_secret=TOKEN, subject="a@b"),
    Directory("d", Platform.GOOGLE, KEY, subject="a@b"),
)


@pytest.fixture
def config(monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.setenv("T", "ghp")
    monkeypatch.setenv("K", json.dumps(json.loads(key_file())))
    listener = DeliveryListener("127.0.0.1:1", address="https://d.example/")
    return Config(inventory=InventorySettings(OWN, listener=listener, watching=Watching(True, 7.0, "03:30")))


def test_one_directory_that_cannot_be_opened_does_not_keep_others_from_being_watched(config: Config) -> None:
    assert {one.directory for one in watched(config)} == {"a", "c", "d"}


def test_only_google_with_a_token_has_channels(config: Config) -> None:
    (one,) = channelled(config)
    assert (one.name, one.address, one.token()) == ("c", "https://d.example/hooks/c", "ghp")


def test_the_plan_is_that_of_the_configuration(config: Config) -> None:
    plan = plan_of(config)
    assert (plan.events_s, plan.nightly_s) == (420.0, 3.5 * 3_600)
