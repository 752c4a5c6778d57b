"""Rates of groups and how far they lie apart, from counts alone.

Counts are arrays of the six cells, by groups, and, where there are resamples, by these: one call takes them all.

The figures are those of fairlearn 0.15 (Bird et al., "Fairlearn: a toolkit for assessing and improving fairness in AI",
2020; Hardt, Price, Srebro, "Equality of opportunity in supervised learning", 2016). They differ where nothing can be
measured: a rate of no cases is not 0 here but unknown.
"""

from __future__ import annotations

from enum import StrEnum
from typing import assert_never

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_NO_NO, _NO_YES, _YES_NO, _YES_YES, _OPEN_NO, _OPEN_YES = range(6)


class BiasMetric(StrEnum):
    """How far the groups lie apart, as one number."""

    DEMOGRAPHIC_PARITY_DIFFERENCE = "demographic_parity_difference"
    DEMOGRAPHIC_PARITY_RATIO = "demographic_parity_ratio"
    EQUALIZED_ODDS_DIFFERENCE = "equalized_odds_difference"
    EQUALIZED_ODDS_RATIO = "equalized_odds_ratio"

    @property
    def is_ratio(self) -> bool:
        """1 is alike; a difference is alike at 0."""
        return self in (BiasMetric.DEMOGRAPHIC_PARITY_RATIO, BiasMetric.EQUALIZED_ODDS_RATIO)

    @property
    def needs_labels(self) -> bool:
        """It compares answers with what turned out to be right."""
        return self in (BiasMetric.EQUALIZED_ODDS_DIFFERENCE, BiasMetric.EQUALIZED_ODDS_RATIO)


def selection_rate(cells: Array) -> Array:
    """The share of favourable answers; NaN of nobody."""
    return _share(cells[_NO_YES] + cells[_YES_YES] + cells[_OPEN_YES], cells.sum(axis=0))


def true_positive_rate(cells: Array) -> Array:
    """Of those who should get the favourable answer, the share who did."""
    return _share(cells[_YES_YES], cells[_YES_NO] + cells[_YES_YES])


def false_positive_rate(cells: Array) -> Array:
    """Of those who should not get it, the share who did."""
    return _share(cells[_NO_YES], cells[_NO_NO] + cells[_NO_YES])


def disparity(metric: BiasMetric, selection: Array, true_positives: Array, false_positives: Array) -> Array:
    """From the rates by group: one number, or one for each resample. NaN where nothing can be compared."""
    match metric:
        case BiasMetric.DEMOGRAPHIC_PARITY_DIFFERENCE:
            return _difference(selection)
        case BiasMetric.DEMOGRAPHIC_PARITY_RATIO:
            return _ratio(selection)
        case BiasMetric.EQUALIZED_ODDS_DIFFERENCE:
            return np.maximum(_difference(true_positives), _difference(false_positives))
        case BiasMetric.EQUALIZED_ODDS_RATIO:
            return np.minimum(_ratio(true_positives), _ratio(false_positives))
        case unknown:
            assert_never(unknown)


def _share(part: Array, whole: Array) -> Array:
    share: Array = np.divide(part, whole, out=np.full(np.shape(whole), np.nan), where=whole > 0)
    return share


def _difference(rates: Array) -> Array:
    low, high = _ends(rates)
    with np.errstate(
        invalid="ignore"
    ):  # infinite ends say that nothing was there; their difference is not finite either
        apart = high - low
    return np.where(np.isfinite(apart), apart, np.nan)


def _ratio(rates: Array) -> Array:
    low, high = _ends(rates)
    usable = np.isfinite(high) & (high > 0)
    ratio: Array = np.divide(low, high, out=np.full(np.shape(high), np.nan), where=usable)
    return ratio


def _ends(rates: Array) -> tuple[Array, Array]:
    """Lowest and highest rate of the groups that have one."""
    known = np.isfinite(rates)
    return np.where(known, rates, np.inf).min(axis=0), np.where(known, rates, -np.inf).max(axis=0)
