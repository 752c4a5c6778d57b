"""Rates and distances equal the plain slow way, and say when there is nothing to measure."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.register.bias.outcomes import counts_of, slow_rates
from wardlaw.register.bias.counts import Label, matrix
from wardlaw.register.bias.rates import (
    BiasMetric,
    disparity,
    false_positive_rate,
    selection_rate,
    true_positive_rate,
)

ROW = st.tuples(st.sampled_from([("a",), ("b",), ("c",)]), st.booleans(), st.sampled_from(Label))


@given(st.lists(ROW, min_size=1, max_size=60))
def test_rates_and_distances_equal_the_slow_way(rows) -> None:
    cells = matrix(counts_of(rows))
    rates = [rate(cells) for rate in (selection_rate, true_positive_rate, false_positive_rate)]
    slow = list(slow_rates(rows).values())
    for index, group in enumerate(slow):
        for fast, plain in zip((rate[index] for rate in rates), group, strict=True):
            assert math.isnan(fast) if plain is None else fast == pytest.approx(plain, abs=1e-12)
    selected = [group[0] for group in slow]
    difference = float(disparity(BiasMetric.DEMOGRAPHIC_PARITY_DIFFERENCE, *rates))
    assert difference == pytest.approx(max(selected) - min(selected), abs=1e-12)
    ratio = float(disparity(BiasMetric.DEMOGRAPHIC_PARITY_RATIO, *rates))
    assert math.isnan(ratio) if max(selected) == 0 else ratio == pytest.approx(min(selected) / max(selected), abs=1e-12)
    odds = [[group[place] for group in slow if group[place] is not None] for place in (1, 2)]
    worst = float(disparity(BiasMetric.EQUALIZED_ODDS_DIFFERENCE, *rates))
    if all(odds):
        assert worst == pytest.approx(max(max(part) - min(part) for part in odds), abs=1e-12)
    else:
        assert math.isnan(worst)


def test_a_rate_of_no_cases_is_not_zero() -> None:
    cells = matrix(counts_of([(("a",), False, Label.NO)] * 3 + [(("b",), True, Label.YES)]))
    assert np.isnan(true_positive_rate(cells)).tolist() == [True, False]
    assert np.isnan(false_positive_rate(cells)).tolist() == [False, True]
