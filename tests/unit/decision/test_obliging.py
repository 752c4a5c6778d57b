"""Clauses that oblige: they change no verdict, and say what an answer owes."""

from __future__ import annotations

import msgspec

from tests.unit.decision.cases import BULK, policies, request
from wardlaw.decision.decide import decide
from wardlaw.facts.action import Action
from wardlaw.facts.decision import Obligation, ObligationKind
from wardlaw.facts.effect import Effect, RouteMode
from wardlaw.facts.exemption import Exemption, ExemptionKind, ExemptionScope
from wardlaw.facts.request import RequestFacts, Snapshot

TELL = (
    '@id("DIS-01") @clause("DIS-01") @title("Told") @effect("oblige") @duties("disclose,mark") @notice("A machine.") '
    'forbid(principal, action == Wardlaw::Action::"ModelAnswer", resource) when { context.resourceRegistered };'
)
OWED = (Obligation(ObligationKind.DISCLOSE, ("A machine.",)), Obligation(ObligationKind.MARK))


def answer(**changes: object) -> RequestFacts:
    facts = request(data_subjects=changes.pop("data_subjects", 0))
    return msgspec.structs.replace(facts, **{"action": Action.MODEL_ANSWER, "first_reply": True, **changes})


def test_the_first_reply_owes_the_notice_and_every_reply_the_mark() -> None:
    set_ = policies(TELL, BULK)
    first = decide(answer(), (), set_, Snapshot())
    assert (first.effect, first.reasons, first.obligations) == (Effect.ALLOW, (), OWED)
    assert [(hit.clause, hit.effect) for hit in first.hits] == [("DIS-01", Effect.OBLIGE)]
    assert decide(answer(first_reply=False), (), set_, Snapshot()).obligations == OWED[1:]
    assert decide(request(), (), set_, Snapshot()).obligations == ()


def test_it_changes_no_verdict_and_stands_for_no_permit() -> None:
    set_ = policies(TELL, BULK)
    stopped = decide(answer(data_subjects=101), (), set_, Snapshot())
    assert (stopped.effect, stopped.obligations) == (Effect.DENY, ())
    facts = answer()
    stranger = msgspec.structs.replace(facts, resource=msgspec.structs.replace(facts.resource, registered=False))
    always = TELL.replace("when { context.resourceRegistered }", "")
    assert decide(stranger, (), policies(always), Snapshot()).effect is Effect.DENY


def test_shadow_observe_and_a_waiver_take_the_duty_away() -> None:
    shadow = policies(TELL.replace('@effect("oblige")', '@effect("oblige") @mode("shadow")'))
    assert decide(answer(), (), shadow, Snapshot()).obligations == ()
    assert decide(answer(route_mode=RouteMode.OBSERVE), (), policies(TELL), Snapshot()).obligations == ()
    scope = ExemptionScope(("user:sales-1",))
    waiver = Exemption("wvr_1", ExemptionKind.WAIVER, ("DIS-01",), scope, 0.0, 9e9)
    lifted = decide(answer(), (), policies(TELL), Snapshot(exemptions=(waiver,)))
    assert lifted.obligations == ()
    assert [hit.lifted_by for hit in lifted.hits] == ["wvr_1"]
