"""The decision alone: ``decide()`` in a hot loop over varied requests, at 12 clauses and at 200.

*Warm* is ordinary traffic, where most requests are equivalent to an earlier one as far as the clauses can tell.
*Cold* asks the policy engine itself each time: what was remembered is forgotten before every call.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from datetime import date

import msgspec

from bench.figures import percentile
from bench.installation import raised_starter
from wardlaw.decision.decide import decide
from wardlaw.decision.policyset import PolicySet
from wardlaw.facts.action import Action
from wardlaw.facts.clause import Clause, Condition, Test
from wardlaw.facts.effect import RouteMode
from wardlaw.facts.exchange import Measures
from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.facts.principal import Principal, PrincipalKind
from wardlaw.facts.request import RequestFacts, Snapshot
from wardlaw.facts.resource import Resource, ResourceKind, Trust
from wardlaw.governance.check import check
from wardlaw.governance.compile import base_permits, compile_clause

SIZES = (12, 200)
_DAY = date(2026, 11, 22)  # any day within the validity of the starter pack
_NUMBERS = ("bodyBytes", "promptTokens", "dataSubjects", "resultBytes", "subjectsPerDay", "probes", "maxTokens")
_Case = tuple[RequestFacts, tuple[Finding, ...], Snapshot]


class DecisionFigures(msgspec.Struct, frozen=True):
    """One size of policy set; microseconds.

    Attributes:
        policies: Cedar policies the clauses compile to.
        in_slice: Of those, how many can concern a model call by a person.
    """

    clauses: int
    policies: int
    in_slice: int
    warm_p50_us: float
    warm_p99_us: float
    cold_p50_us: float
    cold_p99_us: float
    calls: int


def measure(calls: int) -> list[DecisionFigures]:
    """Figures for each size.

    Args:
        calls: Decisions timed warm; a tenth as many cold.
    """
    return [_measure(size, calls) for size in SIZES]


def _measure(size: int, calls: int) -> DecisionFigures:
    policies = PolicySet.build(policy_text(size))
    all_cases = cases(512, seed=size)
    kept = policies.slice(Action.MODEL_CALL, PrincipalKind.USER)
    for case in all_cases:
        _time_one(policies, case)
    warm = [_time_one(policies, all_cases[turn % len(all_cases)]) for turn in range(calls)]
    cold = []
    for turn in range(calls // 10):
        kept._memo.clear()  # noqa: SLF001 (to make the engine answer)
        cold.append(_time_one(policies, all_cases[turn % len(all_cases)]))
    return DecisionFigures(
        clauses=size,
        policies=len(policies.policies),
        in_slice=len(kept.policies),
        warm_p50_us=percentile(warm, 0.5),
        warm_p99_us=percentile(warm, 0.99),
        cold_p50_us=percentile(cold, 0.5),
        cold_p99_us=percentile(cold, 0.99),
        calls=calls,
    )


def _time_one(policies: PolicySet, case: _Case) -> float:
    request, findings, state = case
    began = time.perf_counter_ns()
    decide(request, findings, policies, state)
    return (time.perf_counter_ns() - began) / 1000


def policy_text(size: int) -> str:
    """Cedar text of so many clauses: the starter pack's, then clauses made after their pattern."""
    starter = check(raised_starter(), today=_DAY).clauses
    made = [*_spread(starter)[:size], *(_made(starter, number) for number in range(size - len(starter)))]
    return "\n".join((base_permits(), *(compile_clause(clause) for clause in made)))


def _spread(clauses: Sequence[Clause]) -> list[Clause]:
    """Clauses about model calls first: a small set that hardly concerns the request would flatter."""
    return sorted(clauses, key=lambda clause: (Action.MODEL_CALL not in clause.actions, clause.id))


def _made(starter: Sequence[Clause], number: int) -> Clause:
    """One more clause: two conditions, of which ordinary requests meet none."""
    pattern = starter[number % len(starter)]
    when = Condition(
        all=(
            Test(attribute=_NUMBERS[number % len(_NUMBERS)], over=10**9 + number),
            Test(attribute="dataClasses", contains_any=(f"pii:made-{number}",)),
        )
    )
    return msgspec.structs.replace(
        pattern,
        id=f"MADE-{number + 1}",
        actions=(Action.MODEL_CALL,),
        principals=(),
        resources=(),
        when=when,
        unless=None,
        examples=(),
    )


def cases(count: int, *, seed: int) -> list[_Case]:
    """Ordinary requests, no two alike; one in ten with personal data in it."""
    draw = random.Random(seed)
    return [_case(draw, number) for number in range(count)]


def _case(draw: random.Random, number: int) -> _Case:
    tokens = draw.randrange(20, 4_000)
    request = RequestFacts(
        id=f"dec_{number:032x}",
        exchange=f"exc_{number:032x}",
        at=1_790_000_000.0 + number,
        hour=draw.randrange(7, 19),
        weekday=draw.randrange(1, 6),
        principal=Principal(id=f"user:bench-{number % 40}", kind=PrincipalKind.USER, team="sales"),
        action=Action.MODEL_CALL,
        resource=Resource(
            kind=ResourceKind.MODEL,
            id="model:demo",
            registered=True,
            upstream="whole",
            destination_registered=True,
            region="eu",
            trust=Trust.INTERNAL,
        ),
        route="chat.completions",
        route_mode=RouteMode.ENFORCE,
        session=f"s{number}",
        measures=Measures(body_bytes=tokens * 4, prompt_tokens=tokens, max_tokens=draw.choice((0, 512, 1_024))),
    )
    findings = (_personal(draw),) if number % 10 == 0 else ()
    state = Snapshot(
        calls_minute=draw.randrange(1, 90), tokens_day=draw.randrange(100_000), bytes_day=draw.randrange(1_000_000)
    )
    return request, findings, state


def _personal(draw: random.Random) -> Finding:
    start = draw.randrange(800)
    return Finding(
        kind=FindingKind.PII,
        detector="personal-data",
        version="1",
        rule="pii-email",
        level=Level.NOTE,
        score=900,
        label="email",
        segment=1,
        start=start,
        end=start + 20,
        subject=f"{draw.getrandbits(64):016x}",
        channel="user",
    )
