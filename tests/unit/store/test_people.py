from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import text

from wardlaw.facts.errors import InputError
from wardlaw.facts.person import Person, Role
from wardlaw.store import people
from wardlaw.store.database import reading, writing

ANN = Person(id="person:ann", name="Ann", roles=(Role.CISO, Role.SECOPS), unix_uid=1001)
BOB = Person(id="person:bob", name="Bob", roles=())


def test_what_is_kept_comes_back(database) -> None:
    with writing(database) as connection:
        people.add_person(connection, BOB, by="person:admin", now=1.0)
        people.add_person(connection, ANN, by="person:admin", now=1.0)
    with reading(database) as connection:
        assert people.get_person(connection, "person:ann") == ANN
        assert people.list_people(connection) == (ANN, BOB)
        assert people.person_of_uid(connection, 1001) == ANN
        assert people.person_of_uid(connection, 1002) is None


def test_roles_change_and_keep_who_granted_them(database) -> None:
    with writing(database) as connection:
        people.add_person(connection, ANN, by="first", now=1.0)
        changed = msgspec.structs.replace(ANN, roles=(Role.CISO, Role.LEGAL), name="Anna", unix_uid=-1)
        people.change_person(connection, changed, by="second", now=2.0)
        assert people.get_person(connection, ANN.id) == changed
        rows = connection.execute(text("SELECT role, granted_by FROM person_role ORDER BY role")).all()
    assert [tuple(row) for row in rows] == [("ciso", "first"), ("legal", "second")]


def test_nobody_shares_an_id_or_an_account(database) -> None:
    with writing(database) as connection:
        people.add_person(connection, ANN, by="x", now=1.0)
        people.add_person(connection, BOB, by="x", now=1.0)
    for person in (ANN, msgspec.structs.replace(BOB, id="person:carl", unix_uid=1001)):
        with pytest.raises(InputError, match="WL-STO-010"), writing(database) as connection:
            people.add_person(connection, person, by="x", now=1.0)
    with pytest.raises(InputError, match="WL-STO-010"), writing(database) as connection:
        people.change_person(connection, msgspec.structs.replace(BOB, unix_uid=1001), by="x", now=1.0)


def test_somebody_unknown_is_an_error(database) -> None:
    with pytest.raises(InputError, match="WL-STO-011"), reading(database) as connection:
        people.get_person(connection, "person:nobody")
    with pytest.raises(InputError, match="WL-STO-011"), writing(database) as connection:
        people.change_person(connection, BOB, by="x", now=1.0)


def test_only_admins_who_can_act_are_counted(database) -> None:
    admin = Person(id="person:admin", name="A", roles=(Role.ADMIN,))
    with writing(database) as connection:
        assert people.count_admins(connection) == 0
        people.add_person(connection, admin, by="x", now=1.0)
        people.add_person(connection, ANN, by="x", now=1.0)
        assert people.count_admins(connection) == 1
        people.change_person(connection, msgspec.structs.replace(admin, disabled=True), by="x", now=1.0)
        assert people.count_admins(connection) == 0


def test_a_role_nobody_knows_is_no_silent_loss(database) -> None:
    with writing(database) as connection:
        people.add_person(connection, BOB, by="x", now=1.0)
        connection.execute(text("INSERT INTO person_role VALUES ('person:bob', 'emperor', 'x', 1.0)"))
        with pytest.raises(ValueError, match="emperor"):
            people.get_person(connection, BOB.id)


def test_all_accounts_of_a_human(database) -> None:
    one = msgspec.structs.replace(ANN, identity="Ann@Corp.example")
    two = Person(id="person:ann2", name="Ann", roles=(), identity="ann@corp.example ", disabled=True)
    with writing(database) as connection:
        for person in (one, two, BOB):
            people.add_person(connection, person, by="person:admin", now=1.0)
    with reading(database) as connection:
        assert people.accounts_of(connection, one) == (one, two)
        assert people.accounts_of(connection, two) == (two, one)
        assert people.accounts_of(connection, BOB) == (BOB,)
