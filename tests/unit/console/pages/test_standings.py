from __future__ import annotations

from wardlaw.console.pages.standings import COVERAGE, LIFE, coverage_word, life_word, worst_of
from wardlaw.evidence.coverage import State
from wardlaw.facts.clauselife import LifeState


def test_every_state_has_its_word() -> None:
    assert set(COVERAGE) == {one.value for one in State}
    assert set(LIFE) == {one.value for one in LifeState}
    assert coverage_word("of another version").word == "of another version"
    assert life_word("of another version").style == ""


def test_the_worst_state_is_the_one_that_wants_somebody() -> None:
    assert worst_of(["proven", "stale", "bypassed"]) == "bypassed"
    assert worst_of(["not applicable", "proven"]) == "proven"
    assert worst_of([]) == ""
