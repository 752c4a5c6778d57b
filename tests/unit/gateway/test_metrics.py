from __future__ import annotations

from wardlaw.facts.decision import Decision, Hit, Reason, ReasonCode
from wardlaw.facts.effect import Effect, Mode
from wardlaw.gateway.metrics import Metrics

DENIED = Decision(
    "dec_1",
    Effect.DENY,
    Effect.DENY,
    "0" * 64,
    reasons=(Reason(ReasonCode.CLAUSE, Effect.DENY, "No.", clause="GOV-07"),),
    hits=(Hit("OPS-03", "OPS-03", Mode.WARN, Effect.DENY),),
)


def test_decisions_and_their_clauses_are_counted() -> None:
    metrics = Metrics()
    for _ in range(2):
        metrics.decided(DENIED, "ModelCall")
    text = metrics.render().decode()
    assert 'wardlaw_decisions_total{action="ModelCall",demanded="deny",effect="deny"} 2.0' in text
    assert 'wardlaw_clause_matches_total{clause="GOV-07",mode="enforce"} 2.0' in text
    assert 'wardlaw_clause_matches_total{clause="OPS-03",mode="warn"} 2.0' in text


def test_ends_are_counted_with_their_times() -> None:
    metrics = Metrics()
    metrics.ended("chat.completions", "complete", status=200, duration_s=0.3, overhead_s=0.0004)
    metrics.ended("chat.completions", "complete", status=200, duration_s=0.3, overhead_s=0.0004)
    metrics.refused("WL-ADM-005")
    text = metrics.render().decode()
    assert 'wardlaw_exchanges_total{result="complete",route="chat.completions",status="200"} 2.0' in text
    assert 'wardlaw_overhead_seconds_bucket{le="0.0005"} 2.0' in text
    assert 'wardlaw_overhead_seconds_bucket{le="0.0002"} 0.0' in text
    assert 'wardlaw_overhead_seconds_bucket{le="+Inf"} 2.0' in text
    assert "wardlaw_exchange_seconds_sum 0.6" in text
    assert "wardlaw_exchange_seconds_count 2.0" in text
    assert 'wardlaw_admission_refusals_total{code="WL-ADM-005"} 1.0' in text


def test_two_workers_do_not_share_a_registry() -> None:
    Metrics().refused("WL-ADM-001")
    assert b"WL-ADM-001" not in Metrics().render()


def test_a_time_equal_to_a_bound_lies_below_it() -> None:
    metrics = Metrics()
    metrics.ended("chat.completions", "complete", status=200, duration_s=0.02, overhead_s=9.0)
    text = metrics.render().decode()
    assert 'wardlaw_exchange_seconds_bucket{le="0.005"} 0.0' in text
    assert 'wardlaw_exchange_seconds_bucket{le="0.02"} 1.0' in text
    assert 'wardlaw_overhead_seconds_bucket{le="0.5"} 0.0' in text


def test_what_holds_now_is_told_as_it_is_now() -> None:
    metrics = Metrics()
    metrics.running, metrics.policies, metrics.age_s = 3, 24, lambda: 0.25
    text = metrics.render().decode()
    assert "wardlaw_exchanges_running 3.0" in text
    assert "wardlaw_policies 24.0" in text
    assert "wardlaw_state_age_seconds 0.25" in text
