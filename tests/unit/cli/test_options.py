"""Options every command takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from wardlaw.cli.options import Options
from wardlaw.facts.errors import ConfigError, InputError


def test_set_wins_and_must_be_key_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wardlaw.yaml").write_text("installation: {name: file}\n")
    assert Options(set=("installation.name=flag",)).configuration().installation.name == "flag"
    with pytest.raises(InputError, match="WL-CLI-002"):
        Options(set=("installation.name",)).flags()


def test_no_configuration_says_how_to_make_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WARDLAW_CONFIG", raising=False)
    with pytest.raises(ConfigError, match="wardlaw init"):
        Options().load()
