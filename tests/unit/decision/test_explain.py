"""The explanation is true: what it says would have changed the verdict does."""

from __future__ import annotations

from tests.unit.decision.cases import BULK, INJECTION, finding, policies, request
from wardlaw.decision.decide import decide
from wardlaw.decision.explain import Explanation, describe_finding, explain, found_classes
from wardlaw.facts.effect import Effect
from wardlaw.facts.finding import FindingKind
from wardlaw.facts.origin import CallFinding, CallJudgement, CallRule, Provenance, Source, Traced
from wardlaw.facts.request import Snapshot


def _explain(*texts: str, data_subjects: int = 0, session_subjects: int = 0, registered: bool = True) -> Explanation:
    held = policies(*texts)
    asked = request(data_subjects=data_subjects, registered=registered)
    state = Snapshot(session_subjects=session_subjects)
    return explain(asked, (), held, state, decision=decide(asked, (), held, state))


def test_it_names_the_clause_and_the_one_fact_that_decided() -> None:
    said = _explain(BULK, data_subjects=5_000)
    assert "GOV-07" in said.sentence
    assert [(change.attribute, change.actual, change.needed) for change in said.changes] == [
        ("dataSubjects", "5000", "100")
    ]


def test_facts_that_only_together_would_have_changed_it_are_given_together() -> None:
    said = _explain(BULK, data_subjects=5_000, session_subjects=9_000)
    assert said.changes == ()
    assert {change.attribute for change in said.together} == {"dataSubjects", "sessionSubjects"}


def test_an_unregistered_model_is_explained_by_what_is_missing() -> None:
    assert [change.attribute for change in _explain(registered=False).changes] == ["resourceRegistered"]


def test_the_evidence_names_the_finding_without_its_text() -> None:
    held = policies(INJECTION)
    attack = finding(FindingKind.INJECTION)
    said = explain(request(), (attack,), held, Snapshot(), decision=decide(request(), (attack,), held, Snapshot()))
    assert said.causes[0].evidence == (describe_finding(attack),)
    assert said.changes[0].attribute == "injectionScore"


def test_an_allowed_request_says_so() -> None:
    assert "no clause in force forbids it" in _explain(BULK).sentence


def test_an_approval_is_named() -> None:
    state = Snapshot(approved=("AGT-01",), approval="apr_1")
    held = policies('@id("AGT-01") @clause("AGT-01") @effect("hold") forbid(principal, action, resource);')
    decision = decide(request(), (), held, state)
    said = explain(request(), (), held, state, decision=decision).sentence
    assert said.endswith("People let exactly this call go (apr_1), so AGT-01 did not hold it.")


def test_a_quarantine_offers_no_change_of_the_request() -> None:
    state = Snapshot(quarantined="tripwire")
    said = explain(request(), (), policies(), state, decision=decide(request(), (), policies(), state))
    assert said.changes == said.together == ()


def test_found_classes_are_listed_once() -> None:
    same = finding(FindingKind.PII, label="iban")
    assert found_classes((same, same)) == ("pii", "pii:iban")


def test_a_tool_call_is_explained_by_where_its_values_were_seen() -> None:
    source = Source(0, "read_mail")
    wrong = CallFinding(CallRule.UNTRUSTED, Effect.HOLD, "to", "to stands in a text.", Provenance.MAIL, (source,))
    traced = (Traced("to", "destination", Provenance.MAIL, (source,)), Traced("body", "content", Provenance.USER))
    call = CallJudgement((wrong,), traced, intent_matched=True, taint=())
    facts = request(call=call)
    held = policies()
    said = explain(facts, (), held, Snapshot(), decision=decide(facts, (), held, Snapshot()))
    assert said.origins == (
        "to stands in a text. (untrusted-argument, seen in what read_mail gave)",
        "to (destination) came from: mail, seen in what read_mail gave",
    )
