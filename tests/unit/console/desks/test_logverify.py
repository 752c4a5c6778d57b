from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.console.desks.conftest import NOW, House

from wardlaw.console.desks.log import LogDesk
from wardlaw.facts.errors import UnavailableError


def test_a_sound_log_is_verified_step_by_step(house: House) -> None:
    house.record(*["keys.create"] * 300)
    told = []
    found = LogDesk(house.engine, house.places, house.keyring, clock=lambda: NOW).verify(told.append)
    assert found["sound"]
    assert found["records"] == found["size"] >= 300
    assert found["problems"] == []
    assert "cut tail" in found["notices"][0]
    hashed = [step for step in told if step.of]
    assert hashed[-1].done == hashed[-1].of == 2
    assert any("Root and signature" in step.what for step in told)


def test_what_is_wrong_is_named(house: House) -> None:
    house.record(*["keys.create"] * 3)
    bundle = next(Path(house.config.audit.log).rglob("entries/*.p/*"))
    bundle.chmod(0o600)
    content = bundle.read_bytes()
    bundle.write_bytes(content.replace(b"keys.create", b"keys.rotate", 1))
    found = LogDesk(house.engine, house.places, house.keyring, clock=lambda: NOW).verify(lambda _step: None)
    assert not found["sound"]
    assert found["problems"][0]["kind"] == "entry-changed"


def test_one_verification_at_a_time(house: House) -> None:
    house.record("keys.create")
    desk = LogDesk(house.engine, house.places, house.keyring, clock=lambda: NOW)
    refused = []

    def again(_step: object) -> None:
        if not refused:
            with pytest.raises(UnavailableError, match="WL-CTL-013") as error:
                desk.verify(lambda _: None)
            refused.append(error)

    assert desk.verify(again)["sound"]
    assert refused
