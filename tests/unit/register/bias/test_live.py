"""What watches live decisions: the window, and when somebody is told."""

from __future__ import annotations

from datetime import date

from tests.unit.register.bias.outcomes import counts_of, rows_of
from wardlaw.register.bias.counts import BiasCounts
from wardlaw.register.bias.live import LiveRule, check_live, first_day, has_left
from wardlaw.register.checks import CheckOutcome


def test_somebody_is_told_once_when_the_limit_is_left() -> None:
    fail, review, passed = CheckOutcome.FAIL, CheckOutcome.REVIEW, CheckOutcome.PASS
    assert [has_left(before, fail) for before in (None, passed, review, fail)] == [True, True, True, False]
    assert not any(has_left(before, now) for before in (None, passed, fail) for now in (passed, review))


def test_the_window_ends_today_and_nothing_told_is_no_answer() -> None:
    assert first_day(date(2026, 11, 28), LiveRule(window_days=1)) == date(2026, 11, 28)
    assert first_day(date(2026, 11, 28), LiveRule()) == date(2026, 10, 30)
    assert check_live(BiasCounts(()), LiveRule(), seed=1) is None
    answer = check_live(
        counts_of(rows_of("a", kept=900, of=1_000) + rows_of("b", kept=300, of=1_000)), LiveRule(), seed=1
    )
    assert answer.result.outcome is CheckOutcome.FAIL
