from __future__ import annotations

import msgspec
import pytest

from tests.unit.governance.lives import AT, BOOK, OPS, sign_off, text, version
from wardlaw.facts.person import Role
from wardlaw.governance.signing import haste_of, missing_approvals, slot_words, standing_sign_offs, valid_until

HIGH, LOW = version(), version(text(OPS))
DAY_S = 86_400


def needs(of, *signed, at: float = AT) -> str:
    return slot_words(missing_approvals(msgspec.structs.replace(of, sign_offs=signed), BOOK, at=at))


def test_a_risky_clause_needs_legal_or_risk_and_the_ciso_and_another_one_of_them() -> None:
    assert needs(HIGH) == "legal or risk, and ciso"
    assert needs(HIGH, sign_off(HIGH, "leo", "legal")) == "ciso"
    assert needs(HIGH, sign_off(HIGH, "leo", "legal"), sign_off(HIGH, "rik", "risk")) == "ciso"
    assert needs(HIGH, sign_off(HIGH, "leo", "legal"), sign_off(HIGH, "cis", "ciso")) == ""
    assert needs(LOW) == "legal or risk or ciso"
    assert needs(LOW, sign_off(LOW, "rik", "risk")) == ""


def test_one_human_fills_one_place_and_whoever_has_two_roles_fills_the_one_that_helps() -> None:
    both = sign_off(HIGH, "dual", "legal", "ciso")
    assert needs(HIGH, both) == "legal or risk"  # the ciso's place may be theirs, not both
    assert needs(HIGH, both, sign_off(HIGH, "leo", "legal")) == ""
    assert needs(HIGH, both, sign_off(HIGH, "cis", "ciso")) == ""
    assert needs(HIGH, sign_off(HIGH, "a", "legal", human="one"), sign_off(HIGH, "b", "ciso", human="one")) != ""


@pytest.mark.parametrize(
    "change",
    [
        {"human": "ann@x"},  # the author by another account
        {"person": "person:ann"},
        {"digest": "0" * 64},
        {"expires_at": AT},
        {"approves": False},
        {"at": AT + 1},  # not given yet
    ],
)
def test_what_does_not_count(change: dict) -> None:
    word = msgspec.structs.replace(sign_off(LOW, "rik", "risk"), **change)
    assert needs(LOW, word) == "legal or risk or ciso"


def test_the_last_word_of_each_human_counts() -> None:
    yes = sign_off(LOW, "rik", "risk", at=AT - 9)
    no = sign_off(LOW, "rik", "risk", at=AT - 5, approves=False)
    assert needs(LOW, yes, no) != ""
    assert needs(LOW, yes, no, sign_off(LOW, "rik", "risk")) == ""
    assert len(standing_sign_offs(msgspec.structs.replace(LOW, sign_offs=(yes, yes)), at=AT)) == 1


def test_until_when_approvals_hold() -> None:
    signed = (
        sign_off(HIGH, "leo", "legal", days=10),
        sign_off(HIGH, "rik", "risk", days=30),
        sign_off(HIGH, "cis", "ciso", days=20),
    )
    assert valid_until(msgspec.structs.replace(HIGH, sign_offs=signed), BOOK, at=AT) == AT + 20 * DAY_S
    assert valid_until(HIGH, BOOK, at=AT) == 0.0


def test_the_meter() -> None:
    words = [sign_off(LOW, "rik", "risk", seconds=seconds) for seconds in (1.0, 4.9, 30.0)]
    (rik,) = haste_of(words)
    assert (rik.person, rik.answers, rik.median_s, round(rik.hasty, 2)) == ("person:rik", 3, 4.9, 0.67)
    assert haste_of(()) == ()


def test_every_risk_has_its_approvers_among_those_who_may_approve() -> None:
    able = {role for role in Role if "approve_policy" in BOOK.roles[role]}
    for slots in BOOK.sign_offs.values():
        assert slots
        assert all(slot <= able for slot in slots)
