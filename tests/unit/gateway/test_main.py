from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.wire.house import House
from wardlaw.facts.errors import ConfigError
from wardlaw.gateway import main as gateway
from wardlaw.gateway.main import CONFIG_VARIABLE, application, check_ready, main


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CONFIG_VARIABLE, "")


def test_it_wants_exactly_one_configuration(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err


def test_a_configuration_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "none.yaml")]) == ConfigError.exit_code
    assert "none.yaml" in capsys.readouterr().err


def test_what_is_missing_is_said_before_a_port_is_bound(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(tmp_path, "http://127.0.0.1:9/v1")
    served: list[object] = []
    monkeypatch.setattr(gateway, "serve", served.append)
    assert main([str(house.config_path)]) == 0
    assert len(served) == 1
    (tmp_path / "keys" / "kek").unlink()
    assert main([str(house.config_path)]) == ConfigError.exit_code
    assert "WL-KEY" in capfd.readouterr().err
    assert len(served) == 1


def test_looking_leaves_nothing_open(tmp_path: Path) -> None:
    house = House(tmp_path, "http://127.0.0.1:9/v1")
    before = len(os.listdir("/proc/self/fd"))
    assert [check_ready(house.config) for _ in range(2)] == [0, 0]
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_worker_takes_its_limits_from_the_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    house = House(tmp_path, "http://127.0.0.1:9/v1", gateway=", limits: {concurrency: 7, client_write_s: 3}")
    monkeypatch.setenv(CONFIG_VARIABLE, str(house.config_path))
    made = application()
    assert (made._concurrency, made._write_s) == (7, 3.0)
