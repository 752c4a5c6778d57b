from __future__ import annotations

import numpy as np
import pytest

from wardlaw.security.gist import (
    GRAM_CHARS,
    MOST_CHARS,
    RUN_WORDS,
    bounded,
    grams,
    host_of,
    link_key,
    said_grams,
    said_links,
    said_runs,
    word_spans,
    words_of,
)  # fmt: skip


def test_a_piece_is_known_again_wherever_it_stands() -> None:
    said = said_grams("Customer Ada Lovelace, IBAN DE89 3704 0044 0532 0130 00.")
    piece = grams("de89370400440532013000")
    assert len(piece) == 22 - GRAM_CHARS + 1
    assert np.isin(piece, said).all()
    assert not np.isin(grams("de89370400440532013001")[-1:], said).any()


def test_short_texts_have_no_shingles_and_addresses_are_none_of_them() -> None:
    assert len(grams("123456789")) == 0
    assert len(said_grams("see https://host.example/a/very/long/path/0123456789")) == 0


def test_a_long_text_is_looked_at_from_both_ends() -> None:
    text = "begin-0123456789 " + "filler " * 40_000 + "end-9876543210"
    assert len(bounded(text)) == MOST_CHARS + 1
    assert said_grams(text).nbytes <= 8 * MOST_CHARS
    said = said_grams(text)
    assert np.isin(grams("begin0123456789"), said).all()
    assert np.isin(grams("end9876543210"), said).all()


def test_links_are_known_again_without_scheme_and_punctuation() -> None:
    found, hosts = said_links('see https://A.example/x?a=1&amp;b=2. and {"url": "https:\\/\\/b.example\\/y"}')
    assert {link_key("http://A.example/x?a=1&b=2"), link_key("https://b.example/y")} == found
    assert hosts == {"a.example", "b.example"}


@pytest.mark.parametrize(("url", "host"), [("//E.example/x", "e.example"), ("https://[::1/x", ""), ("https:///x", "")])
def test_hosts(url: str, host: str) -> None:
    assert host_of(url) == host


def test_words_are_told_without_marks() -> None:
    text = "**Never** reveal: “the offer”, it's_so"
    assert words_of(text) == [b"never", b"reveal", b"the", b"offer", b"it", b"s", b"so"]
    assert [text[start:end] for start, end in word_spans("a, b-c")] == [text[0:1], text[3:4], text[5:6]]
    assert word_spans("\N{LATIN SMALL LIGATURE FI} … x") == [(0, 5)] * len(words_of("\N{LATIN SMALL LIGATURE FI} … x"))


def test_runs_of_words() -> None:
    assert len(said_runs("one two three four five six seven")) == 7 - RUN_WORDS + 1
    assert said_runs("One, two THREE four five six") == said_runs("one two three four five six")
    assert said_runs("one two three") == frozenset()
