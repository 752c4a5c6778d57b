from __future__ import annotations

import pytest

from wardlaw.facts.errors import InputError
from wardlaw.facts.incident import Quarantine
from wardlaw.store import generations, quarantines
from wardlaw.store.database import reading, writing

FOR_GOOD = Quarantine("qua_1", "aabb", "session", "tripwire", since=100.0)
FOR_A_WHILE = Quarantine("qua_2", "principal:user:ann", "principal", "probing", since=110.0, until=200.0)


def test_it_stands_until_its_time_or_until_released(database) -> None:
    with writing(database) as connection:
        quarantines.place(connection, FOR_GOOD)
        quarantines.place(connection, FOR_A_WHILE)
        assert quarantines.list_standing(connection, now=150.0) == (FOR_A_WHILE, FOR_GOOD)
        assert quarantines.list_standing(connection, now=200.0) == (FOR_GOOD,)
        freed = quarantines.release(connection, "qua_1", by="person:ann", now=210.0)
        assert (freed.released_at, freed.released_by) == (210.0, "person:ann")
        assert quarantines.list_standing(connection, now=210.0) == ()
        assert quarantines.list_released(connection, since=210.0) == (freed,)
        assert quarantines.list_released(connection, since=211.0) == ()


def test_the_same_record_read_twice_changes_nothing(database) -> None:
    for _ in range(2):
        with writing(database) as connection:
            quarantines.place(connection, FOR_GOOD)
    assert generations.read(database)["quarantines"] == 1
    with reading(database) as connection:
        assert len(quarantines.list_standing(connection, now=150.0)) == 1


def test_release_frees_the_key_whatever_else_stands_on_it(database) -> None:
    second = Quarantine("qua_3", FOR_GOOD.key, "session", "probing", since=120.0)
    with writing(database) as connection:
        quarantines.place(connection, FOR_GOOD)
        quarantines.place(connection, second)
        quarantines.release(connection, "qua_3", by="x", now=130.0)
        assert quarantines.list_standing(connection, now=130.0) == ()


def test_what_has_ended_cannot_be_released(database) -> None:
    with writing(database) as connection:
        quarantines.place(connection, FOR_A_WHILE)
        with pytest.raises(InputError, match="WL-STO-051"):
            quarantines.release(connection, "qua_2", by="x", now=200.0)
        with pytest.raises(InputError, match="WL-STO-050"):
            quarantines.release(connection, "qua_9", by="x", now=200.0)


def test_an_incident_releases_all_that_was_locked_for_it(database) -> None:
    with writing(database) as connection:
        for number, key in enumerate(("aa", "bb", "aa")):
            made = Quarantine(f"qua_{number}", key, "principal", "x", 100.0, incident="inc_1" if number < 2 else "")
            quarantines.place(connection, made)
        freed = quarantines.release_incident(connection, "inc_1", by="person:sec", now=110.0, reason="a mistake")
        assert {one.id for one in freed} == {"qua_0", "qua_1"}
        assert {one.release_reason for one in freed} == {"a mistake"}
        assert quarantines.list_standing(connection, now=110.0) == ()
        with pytest.raises(InputError, match="WL-STO-052"):
            quarantines.release_incident(connection, "inc_1", by="person:sec", now=111.0, reason="again")
