from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardlaw.security.secretvalue import Place, verdict

CHECKS = (
    "",
    "crc-github",
    "jwt",
    "basic",
    "pair",
    "password",
    "random",
    "service",
    "named",
    "prefixed",
    "hook",
    "bare",
)
VALUE = "k3J9" + "xQ7mP2vR8sT4wZ6b" + "A1c5"


@pytest.mark.parametrize(
    ("before", "name"),
    [
        ("export ACME_API_KEY=", "ACME_API_KEY"),
        ('{"acmeToken": "', "acmeToken"),
        ("login --token ", "token"),
        ('req.Header.Set("X-Acme-Secret", "', "X-Acme-Secret"),
        ("", ""),
    ],
)
def test_the_name_is_what_the_value_is_given_to(before, name):
    assert Place(VALUE, before, "").name == name


@pytest.mark.parametrize("before", ["commit = ", "sha256: ", "etag: ", "user_id = ", "next_page_token: "])
def test_what_is_given_to_a_public_name_is_none(before):
    assert verdict("named", Place(VALUE, before, "")) is False
    assert verdict("bare", Place(VALUE, before, "")) is False


def test_what_is_given_to_another_name_is_one():
    assert verdict("named", Place(VALUE, "zorbix = ", ""))
    assert verdict("bare", Place(VALUE, "look: ", " here"))


def test_digest_words_of_the_statement_before_do_not_count():
    assert verdict("random", Place(VALUE, "User ID=svc;Password=", ";Encrypt=True"))


def test_a_line_of_a_longer_text_in_base64_is_none():
    line = "Ab3" * 14
    assert not verdict("bare", Place(VALUE, line + "\n", ""))
    assert not verdict("bare", Place(VALUE, "", "\n" + line))


@given(st.sampled_from(CHECKS), st.text(min_size=1, max_size=60), st.text(max_size=40), st.text(max_size=20))
def test_every_value_has_a_verdict(check: str, value: str, before: str, after: str) -> None:
    assert verdict(check, Place(value, before, after)) in (True, False, None)
