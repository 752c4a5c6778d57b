"""A gate's red-team check by reports that are kept."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from wardlaw.facts.errors import InputError
from wardlaw.register.checks import CheckKind, CheckOutcome
from wardlaw.register.gates.gate import CheckSpec
from wardlaw.register.gates.runner import Subject, SystemFacts
from wardlaw.register.redteam.keptcheck import asked_of, kept_red_team_check
from wardlaw.register.redteam.report import Attacked, BoundReport, RedTeamReport
from wardlaw.register.system import MadeOf, System

MODEL, OTHER = "a" * 64, "b" * 64
TODAY = date(2026, 11, 28)
AT = datetime(2026, 11, 28, 12, tzinfo=UTC).timestamp()


def report(model: str = MODEL, *, successes: int = 0, made: date = TODAY, target: str = "openai/m") -> BoundReport:
    attacked = (Attacked("dan", "refusal", 400, successes),)
    return BoundReport(RedTeamReport("garak", "1", target, made, attacked), "c" * 64, model)


def outcome(*kept: BoundReport, model: str = MODEL, **require: object) -> tuple[CheckOutcome, str]:
    system = System("cv", "CV", "person:o", "x", made_of=MadeOf(model))
    spec = CheckSpec("rt", CheckKind.RED_TEAM, require=require)  # type: ignore[arg-type]
    found = kept_red_team_check(spec, Subject(system, 1, AT, SystemFacts(red_team=kept)))
    assert (found.id, found.kind) == ("rt", CheckKind.RED_TEAM)
    return found.outcome, found.why


def test_the_newest_report_of_this_model_decides() -> None:
    assert outcome(report())[0] is CheckOutcome.PASS
    old = report(made=date(2026, 11, 1))
    assert outcome(old, report(successes=200))[0] is CheckOutcome.FAIL
    assert outcome(report(made=date(2026, 11, 1), successes=200), report())[0] is CheckOutcome.PASS


def test_what_is_old_missing_or_of_another_model_is_no_pass() -> None:
    assert outcome(report(made=date(2026, 8, 1)))[0] is CheckOutcome.REVIEW
    assert outcome(report(made=date(2026, 11, 20)), max_age_days=3)[0] is CheckOutcome.REVIEW
    assert outcome()[0] is CheckOutcome.REVIEW
    assert outcome(report(), model="")[0] is CheckOutcome.REVIEW
    assert outcome(report(OTHER))[0] is CheckOutcome.REVIEW
    failed, why = outcome(report(OTHER), target="openai/m")
    assert (failed, "another model" in why) == (CheckOutcome.FAIL, True)
    assert outcome(report(target="other/m"), target="openai/m")[0] is CheckOutcome.REVIEW


def test_thresholds_that_are_none_are_refused() -> None:
    for require in ({"max_age_days": 0}, {"max_age_days": True}, {"attack_succeeds_when": "ever"}):
        with pytest.raises(InputError) as caught:
            asked_of(CheckSpec("rt", CheckKind.RED_TEAM, require=require))  # type: ignore[arg-type]
        assert caught.value.code == "WL-GAT-012"
