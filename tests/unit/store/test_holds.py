from __future__ import annotations

import pytest

from wardlaw.facts.errors import InputError
from wardlaw.facts.person import Person, Role
from wardlaw.store import holds
from wardlaw.store.database import writing
from wardlaw.store.holds import LegalHold
from wardlaw.store.people import add_person

HOLD = LegalHold("hld_1", "aabb", "lawsuit", "person:ann", placed_at=100.0)


@pytest.fixture
def connection(database):
    with writing(database) as connection:
        for name, role in (("ann", Role.COMPLIANCE), ("bob", Role.CISO)):  # PostgreSQL asks for both
            add_person(connection, Person(f"person:{name}", name, (role,)), by="init", now=1.0)
        holds.place_hold(connection, HOLD)
        yield connection


def test_a_hold_stands_until_it_is_lifted(connection) -> None:
    holds.refuse_held(connection, ["ccdd"])
    with pytest.raises(InputError, match="hld_1"):
        holds.refuse_held(connection, ["ccdd", "aabb"])
    asked = holds.ask_to_lift(connection, "hld_1", by="person:ann", now=110.0)
    assert (asked.lift_asked_by, asked.lifted_at) == ("person:ann", 0.0)
    with pytest.raises(InputError, match="WL-STO-074"):
        holds.refuse_held(connection, ["ccdd", "aabb"])
    lifted = holds.lift_hold(connection, "hld_1", by="person:bob", now=120.0)
    assert (lifted.lifted_by, lifted.lifted_at, lifted.lift_asked_by) == ("person:bob", 120.0, "person:ann")
    holds.refuse_held(connection, ["ccdd", "aabb"])
    assert holds.list_holds(connection) == (lifted,)
    with pytest.raises(InputError, match="WL-STO-073"):
        holds.standing_hold(connection, "hld_1")


def test_an_unknown_hold(connection) -> None:
    with pytest.raises(InputError, match="WL-STO-072"):
        holds.standing_hold(connection, "hld_9")
