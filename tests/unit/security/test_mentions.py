"""Places, companies and websites by what stands around them."""

from __future__ import annotations

import pytest

from wardlaw.security.mentions import bare, mentioned


def spotted(text: str) -> set[tuple[str, str]]:
    return {(label, text[start:end]) for start, end, label in mentioned(text)}


@pytest.mark.parametrize(
    ("text", "label", "words"),
    [
        ("She works for Kestrel Logistics now.", "organisation", "Kestrel Logistics"),
        ("Kestrel was founded in 1977.", "organisation", "Kestrel"),
        ("The address of Kestrel is known.", "organisation", "Kestrel"),
        ("They live in Tromsdalen.", "place", "Tromsdalen"),
        ("My website is https://jana.example/me", "website", "https://jana.example/me"),
    ],
)
def test_they_are_told_by_their_surroundings(text, label, words):
    assert (label, words) in spotted(text)


@pytest.mark.parametrize("text", ["See https://docs.example/start for more.", "In Monday's build it works at First."])
def test_other_words_are_none(text):
    assert spotted(text) == set()


def test_a_bare_word_has_nothing_clinging_to_it():
    assert bare("(Hansen,") == "(hansen"
    assert bare("Hansen's") == "hansen"
