"""Coverage of a large house: the state of 500 clauses for each of 200 systems, with their traffic, and of a law through them.

The clauses are the starter pack's over and over under other ids, each with a canary and a sign-off; every system has
traffic of its own. Reading of tables is no part of it.
"""

from __future__ import annotations

import time
from datetime import date

import msgspec

from wardlaw.decision.policyset import PolicySet
from wardlaw.evidence.coverage import Line, coverage
from wardlaw.evidence.observed import Approved, CanaryStanding
from wardlaw.evidence.running import RunningClause, running_clauses
from wardlaw.evidence.survey import Heard, Listed, Survey, clause_lines, framework_lines
from wardlaw.evidence.tally import Tally, Told
from wardlaw.facts.tier import SystemRole, Tier
from wardlaw.governance.check import check
from wardlaw.governance.shipped import shipped_controls, shipped_frameworks, starter_sources
from wardlaw.register.system import System, Traffic, owners_of

_NOW = 1_795_000_000.0
_DAY = date(2027, 12, 2)
_IN_FORCE = "a" * 64
_PER_SYSTEM = 50  # decisions of each system
_ACTIONS = (("ModelCall", "model:gpt"), ("ModelAnswer", "model:gpt"), ("ToolCall", "tool:search"))


class CoverageFigures(msgspec.Struct, frozen=True):
    """CPU seconds for every clause and system, and for a law through them; the smallest of three runs each.

    Attributes:
        counted_per_s: Decisions that are counted a second once they are opened.
    """

    clauses: int
    systems: int
    lines: int
    clauses_s: float
    law_s: float
    counted_per_s: float


def measure(clauses: int = 500, systems: int = 200) -> CoverageFigures:
    """Build a house of so many clauses and systems, and look at all of it."""
    listed = tuple(Listed(_system(number), "person:owner") for number in range(systems))
    running = _running(clauses)
    told = [one for number in range(systems) for one in _told(number)]
    adding = Tally()
    begun = time.process_time()
    for one in told:
        adding.add(one)
    counted = time.process_time() - begun
    survey = Survey(
        now=_NOW,
        day=_DAY,
        running=running,
        in_force=_IN_FORCE,
        published_at=_NOW - 86_400,
        systems=listed,
        scenes=adding.scenes(owners_of(one.system for one in listed)),
        heard=_heard(running),
        attestations={},
        reopened={},
    )
    by_clause, law = [], []
    lines: tuple[Line, ...] = ()
    for _ in range(3):
        begun = time.process_time()
        lines = clause_lines(survey)
        coverage(lines)
        by_clause.append(time.process_time() - begun)
        begun = time.process_time()
        framework_lines(
            survey,
            shipped_frameworks()["eu-ai-act"],
            controls=shipped_controls().controls,
            readings={},
            lines=lines,
        )
        law.append(time.process_time() - begun)
    return CoverageFigures(clauses, systems, len(lines), min(by_clause), min(law), len(told) / counted)


def _running(count: int) -> tuple[RunningClause, ...]:
    checked = check(starter_sources(), today=_DAY)
    own = running_clauses(checked.clauses, PolicySet.build(checked.text))
    return tuple(
        msgspec.structs.replace(own[number % len(own)], id=f"{own[number % len(own)].id}-{number}")
        for number in range(count)
    )


def _heard(running: tuple[RunningClause, ...]) -> Heard:
    canary = (CanaryStanding("chat.completions", _NOW - 60, 0.0, "dec_1"),)
    return Heard(
        approved={one.id: Approved(one.digest) for one in running}, canaries={one.id: canary for one in running}
    )


def _system(number: int) -> System:
    return System(
        f"system-{number}",
        f"System {number}",
        "person:owner",
        "a system of the benchmark",
        roles=(SystemRole.DEPLOYER,),
        tier=(Tier.HIGH, Tier.LIMITED, Tier.UNDETERMINED)[number % 3],
        principals=(f"agent:bot-{number}-*", f"user:person-{number}"),
    )


def _told(number: int) -> list[Told]:
    found = []
    for place in range(_PER_SYSTEM):
        action, resource = _ACTIONS[place % len(_ACTIONS)]
        traffic = Traffic(f"agent:bot-{number}-{place % 5}", "", "Agent", action, "chat.completions", resource)
        found.append(Told(f"dec_{number}_{place}", _NOW - place, traffic, _IN_FORCE))
    return found
