"""Origins and what a judgement says."""

from __future__ import annotations

from wardlaw.facts.effect import Effect
from wardlaw.facts.origin import CallFinding, CallJudgement, CallRule, Provenance, Traced


def test_origins_stand_in_the_order_of_trust() -> None:
    assert sorted(Provenance, key=lambda one: -one.rank) == list(Provenance)
    assert {origin for origin in Provenance if origin.prose} == {
        Provenance.NAMED_TEXT,
        Provenance.TEXT,
        Provenance.MAIL,
        Provenance.WEB,
    }


def test_the_gravest_finding_speaks_for_the_call() -> None:
    held = CallFinding(CallRule.LINK, Effect.HOLD, "body", "")
    denied = CallFinding(CallRule.LEAK, Effect.DENY, "body", "")
    assert CallJudgement((), (), intent_matched=True, taint=()).demand is Effect.ALLOW
    assert CallJudgement((held, denied), (), intent_matched=True, taint=()).demand is Effect.DENY


def test_only_critical_arguments_give_the_origins() -> None:
    traced = (Traced("to", "destination", Provenance.WEB), Traced("body", "content", Provenance.MAIL))
    assert CallJudgement((), traced, intent_matched=True, taint=()).argument_origins == {Provenance.WEB}
