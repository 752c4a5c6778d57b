"""All figures of one table of counts: each group's rates, and how far apart the groups lie."""

from __future__ import annotations

from itertools import combinations

import msgspec
import numpy as np

from wardlaw.register.bias.counts import JOINED, BiasCounts, folding, matrix
from wardlaw.register.bias.rates import (
    Array,
    BiasMetric,
    disparity,
    false_positive_rate,
    selection_rate,
    true_positive_rate,
)
from wardlaw.register.bias.resampling import ROUNDS, Measured, intervals, resample

MIN_GROUP_N = 100
"""Groups below are shown apart: of 100 people, a share of a half is known to ± 10 points."""
_PART_OF_MIN = 10
"""Of the favourable, and of the unfavourable, labels a group needs this part of the least size to be compared."""

Grouping = tuple[str, ...]


class GroupRates(msgspec.Struct, frozen=True):
    """One group.

    Attributes:
        name: Its value, or values joined: ``Female x Black``.
        count: How many decisions; ``positives`` and ``negatives`` are those whose label is known.
        apart: Too small to be compared; its rates are shown and decide nothing.
    """

    name: str
    count: int
    positives: int
    negatives: int
    selection: Measured
    true_positives: Measured
    false_positives: Measured
    apart: bool = False


class GroupingReport(msgspec.Struct, frozen=True):
    """The groups of one attribute, or of an intersection.

    Attributes:
        unlabelled: Names of groups large enough, of which too few labels are known to compare what needs labels.
    """

    grouping: str
    groups: tuple[GroupRates, ...]
    disparities: dict[BiasMetric, Measured]
    unlabelled: tuple[str, ...] = ()

    @property
    def apart(self) -> tuple[GroupRates, ...]:
        """Groups too small to be compared."""
        return tuple(group for group in self.groups if group.apart)


class BiasReport(msgspec.Struct, frozen=True):
    """Everything that was measured; the same counts and seed give the same figures."""

    total: int
    selected: int
    labelled: int
    min_group_n: int
    rounds: int
    seed: int
    groupings: tuple[GroupingReport, ...]


def all_groupings(attributes: tuple[str, ...]) -> tuple[Grouping, ...]:
    """Each attribute, and each pair of them."""
    return (*((name,) for name in attributes), *combinations(attributes, 2))


def measure_bias(
    counts: BiasCounts,
    *,
    groupings: tuple[Grouping, ...] = (),
    min_group_n: int = MIN_GROUP_N,
    rounds: int = ROUNDS,
    seed: int,
) -> BiasReport:
    """Measure counts.

    Args:
        groupings: By which attributes; empty for each and each pair.
        seed: Of the resamples.
    """
    cells = matrix(counts)
    resampled = resample(cells, rounds=rounds, seed=seed)
    parts = tuple(
        _grouping(counts, grouping, (cells, resampled), min_group_n)
        for grouping in groupings or all_groupings(counts.attributes)
    )
    sums = cells.sum(axis=1)
    return BiasReport(
        total=int(sums.sum()),
        selected=int(sums[1] + sums[3] + sums[5]),
        labelled=int(sums[:4].sum()),
        min_group_n=min_group_n,
        rounds=rounds,
        seed=seed,
        groupings=parts,
    )


def _grouping(counts: BiasCounts, grouping: Grouping, drawn: tuple[Array, Array], least: int) -> GroupingReport:
    names, fold = folding(counts, grouping)
    cells, resampled = drawn[0] @ fold.T, np.matmul(fold, drawn[1])
    sizes, no, yes = cells.sum(axis=0), cells[0] + cells[1], cells[2] + cells[3]
    large = sizes >= least
    enough = max(1, least // _PART_OF_MIN)
    labelled = large & (yes >= enough) & (no >= enough)
    measures = (selection_rate, true_positive_rate, false_positive_rate)
    points, draws = [rate(cells) for rate in measures], [rate(resampled) for rate in measures]
    shares = [intervals(point, draw) for point, draw in zip(points, draws, strict=True)]
    groups = tuple(
        GroupRates(
            name=name, count=int(sizes[i]), positives=int(yes[i]), negatives=int(no[i]),
            selection=shares[0][i], true_positives=shares[1][i], false_positives=shares[2][i], apart=not bool(large[i]),
        )
        for i, name in enumerate(names)
    )  # fmt: skip
    disparities = {}
    for metric in BiasMetric:
        taking_part = labelled if metric.needs_labels else large
        disparities[metric] = (
            _disparity(metric, [one[taking_part] for one in points], [one[taking_part] for one in draws])
            if taking_part.sum() > 1
            else Measured(None)
        )
    unlabelled = tuple(name for i, name in enumerate(names) if large[i] and not labelled[i])
    return GroupingReport(JOINED.join(grouping), groups, disparities, unlabelled)


def _disparity(metric: BiasMetric, points: list[Array], draws: list[Array]) -> Measured:
    value, resampled = disparity(metric, *points), disparity(metric, *draws)
    return intervals(np.atleast_1d(value), resampled[None, :])[0]
