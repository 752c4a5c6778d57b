"""Intervals: the same for a seed, around the figure, and none where resamples say nothing."""

from __future__ import annotations

import numpy as np
import pytest

from wardlaw.register.bias.resampling import Measured, intervals, resample


def test_one_seed_gives_one_answer_and_nothing_stays_nothing() -> None:
    cells = np.array([[5.0, 0.0], [20.0, 7.0]])
    drawn = resample(cells, rounds=400, seed=7)
    assert drawn.shape == (2, 2, 400)
    assert np.array_equal(drawn, resample(cells, rounds=400, seed=7))
    assert not np.array_equal(drawn, resample(cells, rounds=400, seed=8))
    assert not drawn[0, 1].any()
    assert drawn.mean(axis=2) == pytest.approx(cells, rel=0.2)


def test_the_interval_of_a_share_is_the_one_of_the_books() -> None:
    drawn = resample(np.array([300.0, 700.0]), rounds=2_000, seed=1)
    share = drawn[0] / drawn.sum(axis=0)
    (found,) = intervals(np.array([0.3]), share[None, :])
    error = 1.96 * (0.3 * 0.7 / 1_000) ** 0.5
    assert (found.low, found.high) == (pytest.approx(0.3 - error, abs=0.003), pytest.approx(0.3 + error, abs=0.003))
    assert found.low == pytest.approx(np.quantile(share, 0.025), abs=1e-12)


def test_what_most_resamples_cannot_tell_has_no_interval() -> None:
    drawn = np.full((2, 100), 0.5)
    drawn[1, :20] = np.nan
    assert intervals(np.array([0.5, 0.5]), drawn) == (Measured(0.5, 0.5, 0.5), Measured(0.5))
    assert intervals(np.array([np.nan]), drawn[:1]) == (Measured(None),)
    assert not Measured(0.5).is_known
