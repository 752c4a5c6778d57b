"""Outcomes of decisions as counts by group. Nothing of one person is kept, so counts may be stored, added and shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum

import msgspec
import numpy as np
import numpy.typing as npt

CELLS = 6
"""Counts of a group: label no, yes, unknown; and for each, prediction no, yes."""
JOINED = " x "
"""Between the attributes, and the values, of an intersection."""
MISSING = "(not given)"
"""The group of those of whom the attribute is not known. They are a group like any other, never dropped."""

Counts = npt.NDArray[np.float64]


class Label(StrEnum):
    """What turned out to be right; ``unknown`` while nobody can know yet."""

    NO = "no"
    YES = "yes"
    UNKNOWN = "unknown"


_PLACE = {Label.NO: 0, Label.YES: 2, Label.UNKNOWN: 4}


class LiveOutcome(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One decision about one person, as it is told.

    Attributes:
        groups: Attribute to value, such as ``{"sex": "Female"}``.
        predicted: Whether the favourable answer was given.
        label: What turned out to be right.
        settles: It was told before without a label, and now has one.
        on: The day it was made, UTC; None for today.
    """

    groups: dict[str, str]
    predicted: bool
    label: Label = Label.UNKNOWN
    settles: bool = False
    on: date | None = None


class GroupCount(msgspec.Struct, frozen=True):
    """The counts of one group; ``values`` in the order of the attributes."""

    values: tuple[str, ...]
    cells: tuple[int, int, int, int, int, int]

    @property
    def total(self) -> int:
        """How many decisions."""
        return sum(self.cells)


class BiasCounts(msgspec.Struct, frozen=True):
    """Counts of decisions for every combination of the attributes that was met."""

    attributes: tuple[str, ...]
    groups: tuple[GroupCount, ...] = ()

    @property
    def total(self) -> int:
        """How many decisions."""
        return sum(group.total for group in self.groups)


def cell(label: Label, *, predicted: bool) -> int:
    """The place of a decision among a group's counts."""
    return _PLACE[label] + int(predicted)


def counted(attributes: tuple[str, ...], amounts: Mapping[tuple[tuple[str, ...], int], int]) -> BiasCounts:
    """Counts from amounts by values and cell."""
    table: dict[tuple[str, ...], list[int]] = {}
    for (values, place), amount in amounts.items():
        table.setdefault(values, [0] * CELLS)[place] += amount
    groups = (GroupCount(values, _six(cells)) for values, cells in sorted(table.items()) if any(cells))
    return BiasCounts(attributes, tuple(groups))


def changes_of(outcome: LiveOutcome, attributes: tuple[str, ...]) -> tuple[tuple[tuple[str, ...], int, int], ...]:
    """What one outcome changes in the counts: values, cell, and by how much.

    A label that comes later takes its decision out of those whose label is unknown.
    """
    values = tuple(outcome.groups.get(name, "").strip() or MISSING for name in attributes)
    told = (values, cell(outcome.label, predicted=outcome.predicted), 1)
    if not outcome.settles or outcome.label is Label.UNKNOWN:
        return (told,)
    return (told, (values, cell(Label.UNKNOWN, predicted=outcome.predicted), -1))


def merged(parts: Iterable[BiasCounts]) -> BiasCounts:
    """Counts of several parts together, such as the days of a window; all of the same attributes."""
    attributes: tuple[str, ...] = ()
    amounts: dict[tuple[tuple[str, ...], int], int] = {}
    for part in parts:
        if attributes and part.attributes != attributes:
            raise ValueError(f"counts by {part.attributes} cannot be added to counts by {attributes}")
        attributes = part.attributes
        for group in part.groups:
            for place, amount in enumerate(group.cells):
                amounts[group.values, place] = amounts.get((group.values, place), 0) + amount
    return counted(attributes, amounts)


def matrix(counts: BiasCounts) -> Counts:
    """The counts as numbers: the six cells by the combinations of attributes."""
    return np.array([group.cells for group in counts.groups], dtype=np.float64).reshape(-1, CELLS).T


def folding(counts: BiasCounts, grouping: tuple[str, ...]) -> tuple[tuple[str, ...], Counts]:
    """The names of the groups by some of the attributes, and the matrix (groups by combinations) that adds them up."""
    places = [counts.attributes.index(name) for name in grouping]
    names = [JOINED.join(group.values[place] for place in places) for group in counts.groups]
    distinct = tuple(sorted(set(names)))
    at = {name: index for index, name in enumerate(distinct)}
    fold = np.zeros((len(distinct), len(names)))
    for column, name in enumerate(names):
        fold[at[name], column] = 1.0
    return distinct, fold


def _six(cells: list[int]) -> tuple[int, int, int, int, int, int]:
    no_no, no_yes, yes_no, yes_yes, open_no, open_yes = cells
    return no_no, no_yes, yes_no, yes_yes, open_no, open_yes
