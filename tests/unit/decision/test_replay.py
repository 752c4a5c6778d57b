"""What other policies would make of recorded decisions, and how that is added up."""

from __future__ import annotations

import msgspec
import pytest

from tests.unit.decision.cases import BULK, LEAK, MASK, finding, policies, request
from wardlaw.decision.decide import decide
from wardlaw.decision.policyset import PolicySet
from wardlaw.decision.replay import (
    MOST_NAMED,
    Difference,
    ReplayExample,
    Replaying,
    Tally,
    UnreadRecord,
    goes_through,
    rejudge,
)
from wardlaw.facts.effect import Effect, RouteMode
from wardlaw.facts.finding import FindingKind
from wardlaw.facts.principal import Principal, PrincipalKind
from wardlaw.facts.record import Inputs
from wardlaw.facts.request import RequestFacts, Snapshot

SHADOW = BULK.replace('@effect("deny")', '@effect("deny") @mode("shadow")')
HOLD = BULK.replace('@effect("deny")', '@effect("hold")')


def recorded(held: PolicySet, asked: RequestFacts, *findings) -> Inputs:
    return Inputs(asked, findings, Snapshot(), decide(asked, findings, held, Snapshot()))


def test_what_a_new_clause_stops() -> None:
    one = rejudge(recorded(policies(), request(data_subjects=180)), policies(BULK))
    assert (one.difference, one.grounds) == (Difference.STOPPED, ("GOV-07",))
    assert one.decision.demanded is Effect.DENY


def test_what_a_clause_that_goes_lets_through() -> None:
    one = rejudge(recorded(policies(BULK), request(data_subjects=180)), policies())
    assert (one.difference, one.grounds) == (Difference.ALLOWED, ("GOV-07",))


@pytest.mark.parametrize(("before", "after"), [(BULK, HOLD), (HOLD, BULK)])
def test_another_effect_that_stops_as_well(before: str, after: str) -> None:
    one = rejudge(recorded(policies(before), request(data_subjects=180)), policies(after))
    assert (one.difference, one.grounds) == (Difference.CHANGED, ("GOV-07",))


def test_masking_goes_through_with_another_effect() -> None:
    person = finding(FindingKind.PII, label="iban")
    one = rejudge(recorded(policies(), request(region="us"), person), policies(MASK))
    assert one.difference is Difference.CHANGED
    assert goes_through(one.decision.demanded)


def test_built_in_reasons_are_named_by_their_code() -> None:
    inputs = recorded(policies(), request(registered=False))
    allowed = msgspec.structs.replace(
        inputs, decision=msgspec.structs.replace(inputs.decision, demanded=Effect.ALLOW, reasons=())
    )
    assert rejudge(allowed, policies()).grounds == ("unregistered",)


def test_a_shadow_clause_is_noted_and_changes_nothing() -> None:
    one = rejudge(recorded(policies(), request(data_subjects=180)), policies(SHADOW))
    assert (one.difference, one.noted) == (Difference.SAME, ("GOV-07",))
    again = rejudge(recorded(policies(SHADOW), request(data_subjects=180)), policies(SHADOW))
    assert again.noted == ()


def test_observed_traffic_counts_by_what_was_demanded() -> None:
    asked = request(data_subjects=180, route_mode=RouteMode.OBSERVE)
    assert rejudge(recorded(policies(BULK), asked), policies(BULK)).difference is Difference.SAME
    assert rejudge(recorded(policies(), asked), policies(BULK)).difference is Difference.STOPPED


def test_it_is_counted_by_clause_person_agent_model_and_team() -> None:
    agent = Principal(id="agent:mailer", kind=PrincipalKind.AGENT, acting_for="user:ana", team="sales")
    adding = Replaying(examples=0)
    adding.judged(
        rejudge(recorded(policies(), request(data_subjects=180, principal=agent)), policies(BULK)), person="user:ana"
    )
    adding.judged(rejudge(recorded(policies(), request()), policies(BULK)), person="user:bo", unknown=("dataSubjects",))
    report = adding.report()
    assert (report.judged, report.total, report.effects) == (2, Tally(stopped=1), {"allow>deny": 1})
    once = Tally(stopped=1)
    assert report.by == {
        "clause": {"GOV-07": once}, "person": {"user:ana": once}, "agent": {"agent:mailer": once}, "tool": {},
        "model": {"gpt": once}, "team": {"sales": once},
    }  # fmt: skip
    assert report.unknown == {"dataSubjects": 1}


def _shown(name: str) -> ReplayExample:
    return ReplayExample(
        name, 1, Difference.STOPPED, Effect.ALLOW, Effect.DENY, "user:a", "ModelCall", "model:gpt", ("GOV-07",), ()
    )


def test_parts_add_up_to_the_whole_and_examples_keep_their_number() -> None:
    one = rejudge(recorded(policies(), request(data_subjects=180)), policies(BULK))
    whole, first, second = (Replaying(examples=1) for _ in range(3))
    for adding in (whole, first, whole, second):
        adding.judged(one, person="user:a")
        if adding.wants_example(one):
            adding.example(_shown("dec_1"))
    first.erased()
    second.unreadable(UnreadRecord("dec_9", 9, "spoilt"))
    together = Replaying(examples=1)
    together.add(first.report())
    together.add(second.report())
    whole.erased()
    whole.unreadable(UnreadRecord("dec_9", 9, "spoilt"))
    assert together.report() == whole.report()
    assert len(together.report().examples) == 1
    assert together.report().total.total == 2


def test_what_stays_the_same_wants_no_example() -> None:
    assert not Replaying(examples=5).wants_example(rejudge(recorded(policies(LEAK), request()), policies(BULK)))


def test_the_names_of_unreadable_records_are_bounded_and_all_are_counted() -> None:
    adding = Replaying(examples=0)
    for place in range(MOST_NAMED + 5):
        adding.unreadable(UnreadRecord(f"dec_{place}", place, "spoilt"))
    report = adding.report()
    assert (report.unread, len(report.unreadable)) == (MOST_NAMED + 5, MOST_NAMED)
