from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from rich.text import Text

from tests.unit.cli.commands.lawhouse import crm, lawhouse
from wardlaw.cli.coverageshow import coverage_lines
from wardlaw.evidence.coverage import State

__all__ = ["lawhouse"]


def test_clauses_stand_against_systems_with_a_legend(command: Any, lawhouse: SimpleNamespace) -> None:
    crm(lawhouse, command, "--principal", "user:ann")
    drawn = command("coverage").out
    assert "clauses in force: 0 of 40 proven, 0 %; 0 attested" in drawn
    assert "GOV-07  ○" in drawn
    assert "GRT-01  –" in drawn
    assert "stale" in drawn
    assert "Look at these first" in drawn
    assert "evidence show 'OPS-03' --system crm-bot" in drawn


def test_many_systems_are_numbered_and_every_state_has_its_mark() -> None:
    clauses = [
        {"clause": f"X-{row}", "system": f"system-{column}", "state": state.value, "why": "w\x1b"}
        for row, state in enumerate(State)
        for column in range(6)
    ]
    answer = {
        "applicable": 42,
        "proven": 6,
        "attested": 6,
        "percent": 14.3,
        "clauses": clauses,
        "since": 1.0,
        "day": "d",
    }
    lines = list(coverage_lines(answer, framework="eu-ai-act"))
    assert str(lines[0]).startswith("eu-ai-act on d: 6 of 42 proven, 14 %; 6 attested")
    assert str(lines[1]).count("█") == 6
    assert any("1 system-0  2 system-1" in str(one) for one in lines if isinstance(one, Text))
    assert not [one for one in lines if isinstance(one, str | Text) and "\x1b" in str(one)]


def test_provisions_stand_in_the_order_in_which_people_count(command: Any, lawhouse: SimpleNamespace) -> None:
    crm(lawhouse, command)
    drawn = command("coverage", "--framework", "eu-ai-act").out.splitlines()
    names = [line.split()[0].partition(":")[2] for line in drawn if line.startswith("eu-ai-act:")][:41]
    assert names[:4] == ["art-4", "art-4a", "art-5-1-a", "art-5-1-b"]
    assert names.index("art-9") < names.index("art-10") < names.index("art-50-1")


def test_where_nothing_binds_yet_nothing_is_applicable() -> None:
    later = {"clause": "x", "system": "unregistered", "state": "not yet", "why": "later"}
    answer = {"applicable": 0, "proven": 0, "attested": 0, "percent": 0.0, "clauses": [later], "since": 1.0, "day": "d"}
    lines = [str(one) for one in coverage_lines(answer, framework="eu-ai-act")]
    assert lines[0] == "eu-ai-act on d: nothing applicable, 0 %"
    assert lines[-1].endswith("evidence show 'x'")
