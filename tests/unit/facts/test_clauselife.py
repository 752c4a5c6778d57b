from __future__ import annotations

from wardlaw.facts.clause import Risk
from wardlaw.facts.clauselife import Backtest, ClauseText, ClauseVersion, LifeState, TeamEffect, TextKind


def test_teams_add_up() -> None:
    teams = {"a": TeamEffect(1, 1, 2, 2), "": TeamEffect(stopped=4, stopped_people=3)}
    assert Backtest("d", 0, 1, 0.0, "p", 9, 0, 0, teams).total == TeamEffect(5, 4, 2, 2)


def test_a_version_goes_by_its_text() -> None:
    content = ClauseText("GOV-20", TextKind.FORM, Risk.LOW, "{}", "ab")
    one = ClauseVersion(content, 1, "person:a", "a", 0.0, LifeState.DRAFT, 0.0)
    assert (one.clause, one.digest) == ("GOV-20", "ab")
