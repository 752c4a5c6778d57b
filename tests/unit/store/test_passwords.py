from __future__ import annotations

import pytest
from argon2.exceptions import VerifyMismatchError

from wardlaw.facts.person import Person
from wardlaw.store.database import writing
from wardlaw.store.passwords import PasswordCost, Passwords, encoded_of, forget_password, keep_password
from wardlaw.store.people import add_person

CHEAP = PasswordCost(memory_kib=64, passes=1)
SALT = b"s" * 16


@pytest.fixture
def connection(database):
    with writing(database) as connection:
        add_person(connection, Person(id="person:ann", name="Ann", roles=()), by="x", now=0.0)
        yield connection


def test_a_password_is_kept_changed_and_taken_away(connection) -> None:
    assert encoded_of(connection, "person:ann") == ""
    keep_password(connection, "person:ann", "one", now=1.0)
    keep_password(connection, "person:ann", "two", now=2.0)
    assert encoded_of(connection, "person:ann") == "two"
    assert forget_password(connection, "person:ann")
    assert not forget_password(connection, "person:ann")
    assert encoded_of(connection, "person:ann") == ""


def test_only_the_password_itself_is_right() -> None:
    made = Passwords(CHEAP, salt=SALT)
    encoded = made.encode("cafe\u0301 by the river", salt=b"t" * 16)
    assert "river" not in encoded
    assert encoded != made.encode("cafe\u0301 by the river", salt=b"u" * 16)
    assert made.is_right(encoded, "café by the river")  # however the keyboard wrote it
    apart = "e\u0301" * 200  # 400 code points as one keyboard writes it, 200 as it is kept
    assert made.is_right(made.encode(apart, salt=SALT), apart)
    for wrong in ("", "Café by the river", "café by the rive", "café by the river ", "x" * 100_000):
        assert not made.is_right(encoded, wrong)
    assert not made.is_right("", "nobody's password, against which the attempts of unknown names are tried")
    assert not made.is_right("$not argon", "x")


def test_the_cost_is_the_one_recommended_and_an_older_one_is_noticed() -> None:
    assert PasswordCost() == PasswordCost(memory_kib=19_456, passes=2, lanes=1)
    old = Passwords(CHEAP, salt=SALT).encode("x", salt=SALT)
    assert "$argon2id$v=19$m=64,t=1,p=1$" in old
    assert not Passwords(CHEAP, salt=SALT).is_outdated(old)
    assert Passwords(PasswordCost(memory_kib=128, passes=1), salt=SALT).is_outdated(old)


def test_a_name_nobody_has_costs_the_same_work(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Passwords(CHEAP, salt=SALT)
    calls: list[str] = []

    class Counting:
        def verify(self, encoded: str, text: str) -> bool:
            calls.append(encoded)
            raise VerifyMismatchError

    monkeypatch.setattr(made, "_hasher", Counting())
    made.is_right("", "x")
    made.is_right(Passwords(CHEAP, salt=SALT).encode("y", salt=SALT), "x")
    assert [one.split("$")[3] for one in calls] == ["m=64,t=1,p=1"] * 2
