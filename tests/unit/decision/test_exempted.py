"""Waivers and broken glass at the door."""

from __future__ import annotations

from typing import Any

import msgspec

from tests.unit.decision.cases import BULK, INJECTION, LEAK, finding, policies, request
from wardlaw.decision.decide import decide
from wardlaw.decision.explain import explain
from wardlaw.decision.replay import Difference, rejudge
from wardlaw.facts.decision import ObligationKind, ReasonCode
from wardlaw.facts.effect import Effect, Mode
from wardlaw.facts.exemption import Exemption, ExemptionKind, ExemptionScope
from wardlaw.facts.finding import FindingKind
from wardlaw.facts.record import Inputs
from wardlaw.facts.request import Snapshot

AT = 1_790_000_000.0
ME = ExemptionScope(principals=("user:sales-1",))
PROHIBITED = BULK.replace('@clause("GOV-07")', '@clause("GOV-07") @refs("gdpr:6, eu-ai-act:art-5-1-f")')


def waived(*clauses: str, **changes: Any) -> Snapshot:
    plain = Exemption("wvr_1", ExemptionKind.WAIVER, clauses, ME, AT, AT + 60)
    return Snapshot(exemptions=(msgspec.structs.replace(plain, **changes),))


def broken(*clauses: str) -> Snapshot:
    return waived(*clauses, id="brk_1", kind=ExemptionKind.BREAK_GLASS)


def test_a_waived_clause_lets_it_pass_and_is_recorded_as_it_would_have_fired() -> None:
    decision = decide(request(data_subjects=101), (), policies(BULK), waived("GOV-07"))
    assert decision.effect is Effect.ALLOW
    assert decision.reasons == ()
    (hit,) = decision.hits
    assert (hit.clause, hit.mode, hit.effect, hit.lifted_by) == ("GOV-07", Mode.ENFORCE, Effect.DENY, "wvr_1")
    assert decision.glass == ()


def test_it_ends_at_its_moment_and_is_for_nobody_and_nothing_else() -> None:
    bulk, set_ = request(data_subjects=101), policies(BULK)
    moments = [msgspec.structs.replace(bulk, at=AT + s) for s in (-0.001, 0.0, 59.999, 60.0)]
    effects = [decide(one, (), set_, waived("GOV-07")).effect for one in moments]
    assert effects == [Effect.DENY, Effect.ALLOW, Effect.ALLOW, Effect.DENY]
    assert decide(bulk, (), set_, waived("GOV-08")).effect is Effect.DENY
    assert decide(bulk, (), set_, waived("GOV-07", scope=ExemptionScope(("user:x",)))).effect is Effect.DENY
    assert decide(bulk, (), set_, waived("GOV-07", scope=ExemptionScope())).effect is Effect.DENY


def test_other_clauses_and_built_in_reasons_stay() -> None:
    attack = (finding(FindingKind.INJECTION),)
    both = decide(request(data_subjects=101), attack, policies(BULK, INJECTION), waived("GOV-07"))
    assert (both.effect, [one.clause for one in both.reasons]) == (Effect.CUT, ["SEC-01"])
    stranger = decide(request(data_subjects=101, registered=False), (), policies(BULK), waived("GOV-07"))
    assert [one.code for one in stranger.reasons] == [ReasonCode.UNREGISTERED]
    blind = msgspec.structs.replace(waived("GOV-07"), authority_ok=False)
    assert decide(request(data_subjects=101), (), policies(BULK), blind).effect is Effect.DENY
    locked = msgspec.structs.replace(broken(), quarantined="incident")
    assert decide(request(), (), policies(BULK), locked).effect is Effect.CUT


def test_prohibited_practices_and_quarantine_are_lifted_by_nothing() -> None:
    bulk = request(data_subjects=101)
    for state in (waived("GOV-07"), broken(), broken("GOV-07")):
        assert decide(bulk, (), policies(PROHIBITED), state).effect is Effect.DENY
    leak = (finding(FindingKind.FINGERPRINT, label="secret:a"),)
    for state in (waived("SEC-02"), broken("SEC-02")):
        decision = decide(request(), leak, policies(LEAK), state)
        assert decision.effect is Effect.CUT
        assert ObligationKind.QUARANTINE in {one.kind for one in decision.obligations}


def test_broken_glass_lifts_governance_and_says_so_on_every_decision() -> None:
    attack = (finding(FindingKind.INJECTION),)
    decision = decide(request(data_subjects=101), attack, policies(BULK, INJECTION), broken())
    assert [one.clause for one in decision.reasons] == ["SEC-01"]
    assert [(one.clause, one.lifted_by) for one in decision.hits] == [("GOV-07", "brk_1")]
    assert decision.glass == ("brk_1",)
    assert decide(request(), (), policies(BULK), broken()).glass == ("brk_1",)
    assert decide(msgspec.structs.replace(request(), at=AT + 60), (), policies(BULK), broken()).glass == ()
    # A waiver may lift one security clause by name, where it sets nobody apart.
    assert decide(request(), attack, policies(INJECTION), waived("SEC-01")).effect is Effect.ALLOW


def test_a_record_is_judged_anew_as_it_was_and_explained_with_its_waiver() -> None:
    facts, set_, state = request(data_subjects=101), policies(BULK), waived("GOV-07")
    decision = decide(facts, (), set_, state)
    kept = msgspec.json.decode(msgspec.json.encode(Inputs(facts, (), state, decision)), type=Inputs)
    again = rejudge(kept, set_)
    assert (again.difference, again.decision) == (Difference.SAME, decision)
    told = explain(facts, (), set_, state, decision=decision)
    assert "taken out of GOV-07 (wvr_1)" in told.sentence
    assert told.observed == ("GOV-07 (lifted by wvr_1, deny)",)
