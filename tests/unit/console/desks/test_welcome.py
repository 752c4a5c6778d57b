from __future__ import annotations

import msgspec
import pytest
from tests.console_fakes import START, make_dependencies

from wardlaw.config.provider import Provider
from wardlaw.console.api.desk import Turn
from wardlaw.console.api.providing import Vouching
from wardlaw.console.desks.welcome import BY_PROVIDER, Rules, Welcome, welcome
from wardlaw.console.rolebook import load_role_book
from wardlaw.facts.person import Person
from wardlaw.security.idtoken import Identified
from wardlaw.store.database import writing
from wardlaw.store.people import add_person, get_person
from wardlaw.store.providerlogins import ProviderOrigin, find_login, origin_of
from wardlaw.store.sessions import SessionLimits, get_session

ISSUER = "https://login.example"
RULES = Rules(Provider(issuer=ISSUER, client_id="w", create=True), load_role_book(), SessionLimits())
SAID = Identified(
    "7", name="Ann Example", email="Ann.Ex ample+x@acme.example", email_verified=True, sid="s1", amr=("otp",)
)


@pytest.fixture
def turn(tmp_path):
    made = make_dependencies(tmp_path)
    with writing(made.engine) as connection:
        yield Turn(connection, Person(id="", name="", roles=()), START, made.entropy)
    made.engine.dispose()


def came(turn: Turn, said: Identified = SAID, **settings) -> Welcome:
    rules = msgspec.structs.replace(RULES, settings=msgspec.structs.replace(RULES.settings, **settings))
    return welcome(turn, Vouching(said, "token", "/"), rules, label="Firefox")


def test_somebody_new_is_named_after_what_the_provider_verified(turn: Turn) -> None:
    new = came(turn)
    assert new.person == "person:ann.ex-ample+x"
    person = get_person(turn.connection, new.person)
    assert (person.name, person.identity, person.roles) == ("Ann Example", SAID.email, ())
    login = find_login(turn.connection, ISSUER, "7")
    assert login is not None
    assert (login.person, login.bound_by) == (new.person, BY_PROVIDER)
    assert origin_of(turn.connection, new.session_id) == ProviderOrigin(ISSUER, "7", "s1")
    session = get_session(turn.connection, new.session_id)
    assert (session.label, session.amr, session.auth_time) == ("Firefox", "otp", 0.0)


@pytest.mark.parametrize(
    ("said", "person"),
    [
        (Identified("8", texts={"preferred_username": "Bob@Corp"}), "person:bob@corp"),
        (Identified("8", email="x@y", texts={"preferred_username": ""}), "person:p-"),
        (Identified("8", texts={"preferred_username": "../../ü"}), "person:p-"),
        (Identified("8", texts={"preferred_username": "a" * 300}), "person:" + "a" * 60),
        (Identified("8", texts={"preferred_username": "ann"}), "person:ann-"),
    ],
)
def test_ids_are_ids_whatever_the_provider_says(turn: Turn, said: Identified, person: str) -> None:
    add_person(turn.connection, Person(id="person:ann", name="Ann", roles=()), by="x", now=START)
    new = came(turn, said)
    assert new.person.startswith(person)
    assert len(new.person) == len(person) + (12 if person.endswith("-") else 0)
    assert get_person(turn.connection, new.person).identity == f"8#{ISSUER}"
    assert get_person(turn.connection, "person:ann").identity == ""  # somebody else, and left alone


def test_whoever_is_turned_away_has_no_session_and_the_reason(turn: Turn) -> None:
    away = came(turn, create=False)
    assert (away.session, away.person, away.turned_away[0]) == ("", "", "WL-OID-008")
    assert away.facts["refused"] == "WL-OID-008"
    assert find_login(turn.connection, ISSUER, "7") is None
