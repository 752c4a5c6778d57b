"""Differences in words, with the figures of the moment."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.decision.cases import BULK, PERMIT, finding, policies, request
from wardlaw.decision.decide import decide
from wardlaw.decision.grounds import HIDDEN, Wording, attributes_of, holds
from wardlaw.decision.policyset import PolicySet
from wardlaw.decision.replay import rejudge
from wardlaw.facts.action import Action
from wardlaw.facts.clause import Clause, Condition, Risk, Wing
from wardlaw.facts.clause import Test as Ask
from wardlaw.facts.effect import Effect, Mode
from wardlaw.facts.finding import FindingKind
from wardlaw.facts.record import Inputs
from wardlaw.facts.request import Snapshot
from wardlaw.governance.compile import compile_clause


def clause(*all_of: Ask, any_of: tuple[Ask, ...] = (), **more: Any) -> Clause:
    plain: dict[str, Any] = {
        "id": "GOV-07", "title": "Bulk", "text": "None.", "owner": "dpo", "wing": Wing.GOVERNANCE, "risk": Risk.HIGH,
        "effect": Effect.DENY, "actions": (Action.MODEL_CALL,),
    }  # fmt: skip
    return Clause(**{**plain, **more}, when=Condition(all=all_of, any=any_of))


def held(*clauses: Clause) -> PolicySet:
    return PolicySet.build("\n".join((PERMIT, *map(compile_clause, clauses))))


def why(before: PolicySet, after: PolicySet, *clauses: Clause, findings=(), unknown=(), hidden=(), **asked: Any) -> str:
    made = request(**asked)
    state = Snapshot(anomaly_score=700)
    inputs = Inputs(made, findings, state, decide(made, findings, before, state))
    wording = Wording(after, {one.id: one for one in clauses}, hidden=hidden)
    (told,) = wording.why(rejudge(inputs, after), unknown=unknown)
    return told


OVER_100 = Ask("dataSubjects", over=100)
OVER_200 = Ask("dataSubjects", over=200)


def test_a_clause_that_would_stop_gives_the_figure_and_the_limit() -> None:
    one = clause(OVER_100)
    assert why(policies(), held(one), one, data_subjects=180) == "GOV-07 would deny: dataSubjects 180 over 100"


def test_only_what_holds_of_an_alternative_is_told() -> None:
    one = clause(any_of=(OVER_100, Ask("hour", under=3), Ask("region", one_of=("eu",))), effect=Effect.HOLD)
    told = why(policies(), held(one), one, data_subjects=180)
    assert told == "GOV-07 would hold: dataSubjects 180 over 100, region eu"


def test_members_that_matter_are_named() -> None:
    one = clause(Ask("dataClasses", contains_any=("pii:iban",)), effect=Effect.CUT)
    told = why(policies(), held(one), one, findings=(finding(FindingKind.PII, label="iban"),))
    assert told == "GOV-07 would cut: dataClasses has pii:iban"


def test_a_raised_ceiling_says_what_is_missing_now() -> None:
    before, after = clause(OVER_100), clause(OVER_200)
    told = why(held(before), held(after), after, data_subjects=180)
    assert told == "GOV-07 would no longer deny: dataSubjects 180, not over 200"


def test_other_ways_to_let_through() -> None:
    before = held(clause(OVER_100))
    asked = {"data_subjects": 180}
    assert why(before, policies(), **asked).endswith("it is not in this set")
    weaker = clause(OVER_100, effect=Effect.HOLD)
    assert why(before, held(weaker), weaker, **asked).endswith("would no longer deny: it would hold")
    shadow = clause(OVER_100, mode=Mode.SHADOW)
    assert why(before, held(shadow), shadow, **asked).endswith("it stands at shadow")
    excepted = clause(OVER_100, unless=Condition(all=(Ask("region", equals="eu"),)))
    assert why(before, held(excepted), excepted, **asked).endswith("excepted: region eu")
    elsewhere = clause(OVER_100, actions=(Action.TOOL_CALL,))
    assert why(before, held(elsewhere), elsewhere, **asked).endswith("it does not look at this any more")
    either = clause(any_of=(OVER_200, Ask("attachments", at_least=1)))
    assert why(before, held(either), either, **asked).endswith(
        "dataSubjects 180, not over 200, attachments 0, not at least 1"
    )


def test_clauses_written_by_hand_are_told_by_what_they_read() -> None:
    assert why(policies(), policies(BULK), data_subjects=180) == (
        "GOV-07 would deny: dataSubjects 180, sessionSubjects 0"
    )
    other = BULK.replace("> 100", "> 999")
    assert why(policies(BULK), policies(other), data_subjects=180).endswith("its condition does not hold")


def test_built_in_reasons_keep_their_words() -> None:
    bare = PolicySet.build('@id("all") permit(principal, action, resource);')
    assert why(bare, policies(), registered=False).startswith("Not registered: ")
    assert why(policies(), bare, registered=False).startswith("no longer so: Not registered")


def test_what_was_not_known_then_and_what_is_hidden() -> None:
    one = clause(Ask("anomalyScore", over=500))
    assert why(policies(), held(one), one, unknown=("anomalyScore",)).endswith(
        "anomalyScore 700 (not known then) over 500"
    )
    assert why(policies(), held(one), one, hidden=("anomalyScore",)).endswith(f"anomalyScore {HIDDEN} over 500")


def test_long_sets_are_cut_short() -> None:
    one = clause(Ask("dataClasses", contains_any=("*",)))
    found = tuple(finding(FindingKind.PII, label=f"k{place}") for place in range(9))
    assert why(policies(), held(one), one, findings=found).endswith(" and 5 more")


@pytest.mark.parametrize(
    ("test", "yes", "no"),
    [
        (Ask("hour", over=3), 4, 3),
        (Ask("hour", at_least=3), 3, 2),
        (Ask("hour", under=3), 2, 3),
        (Ask("region", equals="eu"), "eu", "us"),
        (Ask("actsForPerson", equals=False), False, True),
        (Ask("region", one_of=("eu", "us")), "us", "cn"),
        (Ask("taint", contains_any=("a", "b")), ["b"], ["c"]),
        (Ask("taint", contains_any=("*",)), ["x"], []),
    ],
)
def test_each_comparison(test: Ask, yes: Any, no: Any) -> None:
    assert holds(test, yes)
    assert not holds(test, no)
    assert attributes_of(Condition(all=(test,))) == {test.attribute}
