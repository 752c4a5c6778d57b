from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from wardlaw.facts.errors import InputError
from wardlaw.facts.person import Person, Role
from wardlaw.facts.signin import SignInMethod
from wardlaw.store.database import reading, writing
from wardlaw.store.people import add_person, change_person, get_person
from wardlaw.store.providerlogins import (
    ProviderLogin,
    ProviderOrigin,
    bind_login,
    end_provider_sessions,
    find_login,
    keep_origin,
    list_logins,
    login_of,
    origin_of,
    take_once,
    touch_login,
    unbind_login,
)
from wardlaw.store.providertables import PROVIDER_LOGOUT
from wardlaw.store.sessions import NewSession, add_session, get_session

COVERS = ("store/providertables.py",)
ISSUER = "https://login.example"
NOW = 1_790_000_000.0


@pytest.fixture
def people(database):
    with writing(database) as connection:
        for name in ("a", "b"):
            add_person(connection, Person(f"person:{name}", name, ()), by="test", now=NOW)
    return database


def bound(subject: str, person: str) -> ProviderLogin:
    return ProviderLogin(ISSUER, subject, person, "provider", NOW)


def session(connection, person: str, number: int) -> str:
    new = NewSession(person, SignInMethod.IDENTITY_PROVIDER, NOW)
    return add_session(connection, new, secret=bytes([number]) * 32, now=NOW)[0].id


def test_an_account_is_one_person_and_a_person_has_one_account_at_an_issuer(people) -> None:
    with writing(people) as connection:
        bind_login(connection, bound("1", "person:a"))
    for subject, person in (("1", "person:b"), ("2", "person:a")):
        with pytest.raises(InputError) as caught, writing(people) as connection:
            bind_login(connection, bound(subject, person))
        assert caught.value.code == "WL-OID-015"
    with writing(people) as connection:
        bind_login(connection, ProviderLogin("https://other.example", "1", "person:b", "person:x", NOW))
        touch_login(connection, bound("1", "person:a"), now=NOW + 5)
    with reading(people) as connection:
        assert find_login(connection, ISSUER, "1") == ProviderLogin(ISSUER, "1", "person:a", "provider", NOW, NOW + 5)
        assert find_login(connection, ISSUER, "2") is None
        assert login_of(connection, ISSUER, "person:b") is None
        assert [one.person for one in list_logins(connection)] == ["person:a", "person:b"]


def test_unbinding_ends_what_came_of_it(people) -> None:
    with writing(people) as connection:
        bind_login(connection, bound("1", "person:a"))
        mine = session(connection, "person:a", 1)
        other = session(connection, "person:a", 2)  # came of a passkey
        keep_origin(connection, mine, ProviderOrigin(ISSUER, "1", "s1"))
        assert unbind_login(connection, ISSUER, "person:a", now=NOW + 1).subject == "1"
        with pytest.raises(InputError) as caught:
            unbind_login(connection, ISSUER, "person:a", now=NOW + 1)
        assert caught.value.code == "WL-OID-016"
    with reading(people) as connection:
        assert get_session(connection, mine).ended_at == NOW + 1
        assert get_session(connection, other).ended_at == 0.0
        assert list_logins(connection) == ()


def test_the_provider_ends_one_session_or_all_of_an_account(people) -> None:
    with writing(people) as connection:
        ids = [session(connection, "person:a", number) for number in range(3)]
        for one, sid in zip(ids, ("s1", "s2", ""), strict=True):
            keep_origin(connection, one, ProviderOrigin(ISSUER, "1", sid))
        assert origin_of(connection, ids[1]) == ProviderOrigin(ISSUER, "1", "s2")
        assert origin_of(connection, "ses_unknown") is None

        def end(issuer: str, subject: str, sid: str) -> int:
            return end_provider_sessions(connection, issuer, subject=subject, sid=sid, now=NOW + 1)

        assert end(ISSUER, "2", "s1") == 0  # both must be its own
        assert end("https://other.example", "1", "") == 0
        assert end(ISSUER, "", "s1") == 1
        assert end(ISSUER, "", "s1") == 0
        assert end(ISSUER, "1", "") == 2
        keep_origin(connection, ids[0], ProviderOrigin(ISSUER, "1", "s9"))
        assert origin_of(connection, ids[0]) == ProviderOrigin(ISSUER, "1", "s9")


def test_a_logout_token_is_taken_once_and_forgotten_when_it_holds_no_more(people) -> None:
    with writing(people) as connection:
        assert take_once(connection, ISSUER, "j", until=NOW + 60, now=NOW)
        assert not take_once(connection, ISSUER, "j", until=NOW + 60, now=NOW + 60)
        assert take_once(connection, "https://other.example", "j", until=NOW + 60, now=NOW)
        assert take_once(connection, ISSUER, "k", until=NOW + 200, now=NOW + 61)
        assert connection.execute(select(func.count()).select_from(PROVIDER_LOGOUT)).scalar_one() == 1


def test_roles_that_groups_give_pass_the_databases_own_guards_and_no_others_do(people) -> None:
    ann = Person("person:a", "a", (Role.SECOPS,))
    with writing(people) as connection:
        change_person(connection, ann, by="provider", now=NOW)
    with reading(people) as connection:
        assert get_person(connection, "person:a").roles == (Role.SECOPS,)
    if people.dialect.name == "postgresql":
        with pytest.raises(DBAPIError), writing(people) as connection:
            change_person(connection, Person("person:a", "a", (Role.AUDITOR, Role.SECOPS)), by="provider", now=NOW)
