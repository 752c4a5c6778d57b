from __future__ import annotations

import threading

import pytest

from tests.console_fakes import SERVICE_TOKENS
from tests.unit.cli.commands.grantshouse import house  # noqa: F401 (a fixture)
from wardlaw.cli import carrying
from wardlaw.cli.carrying import Carrier
from wardlaw.facts.errors import ConfigError
from wardlaw.governance.operations import Service

TOKEN = SERVICE_TOKENS[Service.WATCH]


class WatchClient:
    """The API as the watching process reaches it."""

    def __init__(self, api) -> None:
        self.api = api

    def get(self, path, **query):
        text = "&".join(f"{name}={value}" for name, value in query.items())
        return self.api.ok("GET", f"{path}?{text}" if text else path, uid=1, token=TOKEN)

    def post(self, path, body=None):
        return self.api.ok("POST", path, body, uid=1, token=TOKEN)


def planned(house) -> str:  # noqa: F811
    step = {"id": "g1", "kind": "grant", "subject": "g1", "account": "ada", "app": "app-1", "call": "DELETE /g1"}
    body = {"directory": "acme", "steps": [step], "reason": "not needed"}
    return house.api.ok("POST", "/revocations", body, uid=house.sec)["revocation"]["id"]


def carrier(house, said: list[str]) -> Carrier:  # noqa: F811
    return Carrier(
        lambda: WatchClient(house.api), lambda _name: house.revoker, say=said.append, sleep=house.slept.append
    )


def test_only_what_somebody_has_confirmed_is_carried_out(house) -> None:  # noqa: F811
    said: list[str] = []
    name = planned(house)
    own = carrier(house, said)
    assert (own.run_once(), house.revoker.calls) == (0, [])
    house.api.ok("POST", f"/revocations/{name}/confirm", uid=house.sec)
    assert (own.run_once(), house.revoker.calls) == (1, ["g1"])
    assert house.api.ok("GET", f"/revocations/{name}", uid=house.sec)["state"] == "revoked"
    assert said == [f"{name}: revoked, 1 found gone, 0 failed"]
    assert own.run_once() == 0


def test_what_failed_is_left_to_a_person(house) -> None:  # noqa: F811
    name = planned(house)
    house.api.ok("POST", f"/revocations/{name}/confirm", uid=house.sec)
    house.revoker.failing.add("g1")
    own = carrier(house, [])
    assert own.run_once() == 1
    assert house.api.ok("GET", f"/revocations/{name}", uid=house.sec)["failed"] == 1
    assert (own.run_once(), house.revoker.calls) == (0, ["g1"])


def test_a_directory_that_cannot_be_opened_is_told_once(house) -> None:  # noqa: F811
    name = planned(house)
    house.api.ok("POST", f"/revocations/{name}/confirm", uid=house.sec)
    said: list[str] = []

    def refuse(_name):
        raise ConfigError("WL-INV-021", "It has no write credential.", "Set one.")

    own = Carrier(lambda: WatchClient(house.api), refuse, say=said.append, sleep=house.slept.append)
    assert own.run_once() == 1
    assert own.run_once() == 0
    assert said == [f"{name} is confirmed and was not carried out: It has no write credential. Set one."]


def test_the_watching_process_can_confirm_nothing(house) -> None:  # noqa: F811
    name = planned(house)
    assert house.api.error("POST", f"/revocations/{name}/confirm", uid=1, token=TOKEN)[0] == 403
    report = {"step": "g1", "outcome": {"done": True}}
    assert house.api.error("POST", f"/revocations/{name}/report", report, uid=1, token=TOKEN) == (400, "WL-INV-074")


def test_it_goes_on_when_the_api_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carrying, "LOOK_S", 0.0)
    stop, said = threading.Event(), []

    def away():
        if len(said) == 2:
            stop.set()
        raise ConfigError("WL-CLI-001", "Nobody answers.", "")

    Carrier(away, lambda _name: None, say=said.append, sleep=lambda _s: None).run_until(stop)
    assert said == ["revocations cannot be looked at: Nobody answers."] * 3
