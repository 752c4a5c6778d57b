"""Clauses on disk."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

CLAUSE = """\
id: GOV-90
title: No mail to the moon
text: Nobody sends mail to the moon.
owner: compliance
wing: governance
risk: low
effect: deny
actions: [ToolCall]
when:
  all:
    - {attribute: resourceId, equals: "tool:moon_mail"}
examples:
  - {name: To the moon, effect: deny, action: ToolCall, context: {resourceId: "tool:moon_mail"}}
  - {name: To a colleague, effect: allow, action: ToolCall, context: {resourceId: "tool:mail"}}
"""


@pytest.fixture
def clauses(tmp_path: Path) -> Path:
    folder = tmp_path / "policies"
    folder.mkdir()
    (folder / "moon.yaml").write_text(CLAUSE)
    return folder


def test_the_starter_pack_is_sound(command: Any) -> None:
    starter = str(resources.files("wardlaw.governance") / "data" / "starter")
    assert command("policy", "check", starter).code == 0
    done = command("policy", "test", starter, "--json")
    assert done.code == 0
    assert json.loads(done.out)["failed"] == 0
    assert command("policy", "fmt", starter, "--check").code == 0


def test_check_says_what_is_wrong_with_file_and_line(command: Any, clauses: Path) -> None:
    assert command("policy", "check", "policies").code == 0
    (clauses / "moon.yaml").write_text(CLAUSE.replace("effect: deny\nactions", "effekt: deny\nactions"))
    done = command("policy", "check", "policies")
    assert done.code == 3
    assert "moon.yaml:7:" in done.out
    assert json.loads(command("policy", "check", "policies", "--json").out)["ok"] is False


def test_a_failing_example_exits_1_or_3(command: Any, clauses: Path) -> None:
    (clauses / "moon.yaml").write_text(CLAUSE.replace('{resourceId: "tool:mail"}', '{resourceId: "tool:moon_mail"}'))
    done = command("policy", "test", "policies")
    assert done.code in (1, 3)
    assert "To a colleague" in done.out + done.err


def test_explain_reads_the_clause_back(command: Any, clauses: Path) -> None:
    done = command("policy", "explain", "GOV-90", "--path", "policies")
    assert "is refused" in done.out
    assert command("policy", "explain", "GOV-91", "--path", "policies").code == 2


def test_fmt_writes_only_what_changes(command: Any, clauses: Path) -> None:
    command("policy", "fmt", "policies")
    (clauses / "moon.yaml").write_text(
        "# why\n" + (clauses / "moon.yaml").read_text().replace("id: GOV-90", "id:   GOV-90")
    )
    assert command("policy", "fmt", "policies", "--check").code == 1
    done = command("policy", "fmt", "policies", "--json")
    assert done.code == 0
    assert len(json.loads(done.out)["changed"]) == 1
    assert "# why" in (clauses / "moon.yaml").read_text()
    assert command("policy", "fmt", "policies", "--check").code == 0
    (clauses / "moon.yaml").write_text("id: [")
    assert command("policy", "fmt", "policies").code == 3


def test_diff_exits_1_when_something_became_looser(command: Any, clauses: Path, tmp_path: Path) -> None:
    looser = tmp_path / "looser"
    looser.mkdir()
    (looser / "moon.yaml").write_text(CLAUSE.replace("effect: deny\nactions", "effect: deny\nmode: warn\nactions"))
    assert command("policy", "diff", str(clauses), str(clauses)).out == "no difference\n"
    done = command("policy", "diff", str(clauses), str(looser))
    assert done.code == 1
    assert "loosened" in done.out
    assert command("policy", "diff", str(looser), str(clauses)).code == 0


def test_a_broken_set_is_not_tested(command: Any, clauses: Path) -> None:
    (clauses / "moon.yaml").write_text("id: [")
    for words in (["policy", "test"], ["policy", "explain", "--path"]):
        done = command(*words, "policies")
        assert done.code == 3
        assert "WL-CLI-006" in done.err
