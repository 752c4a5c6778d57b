from __future__ import annotations

import pytest
from tests.console_fakes import START, make_dependencies

from wardlaw.console.api.desk import Turn
from wardlaw.console.desks.sessions import begin_session
from wardlaw.facts.errors import RefusedError
from wardlaw.facts.person import Person
from wardlaw.facts.signin import SignInMethod
from wardlaw.store.database import writing
from wardlaw.store.people import add_person
from wardlaw.store.sessions import SessionLimits, find_session

ANN = Person(id="person:ann", name="Ann", roles=())


@pytest.fixture
def turn(tmp_path):
    made = make_dependencies(tmp_path)
    with writing(made.engine) as connection:
        add_person(connection, ANN, by="x", now=START)
        yield Turn(connection, Person("", "", ()), START, made.entropy)
    made.engine.dispose()


def test_a_session_begins_for_a_person_by_a_method(turn) -> None:
    text = begin_session(turn, ANN, method=SignInMethod.IDENTITY_PROVIDER, auth_time=START - 60, amr=("mfa",))
    found = find_session(turn.connection, text, now=START, limits=SessionLimits())
    assert found is not None
    entry = found.entry
    assert (entry.person, entry.method, entry.amr) == ("person:ann", SignInMethod.IDENTITY_PROVIDER, "mfa")
    assert (entry.auth_time, entry.began_at) == (START - 60, START)


def test_a_provider_whose_clock_is_ahead_makes_nothing_fresh_for_longer(turn) -> None:
    text = begin_session(turn, ANN, method=SignInMethod.IDENTITY_PROVIDER, auth_time=START + 900)
    found = find_session(turn.connection, text, now=START, limits=SessionLimits())
    assert found is not None
    assert found.entry.auth_time == START


def test_whoever_is_disabled_gets_none(turn) -> None:
    gone = Person(id="person:ann", name="Ann", roles=(), disabled=True)
    with pytest.raises(RefusedError, match="WL-RGT-010"):
        begin_session(turn, gone, method=SignInMethod.PASSWORD, auth_time=START)
