"""What is drawn of a bias check: the rates it compares, by group, with the line that the rule draws."""

from __future__ import annotations

from collections.abc import Callable

from wardlaw.register.bias.measure import BiasReport, GroupingReport, GroupRates
from wardlaw.register.bias.rates import BiasMetric
from wardlaw.register.bias.resampling import Measured
from wardlaw.register.plotdata import PlotBar, PlotData, PlotUnit, plotted, shortened

_Rate = Callable[[GroupRates], tuple[Measured, int]]

_SELECTION: tuple[str, _Rate] = (
    "How often each group gets the favourable answer",
    lambda one: (one.selection, one.count),
)
_ODDS: tuple[tuple[str, _Rate], ...] = (
    ("How often those get it who should", lambda one: (one.true_positives, one.positives)),
    ("How often those get it who should not", lambda one: (one.false_positives, one.negatives)),
)


def bias_plots(report: BiasReport, metric: BiasMetric, bound: float) -> tuple[PlotData, ...]:
    """The rates that a rule compares; for odds those of both kinds of people.

    Args:
        bound: The limit of the rule, by which the line is drawn below the highest rate of a grouping.
    """
    said = (
        f"The line is {bound:g} times the highest rate of the groups that are compared."
        if metric.is_ratio
        else f"The line is {bound:g} below the highest rate of the groups that are compared."
    )
    reading = f"Marks with 95 % intervals, highest first. {said} Hollow marks are groups too small to be compared."
    return tuple(
        plotted(
            title, reading, PlotUnit.SHARE,
            tuple(bar for one in report.groupings for bar in _bars(one, rate, metric=metric, bound=bound)),
        )
        for title, rate in (_ODDS if metric.needs_labels else (_SELECTION,))
    )  # fmt: skip


def _bars(report: GroupingReport, rate: _Rate, *, metric: BiasMetric, bound: float) -> list[PlotBar]:
    outside = set(report.unlabelled) if metric.needs_labels else set()
    found = []
    for group in report.groups:
        measured, count = rate(group)
        if measured.value is not None:
            found.append((group.apart or group.name in outside, measured.value, measured, group.name, count))
    compared = [value for apart, value, *_ in found if not apart]
    line = None
    if len(compared) > 1:
        line = max(compared) * bound if metric.is_ratio else max(0.0, max(compared) - bound)
    return [
        PlotBar(
            shortened(name), value, measured.low, measured.high, None if apart else line, count,
            beyond=not apart and line is not None and value < line, apart=apart,
            section=shortened(f"by {report.grouping}"),
        )
        for apart, value, measured, name, count in sorted(found, key=lambda one: (one[0], -one[1], one[3]))
    ]  # fmt: skip
