"""Tables of decisions for the tests, and the plain slow way to their figures."""

from __future__ import annotations

from collections import Counter

from wardlaw.register.bias.counts import BiasCounts, Label, cell, counted


def counts_of(rows: list[tuple[tuple[str, ...], bool, Label]], attributes: tuple[str, ...] = ("sex",)) -> BiasCounts:
    return counted(attributes, Counter((groups, cell(label, predicted=said)) for groups, said, label in rows))


def rows_of(group: str, *, kept: int, of: int, label: Label = Label.YES) -> list[tuple[tuple[str, ...], bool, Label]]:
    """``kept`` favourable answers of ``of``, all with one label."""
    return [((group,), index < kept, label) for index in range(of)]


def slow_rates(rows: list[tuple[tuple[str, ...], bool, Label]]) -> dict[tuple[str, ...], tuple[float | None, ...]]:
    """Selection, true positive and false positive rate of each group, row by row."""
    found: dict[tuple[str, ...], tuple[float | None, ...]] = {}
    for group in sorted({one[0] for one in rows}):
        mine = [one for one in rows if one[0] == group]
        parts = (mine, [one for one in mine if one[2] is Label.YES], [one for one in mine if one[2] is Label.NO])
        found[group] = tuple(sum(one[1] for one in part) / len(part) if part else None for part in parts)
    return found
