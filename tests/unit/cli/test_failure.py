"""How errors look."""

from __future__ import annotations

import pytest

from wardlaw.cli.failure import tell_error, tell_fault, tell_usage
from wardlaw.facts.errors import ConfigError


def test_color_only_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    error = ConfigError("WL-CFG-001", "Wrong.", "Mend it.")
    assert tell_error(error, as_json=False, color=True) == 3
    assert "\x1b[" in capsys.readouterr().err
    tell_error(error, as_json=False, color=False)
    assert "\x1b[" not in capsys.readouterr().err


def test_usage_names_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert tell_usage("No such thing.", command="scan", as_json=False) == 2
    assert "See wardlaw scan --help." in capsys.readouterr().err


def test_fault_has_an_id(capsys: pytest.CaptureFixture[str]) -> None:
    assert tell_fault(ValueError("x"), fault_id="flt_1", as_json=False, env={}) == 70
    said = capsys.readouterr()
    assert "flt_1" in said.err
    assert said.out == ""
