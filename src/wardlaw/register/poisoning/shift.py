"""Which value of which column a class holds more often than it did: how a trigger shows in the margins of a table."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from heapq import nsmallest
from itertools import pairwise
from math import log, sqrt

import msgspec
import numpy as np

from wardlaw.register.poisoning.heavy import HeavyCounts
from wardlaw.register.poisoning.lift import Lift, LiftTally
from wardlaw.register.poisoning.table import ColumnPlan, Columns, TablePlan, is_missing, numbers

MOST_VALUES, MOST_PAIRS = 100_000, 2_000_000
"""Values with a class that are told apart while rows stream by, of one column and of all; of more, the rarest are let go."""
_LEAST_VALUES = 1_000
_MISSING, _NO_NUMBER = "(missing)", "(no number)"
_DIGEST_BYTES = 8
_TOP = 20


class Shift(msgspec.Struct, frozen=True):
    """One value that a class holds more often than before.

    Attributes:
        z: How surprising, in standard deviations.
        share, before: Of the rows of the class.
    """

    column: str
    value: str
    label: str
    z: float
    share: float
    before: float
    count: int


class ShiftSketch(msgspec.Struct, frozen=True):
    """How often each class holds each value. Values are kept as digests: it holds no row, and names nothing by itself.

    Attributes:
        labels: Rows of each class.
        values: For each digest of column and value, the rows of each class, in the order of ``labels``.
        lost: By column, how many rows a value that is not there may have had in a class; none where every value was kept.
    """

    plan: TablePlan
    labels: dict[str, int]
    values: dict[str, tuple[int, ...]]
    lost: dict[str, int] = {}


class ShiftTally:
    """Counts rows as they stream by."""

    def __init__(self, plan: TablePlan, *, most_values: int = MOST_VALUES) -> None:
        self.plan = plan
        self.labels: Counter[str] = Counter()
        most = min(most_values, max(_LEAST_VALUES, MOST_PAIRS // max(1, len(plan.columns))))
        self._columns = {column.name: HeavyCounts[tuple[str, str]](most) for column in plan.columns}

    def add(self, columns: Columns) -> None:
        """Add rows."""
        labels = columns[self.plan.label]
        self.labels.update(labels)
        for column in self.plan.columns:
            values = columns[column.name] if column.counted else _ranges(column, columns[column.name])
            self._columns[column.name].update(zip(labels, values, strict=True))

    def merge(self, other: ShiftTally) -> None:
        """Add what another has counted of other rows, by the same plan."""
        self.labels.update(other.labels)
        for name, counts in other._columns.items():
            self._columns[name].merge(counts)

    @property
    def lost(self) -> dict[str, int]:
        """By column, by how much a count may be too low; of those only where something was let go."""
        return {name: counts.lost for name, counts in self._columns.items() if counts.lost}

    def amounts(self) -> dict[tuple[str, str], Counter[str]]:
        """For each column and value, the rows of each class; of counted numbers their ranges too."""
        found: dict[tuple[str, str], Counter[str]] = {}
        for column in self.plan.columns:
            amounts = self._columns[column.name].counts
            pairs = list(amounts)
            for (label, value), amount in amounts.items():
                shown = _MISSING if is_missing(value) else value.strip()
                found.setdefault((column.name, shown), Counter())[label] += amount
            if column.numeric and column.counted:
                for (label, _), range_, amount in zip(
                    pairs, _ranges(column, [value for _, value in pairs]), amounts.values(), strict=True
                ):
                    found.setdefault((column.name, range_), Counter())[label] += amount
        return found

    def sketch(self) -> ShiftSketch:
        """What is kept of the rows."""
        order = sorted(self.labels)
        values = {
            digest(*name): tuple(amounts[label] for label in order) for name, amounts in sorted(self.amounts().items())
        }
        return ShiftSketch(self.plan, {label: self.labels[label] for label in order}, values, self.lost)


def shifts(tally: ShiftTally, baseline: ShiftSketch) -> tuple[Shift, ...]:
    """Values that a class holds more often than in the baseline, the most surprising first."""
    return compared(tally, baseline)[0]


def compared(
    tally: ShiftTally, baseline: ShiftSketch, trusted: ShiftTally | None = None
) -> tuple[tuple[Shift, ...], tuple[Lift, ...]]:
    """Values that a class holds more often than in the baseline, and the rare ones that no chance explains.

    Args:
        trusted: Trusted rows beside the baseline. Only rare values are held against them too: how often those stand in
            a class is known from few rows, and more of them tell more.
    """
    order = list(baseline.labels)
    nothing = (0,) * len(order)
    found = []
    lifts = LiftTally()
    nobody: Counter[str] = Counter()
    vouched, known = (trusted.amounts(), trusted.labels) if trusted is not None else ({}, nobody)
    for (column, value), amounts in tally.amounts().items():
        before = dict(zip(order, baseline.values.get(digest(column, value), nothing), strict=True))
        lost = baseline.lost.get(column, 0)
        for label, count in amounts.items():
            rows, rows_before = tally.labels[label], baseline.labels.get(label, 0)
            if not rows_before:
                continue  # a class that is new is told by itself
            # A count of before may be too low; that of now too, but a change is told only where it is one in any case.
            old = min(rows_before, before.get(label, 0) + lost)
            also, more = vouched.get((column, value), nobody)[label], known[label]
            lifts.add(Lift(column, value, label, 0.0, count, rows, old + also, rows_before + more))
            z = surprise(count, rows, old, rows_before)
            if z > 0:
                found.append(Shift(column, value, label, z, count / rows, old / rows_before, count))
    return tuple(nsmallest(_TOP, found, key=lambda one: (-one.z, one.column, one.value, one.label))), lifts.read()


def surprise(count: float, rows: float, before: float, rows_before: float) -> float:
    """How much more often than before, in standard deviations: the signed root of the likelihood ratio of two shares.

    It holds where counts are small, where the usual test of two proportions does not (Wilks 1938).
    """
    share, old = count / rows, before / rows_before
    both = (count + before) / (rows + rows_before)
    ratio = _likelihood(count, rows, share, both) + _likelihood(before, rows_before, old, both)
    return (1 if share >= old else -1) * sqrt(max(0.0, 2 * ratio))


def two_proportions(count: int, rows: int, before: int, rows_before: int) -> float:
    """The usual z of two shares; 0 where it says nothing."""
    if not rows or not rows_before:
        return 0.0
    both = (count + before) / (rows + rows_before)
    error = both * (1 - both) * (1 / rows + 1 / rows_before)
    return (count / rows - before / rows_before) / sqrt(error) if error > 0 else 0.0


def digest(column: str, value: str) -> str:
    """The name of a value in a sketch."""
    return hashlib.blake2b(f"{column}\0{value}".encode(), digest_size=_DIGEST_BYTES).hexdigest()


def new_labels(tally: ShiftTally, labels: Mapping[str, int]) -> tuple[str, ...]:
    """Classes that the baseline does not have."""
    return tuple(sorted(set(tally.labels) - set(labels)))


def _likelihood(count: float, rows: float, share: float, both: float) -> float:
    """What the share of its own explains better than the common one, in nats."""
    gained = count * log(share / both) if count else 0.0
    rest = rows - count
    return gained + (rest * log((1 - share) / (1 - both)) if rest > 0 else 0.0)


def _ranges(column: ColumnPlan, values: Sequence[str]) -> list[str]:
    """The tenth each number lies in, as counted in the trusted rows."""
    found = numbers(values)
    edges = np.array(column.edges)
    places = np.searchsorted(edges, found, side="right")
    names = [f"below {edges[0]:g}", *(f"{low:g} to {high:g}" for low, high in pairwise(edges))]
    names.append(f"above {edges[-1]:g}")
    places = np.where(found == edges[-1], len(edges) - 1, places)
    known = np.isfinite(found)
    return [
        names[place] if there else _MISSING if is_missing(value) else _NO_NUMBER
        for place, there, value in zip(places.tolist(), known.tolist(), values, strict=True)
    ]
