from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardlaw.facts.effect import Effect
from wardlaw.inventory.asking import (
    MOST_A_DAY,
    MOST_NAME,
    AskedPersons,
    GrantQuestion,
    address_of,
    harmless,
    may_be_asked,
    to_ask,
)
from wardlaw.inventory.model import Account, AccountKind, AccountState, Consent, Grant
from wardlaw.inventory.ruling import Fate, GrantRuling

ASKED = AskedPersons(("mail",), frozenset({"acme.example"}), ("*@board.acme.example", "Eve@acme.example"), 5)
NOW = 1_790_000_000.0


def held(number: int, fate: Fate = Fate.ASKED) -> GrantRuling:
    return GrantRuling("acme", f"g{number:03}", "app", f"gdc_{number}", "d", Effect.HOLD, fate, "p", NOW + number)


@pytest.mark.parametrize(
    ("account", "address"),
    [
        (Account("1", name="ada@acme.example"), "ada@acme.example"),
        (Account("ada@ACME.example"), "ada@ACME.example"),
        (Account("1", AccountKind.NHI, "robot@acme.example"), ""),
        (Account("1", name="ada@acme.example", state=AccountState.SUSPENDED), ""),
        (Account("1", name="guest@elsewhere.example"), ""),
        (Account("1", name="ada@acme.example.evil.example"), ""),
        (Account("1", name="ada@evil.example\r\nBcc: all@acme.example"), ""),
        (Account("1", name="a,b@acme.example"), ""),
        (Account("1", name="eve@acme.example"), ""),
        (Account("1", name="Ada"), ""),
    ],
)
def test_only_a_person_of_the_house_is_written_to(account: Account, address: str) -> None:
    assert address_of(account, ASKED) == address


def test_only_who_gave_the_grant_is_asked() -> None:
    assert may_be_asked(Grant("g", "ada", "app", Consent.USER))
    assert not may_be_asked(Grant("g", "ada", "app", Consent.ADMIN))
    assert not may_be_asked(Grant("g", "", "app", Consent.USER))


def test_each_grant_is_asked_about_once_and_not_too_many_at_a_time() -> None:
    rulings = [held(n) for n in range(9)] + [held(99, Fate.STANDS)]
    accounts = {("acme", one.grant): f"person-{n}" for n, one in enumerate(rulings)}
    first = to_ask(reversed(rulings), accounts, [], ASKED, at=NOW)
    assert [one.grant for one in first] == [f"g{n:03}" for n in range(5)]
    questions = [GrantQuestion(f"q{one.grant}", "acme", one.grant, accounts["acme", one.grant], NOW) for one in first]
    assert to_ask(rulings, accounts, questions, ASKED, at=NOW + 3_599) == []
    later = to_ask(rulings, accounts, questions, ASKED, at=NOW + 3_601)
    assert [one.grant for one in later] == [f"g{n:03}" for n in range(5, 9)]


def test_one_person_is_asked_few_things_a_day() -> None:
    rulings = [held(n) for n in range(5)]
    accounts = {("acme", one.grant): "ada" for one in rulings} | {("acme", "g004"): "bob"}
    found = to_ask(rulings, accounts, [], ASKED, at=NOW)
    assert [one.grant for one in found] == ["g000", "g001", "g002", "g004"]
    assert MOST_A_DAY == 3


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Notes — for you", "Notes for you"),
        ("<b>https://evil.example/login?x=1</b>", "b https evil example login x 1 b"),
        ("pay\r\nBcc: all@acme.example", "payBcc all acme example"),
        ("\u202egnp.exe", "gnp exe"),
        ("Z\u0310\u0311\u0312\u0313algo", "Z\u0310\u0311algo"),
        ("हिन्दी टिप्पणी", "हिन्दी टिप्पणी"),
        ("<!channel> *bold*", "channel bold"),
    ],
)
def test_a_name_becomes_harmless(name: str, shown: str) -> None:
    assert harmless(name) == unicodedata.normalize("NFKC", shown)


@given(st.text(max_size=200))
def test_no_name_holds_what_a_link_or_a_header_is_made_of(name: str) -> None:
    shown = harmless(name)
    assert len(shown) <= MOST_NAME + 1
    assert not set(shown) & set("<>&:/.@\r\n\t`*_|[]()\\\u202e\u200b")
    assert all(unicodedata.category(one)[0] in "LNM" or one in " -…" for one in shown)
