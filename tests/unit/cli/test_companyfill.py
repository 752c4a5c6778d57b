"""What is decided before anything is started; a company is filled and looked at in tests/wire/console/test_pages.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from wardlaw.cli import companyfill
from wardlaw.cli.companyfill import fill_company, tell
from wardlaw.cli.options import NONE
from wardlaw.config.load import FILE_NAME, load_config
from wardlaw.facts.errors import InputError


def test_an_installation_that_is_there_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("mine")
    with pytest.raises(InputError, match="WL-DMO-006"):
        fill_company(tmp_path, NONE.output(), seed=1)
    assert (tmp_path / FILE_NAME).read_text() == "mine"


def test_ports_in_use_are_left_to_whoever_uses_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    created = companyfill.create_installation(tmp_path)
    monkeypatch.setattr(companyfill, "_is_free", lambda port: port == 8080)
    ports = companyfill.use_free_ports(created.config_path)
    config = load_config(created.config_path)
    assert ports["gateway"] == 8080
    assert ports["control"] != 8081
    assert config.gateway.listen == "127.0.0.1:8080"
    assert config.control.listen == f"127.0.0.1:{ports['control']}"
    assert config.upstreams[0].url == f"http://127.0.0.1:{ports['demo model']}/v1"
    assert config.demo_model.listen == f"127.0.0.1:{ports['demo model']}"


def test_many_can_be_made_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    created = companyfill.create_installation(tmp_path)
    monkeypatch.setattr(companyfill, "_is_free", lambda _port: True)
    ports = companyfill.use_free_ports(created.config_path, prefers_usual=False)
    assert not {8080, 8081, 8085} & set(ports.values())
    assert load_config(created.config_path).control.listen == f"127.0.0.1:{ports['control']}"


def test_the_links_are_told_by_name(tmp_path: Path) -> None:
    told = "\n".join(
        line.plain for line in tell(tmp_path, dict.fromkeys(("counsel", "admin"), "http://127.0.0.1:1/sign-in#wlo_x"))
    )
    assert "wardlaw up --config" in told
    assert "Counsel" in told
    assert "Admin" in told
    assert "#wlo_x" in told
