from __future__ import annotations

import itertools

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from wardlaw.evidence.bypass import bypassed
from wardlaw.facts.canary import CanaryOutcome, CanaryRun

RUN = CanaryRun("crn_1", "can_1", "OPS-02", "scan", "Endless", 100.0, CanaryOutcome.PASS, "dec_1", 9, "let through")


def runs(*outcomes: CanaryOutcome, route: str = "scan", clause: str = "OPS-02") -> list[CanaryRun]:
    return [
        msgspec.structs.replace(RUN, id=f"crn_{place}", at=100.0 + place, outcome=one, route=route, clause=clause)
        for place, one in enumerate(outcomes)
    ]


def test_a_failure_stands_until_a_pass_on_the_same_route() -> None:
    failed = runs(CanaryOutcome.PASS, CanaryOutcome.FAIL)
    (one,) = bypassed(failed, {"OPS-02"})
    assert (one.clause, one.route, one.since, one.decision) == ("OPS-02", "scan", 101.0, "dec_1")
    assert one.why == "OPS-02 did not stop its canary on scan: let through"
    elsewhere = runs(CanaryOutcome.FAIL, CanaryOutcome.PASS, route="decide")
    assert [found.route for found in bypassed([*failed, *elsewhere], {"OPS-02"})] == ["scan"]
    assert bypassed(runs(CanaryOutcome.FAIL, CanaryOutcome.PASS), {"OPS-02"}) == ()


def test_only_the_clauses_that_are_asked_about_are_told() -> None:
    failed = runs(CanaryOutcome.FAIL, clause="SEC-01")
    assert bypassed(failed, {"OPS-02"}) == ()
    assert bypassed(failed, ()) == ()
    assert bypassed((), {"OPS-02"}) == ()


@given(st.lists(st.sampled_from(list(CanaryOutcome)), max_size=8))
def test_nothing_but_a_pass_ends_it(outcomes: list[CanaryOutcome]) -> None:
    told = [one for one in outcomes if one in (CanaryOutcome.PASS, CanaryOutcome.FAIL)]
    expected = bool(told) and told[-1] is CanaryOutcome.FAIL
    for order in itertools.islice(itertools.permutations(runs(*outcomes)), 24):
        assert bool(bypassed(order, {"OPS-02"})) == expected
