"""Laws of waivers and broken glass: they only ever take clauses away, and never those that nothing may lift."""

from __future__ import annotations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.decision.cases import BULK, INJECTION, LEAK, MASK, finding, policies, request
from wardlaw.decision.decide import decide
from wardlaw.facts.breakglass import BreakGlass
from wardlaw.facts.decision import Decision
from wardlaw.facts.exemption import Exemption, ExemptionKind, ExemptionScope
from wardlaw.facts.finding import Finding, FindingKind
from wardlaw.facts.request import RequestFacts, Snapshot
from wardlaw.governance.exemptions import glass_minutes

AT = 1_790_000_000.0
PROHIBITED = (
    '@id("HRS-01") @clause("HRS-01") @title("Emotions") @effect("deny") @refs("eu-ai-act:art-5-1-f") '
    "forbid(principal, action, resource) when { context.callsPerMinute > 50 };"
)
SET = policies(BULK, INJECTION, LEAK, MASK, PROHIBITED)
UNTOUCHABLE = {"SEC-02", "HRS-01"}
CLAUSES = st.lists(st.sampled_from(["GOV-07", "SEC-01", "SEC-02", "PRV-02", "HRS-01", "X-01"]), max_size=4)
SCOPES = st.builds(
    ExemptionScope,
    st.lists(st.sampled_from(["user:sales-1", "user:other"]), max_size=2).map(tuple),
    st.lists(st.sampled_from(["user:sales-1", "agent:x"]), max_size=1).map(tuple),
    st.lists(st.sampled_from(["model:gpt", "model:*", "tool:*", "*"]), max_size=2).map(tuple),
)
EXEMPTIONS = st.builds(
    Exemption,
    st.sampled_from(["wvr_1", "brk_1"]),
    st.sampled_from(ExemptionKind),
    CLAUSES.map(tuple),
    SCOPES,
    st.sampled_from([AT - 60, AT, AT + 1]),
    st.sampled_from([AT - 1, AT, AT + 60]),
)
FINDINGS = st.lists(
    st.sampled_from(
        [
            finding(FindingKind.INJECTION),
            finding(FindingKind.FINGERPRINT, label="secret:a"),
            finding(FindingKind.PII, label="email"),
        ]
    ),
    max_size=3,
).map(tuple)
REQUESTS = st.builds(
    lambda people, known, region: request(data_subjects=people, registered=known, region=region),
    st.sampled_from([0, 100, 101]),
    st.booleans(),
    st.sampled_from(["eu", "us"]),
)
STATES = st.builds(
    Snapshot, calls_minute=st.sampled_from([0, 51]), quarantined=st.sampled_from(["", "x"]), authority_ok=st.booleans()
)


def reasons(decision: Decision) -> set[tuple[str, str]]:
    return {(reason.code.value, reason.clause) for reason in decision.reasons}


@settings(max_examples=300, deadline=None)
@given(REQUESTS, FINDINGS, STATES, st.lists(EXEMPTIONS, max_size=3).map(tuple))
def test_exemptions_take_clauses_away_and_nothing_else(
    facts: RequestFacts, found: tuple[Finding, ...], state: Snapshot, exemptions: tuple[Exemption, ...]
) -> None:
    plain = decide(facts, found, SET, state)
    lifted = decide(facts, found, SET, msgspec.structs.replace(state, exemptions=exemptions))
    gone = reasons(plain) - reasons(lifted)
    hits = {hit.clause: hit.lifted_by for hit in lifted.hits if hit.lifted_by}
    assert {clause for _, clause in gone} == set(hits)
    assert not set(hits) & UNTOUCHABLE
    # What was hidden behind a deny may come to light; a missing permit does, and never goes.
    assert {code for code, _ in reasons(lifted) - reasons(plain)} <= {"unregistered"}
    assert not any(code == "unregistered" for code, _ in gone)
    by_id = {one.id for one in exemptions if one.starts_at <= facts.at < one.ends_at}
    assert set(hits.values()) <= by_id
    assert set(lifted.glass) <= by_id
    assert decide(facts, found, SET, msgspec.structs.replace(state, exemptions=exemptions)) == lifted


@settings(max_examples=100)
@given(
    st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), max_size=8), st.integers(0, 500), st.integers(0, 500)
)
def test_minutes_are_those_of_the_union(spans: list[tuple[int, int]], since: int, length: int) -> None:
    scope, until = ExemptionScope(("user:ana",)), since + length
    glasses = [
        BreakGlass(f"brk_{at}", (), scope, "x", "person:a", float(start), float(max(start, end)), 0.0, "inc_1")
        for at, (start, end) in enumerate(spans)
    ]
    seconds = sum(any(one.opened_at <= second < one.ends_at for one in glasses) for second in range(since, until))
    assert abs(glass_minutes(glasses, since=float(since), until=float(until)) * 60 - seconds) < 1e-6
