"""Errors become exit codes in one place."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from wardlaw.facts.errors import EvidenceError, UnavailableError


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
    """Have ``wardlaw version`` raise."""

    def set_error(error: BaseException) -> None:
        def fail(_name: str) -> str:
            raise error

        monkeypatch.setattr("wardlaw.cli.commands.version._version_of", fail)

    return set_error


def test_usage_errors_exit_2(command: Any) -> None:
    for words in (["confg"], ["version", "--nope"], ["config", "shw"], ["scan"], ["--nope"]):
        done = command(*words)
        assert done.code == 2, words
        assert done.out == ""
        assert "--help" in done.err


def test_an_error_of_ours_has_its_exit_code_and_next_step(command: Any, broken: Any) -> None:
    broken(UnavailableError("WL-TST-001", "It is away.", "Try later."))
    done = command("version")
    assert done.code == 69
    assert done.err == "error It is away.\n      Try later.\n      WL-TST-001, see docs/errors/tst.md\n"
    broken(EvidenceError("WL-TST-002", "It is forged."))
    assert command("version").code == 4


def test_in_json_the_error_is_an_object_on_stderr(command: Any, broken: Any) -> None:
    broken(UnavailableError("WL-TST-001", "It is away.", "Try later."))
    done = command("version", "--json")
    assert done.out == ""
    assert json.loads(done.err)["error"] == {
        "code": "WL-TST-001",
        "message": "It is away.",
        "hint": "Try later.",
        "exit": 69,
    }
    assert json.loads(command("scan", "--json").err)["error"]["exit"] == 2


def test_a_fault_exits_70_and_shows_its_trace_only_on_demand(
    command: Any, broken: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken(RuntimeError("the secret inside"))
    done = command("version")
    assert done.code == 70
    assert "flt_" in done.err
    assert "the secret inside" not in done.err
    assert json.loads(command("version", "--json").err)["error"]["exit"] == 70
    monkeypatch.setenv("WARDLAW_DEBUG", "1")
    assert "the secret inside" in command("version").err


def test_interrupted(command: Any, broken: Any) -> None:
    broken(KeyboardInterrupt())
    assert command("version").code == 130


def test_a_reader_that_goes_away_never_means_allowed() -> None:
    code = "import sys, os; os.close(1); r, w = os.pipe(); os.close(r); os.dup2(w, 1);from wardlaw.cli.run import run; sys.exit(run(['config', 'keys']))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 69, done.stderr
