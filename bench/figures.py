"""Numbers out of samples. Percentiles are by nearest rank: every one of them was really observed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

import msgspec


class Spread(msgspec.Struct, frozen=True):
    """Several rounds of one figure: their median, and how far they lie apart."""

    mid: float
    low: float
    high: float
    rounds: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread | None:
        """The spread of the values; None of nothing."""
        if not values:
            return None
        return cls(median(values), min(values), max(values), len(values))


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` (0–1) of the samples lie, by nearest rank.

    Raises:
        ValueError: There are no samples, or the share is none.
    """
    if not values or not 0 <= share <= 1:
        raise ValueError("a percentile needs samples and a share between 0 and 1")
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def short(value: float | None, *, digits: int = 3) -> str:
    """A number as people read it: three digits that matter, thousands kept apart, a dash for none."""
    if value is None or math.isnan(value):
        return "–"
    if value == 0:
        return "0"
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{round(value, places):,.{places}f}"


def ranged(spread: Spread | None, *, scale: float = 1.0) -> str:
    """Median and range: ``312 (298–340)``; the range is left out where there was one round."""
    if spread is None:
        return "–"
    mid = short(spread.mid * scale)
    if spread.rounds == 1:
        return mid
    return f"{mid} ({short(spread.low * scale)}–{short(spread.high * scale)})"
