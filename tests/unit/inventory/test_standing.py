"""That what stands is what the rules find at every time is held by tests/property/test_inventory_store.py."""

from __future__ import annotations

import pytest

from wardlaw.inventory.model import Account, AccountState, Credential, Grant, Item, Use
from wardlaw.inventory.rules import DAY_S, Book, Limits, find_in
from wardlaw.inventory.standing import standing
from wardlaw.inventory.view import Inventory

MAIL = ("https://mail.google.com/",)


def book(*things, at: float = 0.0) -> Book:
    items = tuple(Item("acme", "tokens", thing, 10.0, 10.0, 20.0) for thing in things)
    accounts = {("acme", one.id): one for one in things if isinstance(one, Account)}
    return Book(Inventory(items, {"acme": "google"}), accounts, {}, Limits(), at)


@pytest.mark.parametrize(
    ("things", "rule", "begins", "ends"),
    [
        ([Grant("g", "u", "a", scopes=MAIL, usage_known=True)], "unused-high-privilege", 10 + 90 * DAY_S, None),
        ([Credential("k", "u", "key", created_at=5.0)], "credential-old", 5 + 365 * DAY_S, None),
        ([Credential("k", "u", "key", created_at=5.0, expires_at=400 * DAY_S)], "credential-old", 5 + 365 * DAY_S, 400 * DAY_S),
        (
            [Use("u1", "u", "a", last_used_at=5.0), Use("u2", "u", "a", last_used_at=70 * DAY_S)],
            "dormant-then-active", 0.0, 130 * DAY_S,
        ),
        ([Account("u", state=AccountState.DELETED), Grant("g", "u", "a")], "owner-gone", 0.0, None),
    ],
)  # fmt: skip
def test_a_finding_stands_from_when_to_when(things, rule, begins, ends) -> None:
    found = [one for one in standing(book(*things)) if one.rule == rule]
    assert len(found) == 1
    assert found[0].holds_from == pytest.approx(begins)
    for at in (found[0].holds_from - 1, found[0].holds_from + 1, *((ends - 1, ends + 1) if ends else (1e11,))):
        if at < 0:
            continue
        holds = found[0].holds_from <= at < found[0].holds_until
        assert holds is (rule in {one.rule for one in find_in(book(*things, at=at))})


def test_a_key_that_ends_before_it_is_old_is_never_found() -> None:
    assert not [*standing(book(Credential("k", "u", "key", created_at=5.0, expires_at=30 * DAY_S)))]
