from __future__ import annotations

import pytest

from wardlaw.facts.person import Person
from wardlaw.governance.humans import human_of, is_same_human, names_of


def account(name: str, identity: str = "") -> Person:
    return Person(f"person:{name}", name, (), identity=identity)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (account("a"), account("a"), True),
        (account("a"), account("b"), False),
        (account("a", "m@x.example"), account("b", " M@X.example "), True),
        (account("a", "m@x.example"), account("b", "\uff4d@x.example"), True),
        (account("a", "m@x.example"), account("b"), False),
    ],
)
def test_accounts_with_one_identity_are_one_human(one: Person, other: Person, *, expected: bool) -> None:
    assert is_same_human(one, other) is expected
    assert is_same_human(other, one) is expected


def test_everything_a_human_is_called() -> None:
    both = (account("a", "M@x.example"), account("b", "m@x.example"))
    assert names_of(both) == {"person:a", "person:b", "person:m@x.example"}
    assert names_of((account("a"),)) == {"person:a"}
    assert human_of(account("a")) == "person:a"
