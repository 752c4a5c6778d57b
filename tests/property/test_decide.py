"""``decide()`` is total, deterministic, and monotone in effect strength."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.decision.cases import BULK, INJECTION, LEAK, MASK, PERMIT, request
from wardlaw.decision.decide import decide
from wardlaw.decision.explain import explain
from wardlaw.decision.policyset import PolicySet
from wardlaw.facts.action import Action
from wardlaw.facts.decision import ObligationKind, ReasonCode
from wardlaw.facts.effect import Effect, RouteMode
from wardlaw.facts.exchange import Measures
from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.facts.principal import Principal, PrincipalKind
from wardlaw.facts.record import Inputs
from wardlaw.facts.request import RequestFacts, Snapshot
from wardlaw.facts.resource import Resource, ResourceKind, ToolEffect, Trust

_TEXT = st.text(max_size=12)
_COUNT = st.integers(min_value=0, max_value=2**63 - 1)
_WORDS = st.lists(_TEXT, max_size=3).map(tuple)

_ERRING = '@id("ERR") @effect("deny") forbid(principal, action, resource) when { context.hour + context.epoch > 9223372036854775807 };'
_POOL = (BULK, INJECTION, LEAK, MASK, _ERRING)


def _build(kind: type, /, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(kind, **fields)


_FINDINGS = st.lists(
    _build(
        Finding,
        kind=st.sampled_from(FindingKind),
        detector=_TEXT,
        version=_TEXT,
        rule=_TEXT,
        level=st.sampled_from(Level),
        score=st.integers(0, 1000),
        label=_TEXT,
        channel=_TEXT,
    ),
    max_size=4,
).map(tuple)
_MEASURES = _build(
    Measures,
    body_bytes=_COUNT,
    data_subjects=_COUNT,
    result_bytes=_COUNT,
    result_unparsed=st.booleans(),
    requested_rows=st.integers(-1, 2**63 - 1),
    hosted_tools=_WORDS,
    uninspected=_WORDS,
)
_REQUESTS = _build(
    RequestFacts,
    id=_TEXT,
    exchange=_TEXT,
    at=st.floats(0, 4e9),
    hour=st.integers(0, 23),
    weekday=st.integers(1, 7),
    principal=_build(Principal, id=_TEXT, kind=st.sampled_from(PrincipalKind), groups=_WORDS, registered=st.booleans()),
    action=st.sampled_from(Action),
    resource=_build(
        Resource,
        kind=st.sampled_from(ResourceKind),
        id=_TEXT,
        registered=st.booleans(),
        region=_TEXT,
        trust=st.sampled_from(Trust),
        effect=st.sampled_from(ToolEffect),
    ),
    route=_TEXT,
    route_mode=st.just(RouteMode.ENFORCE),
    session=_TEXT,
    measures=_MEASURES,
    rewritten=st.booleans(),
)
_STATES = _build(
    Snapshot,
    calls_minute=_COUNT,
    session_subjects=_COUNT,
    probes=_COUNT,
    taint=_WORDS,
    quarantined=st.sampled_from(["", "tripwire"]),
    authority_ok=st.booleans(),
)
_SETS = st.lists(st.sampled_from(_POOL), unique=True, max_size=5)


@settings(max_examples=200, deadline=None)
@given(_REQUESTS, _FINDINGS, _STATES, _SETS)
def test_decide_is_total_and_deterministic(
    asked: RequestFacts, found: tuple[Finding, ...], state: Snapshot, texts: list[str]
) -> None:
    text = "\n".join((PERMIT, *texts))
    first = decide(asked, found, PolicySet.build(text), state)
    warm = PolicySet.build(text)
    decide(request(), (), warm, Snapshot())
    assert decide(asked, found, warm, state) == first
    assert decide(asked, found, warm, state) == first
    assert (first.effect is Effect.ALLOW) == (first.reasons == ())


@settings(max_examples=150, deadline=None)
@given(_REQUESTS, _FINDINGS, _STATES, _SETS, st.sampled_from(_POOL))
def test_one_more_clause_never_weakens_a_decision(
    asked: RequestFacts, found: tuple[Finding, ...], state: Snapshot, texts: list[str], extra: str
) -> None:
    fewer = decide(asked, found, PolicySet.build("\n".join((PERMIT, *texts))), state)
    more = decide(asked, found, PolicySet.build("\n".join((PERMIT, *{*texts, extra}))), state)
    assert more.effect.strength >= fewer.effect.strength


@settings(max_examples=150, deadline=None)
@given(_REQUESTS, _FINDINGS, _STATES, _FINDINGS)
def test_one_more_finding_never_weakens_a_decision(
    asked: RequestFacts, found: tuple[Finding, ...], state: Snapshot, extra: tuple[Finding, ...]
) -> None:
    held = PolicySet.build("\n".join((PERMIT, *_POOL[:4])))
    assert (
        decide(asked, found + extra, held, state).effect.strength >= decide(asked, found, held, state).effect.strength
    )


@settings(max_examples=150, deadline=None)
@given(_REQUESTS, _FINDINGS, _STATES)
def test_a_record_decides_again_as_it_did(asked: RequestFacts, found: tuple[Finding, ...], state: Snapshot) -> None:
    held = PolicySet.build("\n".join((PERMIT, *_POOL)))
    made = Inputs(request=asked, findings=found, state=state, decision=decide(asked, found, held, state))
    read = msgspec.json.decode(msgspec.json.encode(made), type=Inputs)
    assert decide(read.request, read.findings, held, read.state) == read.decision


@settings(max_examples=100, deadline=None)
@given(_REQUESTS, _FINDINGS, _STATES)
def test_explain_is_total(asked: RequestFacts, found: tuple[Finding, ...], state: Snapshot) -> None:
    held = PolicySet.build("\n".join((PERMIT, *_POOL)))
    assert explain(asked, found, held, state, decision=decide(asked, found, held, state)).sentence


_HOLD_PAY = '@id("H1") @clause("H1") @effect("hold") forbid(principal, action, resource) when { context.toolEffect == "payment" };'
_HOLD_PII = '@id("H2") @clause("H2") @effect("hold") forbid(principal, action, resource) when { context.dataClasses.contains("pii") };'
_DENY_H1 = '@id("H1.2") @clause("H1") @effect("deny") forbid(principal, action, resource) when { context.injectionScore >= 500 };'
_APPROVED = st.lists(st.sampled_from(("H1", "H2", "GOV-07", "SEC-01", "PRV-02", "BASE", "")), unique=True).map(tuple)


@settings(max_examples=300, deadline=None)
@given(
    _REQUESTS,
    _FINDINGS,
    _STATES,
    st.lists(st.sampled_from((*_POOL, _HOLD_PAY, _HOLD_PII, _DENY_H1)), unique=True, max_size=6),
    _APPROVED,
)
def test_an_approval_lifts_holds_of_its_clauses_and_nothing_else(
    asked: RequestFacts,
    found: tuple[Finding, ...],
    state: Snapshot,
    texts: list[str],
    approved: tuple[str, ...],
) -> None:
    policies = PolicySet.build("\n".join((PERMIT, *texts)))
    without = decide(asked, found, policies, state)
    given_ = decide(asked, found, policies, msgspec.structs.replace(state, approved=approved, approval="apr_1"))
    kept = tuple(
        one for one in without.reasons if not (one.effect is Effect.HOLD and one.clause and one.clause in approved)
    )
    if without.demanded in (Effect.DENY, Effect.CUT):
        assert given_.demanded is without.demanded
    assert {one for one in given_.reasons if one.code is not ReasonCode.REWRITE_REFUSED} == {
        one for one in kept if one.code is not ReasonCode.REWRITE_REFUSED
    }
    assert given_.demanded.strength <= without.demanded.strength or asked.rewritten
    assert {one for one in given_.obligations if one.kind is ObligationKind.QUARANTINE} >= {
        one for one in without.obligations if one.kind is ObligationKind.QUARANTINE
    }
