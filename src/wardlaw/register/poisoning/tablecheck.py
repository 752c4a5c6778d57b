"""A table held against what was accepted before: four measures, each of a change."""

from __future__ import annotations

import math

import msgspec

from wardlaw.facts.errors import InputError
from wardlaw.register.checks import CheckKind, CheckOutcome, CheckResult, Figure, Ground, worst
from wardlaw.register.poisoning.baseline import TableBaseline
from wardlaw.register.poisoning.labels import LabelDoubts, label_doubts
from wardlaw.register.poisoning.neighbours import Denials, denials, evenly
from wardlaw.register.poisoning.shift import (
    Shift,
    ShiftSketch,
    ShiftTally,
    new_labels,
    shifts,
    two_proportions,
)
from wardlaw.register.poisoning.table import Columns, TablePlan, plan_table

SAMPLE_ROWS = 20_000
"""Rows that are kept for what needs whole rows; shifts are counted over all of them."""
_SHOWN = 5


class PoisonLimits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From where a change is a failure.

    Attributes:
        shift_z: Least surprise of a value in a class that fails; and at least ``shift_times`` that of the baseline itself.
        doubt_delta: Growth of the share of labels in doubt, as a share; it must also be more than chance (z of 3).
        denial_z: Growth of the share of labels that trusted rows deny, in standard deviations.
        trigger: Surprise of one value among the denied, in nats, against a baseline.
        trigger_trusted: The same where there are only trusted rows to compare with, which know few rows of each value.
    """

    # Adult and digits, clean versions: at most 4.0; with a backdoor in 0.5 % of Adult at least 7.5 (docs/gates.md).
    shift_z: float = 6.0
    shift_times: float = 2.0
    doubt_delta: float = 0.01
    denial_z: float = 3.0
    # Clean versions at most 6; backdoors in 0.5 % mostly above 11, in 1 % above 17. Trusted rows alone: clean up to 20.
    trigger: float = 9.0
    trigger_trusted: float = 35.0


class TableReference(msgspec.Struct, frozen=True):
    """What a table is held against.

    Attributes:
        baseline: What was accepted before; made of the trusted rows when there is none.
        trusted: Trusted rows; None when only the baseline is there.
        is_version: The baseline is of an earlier version of the data, not of the trusted rows.
    """

    baseline: TableBaseline
    trusted: Columns | None = None
    is_version: bool = True


class TableSample:
    """A table as it streams by: everything counted, and an even sample of its rows kept."""

    def __init__(self, plan: TablePlan) -> None:
        self.plan = plan
        self.rows = 0
        self.tally = ShiftTally(plan)
        self.halves = (ShiftTally(plan), ShiftTally(plan))
        self._kept: dict[str, list[str]] = {name: [] for name in (plan.label, *(one.name for one in plan.columns))}
        self._every = 1

    def add(self, columns: Columns, *, halves: bool = False) -> None:
        """Add rows; ``halves`` counts both halves of them too.

        Raises:
            InputError: A column of the plan is missing (WL-DAT-005).
        """
        missing = [name for name in self._kept if name not in columns]
        if missing:
            raise InputError(
                "WL-DAT-005",
                f"The data lacks {', '.join(missing)}, which the reference has.",
                "Give data with the same columns, or have a new reference accepted.",
            )
        size = len(columns[self.plan.label])
        self.tally.add(columns)
        if halves:
            for at, half in enumerate(self.halves):
                half.add({name: columns[name][at::2] for name in self._kept})
        begin = -self.rows % self._every
        for name in self._kept:
            self._kept[name].extend(columns[name][begin :: self._every])
        self.rows += size
        while len(self._kept[self.plan.label]) > 2 * SAMPLE_ROWS:
            # INVARIANT: what is kept is every n-th row from the first, so that no part of the file is left out.
            self._every *= 2
            self._kept = {name: kept[::2] for name, kept in self._kept.items()}

    @property
    def sample(self) -> Columns:
        """The rows kept."""
        return evenly(self._kept, SAMPLE_ROWS)


def table_baseline(
    table: TableSample, *, name: str, data: str, trusted: Columns | None = None, by: str = ""
) -> TableBaseline:
    """What to keep of a table that was accepted; its rows must have been added with ``halves``."""
    first, second = table.halves
    greatest = shifts(second, first.sketch())
    said = denials(table.sample, trusted, table.plan).asked if trusted else None
    return TableBaseline(
        name, data, table.rows, table.tally.sketch(), greatest[0].z if greatest else 0.0,
        label_doubts(table.sample, table.plan), said, by if trusted else "",
    )  # fmt: skip


def trusted_reference(trusted: Columns, label: str, *, name: str, data: str) -> TableReference:
    """Trusted rows as the only reference."""
    table = TableSample(plan_table(trusted, label))
    table.add(trusted, halves=True)
    return TableReference(table_baseline(table, name=name, data=data), trusted, is_version=False)


def check_table(
    table: TableSample, reference: TableReference, *, limits: PoisonLimits, grounds: tuple[Ground, ...] = ()
) -> tuple[CheckResult, ...]:
    """One result for each measure."""
    baseline = reference.baseline
    results = [_shift(table, baseline.shift, baseline.shift_z, limits), _doubts(table, baseline.doubts, limits)]
    if reference.trusted is not None:
        before = baseline.denials if reference.is_version else None
        said = denials(table.sample, reference.trusted, table.plan, before)
        results += [
            _denied(said, reference, limits),
            _trigger(said, limits, has_version=before is not None),
        ]
    return tuple(msgspec.structs.replace(one, grounds=grounds) for one in results)


def _shift(table: TableSample, before: ShiftSketch, usual: float, limits: PoisonLimits) -> CheckResult:
    found = shifts(table.tally, before)
    limit = max(limits.shift_z, limits.shift_times * usual)
    figures = tuple(Figure(_named(one), one.z, limit=limit, count=one.count) for one in found[:_SHOWN])
    strangers = new_labels(table.tally, before.labels)
    if strangers:
        why = f"There are classes the reference does not have: {', '.join(strangers[:_SHOWN])}."
        return _result("shift", CheckOutcome.REVIEW, why, figures)
    if found and found[0].z > limit:
        one = found[0]
        why = (
            f"{one.column} = {one.value} stands in {one.share:.2%} of the rows with {one.label}, "
            f"before in {one.before:.2%} (z {one.z:.1f}, limit {limit:.1f})."
        )
        return _result("shift", CheckOutcome.FAIL, why, figures)
    most = found[0].z if found else 0.0
    return _result(
        "shift", CheckOutcome.PASS, f"No value of a class grew beyond z {limit:.1f}; the most is {most:.1f}.", figures
    )


def _doubts(table: TableSample, before: LabelDoubts, limits: PoisonLimits) -> CheckResult:
    now = label_doubts(table.sample, table.plan)
    if not now.rows or not before.rows:
        return _result(
            "label-doubts", CheckOutcome.REVIEW, "Labels cannot be measured: too few rows, or one class only."
        )
    rate, old = now.doubted / now.rows, before.doubted / before.rows
    z = two_proportions(now.doubted, now.rows, before.doubted, before.rows)
    figures = (
        Figure("labels in doubt", rate, limit=old + limits.doubt_delta, count=now.rows),
        Figure("labels in doubt before", old, count=before.rows),
    )
    fails = rate - old > limits.doubt_delta and z > limits.denial_z
    words = f"{rate:.2%} of the labels are in doubt, {old:.2%} before (z {z:.1f})."
    return _result("label-doubts", CheckOutcome.FAIL if fails else CheckOutcome.PASS, words, figures)


def _denied(said: Denials, reference: TableReference, limits: PoisonLimits) -> CheckResult:
    before = reference.baseline.denials if reference.is_version else None
    before = before or said.trusted
    now = said.asked
    z = two_proportions(now.denied, now.rows, before.denied, before.rows)
    rate, old = now.denied / max(1, now.rows), before.denied / max(1, before.rows)
    figures = (
        Figure("labels that trusted neighbours deny", rate, count=now.rows),
        Figure("z", z, limit=limits.denial_z),
    )
    words = f"Trusted neighbours deny {rate:.2%} of the labels, {old:.2%} before (z {z:.1f})."
    outcome = CheckOutcome.FAIL if z > limits.denial_z else CheckOutcome.PASS
    return _result("neighbours", outcome, words, figures)


def _trigger(said: Denials, limits: PoisonLimits, *, has_version: bool) -> CheckResult:
    limit = limits.trigger if has_version else limits.trigger_trusted
    figures = tuple(
        Figure(f"{one.column} = {one.value} with {one.label}, denied", one.surprise, limit=limit, count=one.rows)
        for one in said.triggers[:_SHOWN]
    )
    first = said.triggers[0] if said.triggers else None
    if first is not None and first.surprise > limit:
        why = (
            f"Of {first.rows} rows with {first.column} = {first.value} and {first.label}, trusted neighbours deny "
            f"{first.denied}: so many by chance once in e^{math.ceil(first.surprise)}."
        )
        return _result("trigger", CheckOutcome.FAIL, why, figures)
    return _result(
        "trigger", CheckOutcome.PASS, "No value stands out among the rows that trusted neighbours deny.", figures
    )


def _named(one: Shift) -> str:
    return f"{one.column} = {one.value} with {one.label}"


def _result(name: str, outcome: CheckOutcome, why: str, figures: tuple[Figure, ...] = ()) -> CheckResult:
    step = {
        CheckOutcome.PASS: "",
        CheckOutcome.REVIEW: "Let a person look at it and sign, or have a new reference accepted.",
        CheckOutcome.FAIL: "Look at the rows it names and where they come from; leave them out, or have a person accept them.",
    }[outcome]
    return CheckResult(f"poisoning-{name}", CheckKind.POISONING, outcome, why, step, figures)


def ended(results: tuple[CheckResult, ...]) -> CheckOutcome:
    """How the measures ended together."""
    return worst(results)
