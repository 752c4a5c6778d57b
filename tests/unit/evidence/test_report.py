from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

from wardlaw.evidence.observed import CanaryStanding
from wardlaw.evidence.report import Gap, Happened, Period, named_records
from wardlaw.evidence.survey import Heard
from wardlaw.facts.canary import CanaryOutcome, CanaryRun


def test_a_period_is_half_open_in_utc() -> None:
    period = Period(date(2026, 10, 1), date(2026, 10, 2))
    assert (period.begin, period.end - period.begin) == (1_790_812_800.0, 86_400.0)


def test_gaps_and_failures_are_all_named_and_passes_once_for_each_place() -> None:
    runs = tuple(
        CanaryRun(f"crn_{at}", "", "SEC-01", "messages", "", float(at), outcome, decision=f"dec_{at}")
        for at, outcome in ((5, CanaryOutcome.PASS), (4, CanaryOutcome.PASS), (3, CanaryOutcome.FAIL), (2, CanaryOutcome.FAIL))
    )  # fmt: skip
    survey: Any = SimpleNamespace(
        heard=Heard(canaries={"SEC-02": (CanaryStanding("chat", record=""),)}), running=(), systems=()
    )
    told = Happened({}, {}, (Gap("gap_1", 1.0, "g", {}),), runs, (), (), (), (), ())
    assert [one.id for one in named_records(survey, told)] == ["dec_2", "dec_3", "dec_5", "gap_1"]
