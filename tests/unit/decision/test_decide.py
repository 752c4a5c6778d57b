"""What the door says, case by case."""

from __future__ import annotations

import pytest

from tests.unit.decision.cases import BULK, INJECTION, LEAK, MASK, finding, policies, request
from wardlaw.decision.decide import SAW_TOOL_RESULT, decide, quarantine_reaches_caller
from wardlaw.facts.decision import ObligationKind, ReasonCode
from wardlaw.facts.effect import Effect, RouteMode
from wardlaw.facts.finding import FindingKind
from wardlaw.facts.gate import ClosedGate, GateMode
from wardlaw.facts.request import Snapshot

QUIET = Snapshot()


def test_an_ordinary_request_is_allowed_without_reasons() -> None:
    decision = decide(request(), (), policies(BULK, INJECTION), QUIET)
    assert decision.effect is Effect.ALLOW
    assert decision.reasons == ()


def test_bulk_is_denied_by_its_clause_and_says_what_to_do_instead() -> None:
    decision = decide(request(data_subjects=101), (), policies(BULK), QUIET)
    assert decision.effect is Effect.DENY
    assert decision.reasons[0].clause == "GOV-07"
    assert decision.reasons[0].advice == "Ask for an extract."
    assert decision.reasons[0].public


def test_bulk_in_small_sips_is_denied_too() -> None:
    assert decide(request(data_subjects=50), (), policies(BULK), Snapshot(session_subjects=501)).effect is Effect.DENY


def test_the_strongest_of_several_effects_wins_and_all_are_named() -> None:
    attack = finding(FindingKind.INJECTION)
    decision = decide(request(data_subjects=101), (attack,), policies(BULK, INJECTION), QUIET)
    assert decision.effect is Effect.CUT
    assert [reason.clause for reason in decision.reasons] == ["SEC-01", "GOV-07"]
    assert [duty.kind for duty in decision.obligations] == [ObligationKind.CLOSE_CONNECTION]


def test_text_alone_never_quarantines_but_a_registered_secret_does() -> None:
    attack = decide(request(), (finding(FindingKind.INJECTION),), policies(INJECTION, LEAK), QUIET)
    assert ObligationKind.QUARANTINE not in {duty.kind for duty in attack.obligations}
    leak = decide(request(), (finding(FindingKind.FINGERPRINT, label="secret:a"),), policies(INJECTION, LEAK), QUIET)
    assert ObligationKind.QUARANTINE in {duty.kind for duty in leak.obligations}


@pytest.mark.parametrize(
    ("channel", "taint", "reaches"),
    [
        ("user", (), True),
        ("answer", (), True),
        ("answer", (SAW_TOOL_RESULT,), False),
        ("tool-result", (), False),
        ("tool-definition", (), False),
    ],
)
def test_a_poisoned_document_never_punishes_its_reader(channel: str, taint: tuple[str, ...], reaches: bool) -> None:
    for kind in (FindingKind.FINGERPRINT, FindingKind.TRIPWIRE, FindingKind.LEAK):
        found = finding(kind, channel=channel)
        assert quarantine_reaches_caller((found,), Snapshot(taint=taint)) is reaches


def test_what_nobody_registered_is_denied() -> None:
    decision = decide(request(registered=False), (), policies(), QUIET)
    assert decision.effect is Effect.DENY
    assert decision.reasons[0].code is ReasonCode.UNREGISTERED
    assert "gpt" in decision.reasons[0].message


@pytest.mark.parametrize("effect", ["transform", "hold"])
def test_a_clause_that_would_only_mask_or_hold_never_stands_in_for_registration(effect: str) -> None:
    weak = MASK.replace('"transform"', f'"{effect}"')
    personal = (finding(FindingKind.PII, label="email"),)
    decision = decide(request(registered=False, region="us"), personal, policies(weak), QUIET)
    assert decision.effect is Effect.DENY
    assert [reason.code for reason in decision.reasons] == [ReasonCode.UNREGISTERED, ReasonCode.CLAUSE]
    known = decide(request(region="us"), personal, policies(weak), QUIET)
    assert known.effect is Effect(effect)
    assert [reason.code for reason in known.reasons] == [ReasonCode.CLAUSE]


def test_a_closed_gate_that_only_warns_changes_nothing_and_one_that_enforces_hides_no_clause() -> None:
    closed = ClosedGate("cv", GateMode.WARN, "no verdict")
    assert decide(request(), (), policies(), Snapshot(gates=(closed,))).reasons == ()
    shut = Snapshot(gates=(ClosedGate("cv", GateMode.ENFORCE, "no verdict"),), quarantined="tripwire")
    assert {one.code for one in decide(request(), (), policies(), shut).reasons} == {
        ReasonCode.GATE,
        ReasonCode.QUARANTINED,
    }


@pytest.mark.parametrize(
    ("state", "found", "code"),
    [
        (Snapshot(authority_ok=False), (), ReasonCode.STATE_UNAVAILABLE),
        (Snapshot(quarantined="tripwire"), (), ReasonCode.QUARANTINED),
        (Snapshot(gates=(ClosedGate("cv", GateMode.ENFORCE, "no verdict"),)), (), ReasonCode.GATE),
        (QUIET, (finding(FindingKind.FAULT),), ReasonCode.DETECTOR_FAULT),
    ],
)
def test_what_cannot_be_checked_is_denied(state: Snapshot, found: tuple[()], code: ReasonCode) -> None:
    decision = decide(request(), found, policies(), state)
    assert decision.effect.strength >= Effect.DENY.strength
    assert decision.reasons[0].code is code


def test_a_forbid_that_errors_denies_instead_of_being_skipped() -> None:
    broken = '@id("BROKEN") @effect("deny") forbid(principal, action, resource) when { context.hour.contains("x") };'
    decision = decide(request(), (), policies(broken), QUIET)
    assert decision.effect is Effect.DENY
    assert decision.reasons[0].code is ReasonCode.ENGINE_FAULT


def test_an_erroring_shadow_clause_denies_too() -> None:
    broken = '@id("B") @mode("shadow") @effect("deny") forbid(principal, action, resource) when { context.hour + 9223372036854775807 > 1 };'
    assert decide(request(), (), policies(broken), QUIET).reasons[0].code is ReasonCode.ENGINE_FAULT


def test_an_attribute_nothing_produces_denies_with_that_reason() -> None:
    odd = '@id("ODD") @effect("deny") forbid(principal, action, resource) when { context.moonPhase > 3 };'
    decision = decide(request(), (), policies(odd), QUIET)
    assert decision.effect is Effect.DENY
    assert decision.reasons[0].code is ReasonCode.MISSING_ATTRIBUTE


def test_an_engine_that_raises_denies(monkeypatch: pytest.MonkeyPatch) -> None:
    held = policies(BULK)
    monkeypatch.setattr(held, "slice", lambda *_: 1 / 0)
    assert decide(request(), (), held, QUIET).reasons[0].code is ReasonCode.ENGINE_FAULT


def test_observe_mode_lets_pass_and_says_what_it_would_have_done() -> None:
    decision = decide(request(data_subjects=101, route_mode=RouteMode.OBSERVE), (), policies(BULK), QUIET)
    assert (decision.effect, decision.demanded) == (Effect.ALLOW, Effect.DENY)
    assert decision.obligations == ()


def test_masking_is_an_obligation_and_the_masked_request_must_come_out_clean() -> None:
    person = finding(FindingKind.PII, label="iban")
    first = decide(request(region="us"), (person,), policies(MASK), QUIET)
    assert first.effect is Effect.TRANSFORM
    assert first.obligations[0].classes == ("pii",)
    again = decide(request(region="us", rewritten=True), (person,), policies(MASK), QUIET)
    assert again.effect is Effect.DENY
    assert again.reasons[0].code is ReasonCode.REWRITE_REFUSED
    assert decide(request(region="us", rewritten=True), (), policies(MASK), QUIET).effect is Effect.ALLOW


def test_shadow_and_warn_clauses_are_recorded_and_change_nothing() -> None:
    shadow = BULK.replace("@effect", '@mode("shadow") @effect')
    warn = INJECTION.replace("@effect", '@mode("warn") @effect')
    found = (finding(FindingKind.INJECTION),)
    decision = decide(request(data_subjects=101), found, policies(shadow, warn), QUIET)
    assert decision.effect is Effect.ALLOW
    assert {(hit.clause, hit.mode.value) for hit in decision.hits} == {("GOV-07", "shadow"), ("SEC-01", "warn")}
