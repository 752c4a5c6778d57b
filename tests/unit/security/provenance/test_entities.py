from __future__ import annotations

import pytest

from wardlaw.security.provenance.entities import code_key, host_of, keys_of, leading_keys, link_key, number_key


@pytest.mark.parametrize(
    "text", ["https://www.Shop.example/a/", "shop.example/a", "www.shop.example/a.", "//shop.example/a"]
)
def test_a_link_has_one_key(text: str) -> None:
    assert link_key(text) == "u:shop.example/a"


@pytest.mark.parametrize("text", ["notes.txt", "10.0", "hello", "two words.example", ""])
def test_what_is_no_link(text: str) -> None:
    assert link_key(text) == ""


def test_a_link_with_a_scheme_may_end_like_a_file() -> None:
    assert link_key("https://evil.zip") == "u:evil.zip"


@pytest.mark.parametrize("text", ["1200", "1,200.00", "1.200,00", "1 200", "€1200"])
def test_a_number_has_one_key(text: str) -> None:
    assert number_key(text) == "n:1200"


def test_what_is_no_number() -> None:
    assert number_key("12a") == ""
    assert number_key("") == ""
    assert number_key("12.5") == "n:12.5"


def test_an_account_has_one_key_in_groups_and_without() -> None:
    assert code_key("DE89 3704 0044 0532 0130 00") == code_key("de89370400440532013000") == "c:de89370400440532013000"
    assert code_key("hello world") == ""


def test_everything_that_leads_somewhere_is_found_in_a_text() -> None:
    text = "Write to 'Ann.B@mail.example' or see (www.shop.example/x?y=1), pay NL91 ABNA 0417 1643 00, call +44 20 7946 0958."
    found = leading_keys(text)
    assert {"e:ann.b@mail.example", "u:shop.example/x?y=1", "c:nl91abna0417164300", "c:442079460958"} <= found


def test_hosts_numbers_and_days_are_found_too() -> None:
    found = keys_of("On 2031-05-14 pay 84.20 at shop.example/x")
    assert {"h:shop.example", "n:84.2", "d:05-14"} <= found
    assert host_of("e:a@b.example") == "h:b.example"


def test_a_time_is_no_number() -> None:
    assert "n:13" not in keys_of("at 13:00")
