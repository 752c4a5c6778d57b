from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.register.answered import QUESTIONNAIRE, VECTORS, answered
from wardlaw.facts.errors import InputError
from wardlaw.facts.tier import Tier
from wardlaw.register.classify import DEFAULT_RULE, RANK, ClassifiedAs, asked_by, classify, is_milder
from wardlaw.register.questionnaire import UNKNOWN, QuestionType, with_own

COVERS = ("questionnaire",)
QUESTIONS = QUESTIONNAIRE.questions


def gravity(found: ClassifiedAs) -> int:
    """How grave it may still be."""
    return RANK.index(found.could_be)


def test_there_are_forty_one_questions_and_enough_examples_of_the_law() -> None:
    assert len(QUESTIONS) == 41
    assert len(VECTORS) >= 60
    assert {vector[2] for vector in VECTORS} == {tier.value for tier in RANK}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector[0])
def test_the_examples_of_the_law_come_out_as_it_says(vector: list[Any]) -> None:
    _, _, tier, given_answers, duties = vector
    answers = answered(**given_answers)
    found = classify(QUESTIONNAIRE, answers)
    assert (found.tier.value, found.still_open) == (tier, ())
    due = {duty if duty.startswith("gdpr") else f"eu-ai-act:{duty}" for duty in duties}
    assert due <= set(found.duties)
    # Whatever one of them does not know, it is neither milder nor open.
    for name in answers:
        less = classify(QUESTIONNAIRE, answers | {name: UNKNOWN})
        assert gravity(less) >= gravity(found)
        assert not less.opens or (found.opens and less.tier is found.tier)
        assert set(found.duties) <= set(less.duties) or less.tier is Tier.PROHIBITED


def test_who_does_what_with_a_high_risk_system_owes_what_its_part_owes() -> None:
    high = answered(annex_iii=["annex-iii-2"])
    parts = {
        "deployer": "26",
        "provider": "16",
        "importer": "23",
        "distributor": "24",
        "authorised-representative": "22",
    }
    every = {f"eu-ai-act:art-{one}" for one in parts.values()}
    for role, article in parts.items():
        assert every & set(classify(QUESTIONNAIRE, high | {"role": (role,)}).duties) == {f"eu-ai-act:art-{article}"}
        assert not every & set(classify(QUESTIONNAIRE, answered(role=[role])).duties)
    assert every <= set(classify(QUESTIONNAIRE, high | {"role": UNKNOWN}).duties)


def _answers_to(question: Any) -> st.SearchStrategy[Any]:
    match question.type:
        case QuestionType.YES_NO:
            return st.sampled_from(("yes", "no", UNKNOWN))
        case QuestionType.CHOICE:
            return st.sampled_from((*question.values, UNKNOWN))
        case QuestionType.NUMBER:
            return st.sampled_from((0.0, 0.2, 0.5, 1e24, 3e25, UNKNOWN))
        case _:
            return st.one_of(
                st.just(UNKNOWN), st.lists(st.sampled_from(question.values), max_size=3, unique=True).map(tuple)
            )


ANSWERS = st.fixed_dictionaries({one.id: _answers_to(one) for one in QUESTIONS})


@given(ANSWERS, st.sets(st.sampled_from([one.id for one in QUESTIONS]), min_size=1))
def test_unknown_never_lowers_and_never_opens(answers: dict[str, Any], forgotten: set[str]) -> None:
    before = classify(QUESTIONNAIRE, answers)
    after = classify(QUESTIONNAIRE, answers | dict.fromkeys(forgotten, UNKNOWN))
    assert gravity(after) >= gravity(before)
    assert not is_milder(after.tier, before.tier)
    assert before.opens or not after.opens


@given(ANSWERS)
def test_what_is_open_is_shut_and_what_is_decided_has_a_rule(answers: dict[str, Any]) -> None:
    found = classify(QUESTIONNAIRE, answers)
    rules = {rule.id: rule for rule in QUESTIONNAIRE.rules}
    if found.tier is Tier.UNDETERMINED:
        assert found.still_open
        assert not found.opens
    elif found.rule != DEFAULT_RULE:
        assert rules[found.rule].tier is found.tier
    else:
        assert found.tier is Tier.MINIMAL


def test_nothing_answered_is_shut_and_owes_everything() -> None:
    found = classify(QUESTIONNAIRE, {})
    assert (found.tier, found.could_be, len(found.still_open)) == (Tier.UNDETERMINED, Tier.PROHIBITED, 41)
    assert {"eu-ai-act:art-27", "gdpr:35", "eu-ai-act:art-50-1"} <= set(found.duties)


def test_a_practice_that_is_prohibited_is_so_whatever_else_is_open() -> None:
    found = classify(QUESTIONNAIRE, {"p_manip": "yes", "is_ai": "yes", "eu_scope": "yes", "excluded": "no"})
    assert (found.tier, found.rule, found.ref) == (Tier.PROHIBITED, "prohibited-a", "eu-ai-act:art-5-1-a")


def test_the_rule_its_day_and_its_point_are_told() -> None:
    found = classify(QUESTIONNAIRE, answered(annex_iii=["annex-iii-4a", "annex-iii-5b"], profiling="yes"))
    assert (found.rule, found.applies_from, found.annex_point) == ("high-annex-iii", "2027-12-02", "annex-iii-5b")
    component = classify(QUESTIONNAIRE, answered(a1_component="yes", a1_third_party="yes"))
    assert (component.annex_point, component.applies_from) == ("annex-i", "2028-08-02")


def test_what_is_no_answer_is_refused() -> None:
    for wrong in ({"is_ai": "maybe"}, {"annex_iii": ("annex-iii-9",)}, {"gpai_flop": -1.0}, {"f_condition": "yes"},
                  {"nothing": "yes"}, {"role": "provider"}):  # fmt: skip
        with pytest.raises(InputError) as caught:
            classify(QUESTIONNAIRE, wrong)
        assert caught.value.code == "WL-CLS-002"


OWN = """
version: "1"
questions:
  - {id: own_brand, text: "Would we be ashamed to read of it in a newspaper?"}
  - {id: own_why, text: "Do we know what it is worth?", when: {question: own_brand, is: "no"}}
rules:
  - {id: own-shame, why: "We do not do what we would hide.", when: {question: own_brand, is: "yes"}, stops: true}
"""


def test_a_company_asks_more_and_makes_nothing_milder() -> None:
    both = with_own(QUESTIONNAIRE, OWN)
    assert classify(both, answered()).still_open == ("own_brand", "own_why")
    assert classify(both, answered(own_brand="no", own_why="yes")).opens
    stopped = classify(both, answered(own_brand="yes"))
    assert (stopped.tier, stopped.stopped_by, stopped.opens) == (Tier.MINIMAL, ("own-shame",), False)
    for wrong in ("[]", OWN.replace("own_brand", "is_ai"), OWN.replace("own-shame", "gpai"),
                  OWN.replace("stops: true", "tier: minimal"), OWN.replace('{question: own_brand, is: "yes"}', "{question: x}"),
                  OWN.replace('{question: own_brand, is: "no"}', "{question: x}")):  # fmt: skip
        with pytest.raises(InputError) as caught:
            with_own(QUESTIONNAIRE, wrong)
        assert caught.value.code == "WL-CLS-001"


def test_milder_means_asking_less() -> None:
    assert is_milder(Tier.LIMITED, Tier.HIGH)
    assert not is_milder(Tier.HIGH, Tier.LIMITED)
    assert not is_milder(Tier.UNDETERMINED, Tier.HIGH)
    assert msgspec.json.decode(msgspec.json.encode(classify(QUESTIONNAIRE, {})), type=ClassifiedAs).rule == "open"


def test_questions_are_asked_until_an_answer_makes_them_needless() -> None:
    shipped = QUESTIONNAIRE
    everything = asked_by(shipped, {})
    assert set(asked_by(shipped, {"is_ai": "no"})) < set(everything)
    assert asked_by(shipped, {"is_ai": UNKNOWN}) == everything
    with pytest.raises(InputError, match="WL-CLS-002"):
        asked_by(shipped, {"is_ai": "perhaps"})
