from __future__ import annotations

import msgspec
import pytest

from wardlaw.facts.errors import InputError
from wardlaw.facts.person import Person
from wardlaw.facts.signin import SignInMethod
from wardlaw.governance.stepup import Standing
from wardlaw.store import passkeys
from wardlaw.store.database import writing
from wardlaw.store.passkeys import MAX_PASSKEYS, Passkey, PasskeyKey, passkey_id
from wardlaw.store.passwords import keep_password
from wardlaw.store.people import add_person
from wardlaw.store.sessions import NewSession, add_session
from wardlaw.store.signinstanding import standing_of

COVERS = ("signinstanding",)


@pytest.fixture
def connection(database):
    with writing(database) as connection:
        for name in ("ann", "bob"):
            add_person(connection, Person(id=f"person:{name}", name=name, roles=()), by="x", now=0.0)
        yield connection


def add(connection, credential: str = "c1", person: str = "person:ann", rp_id: str = "localhost") -> PasskeyKey:
    passkey = Passkey(passkey_id(credential), person, "Phone", rp_id, "0" * 36, backed_up=True, created_at=0.0)
    made = PasskeyKey(passkey, b"\x00\xff", 5)
    passkeys.add_passkey(connection, made, credential, now=7.0)
    return made


def test_a_passkey_is_found_by_its_credential(connection) -> None:
    made = add(connection)
    found = passkeys.find_passkey(connection, "c1")
    assert found == msgspec.structs.replace(made, passkey=msgspec.structs.replace(made.passkey, created_at=7.0))
    assert passkeys.find_passkey(connection, "c2") is None
    assert passkeys.list_passkeys(connection, "person:ann") == (found.passkey,)
    assert passkeys.list_passkeys(connection, "person:bob") == ()


def test_names_are_of_one_console(connection) -> None:
    add(connection)
    add(connection, "c2", rp_id="wardlaw.example")
    assert passkeys.credentials_of(connection, "person:ann", "localhost") == ("c1",)


def test_a_use_counts_once(connection) -> None:
    add(connection)
    found = passkeys.find_passkey(connection, "c1")
    assert passkeys.note_use(connection, found, sign_count=6, now=9.0)
    assert not passkeys.note_use(connection, found, sign_count=6, now=9.0)  # the same answer, twice at one moment
    again = passkeys.find_passkey(connection, "c1")
    assert (again.sign_count, again.passkey.used_at) == (6, 9.0)


def test_a_credential_is_one_persons(connection) -> None:
    add(connection)
    with pytest.raises(InputError, match="WL-SGN-007"), connection.begin_nested():
        add(connection, person="person:bob")


def test_there_are_so_many_and_no_more(connection) -> None:
    for number in range(MAX_PASSKEYS):
        add(connection, f"c{number}")
    with pytest.raises(InputError, match="WL-SGN-007"):
        add(connection, "one more")
    assert passkeys.remove_passkeys_of(connection, "person:ann") == MAX_PASSKEYS


def test_only_ones_own_are_removed(connection) -> None:
    made = add(connection)
    with pytest.raises(InputError, match="WL-SGN-008"):
        passkeys.remove_passkey(connection, "person:bob", made.passkey.id)
    passkeys.remove_passkey(connection, "person:ann", made.passkey.id)
    assert passkeys.count_passkeys(connection, "person:ann") == 0


def test_what_somebody_can_show(connection) -> None:
    assert standing_of(connection, "person:ann") == Standing()
    add(connection)
    keep_password(connection, "person:ann", "x", now=1.0)
    new = NewSession("person:ann", SignInMethod.IDENTITY_PROVIDER, 1.0)
    add_session(connection, new, secret=b"s" * 32, now=1.0)
    shown = Standing(password=True, passkeys=1, provider=True, changed_at=7.0, password_set_at=1.0)
    assert standing_of(connection, "person:ann") == shown
    assert standing_of(connection, "person:bob") == Standing()
