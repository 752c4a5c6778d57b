from __future__ import annotations

import itertools
import math
import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardlaw.security.randomness import (
    entropy,
    is_base36,
    is_digest,
    is_hex,
    is_mixed,
    is_random,
    is_readable,
    kinds,
    switches,
    wordiness,
)

WRITTEN = ("getElementsByClassName2Handler", "international-business-2024-report", "MicrosoftEntraAuthentication7")


def test_entropy_counts_bits_a_character():
    assert entropy("") == 0
    assert entropy("aaaa") == 0
    assert entropy("abcdefgh") == 3


@given(st.text(alphabet="abzABZ019-_.éÉ٣中", max_size=40))
def test_kinds_switches_and_entropy_are_what_their_names_say(text: str) -> None:
    expected = ["l" if c.islower() else "u" if c.isupper() else "d" if c.isdigit() else "o" for c in text]
    assert list(kinds(text)) == expected
    assert switches(text) == sum(left != right for left, right in itertools.pairwise(expected))
    shares = [text.count(c) / len(text) for c in set(text)]
    assert math.isclose(entropy(text), -sum(share * math.log2(share) for share in shares), abs_tol=1e-9)


@pytest.mark.parametrize("value", WRITTEN)
def test_words_are_not_random(value):
    assert wordiness(value) > 0.7
    assert not is_random(value)
    assert not is_mixed(value)


def test_nearly_all_drawn_values_are_random():
    rng = random.Random(3)
    for alphabet, test in (
        (string.ascii_letters + string.digits, is_mixed),
        (string.ascii_lowercase + string.digits, is_base36),
        (string.ascii_letters + string.digits, is_random),
    ):
        drawn = ["".join(rng.choice(alphabet) for _ in range(32)) for _ in range(300)]
        assert sum(map(test, drawn)) >= 285


def test_digests_are_in_one_case():
    assert is_digest("0123456789abcdef" * 2)
    assert is_hex("0" * 8)
    assert not is_hex("0123456789abcDEF" * 2)
    assert not is_digest("0123456789abcdef" * 2 + "0")


@given(st.text(max_size=60))
def test_every_text_is_judged(text: str) -> None:
    for test in (is_random, is_mixed, is_base36, is_readable, is_hex, is_digest):
        assert test(text) in (True, False)
