"""The entry point of the background processes."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from wardlaw.cli.processes import ROLES, main


def test_usage(capsys: pytest.CaptureFixture[str]) -> None:
    for words in ([], ["control"], ["nope", "x"]):
        assert main(words) == 2
    assert "control" in capsys.readouterr().err


def test_every_role_is_there() -> None:
    for target in ROLES.values():
        module, _, name = target.partition(":")
        assert callable(getattr(importlib.import_module(module), name))


def test_a_configuration_that_cannot_be_used_exits_3(tmp_path: Path) -> None:
    assert main(["sequencer", str(tmp_path / "none.yaml")]) == 3
