"""Accounts and the humans behind them: where two persons are asked for, two accounts of one human are one.

An account's ``identity`` is what an admin verified: a mail address, or the subject of the identity provider. What
nobody said cannot be compared; accounts without one are taken for different humans.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from wardlaw.facts.person import Person


def human_of(person: Person) -> str:
    """The human behind an account, in a form that compares: the identity, or the account where none is known."""
    return folded(person.identity) or person.id


def is_same_human(one: Person, other: Person) -> bool:
    """Whether two accounts belong to one human."""
    return one.id == other.id or human_of(one) == human_of(other)


def folded(identity: str) -> str:
    """An identity without the differences that tell nobody apart: case, width, white space around it."""
    return unicodedata.normalize("NFKC", identity).casefold().strip()


def names_of(accounts: Iterable[Person]) -> frozenset[str]:
    """Everything one human is called: the ids of the accounts, and who they are to the organisation."""
    found: set[str] = set()
    for account in accounts:
        found |= {account.id, f"person:{folded(account.identity)}"} if account.identity else {account.id}
    return frozenset(found)
