"""An evidence report as one value: what the law asks, how each clause stands and why, and what happened in a period."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime

import msgspec

from wardlaw.evidence.attestation import Attestation
from wardlaw.evidence.coverage import Line, coverage
from wardlaw.evidence.observed import Approved, CanaryStanding
from wardlaw.evidence.survey import Survey
from wardlaw.facts.breakglass import BreakGlass
from wardlaw.facts.canary import CanaryOutcome, CanaryRun
from wardlaw.facts.clauselife import LifeEvent, SignOff
from wardlaw.facts.waiver import Waiver
from wardlaw.governance.frameworks.control import Control, controls_for
from wardlaw.governance.frameworks.framework import AppliesFrom, Framework, LawSource
from wardlaw.register.system import System


class Period(msgspec.Struct, frozen=True):
    """Days, UTC; the day ``until`` is the first that is not part of it."""

    since: date
    until: date

    @property
    def begin(self) -> float:
        """Unix seconds."""
        return _midnight(self.since)

    @property
    def end(self) -> float:
        """Unix seconds."""
        return _midnight(self.until)


class ProvisionSaid(msgspec.Struct, frozen=True):
    """A provision in plain words, its days and how each is known, and the controls that answer it."""

    id: str
    title: str
    summary: str
    fine: str
    dates: tuple[AppliesFrom, ...]
    controls: tuple[str, ...]


class FrameworkSaid(msgspec.Struct, frozen=True):
    """The edition of the law or standard the report speaks of."""

    id: str
    title: str
    version: str
    as_of: date
    source: str
    licence: str
    caveat: str
    notice: str
    sources: tuple[LawSource, ...]
    provisions: tuple[ProvisionSaid, ...]


class ClauseSaid(msgspec.Struct, frozen=True):
    """A clause that is published now: its text's digest, who signed it off, how its canaries stand."""

    id: str
    title: str
    mode: str
    digest: str
    owner: str
    approved: Approved
    canaries: tuple[CanaryStanding, ...]


class Gap(msgspec.Struct, frozen=True):
    """A record of the log that says others are missing; ``at`` Unix seconds."""

    record: str
    at: float
    gateway: str
    facts: dict[str, str | int]


class Happened(msgspec.Struct, frozen=True):
    """What happened in the period; times in Unix seconds.

    Attributes:
        records: How many records of each kind the log has.
        effects: How many decisions came to each effect.
        cut: Lists that are longer than is told here.
    """

    records: dict[str, int]
    effects: dict[str, int]
    gaps: tuple[Gap, ...]
    canary_runs: tuple[CanaryRun, ...]
    waivers: tuple[Waiver, ...]
    break_glass: tuple[BreakGlass, ...]
    attestations: tuple[Attestation, ...]
    life: tuple[LifeEvent, ...]
    sign_offs: tuple[SignOff, ...]
    cut: tuple[str, ...] = ()


class NamedRecord(msgspec.Struct, frozen=True):
    """A record the report rests on; when ``is_proven``, entry and proof lie in ``proofs/``, else ``note`` says why not."""

    id: str
    why: str
    is_proven: bool = False
    leaf_index: int = -1
    note: str = ""


class Report(msgspec.Struct, frozen=True):
    """Everything. States are of ``made_at``; only what ``happened`` tells is of the period.

    Attributes:
        made_at: Unix seconds.
        day: The day on which the law was asked.
        log_size: Records in the log when it was counted.
        states: How many lines have each state.
        lines: Every provision for every system.
        clause_lines: Every published clause for every system.
    """

    made_at: float
    origin: str
    made_with: str
    period: Period
    day: date
    log_size: int
    framework: FrameworkSaid
    systems: tuple[System, ...]
    applicable: int
    proven: int
    attested: int
    percent: float
    states: dict[str, int]
    lines: tuple[Line, ...]
    clause_lines: tuple[Line, ...]
    clauses: tuple[ClauseSaid, ...]
    happened: Happened
    records: tuple[NamedRecord, ...]


def framework_said(framework: Framework, controls: tuple[Control, ...]) -> FrameworkSaid:
    """The framework as a report tells it."""
    provisions = tuple(
        ProvisionSaid(
            one.id,
            one.title,
            one.summary,
            one.fine,
            one.dates,
            tuple(control.id for control in controls_for(f"{framework.id}:{one.id}", controls)),
        )
        for one in framework.provisions
    )
    return FrameworkSaid(
        framework.id, framework.title, framework.version, framework.as_of, framework.source, framework.licence,
        framework.caveat, framework.notice, framework.sources, provisions,
    )  # fmt: skip


def clauses_said(survey: Survey) -> tuple[ClauseSaid, ...]:
    """The published clauses as a report tells them."""
    heard = survey.heard
    return tuple(
        ClauseSaid(
            one.id,
            one.title,
            one.mode.value,
            one.digest,
            one.owner,
            heard.approved.get(one.id, Approved()),
            heard.canaries.get(one.id, ()),
        )
        for one in survey.running
    )


def named_records(survey: Survey, happened: Happened) -> tuple[NamedRecord, ...]:
    """The records a report rests on, each once, by id.

    Gaps, every failed canary, the newest canary of each clause, route and outcome, and the last stop of each clause.
    """
    found: dict[str, str] = {}
    for gap in happened.gaps:
        found.setdefault(gap.record, "says that records are missing")
    seen: set[tuple[str, str, CanaryOutcome]] = set()
    for run in happened.canary_runs:  # the newest first
        place = (run.clause, run.route, run.outcome)
        if place in seen and run.outcome is not CanaryOutcome.FAIL:
            continue
        seen.add(place)
        found.setdefault(run.decision, f"canary of {run.clause} on {run.route}: {run.outcome.value}")
    for clause, standings in survey.heard.canaries.items():
        for one in standings:
            found.setdefault(one.record, f"newest canary of {clause} on {one.route}")
    for running in survey.running:
        for listed in survey.systems:
            last = survey.observed(running, listed).counts.last_fired
            found.setdefault(last, f"{running.id} acted on traffic of {listed.system.id}")
    found.pop("", None)
    return tuple(NamedRecord(name, why) for name, why in sorted(found.items()))


def make_report(
    survey: Survey,
    lines: tuple[tuple[Line, ...], tuple[Line, ...]],
    framework: FrameworkSaid,
    happened: Happened,
    *,
    period: Period,
    made_by: tuple[str, str, int],
) -> Report:
    """The report, its records not proven yet.

    Args:
        lines: Of the framework's provisions, and of the clauses.
        made_by: Origin of the log, program that made it, and how many records were counted.
    """
    found = coverage(lines[0])
    origin, made_with, log_size = made_by
    return Report(
        made_at=survey.now,
        origin=origin,
        made_with=made_with,
        period=period,
        day=survey.day,
        log_size=log_size,
        framework=framework,
        systems=tuple(one.system for one in survey.systems),
        applicable=found.applicable,
        proven=found.proven,
        attested=found.attested,
        percent=found.percent,
        states=_counts(lines[0]),
        lines=lines[0],
        clause_lines=lines[1],
        clauses=clauses_said(survey),
        happened=happened,
        records=named_records(survey, happened),
    )


def _counts(lines: Iterable[Line]) -> dict[str, int]:
    return dict(sorted(Counter(one.state.value for one in lines).items()))


def _midnight(day: date) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
