"""Rare values that a class holds at least twice as often as before: an exact test, for triggers in very few rows.

A value is looked at in a class as a draw without replacement: of all rows of before and now that bear it, how many are of
now (Fisher's exact test). Most values are so rare that no outcome could be a surprise; they are not counted among the
comparisons (Tarone, "A modified Bonferroni method for discrete data", 1990), which is what makes half a percent of the rows
of a table of thousands visible at all.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from math import inf, lgamma, log

import msgspec

LEAST_COUNT, LEAST_LIFT = 5, 2.0
"""Rows with a value, and times its share of before, from which it is looked at."""
_TOP = 10
_NATS = 3.0  # of a value by itself, below which no comparison with others can make it one


class Lift(msgspec.Struct, frozen=True):
    """A value that a class holds more often than before.

    Attributes:
        nats: How improbable, as the natural logarithm of one in so many, after all comparisons that could have told.
        rows: Of the class.
        before, rows_before: The same of the baseline and the trusted rows together.
    """

    column: str
    value: str
    label: str
    nats: float
    count: int
    rows: int
    before: int
    rows_before: int


class LiftTally:
    """Takes values with their counts one after another, and tells at the end which are a surprise."""

    def __init__(self) -> None:
        self._both: dict[str, array[int]] = {}
        self._rows: dict[str, tuple[int, int]] = {}
        self._found: list[Lift] = []

    def add(self, one: Lift) -> None:
        """Look at a value in a class; its ``nats`` are worked out here."""
        self._rows[one.label] = (one.rows, one.rows_before)
        self._both.setdefault(one.label, array("q")).append(one.count + one.before)
        if one.count < LEAST_COUNT or one.count * one.rows_before < LEAST_LIFT * one.before * one.rows:
            return
        nats = _nats(one.count, one.count + one.before, one.rows, one.rows_before)
        if nats > _NATS:
            self._found.append(msgspec.structs.replace(one, nats=nats))

    def read(self) -> tuple[Lift, ...]:
        """The most surprising, the first first."""
        ordered = sorted(self._found, key=lambda one: (-one.nats, one.column, one.value, one.label))[:_TOP]
        both = {label: sorted(amounts) for label, amounts in self._both.items()} if ordered else {}
        found = [
            msgspec.structs.replace(one, nats=one.nats - log(max(1, self._tests(both, one.nats)))) for one in ordered
        ]
        return tuple(one for one in found if one.nats > 0)

    def _tests(self, both: dict[str, list[int]], nats: float) -> int:
        """How many values could have been such a surprise, had all their rows been of now."""
        return sum(
            len(amounts) - bisect_left(amounts, _fewest(nats, *self._rows[label])) for label, amounts in both.items()
        )


def _fewest(nats: float, rows: int, before: int) -> int:
    """Rows with a value from which it could be such a surprise."""
    low, high = 1, rows + 1
    while low < high:
        middle = (low + high) // 2
        if _nats(middle, middle, rows, before) >= nats:
            high = middle
        else:
            low = middle + 1
    return low


def _nats(count: int, both: int, rows: int, before: int) -> float:
    """How improbable it is that at least ``count`` of ``both`` rows are among ``rows``, the others among ``before``.

    The tail is bounded by a geometric series from its first term, which is a little too likely and never too unlikely.
    """
    if count > min(both, rows) or both - count > before:
        return inf
    first = _ways(rows, count) + _ways(before, both - count) - _ways(rows + before, both)
    ratio = (rows - count) * (both - count) / ((count + 1) * (before - both + count + 1))
    return max(0.0, -first - log(1 / (1 - ratio))) if ratio < 1 else 0.0


def _ways(of: int, chosen: int) -> float:
    return lgamma(of + 1) - lgamma(chosen + 1) - lgamma(of - chosen + 1)
