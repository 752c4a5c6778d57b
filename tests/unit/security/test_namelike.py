"""Words that look like names by their letters."""

from __future__ import annotations

import pytest

from wardlaw.security.namelike import letters, likeness, places
from wardlaw.security.rules import namegrams


@pytest.mark.parametrize("word", ["Kónya", "Marrero", "Yefremova", "Weronika", "Halldór"])
def test_names_no_list_holds_look_like_names(word):
    assert likeness(word) > 0.7


@pytest.mark.parametrize("word", ["Configuration", "Session", "Server", "Table", "Invoice"])
def test_ordinary_words_do_not(word):
    assert likeness(word) < -0.7


@pytest.mark.parametrize("word", ["", "Al", "x" * 25, "王小明", "R2D2", "Иванов"])
def test_what_has_no_latin_letters_or_too_few_says_nothing(word):
    assert likeness(word) == 0.0


def test_letters_are_plain_and_places_inside_the_table():
    assert letters("Szöllösy") == "szollosy"
    assert letters("Straße") == "strasse"
    assert letters("Łukasz") == "lukasz"
    assert likeness("SZÖLLÖSY") == likeness("szollosy")
    assert all(0 <= place < 1 << namegrams.BITS for place in places("weronika", namegrams.BITS))
