"""What the nearest trusted rows say of each row's label, and whether one value stands out among those they deny."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from math import log

import msgspec
import numpy as np
import numpy.typing as npt

from wardlaw.register.poisoning.shift import digest
from wardlaw.register.poisoning.table import Columns, Encoder, Floats, TablePlan

NEIGHBOURS = 10
"""Measured on Adult and digits (backdoors of 1 to 10 %): found 88 to 100 % of the poisoned rows."""
MOST_TRUSTED, MOST_ASKED = 6_000, 20_000
"""Rows compared at most; of more, as many are taken evenly."""
_BATCH_CELLS = 4_000_000  # distances held at once, 16 MB
_PRIOR = 20.0  # rows of a class that stand behind what is expected of a value, beside its own rows of the baseline
_ENOUGH_ROWS = 10  # of a value, at which its class counts half
_PRIOR_TRUSTED = 3.0  # the same where there are only trusted rows: few of each value, so these must count for more

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
    classes = sorted({*trusted[plan.label], *asked[plan.label]})
    at = {label: place for place, label in enumerate(classes)}
    labels = np.array([at[label] for label in trusted[plan.label]])
    mine = np.array([at[label] for label in asked[plan.label]])
    denied = _denied(encoder.encode(asked), mine, known, labels, itself=False)
    among = _denied(known, labels, known, labels, itself=True)
    now, old = _sketch(asked, denied, plan), _sketch(trusted, among, plan)
    prior = _PRIOR if baseline else _PRIOR_TRUSTED
    return Denials(now, old, _triggers((asked, denied), baseline or old, plan, prior))


def _denied(
    rows: Floats, mine: npt.NDArray[np.int64], known: Floats, labels: npt.NDArray[np.int64], *, itself: bool
) -> Flags:
    """Whether most of the nearest rows have another label; ``itself`` leaves each row out of its own neighbours."""
    count = min(NEIGHBOURS, len(known) - int(itself))
    lengths = (known**2).sum(axis=1)
    classes = int(max(labels.max(), mine.max())) + 1
    found = np.zeros(len(rows), dtype=bool)
    step = max(1, _BATCH_CELLS // len(known))
    for begin in range(0, len(rows), step):
        some = rows[begin : begin + step]
        distances = lengths - 2 * (some @ known.T)  # the row's own length is the same for all
        if itself:
            distances[np.arange(len(some)), np.arange(begin, begin + len(some))] = np.inf
        nearest = labels[np.argpartition(distances, count - 1, axis=1)[:, :count]]
        votes = (nearest[:, :, None] == np.arange(classes)).sum(axis=1) if classes <= 16 else _votes(nearest, classes)
        own = votes[np.arange(len(some)), mine[begin : begin + step]]
        found[begin : begin + step] = own * 2 < count
    return found


def _votes(nearest: npt.NDArray[np.int64], classes: int) -> npt.NDArray[np.int64]:
    votes = np.zeros((len(nearest), classes), dtype=np.int64)
    np.add.at(votes, (np.arange(len(nearest))[:, None], nearest), 1)
    return votes


def _triggers(asked: tuple[Columns, Flags], before: DenialSketch, plan: TablePlan, prior: float) -> tuple[Trigger, ...]:
    """Values whose rows are denied so often that chance does not explain it."""
    found = []
    tests = 0
    for column, value, label, hits, rows in _amounts(*asked, plan):
        tests += 1
        class_hits, class_rows = before.labels.get(label, (0, 0))
        old_hits, old_rows = before.values.get(digest(column, f"{label}\0{value}"), (0, 0))
        # One more of each: a class that is never denied among thirty rows may still be denied once in thirty.
        usual = (class_hits + 1) / (class_rows + 2)
        # What is usual in the class speaks for a value only as long as its own rows do not: some values are always denied.
        # One denial is always reckoned with, so that a value never denied among many may be denied a few times.
        weight = max(prior / (1 + old_rows / _ENOUGH_ROWS), 1 / usual)
        surprise = _excess(hits, rows, (old_hits + weight * usual) / (old_rows + weight)) if hits else 0.0
        if surprise > 0:
            found.append(Trigger(column, value, label, surprise, hits, rows))
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


def _excess(hits: int, rows: int, rate: float) -> float:
    """How improbable so many hits are, as -log of a bound of the binomial tail (Chernoff; exact enough above the mean)."""
    share = hits / rows
    if share <= rate:
        return 0.0
    divergence = share * log(share / rate) + ((1 - share) * log((1 - share) / (1 - rate)) if share < 1 else 0.0)
    return rows * divergence
