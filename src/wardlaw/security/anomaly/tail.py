"""Tail probabilities: of one statistic, of several together, and as a score."""

from __future__ import annotations

import math
from collections.abc import Iterable

RAREST = 1e-12  # below this a parametric tail says nothing; keeps logarithms finite
_SCORE_DECADES = 6.0  # a score of 1 is once in a million days
_WAYS = 3  # one family alone, two together, three together
_SQRT_HALF = math.sqrt(0.5)


def student_tail(t: float, freedom: float) -> float:
    """P(T > t) for Student's t, at least ``RAREST``.

    Source: Wallace 1959, Bounds on normal approximations to Student's; off by less than 3 % of a decade here.
    """
    if t <= 0.0:
        return 0.5
    z = math.sqrt(freedom * math.log1p(t * t / freedom)) * (8.0 * freedom + 1.0) / (8.0 * freedom + 3.0)
    return max(RAREST, 0.5 * math.erfc(z * _SQRT_HALF))


def combine(tails: Iterable[float], *, families: int) -> float:
    """Probability that so many families are that rare on one day, corrected for having looked at all of them.

    The rarest counts alone, the two rarest together and the three rarest together; the best of the three ways is
    taken and paid for. At least k of m independent families lie below p with probability at most C(m, k) p^k.
    """
    ordered = sorted(tails)[:_WAYS]
    best = 1.0
    for place, tail in enumerate(ordered, 1):
        best = min(best, math.comb(families, place) * tail**place)
    return max(RAREST, min(1.0, _WAYS * best))


def score_of(tail: float) -> float:
    """0 for a certain event, 1 for one in a million or rarer, linear in the logarithm between."""
    return min(1.0, max(0.0, -math.log10(max(tail, RAREST)) / _SCORE_DECADES))
