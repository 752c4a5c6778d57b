"""Commands of the life of clauses that ask more than once; the others are in test_online.py."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.unit.cli.conftest import RecordingClient
from tests.unit.cli.test_lifewords import DRIFTED, QUIET
from tests.unit.governance.lives import backtest, version

from wardlaw.console.api.lifedesk import BacktestPart, ClauseHistory, ClauseLook, LifeOverview


@pytest.mark.parametrize(("standing", "code"), [(QUIET, 0), (DRIFTED, 1)])
def test_status_says_by_its_code_that_something_drifted(
    command: Any, api: RecordingClient, standing, code: int
) -> None:
    api.answers |= {"/policy": {"version": 3, "published_at": 9.0, "life": True}}
    api.answers["/policy/life"] = msgspec.to_builtins(LifeOverview(True, (standing,), ()))
    assert command("policy", "status").code == code
    done = command("policy", "status", "--json")
    assert json.loads(done.out)["life"]["clauses"][0]["clause"] == standing.clause


def test_a_backtest_is_asked_for_part_by_part_and_then_kept(command: Any, api: RecordingClient) -> None:
    found = backtest(version())
    api.answers["/policy/clauses/GOV-20/try"] = msgspec.to_builtins(BacktestPart(3, 9, 9, found))
    api.answers["/policy/clauses/GOV-20/backtest"] = msgspec.to_builtins(found)
    done = command("policy", "backtest", "GOV-20", "--since", "24h")
    assert done.code == 0, done.err
    assert "would have stopped" in done.out
    assert [path.rpartition("/")[2] for _, path, _ in api.calls] == ["try", "backtest"]
    assert command("policy", "backtest", "GOV-20", "--since", "2026-11-02", "--until", "2026-11-01").code == 2


def test_show_and_history(command: Any, api: RecordingClient) -> None:
    one = version()
    api.answers["/policy/clauses/GOV-20/text"] = msgspec.to_builtins(
        ClauseLook(one, "id: GOV-20", "It is refused.", (), "")
    )
    assert one.digest in command("policy", "show", "GOV-20").out
    api.answers["/policy/clauses/GOV-20"] = msgspec.to_builtins(ClauseHistory("GOV-20", (one,), ()))
    assert "GOV-20 version 1" in command("policy", "history", "GOV-20").out


def test_a_text_is_handed_in_from_a_file_with_the_digest_it_began_from(
    command: Any, api: RecordingClient, tmp_path: Path
) -> None:
    (tmp_path / "new.yaml").write_text("id: GOV-20\n")
    api.answers["/policy/clauses/GOV-20/reading"] = {"on_disk": "ab" * 32}
    api.answers["/policy/clauses/GOV-20/hand-in"] = {"clause": "GOV-20", "state": "in review"}
    done = command("policy", "review", "GOV-20", "--file", str(tmp_path / "new.yaml"), "--reason", "r")
    assert done.code == 0, done.err
    assert api.calls[-1] == (
        "POST", "/policy/clauses/GOV-20/hand-in", {"text": "id: GOV-20\n", "based_on": "ab" * 32, "reason": "r"}
    )  # fmt: skip


def test_a_text_is_read_and_its_matches_are_told_by_day(command: Any, api: RecordingClient) -> None:
    api.answers["/policy/clauses/GOV-20/reading"] = {
        "clause": "GOV-20", "title": "No bulk", "version": 2, "plain": "Nobody may.", "sentence": "It is refused.",
        "file": "id: GOV-20", "cedar": "forbid",
    }  # fmt: skip
    shown = command("policy", "read", "GOV-20", "--version", "2").out
    for part in ("GOV-20  No bulk  (version 2)", "Nobody may.", "It is refused.", "id: GOV-20"):
        assert part in shown
    firing = {"day": 20_000, "kind": "User", "route": "chat", "resource": "model:x", "count": 3, "last": "dec_1"}
    api.answers["/policy/clauses/GOV-20/effect"] = {"firings": [firing]}
    told = command("policy", "effect", "GOV-20").out
    assert "2024-10-04" in told
    assert "dec_1" in told


def test_the_sql_of_the_database_roles(command: Any) -> None:
    done = command("policy", "database-roles", "--schema", "wardlaw")
    assert "GRANT INSERT ON wardlaw.sign_off TO wardlaw_approver" in done.out
    assert done.out.rstrip().endswith("COMMIT;")
    assert command("policy", "database-roles", "--schema", "x; DROP").code == 2


@pytest.mark.parametrize(
    "words",
    [
        ["--stopped", "--enforce", "GOV-20"],
        ["--emergency", "GOV-20"],
        ["--reason", "r"],
        ["--enforce", "A", "--emergency", "B"],
    ],
)
def test_options_of_publish_that_do_not_go_together(command: Any, api: RecordingClient, words: list[str]) -> None:
    done = command("policy", "publish", *words)
    assert done.code == 2
    assert "WL-LIF-017" in done.err
    assert api.calls == []
