from __future__ import annotations

from datetime import date

import msgspec
import pytest

from wardlaw.evidence.canary import Canary
from wardlaw.evidence.canaryverdict import SeenDecision, judge_canary
from wardlaw.facts.action import Action
from wardlaw.facts.canary import CanaryOutcome
from wardlaw.facts.decision import Decision
from wardlaw.facts.effect import Effect, RouteMode
from wardlaw.facts.exchange import Measures
from wardlaw.facts.principal import Principal, PrincipalKind
from wardlaw.facts.record import Inputs
from wardlaw.facts.request import RequestFacts, Snapshot
from wardlaw.facts.resource import Resource, ResourceKind, Trust
from wardlaw.governance.check import check
from wardlaw.governance.shipped import starter_sources

MARK = "can_1"
MODEL = Resource(ResourceKind.MODEL, "model:demo", True, "near", True, "eu", Trust.PARTNER)
WHO = Principal("user:wardlaw-canary", PrincipalKind.USER)


def request(measures: Measures) -> RequestFacts:
    return RequestFacts(
        "dec_1", "exc_1", 1_790_000_000.0, 10, 3, WHO, Action.MODEL_CALL, MODEL, "chat.completions",
        RouteMode.ENFORCE, "ses_1", measures,
    )  # fmt: skip


ALLOWED = Decision("dec_1", Effect.ALLOW, Effect.ALLOW, "")


@pytest.fixture(scope="module")
def canary() -> Canary:
    clauses = check(starter_sources(), today=date(2026, 11, 22)).compiled
    clause = next(one for one in clauses if one.id == "OPS-02")
    example = clause.examples[1]
    return Canary(clause.id, "chat.completions", clause.effect, clause.text, example)


def seen(effect: Effect = Effect.ALLOW, *clauses: str, tokens: int = 1_000_000, **more: object) -> SeenDecision:
    inputs = Inputs(request(Measures(max_tokens=tokens)), (), Snapshot(), ALLOWED)
    fields = {"demanded": effect, "canary": MARK, "inputs": inputs} | more
    return SeenDecision(id="dec_1", action="ModelCall", effect=effect, clauses=clauses, **fields)


def outcome(canary: Canary, *decisions: SeenDecision, has_passed: bool = False) -> CanaryOutcome:
    found = judge_canary(canary, MARK, decisions, has_passed=has_passed)
    assert found.detail
    return found.outcome


def test_only_the_clause_itself_with_its_own_effect_is_a_pass(canary: Canary) -> None:
    assert outcome(canary, seen(Effect.DENY, "OPS-02")) is CanaryOutcome.PASS
    assert outcome(canary, seen(Effect.DENY, "GOV-07", "OPS-02")) is CanaryOutcome.PASS
    assert outcome(canary, seen(), seen(Effect.DENY, "OPS-02")) is CanaryOutcome.PASS
    assert outcome(canary, seen(Effect.DENY, "GOV-07")) is CanaryOutcome.FAIL
    assert outcome(canary, seen(Effect.HOLD, "OPS-02")) is CanaryOutcome.FAIL


def test_what_its_text_stops_and_the_door_lets_through_is_a_failure_from_the_first_time(canary: Canary) -> None:
    assert outcome(canary, seen()) is CanaryOutcome.FAIL


def test_what_the_door_saw_otherwise_is_a_failure_only_after_a_pass(canary: Canary) -> None:
    assert outcome(canary, seen(tokens=10)) is CanaryOutcome.NOT_EXPRESSIBLE
    assert outcome(canary, seen(tokens=10), has_passed=True) is CanaryOutcome.FAIL
    found = judge_canary(canary, MARK, [seen(tokens=10)], has_passed=False)
    assert "maxTokens is 10 instead of 1000000" in found.detail


def test_a_stronger_clause_hides_it_and_an_observing_route_stops_nothing(canary: Canary) -> None:
    assert outcome(canary, seen(Effect.CUT, "SEC-01", "OPS-02")) is CanaryOutcome.NOT_EXPRESSIBLE
    observed = seen(Effect.ALLOW, "OPS-02", demanded=Effect.DENY)
    assert outcome(canary, observed) is CanaryOutcome.NOT_EXPRESSIBLE


def test_a_door_that_does_not_know_it_has_failed_and_without_a_record_nothing_is_known(canary: Canary) -> None:
    assert outcome(canary, seen(Effect.DENY, "OPS-02", canary="")) is CanaryOutcome.FAIL
    assert outcome(canary, seen(Effect.DENY, "OPS-02", canary="can_2")) is CanaryOutcome.FAIL
    assert outcome(canary) is CanaryOutcome.UNAVAILABLE


def test_inputs_that_were_erased_say_nothing(canary: Canary) -> None:
    assert outcome(canary, seen(inputs=None)) is CanaryOutcome.NOT_EXPRESSIBLE
    assert outcome(canary, seen(inputs=None), has_passed=True) is CanaryOutcome.FAIL


def test_a_step_that_is_stopped_on_the_way_accuses_nobody(canary: Canary) -> None:
    stopped, gone = seen(Effect.DENY, "GOV-07"), seen()

    def told(*decisions: SeenDecision, before: list[SeenDecision], **more: bool) -> CanaryOutcome:
        made = msgspec.structs.replace(canary, **more)
        return judge_canary(made, MARK, decisions, has_passed=True, before=before).outcome

    assert told(seen(), before=[gone, stopped]) is CanaryOutcome.NOT_EXPRESSIBLE
    assert told(before=[stopped]) is CanaryOutcome.NOT_EXPRESSIBLE
    assert told(before=[gone]) is CanaryOutcome.UNAVAILABLE
    assert told(seen(), before=[gone]) is CanaryOutcome.FAIL
    assert told(seen(), before=[stopped], is_probing=True) is CanaryOutcome.FAIL  # that they are stopped was wanted
    assert told(seen(Effect.DENY, "OPS-02"), before=[stopped]) is CanaryOutcome.PASS
