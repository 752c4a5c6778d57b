"""What is drawn of a bias check: the rates its rule compares, and a line only where groups are compared."""

from __future__ import annotations

import pytest

from tests.unit.register.bias.outcomes import counts_of, rows_of
from wardlaw.register.bias.measure import measure_bias
from wardlaw.register.bias.plotting import bias_plots
from wardlaw.register.bias.rates import BiasMetric
from wardlaw.register.plotdata import PlotData

ROWS = rows_of("a", kept=60, of=200) + rows_of("b", kept=140, of=200) + rows_of("c", kept=2, of=3)


def plots(metric: BiasMetric, bound: float) -> tuple[PlotData, ...]:
    return bias_plots(measure_bias(counts_of(ROWS), seed=1, rounds=50), metric, bound)


def test_the_line_follows_the_highest_rate_that_is_compared() -> None:
    (ratio,) = plots(BiasMetric.DEMOGRAPHIC_PARITY_RATIO, 0.8)
    (difference,) = plots(BiasMetric.DEMOGRAPHIC_PARITY_DIFFERENCE, 0.1)
    assert [bar.name for bar in ratio.bars] == ["b", "a", "c"]  # highest first, too small ones last
    assert [bar.limit for bar in ratio.bars] == [pytest.approx(0.56), pytest.approx(0.56), None]
    assert difference.bars[0].limit == pytest.approx(0.6)
    assert [bar.beyond for bar in ratio.bars] == [False, True, False]


def test_odds_are_two_plots_and_one_group_alone_has_no_line() -> None:
    assert len(plots(BiasMetric.EQUALIZED_ODDS_RATIO, 0.8)) == 2
    report = measure_bias(counts_of(rows_of("a", kept=60, of=200)), seed=1, rounds=50)
    (alone,) = bias_plots(report, BiasMetric.DEMOGRAPHIC_PARITY_RATIO, 0.8)
    assert [bar.limit for bar in alone.bars] == [None]
