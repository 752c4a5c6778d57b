from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.model import Account, AccountKind, Consent, Grant, Item, Sighting
from wardlaw.inventory.veiling import Alias, Veil, aliases_of, is_veiled, pseudonym_from, words_in
from wardlaw.inventory.watching.memory import AppMemory, HourCount

STAND_IN = pseudonym_from(b"0123456789abc")
ANNA = Account("anna@acme.example", AccountKind.HUMAN, "Anna Blau")
ALIASES = (*aliases_of("acme", ANNA, STAND_IN), Alias("anna", STAND_IN, "acme"))


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("anna@acme.example", STAND_IN),
        ("ANNA@ACME.example let Mail in.", f"{STAND_IN} let Mail in."),
        ("by anna blau.", f"by {STAND_IN}."),
        ("anna 1234", f"{STAND_IN} 1234"),
        ("user:anna/repo, @anna", f"user:{STAND_IN}/repo, @{STAND_IN}"),
        ("joanna anna-b anna.b@acme.example x@anna anna@acme.example.org", None),
    ],
)
def test_names_are_words_of_their_own(text: str, after: str | None) -> None:
    assert Veil(ALIASES, "acme").text(text) == (text if after is None else after)


def test_a_login_means_the_person_only_in_its_directory() -> None:
    veil = Veil(ALIASES, "other")
    assert veil.text("anna and Anna Blau") == f"anna and {STAND_IN}"
    assert not Veil((Alias("anna", STAND_IN, "acme"),), "other")


def test_values_keep_their_shape() -> None:
    veil = Veil((*ALIASES, Alias("user", STAND_IN, "acme"), Alias("grant", STAND_IN, "acme")), "acme")
    grant = Grant("anna@acme.example a1", "anna@acme.example", "a1", Consent.USER, ("anna",))
    item = veil.over(Item("acme", "anna", grant, 1.0, 1.0, 1.0))
    assert item == Item("acme", "anna", Grant(f"{STAND_IN} a1", STAND_IN, "a1", Consent.USER, ("anna",)), 1.0, 1.0, 1.0)
    assert msgspec.json.decode(msgspec.json.encode(item), type=Item) == item
    untouched = Item("acme", "f", Grant("g", "bob", "a1"), 1.0, 1.0, 1.0)
    assert veil.over(untouched) is untouched
    memory = AppMemory(
        holders={"anna": 5.0, "anna@acme.example": 9.0, "bob": 1.0}, running=HourCount(accounts={"anna": 2})
    )
    veiled = veil.over(memory)
    assert veiled.holders == {STAND_IN: 9.0, "bob": 1.0}
    assert veiled.running.accounts == {STAND_IN: 2}
    assert veil.over((Sighting(ANNA),))[0].thing == Account(STAND_IN, AccountKind.HUMAN, STAND_IN)


def test_an_id_stays_short_enough_for_its_column() -> None:
    told = Activity("anna " + "x" * 507, 1.0, Deed.USE)
    assert len(Veil(ALIASES, "acme").over(told).id) == 512


def test_what_may_be_a_name_is_found_whole_and_in_words() -> None:
    found = words_in((Sighting(Grant("anna@acme.example:1", "anna", "a")), {"k": ["Anna Blau (anna)"]}))
    assert {"anna@acme.example:1", "anna@acme.example", "anna", "Anna Blau (anna)", "k"} <= found


@given(st.text(), st.lists(st.text(min_size=1), max_size=3))
def test_twice_is_once_and_nothing_else_is_touched(text: str, names: list[str]) -> None:
    veil = Veil([Alias(name, STAND_IN) for name in names], "acme")
    once = veil.text(text)
    if not any(name.casefold() in STAND_IN for name in names):
        assert veil.text(once) == once
    assert is_veiled(once) == is_veiled(text) or once != text
