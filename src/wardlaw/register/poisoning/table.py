"""Tables as columns of text: what kind each column is, and rows as numbers that can be compared."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from wardlaw.facts.errors import DataError

Floats = npt.NDArray[np.float32]
Columns = Mapping[str, Sequence[str]]

MOST_CLASSES = 200
"""Classes of a label: more are numbers, and nothing here measures those."""
_NUMBERS = 0.95  # of the values that are there: a column of numbers may hold a few words
_DISCRETE = 2_000  # different numbers of a column that are counted one by one; more only by their range
_MOST_VALUES = 100  # of a category that get a place of their own as a feature; the others share one
_BINS = 10
_MISSING = frozenset({"", "nan", "na", "n/a", "null", "none", "?"})


class ColumnPlan(msgspec.Struct, frozen=True):
    """How one column is read.

    Attributes:
        numeric: It holds numbers; ``edges`` are then the ends of its tenths, lowest to highest.
        counted: Its values are counted one by one.
    """

    name: str
    numeric: bool = False
    counted: bool = True
    edges: tuple[float, ...] = ()


class TablePlan(msgspec.Struct, frozen=True):
    """How a table is read. Made once from trusted rows, so that later rows cannot change it."""

    label: str
    columns: tuple[ColumnPlan, ...]


def plan_table(columns: Columns, label: str) -> TablePlan:
    """How to read a table, from a sample of its rows.

    Raises:
        DataError: There is no such label (WL-DAT-002), it has one class or too many (WL-DAT-003), or no row (WL-DAT-001).
    """
    if label not in columns:
        raise DataError("WL-DAT-002", f"There is no column {label}.", f"There are {', '.join(list(columns)[:20])}.")
    if not columns[label]:
        raise DataError("WL-DAT-001", "There is no row in the data.", "Give a file with rows.")
    classes = len(set(columns[label]))
    if not 2 <= classes <= MOST_CLASSES:
        raise DataError(
            "WL-DAT-003", f"The label {label} has {classes} classes; 2 to {MOST_CLASSES} can be measured.",
            "Name another column with --label.",
        )  # fmt: skip
    return TablePlan(label, tuple(_plan(name, values) for name, values in columns.items() if name != label))


def numbers(values: Sequence[str]) -> npt.NDArray[np.float64]:
    """Values as numbers; NaN for what is none."""
    try:
        return np.array(values, dtype=np.float64)  # a column without a gap is read at once
    except ValueError:
        return np.array([_number(value) for value in values])


def is_missing(value: str) -> bool:
    """Whether a value says that there is none."""
    return value.strip().casefold() in _MISSING


class Encoder:
    """Rows as numbers: numbers by their spread, categories by a place for each value."""

    def __init__(self, columns: Columns, plan: TablePlan) -> None:
        self._plan = plan
        self._scales: dict[str, tuple[float, float]] = {}
        self._values: dict[str, dict[str, int]] = {}
        for column in plan.columns:
            if column.numeric:
                found = numbers(columns[column.name])
                known = found[np.isfinite(found)]
                spread = float(known.std()) if known.size else 0.0
                self._scales[column.name] = (float(known.mean()) if known.size else 0.0, spread or 1.0)
            else:
                met, amounts = np.unique(np.array(columns[column.name], dtype=object).astype(str), return_counts=True)
                order = np.argsort(-amounts, kind="stable")[:_MOST_VALUES]
                self._values[column.name] = {str(met[index]): place for place, index in enumerate(order)}

    def encode(self, columns: Columns) -> Floats:
        """A row of numbers for each row."""
        parts: list[Floats] = []
        for column in self._plan.columns:
            values = columns[column.name]
            if column.numeric:
                middle, spread = self._scales[column.name]
                # Four spreads: one extreme number must not outweigh everything else that two rows share.
                scaled = np.clip((np.nan_to_num(numbers(values), nan=middle) - middle) / spread, -4, 4)
                parts.append(scaled[:, None].astype(np.float32))
                continue
            known = self._values[column.name]
            places = np.fromiter((known.get(value, len(known)) for value in values), dtype=np.int64, count=len(values))
            block = np.zeros((len(values), len(known) + 1), dtype=np.float32)
            block[np.arange(len(values)), places] = 1.0
            parts.append(block)
        return np.concatenate(parts, axis=1) if parts else np.zeros((0, 0), dtype=np.float32)


def _plan(name: str, values: Sequence[str]) -> ColumnPlan:
    distinct = set(values)
    there = [value for value in distinct if not is_missing(value)]
    known = [number for value in there if math.isfinite(number := _number(value))]
    if len(there) < 2 or len(known) < _NUMBERS * len(there):
        return ColumnPlan(name)
    found = numbers(values)
    edges = np.quantile(found[np.isfinite(found)], np.linspace(0, 1, _BINS + 1))
    few = len(distinct) <= _DISCRETE and len(distinct) < len(values) / 2
    return ColumnPlan(name, numeric=True, counted=few, edges=tuple(float(edge) for edge in np.unique(edges)))


def _number(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        return math.nan
