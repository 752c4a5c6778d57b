from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardlaw.governance.passwordrules import MAX_LENGTH, MIN_LENGTH, left_over, normalised, problem_of, strength_of


@pytest.mark.parametrize(
    "password",
    [
        "otters paint quiet lanterns",
        "gravelsingstoninefoxes",
        "Ümläute ünd Fjorde für ölige Ähren",
        "vq8#Kd!2mZp0wTx",
        "the password is a heron in the reeds",
        "x" + "abcdefg hij klm nop!" * 3 + "quiet river",
    ],
)
def test_long_ones_of_ones_own_may_be_chosen(password: str) -> None:
    assert problem_of(password, ("ann", "Ann Archer")) == ""


@pytest.mark.parametrize(
    "password",
    [
        "password12345678", "P@ssw0rd!P@ssw0rd!", "qwertyuiopasdfgh", "1234567890123456", "aaaaaaaaaaaaaaaa",
        "abcabcabcabcabcabc", "Wardlaw2026!Wardlaw", "archer archer ann 1", "correct horse battery staple",
        "qazwsxedcrfvtgb-yhn", "Q1w2e3r4t5y6u7i8!!", "Summer2026!Summer2026", "letmeinletmeinletmein", "                    ", "zxcvbnmasdfghjkl",
    ],
)  # fmt: skip
def test_what_is_tried_first_may_not(password: str) -> None:
    assert "tried first" in problem_of(password, ("ann", "Ann Archer"))


@pytest.mark.parametrize(
    "password", ["1q2w3e4r5t6y7u8i9o0p", "Friend of Emily", "somanypickles27", "momsanaladventure"]
)
def test_what_stands_in_public_lists_may_not(password: str) -> None:
    assert "public lists" in problem_of(password)


@pytest.mark.parametrize(
    ("password", "level"),
    [
        ("", 0), ("gravel sings", 0), ("password12345678", 1), ("somanypickles27", 1), ("river 1234567890", 1),
        ("gravel 12345 67890", 2), ("quiet gravel 2026", 2), ("gravel sings nine", 3), ("gravel sings to nine foxes", 4),
    ],
)  # fmt: skip
def test_the_measure_counts_what_is_ones_own(password: str, level: int) -> None:
    found = strength_of(password, ("ann", "Ann Archer"))
    assert found.level == level
    assert bool(found.problem) == (level < 2)


@given(st.text(max_size=40))
def test_whatever_may_be_chosen_has_a_level_that_says_so(password: str) -> None:
    assert (strength_of(password).level >= 2) == (problem_of(password) == "")


def test_only_length_is_asked_for_otherwise() -> None:
    assert "fewer than 15" in problem_of("kd8 Qz!mv3 Wx_")
    assert len("kd8 Qz!mv3 Wx_") == MIN_LENGTH - 1
    assert f"more than {MAX_LENGTH}" in problem_of("quiet river " * 30)
    assert problem_of("quietest of all the rivers by night") == ""


def test_length_is_counted_as_people_count() -> None:
    assert "fewer than" in problem_of("ﬁ" * 7)
    assert normalised("e\u0301") == "é"


@pytest.mark.parametrize(
    ("text", "left"), [("abcabcabc", "abc"), ("aaaa", "a"), ("abcab", "abc"), ("abcd", "abcd"), ("", "")]
)
def test_repetitions_count_once(text: str, left: str) -> None:
    assert left_over(text) == left
