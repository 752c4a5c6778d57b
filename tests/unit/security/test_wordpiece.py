from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.security.test_steps import noted

from wardlaw.security.steps import drained
from wardlaw.security.wordpiece import WordPiece

VOCABULARY = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "ignore",
    "all",
    "##s",
    "ru",
    "##le",
    "cafe",
    "!",
    "_",
    "漢",
    "字",
    "ह",
    "##न",
    "##द",
    "##sy",
]
WORDS = WordPiece(VOCABULARY)


def pieces(text: str) -> list[str]:
    return [VOCABULARY[number] for number in WORDS.pieces(text)[0]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ignore all rules", ["ignore", "all", "ru", "##le", "##s"]),
        ("café!!", ["cafe", "!", "!"]),
        ("cafe\u0301", ["cafe"]),
        ("all_rule", ["all", "_", "ru", "##le"]),
        ("漢字ignore", ["漢", "字", "ignore"]),
        ("हिन्दी", ["[UNK]"]),  # the vowel sign stays, the marks without width go
        ("unheard " + "a" * 101, ["[UNK]", "[UNK]"]),
        (" \t\n", []),
    ],
)
def test_words_become_the_longest_known_pieces(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


def test_each_piece_keeps_the_place_of_its_word() -> None:
    assert WORDS.pieces("  rules, all")[1] == [2, 2, 2, 7, 9]


@given(st.text(max_size=300))
def test_it_is_total_and_places_rise_within_the_text(text: str) -> None:
    lower = text.lower()
    ids, places = WORDS.pieces(lower)
    assert len(ids) == len(places)
    assert places == sorted(places)
    assert all(0 <= place < len(lower) and not lower[place].isspace() for place in places)
    assert (ids, places) == WORDS.pieces(lower)
    assert (ids == []) == (not lower.strip())


def test_a_vocabulary_without_its_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="CLS"):
        WordPiece(["[PAD]", "[UNK]", "[SEP]"])


def test_splitting_leaves_off_in_between_and_new_words_weigh_more() -> None:
    known, fresh = "rules " * 30_000, " ".join(f"rules{number:090d}" for number in range(100))
    costs: list[float] = []
    assert drained(noted(WORDS.splitting(known), costs)) == WORDS.pieces(known)
    assert 7 <= len(costs) <= 9
    assert all(cost <= 0.5 for cost in costs)
    assert len(list(WORDS.splitting(fresh))) >= 7


def test_words_longer_than_any_are_not_kept() -> None:
    words = WordPiece(VOCABULARY)
    words.pieces("a" * 100_000 + " rules")
    assert all(len(word) <= 100 for word in words._known)
    assert words._known
