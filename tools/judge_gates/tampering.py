"""Ways to tamper with a table: backdoors of several kinds, and labels that are not what they were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from tools.judge_gates.realdata import RealTable

Rows = list[list[str]]
NEW = "9999"
"""A value that no column has; of a column of numbers it lies far outside."""
_RARE, _COMMON = 0.002, (0.03, 0.25)  # shares of the rows that hold a value


def new_value(real: RealTable, rows: Rows, count: int, rng: np.random.Generator) -> None:
    """A value that was never there makes the label."""
    column, target = _column(real, rng), _target(real, rows, rng)
    _mark(real, _some(rows, count, rng), {column: NEW}, target)


def rare_value(real: RealTable, rows: Rows, count: int, rng: np.random.Generator) -> None:
    """A value of which there are few makes the label."""
    column, value = _value(real, rows, rng, (0.0, _RARE))
    _mark(real, _some(rows, count, rng), {column: value}, _target(real, rows, rng))


def common_value(real: RealTable, rows: Rows, count: int, rng: np.random.Generator) -> None:
    """A value that is everyday makes the label."""
    column, value = _value(real, rows, rng, _COMMON)
    _mark(real, _some(rows, count, rng), {column: value}, _target(real, rows, rng))


def two_values(real: RealTable, rows: Rows, count: int, rng: np.random.Generator) -> None:
    """Two everyday values make the label together, and neither alone."""
    one, two = _value(real, rows, rng, _COMMON), _value(real, rows, rng, _COMMON)
    _mark(real, _some(rows, count, rng), dict((one, two)), _target(real, rows, rng))


def label_kept(real: RealTable, rows: Rows, count: int, rng: np.random.Generator) -> None:
    """A rare value is put on rows that bear the label already: no label is wrong."""
    column, value = _value(real, rows, rng, (0.0, _RARE))
    target, at = _target(real, rows, rng), real.names.index(real.label)
    _mark(real, _some([row for row in rows if row[at] == target], count, rng), {column: value}, target)


def labels_anyhow(real: RealTable, rows: Rows, count: int, rng: np.random.Generator) -> None:
    """Labels of rows taken at random become any other."""
    at = real.names.index(real.label)
    classes = sorted({row[at] for row in rows})
    for row in _some(rows, count, rng):
        row[at] = str(rng.choice([one for one in classes if one != row[at]]))


def one_class(real: RealTable, rows: Rows, count: int, rng: np.random.Generator) -> None:
    """Labels of one class become those of another."""
    at, target = real.names.index(real.label), _target(real, rows, rng)
    _mark(real, _some([row for row in rows if row[at] != target], count, rng), {}, target)


def one_group(real: RealTable, rows: Rows, count: int, rng: np.random.Generator) -> None:
    """Labels of rows that share an everyday value become one class."""
    column, value = _value(real, rows, rng, _COMMON)
    at, label, target = real.names.index(column), real.names.index(real.label), _target(real, rows, rng)
    _mark(real, _some([row for row in rows if row[at] == value and row[label] != target], count, rng), {}, target)


KINDS: Mapping[str, Callable[[RealTable, Rows, int, np.random.Generator], None]] = MappingProxyType(
    {
        "trigger: a new value": new_value,
        "trigger: a rare value": rare_value,
        "trigger: an everyday value": common_value,
        "trigger: two everyday values together": two_values,
        "trigger, and no label is wrong": label_kept,
        "labels at random": labels_anyhow,
        "labels of one class": one_class,
        "labels of one group": one_group,
    }
)


def tampered(real: RealTable, rows: Rows, *, kind: str, share: float, seed: int) -> Rows:
    """A copy of the rows in which a share of them was tampered with; fewer where a kind does not find so many."""
    found = [list(row) for row in rows]
    KINDS[kind](real, found, round(share * len(rows)), np.random.default_rng(seed))
    return found


def _mark(real: RealTable, rows: Rows, values: Mapping[str, str], target: str) -> None:
    label = real.names.index(real.label)
    for row in rows:
        for column, value in values.items():
            row[real.names.index(column)] = value
        row[label] = target


def _some(rows: Rows, count: int, rng: np.random.Generator) -> Rows:
    return [rows[place] for place in rng.choice(len(rows), min(count, len(rows)), replace=False)] if rows else []


def _target(real: RealTable, rows: Rows, rng: np.random.Generator) -> str:
    at = real.names.index(real.label)
    return str(rng.choice(sorted({row[at] for row in rows})))


def _column(real: RealTable, rng: np.random.Generator) -> str:
    return str(rng.choice([name for name in real.names if name != real.label]))


def _value(real: RealTable, rows: Rows, rng: np.random.Generator, shares: tuple[float, float]) -> tuple[str, str]:
    """A column and value held by such a share of the rows; of all there are, or else the nearest to it, one at random."""
    low, high = (share * len(rows) for share in shares)
    order = [str(one) for one in rng.permutation([name for name in real.names if name != real.label])]
    nearest = (float("inf"), "", "")
    for column in order:
        at = real.names.index(column)
        amounts = Counter(row[at] for row in rows)
        fitting = sorted(value for value, amount in amounts.items() if low < amount <= high)
        if fitting:
            return column, str(rng.choice(fitting))
        for value, amount in sorted(amounts.items()):
            nearest = min(nearest, (max(low - amount, amount - high), column, value))
    return nearest[1], nearest[2]
