"""A table held against what was accepted before: five measures, each of a change."""

from __future__ import annotations

import math

import msgspec

from wardlaw.facts.errors import InputError
from wardlaw.register.checks import CheckKind, CheckOutcome, CheckResult, Figure, Ground, worst
from wardlaw.register.plotdata import PlotData
from wardlaw.register.poisoning.baseline import TableBaseline
from wardlaw.register.poisoning.labels import LEAST_ROWS, LabelDoubts, label_doubts
from wardlaw.register.poisoning.lift import Lift
from wardlaw.register.poisoning.neighbours import Denials, DenialSketch, denials, evenly
from wardlaw.register.poisoning.plotting import shift_plot, trigger_plot
from wardlaw.register.poisoning.shift import (
    Shift,
    ShiftTally,
    compared,
    new_labels,
    shifts,
    surprise,
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
        doubt_delta: Growth of the share of labels in doubt, as a share; ``doubt_z`` the same in standard deviations. Both fail.
        denial_z: Growth of the share of labels that trusted rows deny, in standard deviations.
        trigger: Surprise of one value among the denied, in nats, against a baseline.
        trigger_trusted: The same where there are only trusted rows to compare with, which know few rows of each value.
        doubt_class: Surprise of the labels in doubt of one class, in nats; its share must grow by ``doubt_delta`` too.
        rare: Surprise of a rare value that a class holds twice as often or more, in nats, against a baseline.
        rare_trusted: The same where there are only trusted rows.
    """

    # A quarter above the most that 200 clean versions of five development sets come to (`tools.judge_gates limits`).
    shift_z: float = 5.5
    shift_times: float = 2.0
    doubt_delta: float = 0.01
    doubt_z: float = 5.0
    denial_z: float = 3.0
    trigger: float = 8.0
    trigger_trusted: float = 9.5
    doubt_class: float = 6.5
    rare: float = 5.0  # the rule gives 3.5 beside trusted rows; without them clean versions came to 3.7
    rare_trusted: float = 6.5


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
        self._tally = ShiftTally(plan)
        self.halves = (ShiftTally(plan), ShiftTally(plan))
        self._kept: dict[str, list[str]] = {name: [] for name in (plan.label, *(one.name for one in plan.columns))}
        self._every = 1

    def add(self, columns: Columns, *, halves: bool = False) -> None:
        """Add rows; ``halves`` counts both halves of them apart.

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
        if not halves:
            self._tally.add(columns)
        else:
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

    def counted(self) -> ShiftTally:
        """The counts of all rows."""
        whole = ShiftTally(self.plan)
        for part in (self._tally, *self.halves):
            whole.merge(part)
        return whole

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
        name, data, table.rows, table.counted().sketch(), greatest[0].z if greatest else 0.0,
        label_doubts(table.sample, table.plan), said, by if trusted else "",
    )  # fmt: skip


def trusted_reference(trusted: Columns, label: str, *, name: str, data: str) -> TableReference:
    """Trusted rows as the only reference."""
    table = TableSample(plan_table(trusted, label))
    table.add(trusted, halves=True)
    return TableReference(table_baseline(table, name=name, data=data), trusted, is_version=False)


class ClassDoubts(msgspec.Struct, frozen=True):
    """Labels in doubt of one class, now and before; ``nats`` is how improbable, after as many classes as there are."""

    label: str
    nats: float
    doubted: int
    rows: int
    doubted_before: int
    rows_before: int

    @property
    def grown(self) -> float:
        """Growth of the share."""
        return self.doubted / self.rows - self.doubted_before / self.rows_before


class TableMeasures(msgspec.Struct, frozen=True):
    """What was measured of a table, before anybody says which change is too much.

    Attributes:
        shifts: Values that a class holds more often than before, the most surprising first.
        usual: What the baseline's own halves differ by, in the same unit.
        denied: Trusted neighbours on the labels; None without trusted rows.
        rare: Rare values that a class holds at least twice as often as before, the most surprising first.
        few: Classes of so few rows that nothing is said of them.
    """

    shifts: tuple[Shift, ...]
    usual: float
    strangers: tuple[str, ...]
    doubts: LabelDoubts
    doubts_before: LabelDoubts
    denied: Denials | None = None
    denied_before: DenialSketch | None = None
    has_version: bool = True
    rare: tuple[Lift, ...] = ()
    few: tuple[str, ...] = ()

    @property
    def doubts_z(self) -> float:
        """Growth of the share of labels in doubt, in standard deviations."""
        return two_proportions(
            self.doubts.doubted, self.doubts.rows, self.doubts_before.doubted, self.doubts_before.rows
        )

    @property
    def class_doubts(self) -> tuple[ClassDoubts, ...]:
        """Growth of the labels in doubt class by class, the most surprising first; of classes that both versions have."""
        now, before = self.doubts.classes, self.doubts_before.classes
        found = []
        for label in now.keys() & before.keys():
            z = surprise(*now[label], *before[label])
            nats = z**2 / 2 - math.log(len(now)) if z > 0 else 0.0
            found.append(ClassDoubts(label, max(0.0, nats), *now[label], *before[label]))
        return tuple(sorted(found, key=lambda one: (-one.nats, one.label)))

    @property
    def denial_z(self) -> float:
        """Growth of the share of labels that trusted rows deny, in standard deviations; 0 without trusted rows."""
        if self.denied is None or self.denied_before is None:
            return 0.0
        now, before = self.denied.asked, self.denied_before
        return two_proportions(now.denied, now.rows, before.denied, before.rows)


def measure_table(table: TableSample, reference: TableReference) -> TableMeasures:
    """Measure a table against what it is held against."""
    baseline = reference.baseline
    said, before = None, baseline.denials if reference.is_version else None
    if reference.trusted is not None:
        said = denials(table.sample, reference.trusted, table.plan, before)
    tally = table.counted()
    vouched = None
    if reference.trusted is not None and reference.is_version:
        vouched = ShiftTally(table.plan)
        vouched.add(reference.trusted)
    grown, rare = compared(tally, baseline.shift, vouched)
    doubts = label_doubts(table.sample, table.plan)
    few = {label for label, rows in tally.labels.items() if rows < LEAST_ROWS}
    # A class of a row or two is there by chance or not; one that grew beyond that has to be looked at.
    strangers = tuple(one for one in new_labels(tally, baseline.shift.labels) if one not in few)
    return TableMeasures(
        grown, baseline.shift_z, strangers, doubts, baseline.doubts, said,
        before or (said.trusted if said else None), before is not None, rare, tuple(sorted({*few, *doubts.left_out})),
    )  # fmt: skip


def judge_table(
    measured: TableMeasures, *, limits: PoisonLimits, grounds: tuple[Ground, ...] = ()
) -> tuple[CheckResult, ...]:
    """One result for each measure."""
    results = [_shift(measured, limits), _rare(measured, limits), _doubts(measured, limits)]
    if measured.denied is not None:
        results += [
            _denied(measured, measured.denied, limits),
            _trigger(measured.denied, limits, has_version=measured.has_version),
        ]
    return tuple(msgspec.structs.replace(one, grounds=grounds) for one in results)


def check_table(
    table: TableSample, reference: TableReference, *, limits: PoisonLimits, grounds: tuple[Ground, ...] = ()
) -> tuple[CheckResult, ...]:
    """Measure a table and judge it."""
    return judge_table(measure_table(table, reference), limits=limits, grounds=grounds)


def shift_limit(usual: float, limits: PoisonLimits) -> float:
    """The limit of the shift: what is never chance, and what this data does by itself."""
    return max(limits.shift_z, limits.shift_times * usual)


def _shift(measured: TableMeasures, limits: PoisonLimits) -> CheckResult:
    found, strangers = measured.shifts, measured.strangers
    limit = shift_limit(measured.usual, limits)
    figures = tuple(Figure(_named(one), one.z, limit=limit, count=one.count) for one in found[:_SHOWN])
    plots = (shift_plot(found, limit),)
    if strangers:
        why = f"There are classes the reference does not have: {', '.join(strangers[:_SHOWN])}."
        return _result("shift", CheckOutcome.REVIEW, why, figures, plots)
    if found and found[0].z > limit:
        one = found[0]
        why = (
            f"{one.column} = {one.value} stands in {one.share:.2%} of the rows with {one.label}, "
            f"before in {one.before:.2%} (z {one.z:.1f}, limit {limit:.1f})."
        )
        return _result("shift", CheckOutcome.FAIL, why, figures, plots)
    most = found[0].z if found else 0.0
    said = f"No value of a class grew beyond z {limit:.1f}; the most is {most:.1f}."
    return _result("shift", CheckOutcome.PASS, said, figures, plots)


def _doubts(measured: TableMeasures, limits: PoisonLimits) -> CheckResult:
    now, before = measured.doubts, measured.doubts_before
    if not now.rows or not before.rows:
        return _result(
            "label-doubts", CheckOutcome.REVIEW, "Labels cannot be measured: too few rows, or one class only."
        )
    rate, old = now.doubted / now.rows, before.doubted / before.rows
    z = measured.doubts_z
    figures: tuple[Figure, ...] = (
        Figure("labels in doubt", rate, limit=old + limits.doubt_delta, count=now.rows),
        Figure("labels in doubt before", old, count=before.rows),
    )
    fails = rate - old > limits.doubt_delta and z > limits.doubt_z
    words = f"{rate:.2%} of the labels are in doubt, {old:.2%} before (z {z:.1f})."
    worst_class = next((one for one in measured.class_doubts if one.grown > limits.doubt_delta), None)
    if worst_class is not None:
        one = worst_class
        figures += (Figure(f"labels {one.label} in doubt, nats", one.nats, limit=limits.doubt_class, count=one.rows),)
        if one.nats > limits.doubt_class and not fails:
            fails = True
            share, was = one.doubted / one.rows, one.doubted_before / one.rows_before
            words = f"{share:.2%} of the labels {one.label} are in doubt, {was:.2%} before ({one.nats:.1f} nats)."
    found = _result("label-doubts", CheckOutcome.FAIL if fails else CheckOutcome.PASS, words, figures)
    if not measured.few:
        return found
    named = ", ".join(measured.few[:_SHOWN]) + (" …" if len(measured.few) > _SHOWN else "")
    note = f"Classes of fewer than {LEAST_ROWS} rows, of which nothing can be said, were left out: {named}."
    return msgspec.structs.replace(found, notes=(note,))


def _rare(measured: TableMeasures, limits: PoisonLimits) -> CheckResult:
    limit = limits.rare if measured.has_version else limits.rare_trusted
    found = measured.rare
    figures = tuple(
        Figure(f"{one.column} = {one.value} with {one.label}, nats", one.nats, limit=limit, count=one.count)
        for one in found[:_SHOWN]
    )
    if found and found[0].nats > limit:
        one = found[0]
        why = (
            f"{one.column} = {one.value} stands in {one.count:,} of {one.rows:,} rows with {one.label}, before in "
            f"{one.before:,} of {one.rows_before:,}: so many by chance once in e^{math.ceil(one.nats)}."
        )
        return _result("rare-values", CheckOutcome.FAIL, why, figures)
    why = "No rare value of a class is twice as frequent as before by more than chance."
    return _result("rare-values", CheckOutcome.PASS, why, figures)


def _denied(measured: TableMeasures, said: Denials, limits: PoisonLimits) -> CheckResult:
    now, before, z = said.asked, measured.denied_before or said.trusted, measured.denial_z
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
    plots = (trigger_plot(said.triggers, limit),)
    first = said.triggers[0] if said.triggers else None
    if first is not None and first.surprise > limit:
        why = (
            f"Of {first.rows} rows with {first.column} = {first.value} and {first.label}, trusted neighbours deny "
            f"{first.denied}: so many by chance once in e^{math.ceil(first.surprise)}."
        )
        return _result("trigger", CheckOutcome.FAIL, why, figures, plots)
    why = "No value stands out among the rows that trusted neighbours deny."
    return _result("trigger", CheckOutcome.PASS, why, figures, plots)


def _named(one: Shift) -> str:
    return f"{one.column} = {one.value} with {one.label}"


def _result(
    name: str, outcome: CheckOutcome, why: str, figures: tuple[Figure, ...] = (), plots: tuple[PlotData, ...] = ()
) -> CheckResult:
    step = {
        CheckOutcome.PASS: "",
        CheckOutcome.REVIEW: "Let a person look at it and sign, or have a new reference accepted.",
        CheckOutcome.FAIL: "Look at the rows it names and where they come from; leave them out, or have a person accept them.",
    }[outcome]
    return CheckResult(f"poisoning-{name}", CheckKind.POISONING, outcome, why, step, figures, plots=plots)


def ended(results: tuple[CheckResult, ...]) -> CheckOutcome:
    """How the measures ended together."""
    return worst(results)
