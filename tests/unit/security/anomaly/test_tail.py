from __future__ import annotations

import math

import pytest

from wardlaw.security.anomaly.tail import RAREST, combine, score_of, student_tail


@pytest.mark.parametrize(
    ("t", "freedom", "expected"),
    [(2.228, 10, 0.025), (4.587, 10, 0.0005), (1.697, 30, 0.05), (3.646, 30, 0.0005), (2.776, 4, 0.025)],
)
def test_the_tail_agrees_with_the_printed_table(t: float, freedom: float, expected: float) -> None:
    assert student_tail(t, freedom) == pytest.approx(expected, rel=0.06)


def test_the_tail_falls_and_never_reaches_nothing() -> None:
    tails = [student_tail(t / 10, 30) for t in range(400)]
    assert tails == sorted(tails, reverse=True)
    assert tails[0] == 0.5
    assert student_tail(1e9, 30) == RAREST


def test_one_family_pays_for_all_that_were_looked_at() -> None:
    assert combine([1e-4], families=6) == pytest.approx(3 * 6 * 1e-4)
    assert combine([], families=6) == 1.0
    assert combine([0.5] * 6, families=6) == 1.0


def test_two_weak_families_together_say_more_than_each_alone() -> None:
    assert combine([1e-3, 1e-3], families=6) == pytest.approx(3 * math.comb(6, 2) * 1e-6)
    assert combine([1e-3] * 3, families=6) == pytest.approx(3 * math.comb(6, 3) * 1e-9)
    assert combine([1e-3, 0.9], families=6) == combine([1e-3], families=6)


def test_scores_are_decades() -> None:
    assert [score_of(tail) for tail in (1.0, 1e-3, 1e-6, 1e-9, 0.0)] == [0.0, 0.5, 1.0, 1.0, 1.0]
