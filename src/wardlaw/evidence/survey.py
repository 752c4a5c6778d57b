"""One look at everything: each clause, and each provision of a framework, for each system."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

import msgspec

from wardlaw.evidence.applicability import clause_applies, provision_applies
from wardlaw.evidence.attestation import Attestation
from wardlaw.evidence.coverage import Line, State, clause_line
from wardlaw.evidence.observed import APPLIES, NOT_APPROVED, NOTHING_COUNTED, Approved, CanaryStanding, Observed
from wardlaw.evidence.provisions import Chain, Link, provision_line
from wardlaw.evidence.running import RunningClause
from wardlaw.evidence.tally import Scene, counts_of
from wardlaw.governance.frameworks.control import FRAMEWORK, Control, controls_for
from wardlaw.governance.frameworks.framework import DateScope, Framework, Provision
from wardlaw.register.system import System

_Place = tuple[str, str]


class Listed(msgspec.Struct, frozen=True):
    """A system and who last said what the register holds of it."""

    system: System
    said_by: str


class Heard(msgspec.Struct, frozen=True):
    """What is known of clauses beside the log: sign-offs, canaries, exceptions. What is missing speaks for nothing.

    Attributes:
        approved: By clause.
        canaries: By clause, one for each route.
        waivers: Ids of exceptions in force, by clause and system.
        break_glass_minutes: For how long in the window a clause could be passed by.
    """

    approved: dict[str, Approved] = {}
    canaries: dict[str, tuple[CanaryStanding, ...]] = {}
    waivers: dict[_Place, tuple[str, ...]] = {}
    break_glass_minutes: dict[str, float] = {}


class Survey(msgspec.Struct, frozen=True):
    """Everything the states rest on.

    Attributes:
        now: Unix seconds.
        day: The day on which the law is asked.
        running: The published clauses.
        in_force: Digest of the published set.
        published_at: Since when, Unix seconds.
        scenes: Traffic by system.
        attestations: By what they speak of, and the system.
        reopened: What changed in the law, by provision and system.
    """

    now: float
    day: date
    running: tuple[RunningClause, ...]
    in_force: str
    published_at: float
    systems: tuple[Listed, ...]
    scenes: Mapping[str, Scene]
    heard: Heard
    attestations: Mapping[_Place, tuple[Attestation, ...]]
    reopened: Mapping[_Place, str]

    def observed(self, running: RunningClause, listed: Listed) -> Observed:
        """What is known of one clause for one system."""
        system = listed.system
        place = (running.id, system.id)
        applies = APPLIES
        if running.clause is not None:
            applies = clause_applies(running.clause, system, said_by=listed.said_by, day=self.day)
        scene = self.scenes.get(system.id)
        counts = NOTHING_COUNTED
        if scene is not None:
            counts = counts_of(running, scene, in_force=self.in_force, published_at=self.published_at)
        reopened = ""
        if self.reopened:
            found = (
                f"{ref}: {self.reopened[ref, system.id]}" for ref in running.refs if (ref, system.id) in self.reopened
            )
            reopened = "; ".join(found)
        return Observed(
            clause=running.id,
            system=system.id,
            applicability=applies,
            mode=running.mode,
            running_digest=running.digest,
            approved=self.heard.approved.get(running.id, NOT_APPROVED),
            counts=counts,
            canaries=self.heard.canaries.get(running.id, ()),
            waivers=self.heard.waivers.get(place, ()),
            break_glass_minutes=self.heard.break_glass_minutes.get(running.id, 0.0),
            missing=running.missing,
            overlapped_by=running.overlapped_by,
            is_dead=running.is_dead,
            reopened=reopened,
            attestations=self.attestations.get(place, ()),
        )

    def line(self, observed: Observed) -> Line:
        """How a clause stands for a system."""
        return clause_line(observed, now=self.now, day=self.day)


def clause_lines(survey: Survey) -> tuple[Line, ...]:
    """Every published clause for every system."""
    return tuple(
        survey.line(survey.observed(running, listed)) for running in survey.running for listed in survey.systems
    )


def framework_lines(
    survey: Survey,
    framework: Framework,
    *,
    controls: Iterable[Control],
    readings: Mapping[str, date],
    lines: Iterable[Line],
) -> tuple[Line, ...]:
    """Every provision of a framework for every system.

    Args:
        controls: All of them.
        readings: Another reading of a provision's day, by ``<framework>:<id>``.
        lines: What ``clause_lines`` said.
    """
    controls, by_place = tuple(controls), {(one.clause, one.system): one for one in lines}
    return tuple(
        provision_line(chain, now=survey.now, day=survey.day)
        for provision in framework.provisions
        for chain in _chains(survey, framework.id, provision, controls, (readings, by_place))
    )


def _chains(
    survey: Survey,
    framework: str,
    provision: Provision,
    controls: tuple[Control, ...],
    known: tuple[Mapping[str, date], Mapping[_Place, Line]],
) -> Iterator[Chain]:
    readings, by_place = known
    ref = f"{framework}:{provision.id}"
    chosen = {DateScope.ALL: readings[ref]} if ref in readings else {}
    answering = controls_for(ref, controls)
    carried = {one.id: carriers(one, survey.running) for one in answering}
    by_controls = {name for names in carried.values() for name in names}
    alone = tuple(one.id for one in survey.running if ref in one.refs and one.id not in by_controls)
    for listed in survey.systems:
        system = listed.system.id

        def lines_of(names: Iterable[str], system: str = system) -> tuple[Line, ...]:
            return tuple(by_place[name, system] for name in names if (name, system) in by_place)

        links = [
            Link(one.id, lines_of(carried[one.id]), survey.attestations.get((one.id, system), ())) for one in answering
        ]
        if alone:
            links.append(Link("", lines_of(alone)))
        yield Chain(
            ref,
            system,
            tuple(links),
            provision_applies(provision, listed.system, said_by=listed.said_by, chosen=chosen),
            survey.attestations.get((ref, system), ()),
            survey.reopened.get((ref, system), ""),
        )


def carriers(control: Control, running: Iterable[RunningClause]) -> tuple[str, ...]:
    """Ids of the published clauses that carry a control out.

    A clause of the starter pack counts only while it still refers to a provision the control answers: its id may
    have been given to something else.
    """
    named, links = f"{FRAMEWORK}:{control.id}", set(control.links)
    return tuple(
        one.id for one in running if named in one.refs or (one.id in control.clauses and not links.isdisjoint(one.refs))
    )


def worst_first(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Lines in the order in which somebody should look at them: what was got round first, what is proven last."""
    order = (
        State.BYPASSED, State.DRIFTED, State.GAP, State.SHADOW, State.STALE, State.ATTESTED, State.PROVEN,
        State.NOT_YET, State.NOT_APPLICABLE,
    )  # fmt: skip
    return tuple(sorted(lines, key=lambda one: (order.index(one.state), one.clause, one.system)))
