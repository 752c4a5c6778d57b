"""Coverage, and the trail from a provision to one decision of the log with its proof."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec
from litestar import get
from litestar.params import FromPath, QueryParameter

from wardlaw.console.api.deps import CoverageDesk
from wardlaw.console.api.desk import Call, Given, Turn
from wardlaw.evidence.coverage import Line, coverage
from wardlaw.evidence.observed import CanaryStanding, Counts
from wardlaw.evidence.survey import Survey, carriers, worst_first
from wardlaw.facts.errors import InputError, WardlawError
from wardlaw.governance.frameworks.control import controls_for
from wardlaw.governance.problems import did_you_mean
from wardlaw.store.records import get_record
from wardlaw.store.systems import living_system

_Day = Annotated[date | None, QueryParameter(name="as_of")]
_Name = Annotated[str, QueryParameter(max_length=64)]


class CoverageAnswer(msgspec.Struct, frozen=True):
    """Coverage, and how much of the log it rests on.

    Attributes:
        percent: Proven of applicable.
        day: The day on which the law was asked.
        counted: Records counted so far, of ``log_end``; while it is less there are no lines yet: ask again.
        since: From when traffic counts, Unix seconds.
    """

    applicable: int
    proven: int
    attested: int
    percent: float
    clauses: tuple[Line, ...]
    day: date
    counted: int
    log_end: int
    since: float


class ProvenDecision(msgspec.Struct, frozen=True):
    """A decision at the end of a trail.

    Attributes:
        leaf_index: Its place in the log; -1 where the tables do not hold it.
        is_proven: A checkpoint covers it, so that its inclusion can be proven.
        note: Why not yet.
    """

    id: str
    at: float
    leaf_index: int
    is_proven: bool
    note: str = ""


class ClauseTrail(msgspec.Struct, frozen=True):
    """One clause for one system, down to a decision.

    Attributes:
        controls: What it carries out, of what was asked for.
        canaries: How they stand, by route.
        decision: The newest by which it is known: of its canary, or of its traffic; None when there is none.
    """

    line: Line
    title: str
    owner: str
    mode: str
    digest: str
    controls: tuple[str, ...]
    counts: Counts
    canaries: tuple[CanaryStanding, ...]
    decision: ProvenDecision | None


class Trail(msgspec.Struct, frozen=True):
    """From what was asked for to decisions of the log.

    Attributes:
        asked: Id of a clause or control, or ``<framework>:<id>``.
        title: What it asks, in short.
        lines: How it stands, by system; empty for a control.
        controls: Controls that answer it, each with its title.
        clauses: The clauses that carry them out.
    """

    asked: str
    title: str
    lines: tuple[Line, ...]
    controls: tuple[tuple[str, str], ...]
    clauses: tuple[ClauseTrail, ...]


class _Aim(msgspec.Struct, frozen=True):
    """What a trail leads through: ids of clauses with the controls each carries out."""

    title: str
    controls: tuple[tuple[str, str], ...]
    clauses: dict[str, tuple[str, ...]]
    framework: str = ""


@get("/coverage", operation_id="coverage.get", summary="Which clauses a live control enforces today")
async def show_coverage(call: Given, framework: _Name = "", day: _Day = None) -> CoverageAnswer:
    """Every published clause for every system, or every provision of one framework."""

    def work(turn: Turn) -> CoverageAnswer:
        desk = call.deps.coverage
        survey, counted = desk.survey(turn.connection, day)
        lines = desk.lines(turn.connection, survey, framework)
        # Half a log would show clauses better, or worse, than they are.
        found = coverage(worst_first(lines) if counted.end >= counted.log_end else ())
        return CoverageAnswer(
            found.applicable, found.proven, found.attested, found.percent, found.clauses, survey.day, counted.end,
            counted.log_end, counted.since,
        )  # fmt: skip

    return await call.read(work)


@get("/evidence/{asked:str}", operation_id="evidence.trail", summary="From a clause to a decision with its proof")
async def show_trail(call: Given, asked: FromPath[str], system: _Name = "") -> Trail:
    """Framework clause, controls, clauses, canaries, decisions: each with what leads on."""

    def work(turn: Turn) -> Trail:
        desk = call.deps.coverage
        if system:
            living_system(turn.connection, system)
        survey, _ = desk.survey(turn.connection)
        if system:
            survey = msgspec.structs.replace(
                survey, systems=tuple(one for one in survey.systems if one.system.id == system)
            )
        aim = _aim(desk, turn, survey, asked)
        ref = asked if ":" in asked else ""
        lines = tuple(
            one
            for one in desk.lines(turn.connection, survey, aim.framework)
            if one.clause == asked or (ref and one.clause == ref)
        )
        trails = tuple(
            _trail(call, turn, survey, (running.id, listed.system.id), aim.clauses[running.id])
            for running in survey.running
            if running.id in aim.clauses
            for listed in survey.systems
        )
        return Trail(asked, aim.title, lines, aim.controls, trails)

    return await call.read(work)


def _aim(desk: CoverageDesk, turn: Turn, survey: Survey, asked: str) -> _Aim:
    """What was asked for: a provision, a control or a clause.

    Raises:
        InputError: It is none (WL-COV-004).
    """
    controls, frameworks = desk.controls(), desk.frameworks(turn.connection)
    framework, colon, item = asked.partition(":")
    if colon and framework in frameworks:
        provision = frameworks[framework].provision(item)
        if provision is not None:
            answering = controls_for(asked, controls)
            clauses: dict[str, tuple[str, ...]] = {one.id: () for one in survey.running if asked in one.refs}
            for control in answering:
                for name in carriers(control, survey.running):
                    clauses[name] = (*clauses.get(name, ()), control.id)
            return _Aim(provision.title, tuple((one.id, one.title) for one in answering), clauses, framework)
    for one in controls:
        if one.id == asked:
            return _Aim(one.title, ((one.id, one.title),), dict.fromkeys(carriers(one, survey.running), (one.id,)))
    for running in survey.running:
        if running.id == asked:
            carried = tuple(one for one in controls if asked in carriers(one, survey.running))
            names = tuple(one.id for one in carried)
            return _Aim(running.title, tuple((one.id, one.title) for one in carried), {asked: names})
    known = [one.id for one in survey.running] + [one.id for one in controls]
    if colon and framework in frameworks:
        known = [f"{framework}:{one.id}" for one in frameworks[framework].provisions]
    hint = did_you_mean(asked, known) or "A clause is GOV-07, a control WL-SEC-INJECT, a provision eu-ai-act:art-14."
    raise InputError("WL-COV-004", f"There is no clause, control or provision {asked}.", hint)


def _trail(call: Call, turn: Turn, survey: Survey, place: tuple[str, str], controls: tuple[str, ...]) -> ClauseTrail:
    clause, system = place
    running = next(one for one in survey.running if one.id == clause)
    listed = next(one for one in survey.systems if one.system.id == system)
    observed = survey.observed(running, listed)
    newest = max(observed.canaries, key=lambda one: max(one.passed_at, one.failed_at), default=None)
    record = newest.record if newest is not None and newest.record else observed.counts.last_fired
    return ClauseTrail(
        line=survey.line(observed),
        title=running.title,
        owner=running.owner,
        mode=running.mode.value,
        digest=running.digest,
        controls=controls,
        counts=observed.counts,
        canaries=observed.canaries,
        decision=_proven(call, turn, record) if record else None,
    )


def _proven(call: Call, turn: Turn, record: str) -> ProvenDecision:
    try:
        row = get_record(turn.connection, record)
    except InputError as error:  # not sequenced yet, or pruned
        return ProvenDecision(record, 0.0, -1, is_proven=False, note=str(error))
    try:
        call.deps.log.proof(record)
    except WardlawError as error:
        return ProvenDecision(row.id, row.at_ms / 1000, row.leaf_index, is_proven=False, note=str(error))
    return ProvenDecision(row.id, row.at_ms / 1000, row.leaf_index, is_proven=True)
