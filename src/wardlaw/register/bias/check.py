"""The rule that decides: by the end of the interval that speaks against, never by the figure alone."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Annotated

import msgspec

from wardlaw.facts.errors import InputError
from wardlaw.register.bias.counts import JOINED, BiasCounts
from wardlaw.register.bias.measure import (
    MIN_GROUP_N,
    BiasReport,
    Grouping,
    GroupingReport,
    all_groupings,
    measure_bias,
)
from wardlaw.register.bias.plotting import bias_plots
from wardlaw.register.bias.rates import BiasMetric
from wardlaw.register.bias.reading import ReadDecisions
from wardlaw.register.bias.resampling import Measured
from wardlaw.register.checks import CheckKind, CheckOutcome, CheckResult, Figure, Ground

FOUR_FIFTHS = 0.8
"""Least ratio of selection rates: 29 CFR 1607.4(D), the four-fifths rule."""
_MOST_FIGURES = 200
_MOST_NAMED = 6

LIMITS = {
    BiasMetric.DEMOGRAPHIC_PARITY_RATIO: FOUR_FIFTHS,
    BiasMetric.EQUALIZED_ODDS_RATIO: FOUR_FIFTHS,
    # As in the example of a gate; no law names a number here, so a company sets its own.
    BiasMetric.DEMOGRAPHIC_PARITY_DIFFERENCE: 0.1,
    BiasMetric.EQUALIZED_ODDS_DIFFERENCE: 0.1,
}
_SHORT = {
    BiasMetric.DEMOGRAPHIC_PARITY_RATIO: "the lowest selection rate over the highest",
    BiasMetric.DEMOGRAPHIC_PARITY_DIFFERENCE: "the distance between selection rates",
    BiasMetric.EQUALIZED_ODDS_RATIO: "the lowest rate of right or wrong yeses over the highest",
    BiasMetric.EQUALIZED_ODDS_DIFFERENCE: "the distance between rates of right or wrong yeses",
}


class SmallGroups(StrEnum):
    """What groups do that are too small to be compared."""

    REVIEW = "review"  # a person must look: what cannot be measured is no pass
    APART = "apart"  # they are told, and the others decide


class BiasRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rule of a gate, or over live decisions.

    Attributes:
        limit: The least ratio, or the greatest difference; None for the usual one.
        groups: ``sex``, ``sex x race``; empty for each attribute and each pair.
    """

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[a-z0-9][a-z0-9._-]*$(?!\n)")] = "bias"
    metric: BiasMetric = BiasMetric.DEMOGRAPHIC_PARITY_RATIO
    limit: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    groups: Annotated[tuple[Annotated[str, msgspec.Meta(max_length=512)], ...], msgspec.Meta(max_length=32)] = ()
    min_group_n: Annotated[int, msgspec.Meta(ge=2, le=1_000_000)] = MIN_GROUP_N
    small_groups: SmallGroups = SmallGroups.REVIEW

    @property
    def bound(self) -> float:
        """The limit in force."""
        return LIMITS[self.metric] if self.limit is None else self.limit


class BiasAnswer(msgspec.Struct, frozen=True):
    """What came of a check, with all it measured."""

    result: CheckResult
    report: BiasReport


def groupings_of(rule: BiasRule, attributes: tuple[str, ...]) -> tuple[Grouping, ...]:
    """Which attributes the rule compares by.

    Raises:
        InputError: It names one that there is not (WL-BIA-005).
    """
    wanted = tuple(tuple(part.strip() for part in name.split(JOINED)) for name in rule.groups)
    unknown = sorted({part for grouping in wanted for part in grouping} - set(attributes))
    if unknown:
        raise InputError(
            "WL-BIA-005",
            f"The rule {rule.id} groups by {', '.join(unknown)}, which the data does not have.",
            f"The data has {', '.join(attributes) or 'no attribute'}.",
        )
    return wanted or all_groupings(attributes)


def check_bias(read: ReadDecisions, rule: BiasRule, *, seed: int, grounds: tuple[Ground, ...] = ()) -> BiasAnswer:
    """Measure decisions and judge them by a rule.

    Raises:
        InputError: The rule names an attribute that there is not (WL-BIA-005).
    """
    groupings = groupings_of(rule, read.counts.attributes)
    report = measure_bias(read.counts, groupings=groupings, min_group_n=rule.min_group_n, seed=seed)
    return BiasAnswer(judge_bias(report, rule, unanswered=read.unanswered, grounds=grounds), report)


def check_counts(counts: BiasCounts, rule: BiasRule, *, seed: int) -> BiasAnswer:
    """The same of counts that were kept, such as of live decisions."""
    return check_bias(ReadDecisions(counts), rule, seed=seed)


def judge_bias(
    report: BiasReport, rule: BiasRule, *, unanswered: int = 0, grounds: tuple[Ground, ...] = ()
) -> CheckResult:
    """Pass when the interval keeps the limit, fail when it lies beyond, else review."""
    doubts = _doubts(report, rule, unanswered)
    judged = [(one, _judge(one.disparities[rule.metric], rule)) for one in report.groupings]
    failed = [one for one, outcome in judged if outcome is CheckOutcome.FAIL]
    open_ones = [one for one, outcome in judged if outcome is CheckOutcome.REVIEW]
    notes = (*_notes(report), *doubts)
    if failed:
        outcome, why = CheckOutcome.FAIL, _said(failed, rule)
        step = "Find why these groups are answered differently, mend the data or the model, and measure again."
    elif open_ones:
        outcome, why = CheckOutcome.REVIEW, _said(open_ones, rule)
        step = "Measure more decisions, or let a person look at these groups and sign."
    elif doubts:
        outcome, why, step = CheckOutcome.REVIEW, doubts[0], "Let a person look, or have the rest measured too."
    else:
        outcome, step = CheckOutcome.PASS, ""
        why = f"{_SHORT[rule.metric].capitalize()} keeps {rule.bound:g} by {_names(report.groupings)}."
    plots = bias_plots(report, rule.metric, rule.bound)
    return CheckResult(rule.id, CheckKind.BIAS, outcome, why, step, _figures(report, rule), grounds, notes, plots)


def _judge(measured: Measured, rule: BiasRule) -> CheckOutcome:
    if measured.value is None or measured.low is None or measured.high is None:
        return CheckOutcome.REVIEW
    if not all(map(math.isfinite, (measured.value, measured.low, measured.high))):
        return CheckOutcome.REVIEW
    if rule.metric.is_ratio:
        kept, broken = measured.low >= rule.bound, measured.high < rule.bound
    else:
        kept, broken = measured.high <= rule.bound, measured.low > rule.bound
    return CheckOutcome.PASS if kept else CheckOutcome.FAIL if broken else CheckOutcome.REVIEW


def _doubts(report: BiasReport, rule: BiasRule, unanswered: int) -> tuple[str, ...]:
    """Why the figures do not speak for everybody."""
    found = []
    if report.selected in (0, report.total):
        found.append(f"All {report.total:,} answers are alike, so nothing can be compared.")
    if rule.metric.needs_labels and not report.labelled:
        found.append("No label is known, so nobody can say which answers were right.")
    if unanswered:
        found.append(f"{unanswered:,} rows have no answer and are in no figure.")
    for one in report.groupings:
        if rule.metric.needs_labels and one.unlabelled:
            found.append(f"By {one.grouping}, too few labels of one kind are known of {_list(one.unlabelled)}.")
        if rule.small_groups is SmallGroups.REVIEW and one.apart:
            found.append(
                f"By {one.grouping}, {_list(tuple(group.name for group in one.apart))} cannot be measured: "
                f"fewer than {rule.min_group_n} decisions."
            )
    return tuple(found)


def _notes(report: BiasReport) -> tuple[str, ...]:
    said = f"{report.total:,} decisions, {report.labelled:,} with a label"
    notes = [f"{said}; intervals of 95 % from {report.rounds:,} resamples, seed {report.seed}."]
    for one in report.groupings:
        if one.apart:
            count = sum(group.count for group in one.apart)
            names = _list(tuple(f"{group.name} ({group.count})" for group in one.apart))
            notes.append(
                f"By {one.grouping}, apart because smaller than {report.min_group_n}: {names}; {count:,} in all."
            )
    return tuple(notes)


def _said(groupings: list[GroupingReport], rule: BiasRule) -> str:
    words = []
    for one in groupings[:_MOST_NAMED]:
        measured = one.disparities[rule.metric]
        if measured.value is None:
            words.append(f"by {one.grouping} it cannot be measured")
        elif measured.low is None:
            words.append(f"by {one.grouping} it is {measured.value:.3f}, without an interval")
        else:
            words.append(f"by {one.grouping} it is {measured.value:.3f} ({measured.low:.3f}–{measured.high:.3f})")
    verb = "at least" if rule.metric.is_ratio else "at most"
    return f"{_SHORT[rule.metric].capitalize()} should be {verb} {rule.bound:g}: {'; '.join(words)}."


def _figures(report: BiasReport, rule: BiasRule) -> tuple[Figure, ...]:
    """The figure that decides first, then the rates of each group."""
    figures = [
        Figure(f"{rule.metric} by {one.grouping}", m.value, m.low, m.high, rule.bound)
        for one in report.groupings
        if (m := one.disparities[rule.metric]).value is not None
    ]
    for one in report.groupings:
        for group in one.groups:
            figures += _rates(one.grouping, group.name, (
                ("selection rate", group.selection, group.count),
                ("true positive rate", group.true_positives, group.positives),
                ("false positive rate", group.false_positives, group.negatives),
            ))  # fmt: skip
    return tuple(figures[:_MOST_FIGURES])


def _rates(grouping: str, name: str, rates: tuple[tuple[str, Measured, int], ...]) -> list[Figure]:
    return [
        Figure(f"{what} of {name} (by {grouping})", measured.value, measured.low, measured.high, count=count)
        for what, measured, count in rates
        if measured.value is not None
    ]


def _names(groupings: tuple[GroupingReport, ...]) -> str:
    return _list(tuple(one.grouping for one in groupings))


def _list(names: tuple[str, ...]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
