"""What the nearest trusted rows say of each row's label, and whether one value stands out among those they deny."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from math import log

import msgspec
import numpy as np
import numpy.typing as npt

from wardlaw.register.poisoning.shift import digest, surprise
from wardlaw.register.poisoning.table import Columns, Encoder, Floats, TablePlan

NEIGHBOURS = 10
"""Measured on Adult and digits (backdoors of 1 to 10 %): found 88 to 100 % of the poisoned rows."""
MOST_TRUSTED, MOST_ASKED = 6_000, 20_000
"""Rows compared at most; of more, as many are taken evenly."""
_BATCH_CELLS = 4_000_000  # distances held at once, 16 MB
_LAYERS = 12  # into which distances are folded, so that few have to be sorted
# Chosen on the development sets of tools/judge_gates, where they part triggers from clean versions best.
_PRIOR = 60.0  # rows of its class that stand behind a value of which nothing is known
_ENOUGH_ROWS = 1.0  # rows of its own at which they count half: some values are always denied

Flags = npt.NDArray[np.bool_]


class Trigger(msgspec.Struct, frozen=True):
    """A value whose rows bear a label that trusted neighbours deny, far more often than the class does otherwise.

    Attributes:
        surprise: How improbable, as the natural logarithm of one in so many, after all comparisons that were made.
    """

    column: str
    value: str
    label: str
    surprise: float
    denied: int
    rows: int


class DenialSketch(msgspec.Struct, frozen=True):
    """How many labels trusted neighbours deny, in all, of each class and of each value in a class.

    Attributes:
        labels: Denied and asked of each class.
        values: The same by digest of column, value and class; it names nothing by itself.
    """

    denied: int
    rows: int
    labels: dict[str, tuple[int, int]]
    values: dict[str, tuple[int, int]]


class Denials(msgspec.Struct, frozen=True):
    """What trusted neighbours said of rows, and what they say of each other."""

    asked: DenialSketch
    trusted: DenialSketch
    triggers: tuple[Trigger, ...] = ()


def evenly(columns: Columns, most: int) -> Columns:
    """At most so many rows, taken evenly over all."""
    size = len(next(iter(columns.values()), ()))
    if size <= most:
        return columns
    places = np.linspace(0, size - 1, most).astype(np.int64).tolist()
    return {name: [values[place] for place in places] for name, values in columns.items()}


def denials(columns: Columns, trusted: Columns, plan: TablePlan, baseline: DenialSketch | None = None) -> Denials:
    """Ask the nearest trusted rows about each row.

    Args:
        baseline: What they said of an earlier version; None to hold the rows against the trusted ones alone.
    """
    trusted, asked = evenly(trusted, MOST_TRUSTED), evenly(columns, MOST_ASKED)
    encoder = Encoder(trusted, plan)
    known = encoder.encode(trusted)
    at = {label: place for place, label in enumerate(sorted({*trusted[plan.label], *asked[plan.label]}))}
    labels = np.array([at[label] for label in trusted[plan.label]])
    mine = np.array([at[label] for label in asked[plan.label]])
    denied = _denied(encoder.encode(asked), mine, known, labels, itself=False)
    among = _denied(known, labels, known, labels, itself=True)
    now, old = _sketch(asked, denied, plan), _sketch(trusted, among, plan)
    return Denials(now, old, _triggers((asked, denied), baseline or old, plan))


def _denied(
    rows: Floats, mine: npt.NDArray[np.int64], known: Floats, labels: npt.NDArray[np.int64], *, itself: bool
) -> Flags:
    """Whether most of the nearest rows have another label; ``itself`` leaves each row out of its own neighbours."""
    lengths = (known**2).sum(axis=1)
    found = np.zeros(len(rows), dtype=bool)
    step = max(1, _BATCH_CELLS // len(known))
    for begin in range(0, len(rows), step):
        some = rows[begin : begin + step]
        distances = lengths - 2 * (some @ known.T)  # the row's own length is the same for all
        if itself:
            distances[np.arange(len(some)), np.arange(begin, begin + len(some))] = np.inf
        at, near = _nearest(distances, min(NEIGHBOURS, len(known) - int(itself)))
        alike = labels[near] == mine[begin : begin + step][at]
        own = np.bincount(at, weights=alike, minlength=len(some))
        found[begin : begin + step] = own * 2 < np.bincount(at, minlength=len(some))
    return found


def _nearest(distances: Floats, count: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Rows and, for each, the places of its nearest: all that are as near as the last of ``count``, whatever their order."""
    rows, size = distances.shape
    folded = size // _LAYERS
    # INVARIANT: the count-th least of the folded is no less than the count-th least of all, so none is lost.
    least = distances[:, : folded * _LAYERS].reshape(rows, _LAYERS, folded).min(axis=1) if folded > count else distances
    at, places = np.nonzero(distances <= np.partition(least, count - 1, axis=1)[:, count - 1 : count])
    near = distances[at, places]
    begins = np.concatenate([[0], np.cumsum(np.bincount(at, minlength=rows))[:-1]])
    last = near[np.lexsort((near, at))][begins + count - 1]
    kept = near <= last[at]
    return at[kept], places[kept]


def _triggers(asked: tuple[Columns, Flags], before: DenialSketch, plan: TablePlan) -> tuple[Trigger, ...]:
    """Values whose rows are denied so often that chance does not explain it."""
    found = []
    tests = 0
    for column, value, label, hits, rows in _amounts(*asked, plan):
        tests += 1
        class_hits, class_rows = before.labels.get(label, (0, 0))
        old_hits, old_rows = before.values.get(digest(column, f"{label}\0{value}"), (0, 0))
        # One more of each: a class that is never denied among thirty rows may still be denied once in thirty.
        usual = (class_hits + 1) / (class_rows + 2)
        # What is usual in the class speaks for a value only as long as its own rows do not. Both shares are uncertain, so
        # they are compared as two samples: a few rows of before must not make what came after look impossible.
        weight = _PRIOR / (1 + old_rows / _ENOUGH_ROWS)
        z = surprise(hits, rows, old_hits + weight * usual, old_rows + weight)
        if z > 0:
            found.append(Trigger(column, value, label, z**2 / 2, hits, rows))
    cost = log(max(1, tests))
    ordered = sorted(found, key=lambda one: (-one.surprise, one.column, one.value))[:10]
    return tuple(msgspec.structs.replace(one, surprise=one.surprise - cost) for one in ordered if one.surprise > cost)


def _sketch(columns: Columns, denied: Flags, plan: TablePlan) -> DenialSketch:
    labels = columns[plan.label]
    rows = Counter(labels)
    hits = Counter(label for label, flag in zip(labels, denied.tolist(), strict=True) if flag)
    values = {
        digest(column, f"{label}\0{value}"): (hit, row)
        for column, value, label, hit, row in _amounts(columns, denied, plan)
    }
    return DenialSketch(int(denied.sum()), len(labels), {one: (hits[one], rows[one]) for one in sorted(rows)}, values)


def _amounts(columns: Columns, denied: Flags, plan: TablePlan) -> Iterator[tuple[str, str, str, int, int]]:
    """For each counted column, value and class: how many labels were denied, and of how many."""
    labels, flags = columns[plan.label], denied.tolist()
    for column in plan.columns:
        if not column.counted:
            continue
        rows = Counter(zip(labels, columns[column.name], strict=True))
        hits = Counter(
            pair for pair, flag in zip(zip(labels, columns[column.name], strict=True), flags, strict=True) if flag
        )
        for (label, value), amount in rows.items():
            yield column.name, value, label, hits[label, value], amount
