"""Clauses that oblige, and what nothing may lift, under the rules for all clauses."""

from __future__ import annotations

import pytest

from tests.unit.governance.cases import TODAY
from wardlaw.governance.check import Checked, check
from wardlaw.governance.differ import Direction, diff
from wardlaw.governance.fmt import write_clause
from wardlaw.governance.forms import clause_from_form
from wardlaw.governance.sentence import render_sentence
from wardlaw.governance.shipped import templates

TELL = write_clause(
    clause_from_form(templates()["disclosure"], {"notice": "A machine.", "mode": "enforce"}, identity="DIS-01")
)


def checked(*texts: str) -> Checked:
    return check({f"{place}.yaml": text for place, text in enumerate(texts)}, today=TODAY)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("duties: [disclose, mark]\n", ""),
        ("effect: oblige", "effect: deny"),
        ("notice: A machine.\n", ""),
        ("duties: [disclose, mark]", "duties: [mark]"),
        ("actions: [ModelAnswer]", "actions: [ModelCall]"),
    ],
)
def test_duties_effect_notice_and_actions_go_together(before: str, after: str) -> None:
    assert before in TELL
    text = TELL.partition("form:")[0].replace(before, after)
    assert "WL-DUE-020" in {one.code for one in checked(text).problems}


def test_it_is_read_back_with_its_words() -> None:
    (clause,) = checked(TELL).clauses
    assert 'goes on with this notice before the first reply: "A machine." and marked' in render_sentence(clause)


def test_two_notices_do_not_say_the_same_and_one_with_less_duties_is_shadowed() -> None:
    other = TELL.partition("form:")[0].replace("DIS-01", "DIS-02")
    assert checked(TELL, other.replace("A machine.", "A robot.")).problems == ()
    less = other.replace("duties: [disclose, mark]", "duties: [mark]").replace("notice: A machine.\n", "")
    assert checked(TELL, less).problems == ()  # it does not say the same words, so both stand
    assert [one.code for one in checked(TELL, other).problems] == ["WL-POL-012"]


def test_what_was_taken_out_of_reach_or_brought_into_it_is_told() -> None:
    plain = TELL.partition("form:")[0]
    prohibited = plain.replace("eu-ai-act:art-50-1", "eu-ai-act:art-5-1-f")
    told = {(one.direction, one.words) for one in diff(checked(prohibited), checked(plain))}
    assert (Direction.LOOSENED, "Waivers can now lift it.") in told
    told = {(one.direction, one.words) for one in diff(checked(plain), checked(prohibited))}
    assert (Direction.TIGHTENED, "Waivers can no longer lift it.") in told
    less = plain.replace("duties: [disclose, mark]", "duties: [mark]").replace("notice: A machine.\n", "")
    told = {(one.direction, one.words) for one in diff(checked(plain), checked(less))}
    assert (Direction.LOOSENED, "Answers no longer owe: disclose.") in told
