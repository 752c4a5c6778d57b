from __future__ import annotations

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardlaw.facts.keytext import Prefix, key_digest, make_key_text, read_prefix

SECRETS = st.binary(min_size=32, max_size=32)


@given(st.sampled_from(Prefix), SECRETS)
def test_what_is_made_is_recognised(prefix: Prefix, secret: bytes) -> None:
    text = make_key_text(prefix, secret)
    assert re.fullmatch(r"wl[ots]?_[A-Za-z0-9_-]{43}[0-9a-z]{7}", text)
    assert read_prefix(text) is prefix
    assert key_digest(text) == hashlib.sha256(text.encode()).hexdigest()


@given(SECRETS, st.integers(min_value=3, max_value=52), st.sampled_from("abcXYZ019"))
def test_a_mistyped_character_is_noticed(secret: bytes, place: int, other: str) -> None:
    text = make_key_text(Prefix.KEY, secret)
    mistyped = text[:place] + other + text[place + 1 :]
    assert (read_prefix(mistyped) is None) == (mistyped != text)


@given(st.text(max_size=80))
def test_any_text_is_read_without_error(text: str) -> None:
    assert read_prefix(text) is None
    assert len(key_digest(text)) == 64


def test_lone_surrogates_have_a_digest() -> None:
    assert len(key_digest("\ud800")) == 64


def test_too_few_random_bytes_are_refused() -> None:
    with pytest.raises(ValueError, match="32 random bytes"):
        make_key_text(Prefix.KEY, b"short")
