from __future__ import annotations

import pytest

from wardlaw.facts.errors import InputError
from wardlaw.facts.person import Person, Role
from wardlaw.store import erasures
from wardlaw.store.database import writing
from wardlaw.store.erasures import Erasure, ErasureState
from wardlaw.store.people import add_person

ASKED = Erasure("era_1", "aabbccdd", "left us", "person:ann", requested_at=100.0, expires_at=200.0)


@pytest.fixture
def connection(database):
    with writing(database) as connection:
        for name, role in (("ann", Role.COMPLIANCE), ("bob", Role.CISO)):  # PostgreSQL asks for both
            add_person(connection, Person(f"person:{name}", name, (role,)), by="init", now=1.0)
        erasures.request_erasure(connection, ASKED)
        yield connection


def test_a_request_is_confirmed_once(connection) -> None:
    assert erasures.pending_erasure(connection, "era_1", now=150.0) == ASKED
    erasures.finish_erasure(connection, "era_1", by="person:bob", now=150.0, parts=3)
    done = erasures.get_erasure(connection, "era_1")
    assert (done.state, done.confirmed_by, done.confirmed_at, done.parts) == (ErasureState.DONE, "person:bob", 150.0, 3)
    assert erasures.list_erasures(connection) == (done,)
    with pytest.raises(InputError, match="WL-STO-071"):
        erasures.pending_erasure(connection, "era_1", now=150.0)
    with pytest.raises(InputError, match="WL-STO-071"):
        erasures.finish_erasure(connection, "era_1", by="person:bob", now=150.0, parts=3)


def test_an_old_or_unknown_request_is_void(connection) -> None:
    with pytest.raises(InputError, match="WL-STO-071"):
        erasures.pending_erasure(connection, "era_1", now=200.0)
    with pytest.raises(InputError, match="WL-STO-070"):
        erasures.pending_erasure(connection, "era_2", now=150.0)
