from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardlaw.evidence.attestation import Attestation, Says
from wardlaw.evidence.coverage import CANARY_LIFE_S, Coverage, Line, State, clause_line, coverage
from wardlaw.evidence.observed import Applicability, Approved, CanaryStanding, Counts, Observed
from wardlaw.facts.effect import Mode

NOW, DAY = 1_795_000_000.0, date(2026, 11, 28)
GOOD = Observed(
    "GOV-07", "crm", mode=Mode.ENFORCE, running_digest="aa", approved=Approved("aa", ("person:legal",)),
    counts=Counts(seen=5, evaluated=5, fired=2), canaries=(CanaryStanding("messages", NOW - 60, 0.0, "dec_1"),),
)  # fmt: skip


def state(**fields: object) -> Line:
    return clause_line(msgspec.structs.replace(GOOD, **fields), now=NOW, day=DAY)


def attested(says: Says = Says.MET, **fields: object) -> Attestation:
    one = Attestation("att_1", "GOV-07", "crm", says, "we looked", NOW - 10, NOW + 10, "person:ann", NOW)
    return msgspec.structs.replace(one, **fields)


def test_proven_when_everything_speaks_for_it() -> None:
    line = state()
    assert line.state is State.PROVEN
    assert "dec_1" in line.why


CASES = [
    ({"applicability": Applicability(False, None, "no staff", "person:ann")}, State.NOT_APPLICABLE, "says person:ann"),
    ({"applicability": Applicability(False)}, State.GAP, "nobody says why"),
    ({"applicability": Applicability(False, None, "no staff", "")}, State.GAP, "nobody says why"),
    ({"applicability": Applicability(True, DAY + timedelta(1))}, State.NOT_YET, "2026-11-29"),
    ({"attestations": (attested(Says.NOT_APPLICABLE),)}, State.NOT_APPLICABLE, "we looked"),
    ({"mode": None}, State.GAP, "not in the published set"),
    ({"is_dead": True}, State.GAP, "never be true"),
    ({"missing": ("region",)}, State.GAP, "region"),
    ({"mode": Mode.SHADOW}, State.SHADOW, "stops nothing"),
    ({"mode": Mode.WARN}, State.SHADOW, "warn"),
    ({"counts": Counts(seen=5, only_observed=5)}, State.SHADOW, "only observe"),
    ({"counts": Counts(seen=5, only_observed=1)}, State.BYPASSED, "1 of 5"),
    ({"canaries": (CanaryStanding("messages", NOW - 60, NOW - 30, "dec_2", "allowed"),)}, State.BYPASSED, "allowed"),
    ({"waivers": ("wvr_1",)}, State.BYPASSED, "wvr_1"),
    ({"break_glass_minutes": 3.0}, State.BYPASSED, "3 minutes"),
    ({"approved": Approved("bb")}, State.DRIFTED, "not the one"),
    ({"approved": Approved("aa", (), NOW - 1)}, State.DRIFTED, "ended"),
    ({"counts": Counts(seen=5, stray_at=NOW - 5)}, State.DRIFTED, "under another set"),
    ({"counts": Counts(seen=5, uninspected=2)}, State.DRIFTED, "2 of 5"),
    ({"approved": Approved()}, State.STALE, "signed off"),
    ({"canaries": ()}, State.STALE, "no canary"),
    ({"canaries": (CanaryStanding("messages"),)}, State.STALE, "never passed"),
    ({"canaries": (CanaryStanding("messages", NOW - CANARY_LIFE_S - 1),)}, State.STALE, "last passed"),
    ({"canaries": (CanaryStanding("messages", NOW + 60),)}, State.STALE, "last passed"),
    ({"canaries": (*GOOD.canaries, CanaryStanding("responses"))}, State.STALE, "responses"),
    ({"overlapped_by": "GOV-01"}, State.STALE, "GOV-01"),
    ({"reopened": "its date moved"}, State.STALE, "its date moved"),
]


@pytest.mark.parametrize(("fields", "expected", "word"), CASES)
def test_each_thing_that_speaks_against_it_is_found(fields: dict[str, object], expected: State, word: str) -> None:
    line = state(**fields)
    assert line.state is expected
    assert word in line.why


@pytest.mark.parametrize(("fields", "expected", "word"), CASES)
def test_a_person_speaks_for_what_no_machine_shows_and_never_against_what_one_has_shown(
    fields: dict[str, object], expected: State, word: str
) -> None:
    if "attestations" in fields:
        return
    line = state(**fields, attestations=(attested(),))
    lifted = expected in (State.GAP, State.STALE) and "reopened" not in fields
    assert line.state is (State.ATTESTED if lifted else expected)
    assert state(**fields, attestations=(attested(until=NOW - 1),)).state is expected
    assert state(**fields, attestations=(attested(withdrawn_at=NOW - 1),)).state is expected


counts = st.builds(
    Counts,
    *(st.integers(0, 3) for _ in range(2)),
    stray_at=st.sampled_from([0.0, NOW - 5]),
    only_observed=st.integers(0, 3),
)
observed = st.builds(
    Observed,
    clause=st.just("GOV-07"),
    system=st.just("crm"),
    applicability=st.sampled_from([Applicability(True), Applicability(False), Applicability(True, DAY)]),
    mode=st.sampled_from([None, *Mode]),
    running_digest=st.sampled_from(["", "aa"]),
    approved=st.sampled_from([Approved(), Approved("aa"), Approved("bb"), Approved("aa", (), NOW - 1)]),
    counts=counts,
    canaries=st.lists(
        st.builds(CanaryStanding, st.just("messages"), *(st.sampled_from([0.0, NOW - 99_999, NOW - 5, NOW - 2]),) * 2),
        max_size=2,
    ).map(tuple),
    waivers=st.sampled_from([(), ("wvr_1",)]),
    break_glass_minutes=st.sampled_from([0.0, 2.0]),
    missing=st.sampled_from([(), ("region",)]),
    overlapped_by=st.sampled_from(["", "GOV-01"]),
    is_dead=st.booleans(),
    reopened=st.sampled_from(["", "moved"]),
    attestations=st.sampled_from([(), (attested(),), (attested(Says.NOT_APPLICABLE),)]),
)


@given(observed)
def test_proven_is_earned(one: Observed) -> None:
    line = clause_line(one, now=NOW, day=DAY)
    assert line.why
    if line.state is State.PROVEN:
        assert one.applicability.applies
        assert one.mode is Mode.ENFORCE
        assert one.running_digest
        assert one.approved.digest == one.running_digest
        assert one.canaries
        assert all(c.passed_at > c.failed_at and NOW - c.passed_at <= CANARY_LIFE_S for c in one.canaries)
        assert not (one.waivers or one.break_glass_minutes or one.missing or one.is_dead or one.overlapped_by)
        assert not (one.reopened or one.counts.stray_at or one.counts.only_observed or one.counts.uninspected)


def test_coverage_is_proven_of_applicable_and_attested_is_apart() -> None:
    def line(found: State) -> Line:
        return Line("x", "y", found, "z")

    assert coverage(()) == Coverage(0, 0, 0, ())
    assert coverage(()).percent == 0.0
    found = coverage(line(one) for one in State)
    assert (found.applicable, found.proven, found.attested) == (7, 1, 1)
    assert round(found.percent, 1) == 14.3
