from __future__ import annotations

from datetime import date

from wardlaw.decision.policyset import PolicySet
from wardlaw.evidence.running import RunningClause, running_clauses
from wardlaw.facts.effect import Mode
from wardlaw.governance.check import check
from wardlaw.governance.clausetext import clause_texts
from wardlaw.governance.running import Running, running_set
from wardlaw.governance.shipped import starter_sources

CEDAR = """@id("own-1")
@clause("OWN-01")
@title("No model calls by machines")
@owner("risk")
@wing("governance")
@mode("warn")
@effect("deny")
@refs("eu-ai-act:art-14, wardlaw:WL-GOV-PURPOSE")
forbid (principal is Wardlaw::ServiceAccount, action == Wardlaw::Action::"ModelCall", resource)
when { context.injectionScore > 10 };
"""
EXAMPLES = """OWN-01:
  - {name: a machine, effect: deny, action: ModelCall, principal: ServiceAccount, context: {injectionScore: 11}}
  - {name: a person, effect: allow, action: ModelCall}
"""
TWO = """- {id: TST-01, title: wide, text: wide, owner: risk, wing: governance, risk: low, effect: deny, actions: [ModelCall],
   when: {all: [{attribute: records, over: 5}]}, examples: [
   {name: a, effect: deny, action: ModelCall, context: {records: 6}}, {name: b, effect: allow, action: ModelCall}]}
- {id: TST-02, title: narrow, text: narrow, owner: risk, wing: governance, risk: low, effect: deny, actions: [ModelCall],
   when: {all: [{attribute: records, over: 9}]}, examples: [
   {name: a, effect: deny, action: ModelCall, context: {records: 10}}, {name: b, effect: allow, action: ModelCall}]}
"""


def running(sources: dict[str, str]) -> dict[str, RunningClause]:
    checked = check(sources, today=date(2026, 11, 28))
    assert checked.ok, checked.problems
    return {one.id: one for one in running_clauses(checked.clauses, PolicySet.build(checked.text))}


def test_the_starter_pack_is_alive_and_each_clause_looks_at_something() -> None:
    found = running(starter_sources())
    assert len(found) == 45
    assert not [one.id for one in found.values() if one.is_dead or one.missing or one.overlapped_by or not one.scope]
    assert found["SEC-01"].reads_content
    assert not found["ACC-01"].reads_content
    assert found["GRT-01"].mode is Mode.SHADOW
    assert found["GRT-03"].scope == {("Grant", kind) for kind in ("User", "Agent", "ServiceAccount")}


def test_a_hand_written_clause_is_known_by_its_annotations() -> None:
    own = running({**starter_sources(), "own.cedar": CEDAR, "own.examples.yaml": EXAMPLES})["OWN-01"]
    assert (own.mode, own.owner, own.clause) == (Mode.WARN, "risk", None)
    assert own.refs == ("eu-ai-act:art-14", "wardlaw:WL-GOV-PURPOSE")
    assert own.scope == {("ModelCall", "ServiceAccount")}
    assert len(own.digest) == 64
    assert own.reads_content


def test_a_clause_that_another_makes_needless_is_noticed_and_any_edit_is_another_text() -> None:
    found = running({"two.yaml": TWO})
    assert (found["TST-01"].overlapped_by, found["TST-02"].overlapped_by) == ("", "TST-01")
    edited = running({"two.yaml": TWO.replace("text: wide", "text: wider")})
    assert edited["TST-01"].digest != found["TST-01"].digest
    assert edited["TST-02"].digest == found["TST-02"].digest


def test_a_version_tried_beside_the_one_in_force_is_no_clause_of_its_own() -> None:
    today = date(2026, 11, 28)
    (first, second), (newer, _) = (
        clause_texts(check({"two.yaml": text}, today=today)).values()
        for text in (TWO, TWO.replace("over: 5", "over: 4"))
    )
    alone = running_set([Running(first), Running(second)], today=today)
    tried = running_set([Running(first), Running(second), Running(newer, in_shadow=True, beside=True)], today=today)
    assert "TST-01~next" in {one.id for one in tried.clauses}
    expected, found = (running_clauses(one.clauses, PolicySet.build(one.text)) for one in (alone, tried))
    assert [one.id for one in found] == ["TST-01", "TST-02"]
    assert [(one.digest, one.overlapped_by) for one in found] == [(one.digest, one.overlapped_by) for one in expected]
    fresh = running_set([Running(newer, in_shadow=True)], today=today)
    assert [one.id for one in running_clauses(fresh.clauses, PolicySet.build(fresh.text))] == ["TST-01"]
