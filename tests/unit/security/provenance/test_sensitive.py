from __future__ import annotations

import pytest

from wardlaw.security.provenance import sensitive

COVERS = ["vocabulary"]


@pytest.mark.parametrize(
    ("key", "label"),
    [
        ("passport_number", "identity"), ("ID Number", "identity"), ("id", ""), ("creditCard", "financial"),
        ("iban", "financial"), ("password", "secret"), ("city", ""), ("code", ""), ("", ""), ("diagnosis", "health"),
        ("zip_code", ""), ("security_code", "secret"), ("account_type", ""), ("accountNumber", "financial"), ("api_token", "secret"),
    ],
)  # fmt: skip
def test_the_class_of_a_field(key: str, label: str) -> None:
    assert sensitive.of_field(key) == label


def test_secrets_told_in_prose_are_found() -> None:
    assert list(sensitive.in_prose("Your verification code is 550142. Bye")) == [("550142", "secret")]
    assert list(sensitive.in_prose("the code of conduct")) == []


def test_values_are_found_whatever_stands_between_their_parts() -> None:
    codes = {"4237425274562574": "financial", "4711": "secret"}
    assert sensitive.held("card 4237-4252 7456.2574", codes) == {"financial"}
    assert sensitive.held("pin 4711!", codes) == {"secret"}
    assert sensitive.held("order 947110", codes) == set()
    assert sensitive.held("x", {}) == set()


def test_what_somebody_asks_for() -> None:
    assert sensitive.asked_for("identity", {"passport"})
    assert not sensitive.asked_for("identity", {"hotel"})
    assert not sensitive.asked_for("strange", {"hotel"})


def test_ordinary_words_are_not_remembered() -> None:
    assert not sensitive.worth_keeping("checking", "financial")
    assert not sensitive.worth_keeping("abc", "secret")
    assert sensitive.worth_keeping("correcthorse", "secret")
    assert sensitive.worth_keeping("hgk137803", "identity")
