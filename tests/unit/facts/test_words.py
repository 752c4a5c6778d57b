"""Words as they are compared."""

from __future__ import annotations

import pytest

from wardlaw.facts.words import fold, name_words, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Send Zoë's café-bill", ["send", "zoe", "s", "cafe", "bill"]),
        ("Überweise Straße", ["uberweise", "strasse"]),
        ("pass\u200bword ﬁle", ["password", "file"]),
        ("ДОМ 42", ["дом", "42"]),
        ("", []),
    ],
)
def test_words_are_folded(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@pytest.mark.parametrize("name", ["sendMoney", "send_money", "send-money", "SendMoney", "send.money"])
def test_every_spelling_of_a_name_gives_the_same_words(name: str) -> None:
    assert name_words(name) == ["send", "money"]


def test_a_name_in_capitals_keeps_its_parts() -> None:
    assert name_words("getIBANNumber") == ["get", "iban", "number"]


def test_plain_text_is_only_put_in_lower_case() -> None:
    assert fold("ABC def") == "abc def"
