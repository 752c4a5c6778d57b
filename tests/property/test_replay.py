"""Laws of judging anew."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.property.test_decide import _FINDINGS, _POOL, _REQUESTS, _STATES
from tests.unit.decision.cases import PERMIT
from wardlaw.decision.decide import decide
from wardlaw.decision.policyset import PolicySet
from wardlaw.decision.replay import Difference, Replaying, ReplayReport, rejudge
from wardlaw.facts.record import Inputs

_SETS = st.sets(st.sampled_from(_POOL)).map(sorted)
_MOMENTS = st.tuples(_REQUESTS, _FINDINGS, _STATES)


def _set(texts) -> PolicySet:
    return PolicySet.build("\n".join((PERMIT, *texts)))


def _recorded(moment, held: PolicySet) -> Inputs:
    asked, findings, state = moment
    return Inputs(asked, findings, state, decide(asked, findings, held, state))


def _report(all_inputs, sets) -> ReplayReport:
    adding = Replaying(examples=0)
    for inputs, held in zip(all_inputs, sets, strict=True):
        adding.judged(rejudge(inputs, held), person=inputs.request.principal.id)
    return adding.report()


@settings(max_examples=100, deadline=None)
@given(moment=_MOMENTS, texts=_SETS)
def test_the_very_policies_in_force_change_nothing(moment, texts) -> None:
    one = rejudge(_recorded(moment, _set(texts)), _set(texts))
    assert (one.difference, one.noted) == (Difference.SAME, ())
    assert one.decision == one.inputs.decision


@settings(max_examples=100, deadline=None)
@given(moment=_MOMENTS, texts=_SETS, more=st.sampled_from(_POOL))
def test_a_clause_added_only_ever_stops_more(moment, texts, more) -> None:
    one = rejudge(_recorded(moment, _set(texts)), _set({*texts, more}))
    assert one.difference is not Difference.ALLOWED
    assert one.decision.demanded.strength >= one.inputs.decision.demanded.strength
    assert (one.difference is Difference.SAME) is (one.grounds == ())


@settings(max_examples=100, deadline=None)
@given(moments=st.lists(_MOMENTS, max_size=6), before=_SETS, after=_SETS)
def test_facts_judged_as_equivalent_come_out_as_each_judged_alone(moments, before, after) -> None:
    held, shared = _set(before), _set(after)
    inputs = [_recorded(moment, held) for moment in moments * 2]
    together = _report(inputs, [shared] * len(inputs))
    assert together == _report(inputs, [_set(after) for _ in inputs])
    parts = Replaying(examples=0)
    half = len(inputs) // 2
    for part in (inputs[:half], inputs[half:]):
        parts.add(_report(part, [shared] * len(part)))
    assert parts.report() == together
