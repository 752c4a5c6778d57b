from __future__ import annotations

import hashlib

import msgspec
import pytest
from sqlalchemy import text

from wardlaw.facts.errors import InputError
from wardlaw.facts.keytext import Prefix, read_prefix
from wardlaw.facts.person import Person
from wardlaw.facts.signin import SignInMethod
from wardlaw.store import sessions
from wardlaw.store.database import writing
from wardlaw.store.people import add_person
from wardlaw.store.sessions import MAX_LIVE, OVERLAP_S, NewSession, SessionEnd, SessionLimits

COVERS = ("signingtables",)

LIMITS = SessionLimits(idle_s=100.0, absolute_s=1_000.0, proof_s=10.0)
NEW = NewSession("person:ann", SignInMethod.PASSWORD, 10.0, ("pwd",), "Firefox")


def secret(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


@pytest.fixture
def connection(database):
    with writing(database) as connection:
        for name in ("ann", "bob"):
            add_person(connection, Person(id=f"person:{name}", name=name, roles=()), by="x", now=0.0)
        yield connection


def begin(connection, name: str = "a", *, now: float = 10.0, new: NewSession = NEW):
    return sessions.add_session(connection, new, secret=secret(name), now=now)


def is_live(connection, shown: str, now: float) -> bool:
    return sessions.find_session(connection, shown, now=now, limits=LIMITS) is not None


def test_the_text_is_not_kept(connection) -> None:
    entry, shown = begin(connection)
    assert read_prefix(shown) is Prefix.SESSION
    rows = connection.execute(text("SELECT * FROM console_session")).mappings().all()
    assert all(shown not in str(value) for row in rows for value in row.values())
    assert sessions.list_sessions(connection) == (entry,) == sessions.list_sessions(connection, "person:ann")
    assert sessions.list_sessions(connection, "person:bob") == ()
    assert sessions.get_session(connection, entry.id) == entry


def test_a_session_ends_when_nothing_is_asked_for_the_idle_time(connection) -> None:
    entry, shown = begin(connection)
    assert is_live(connection, shown, 109.9)
    assert not is_live(connection, shown, 110.0)
    sessions.touch_session(connection, entry, now=100.0)
    assert is_live(connection, shown, 199.9)


def test_a_session_ends_after_its_longest_time_whatever_is_asked(connection) -> None:
    entry, shown = begin(connection)
    for now in range(10, 1_010, 50):
        assert is_live(connection, shown, float(now))
        sessions.touch_session(connection, entry, now=float(now))
    assert not is_live(connection, shown, 1_010.0)


def test_a_clock_set_back_makes_no_session_younger(connection) -> None:
    entry, shown = begin(connection)
    sessions.touch_session(connection, entry, now=90.0)
    sessions.touch_session(connection, entry, now=20.0)
    assert sessions.get_session(connection, entry.id).seen_at == 90.0
    assert is_live(connection, shown, 5.0)  # what was begun is not lost by it


def test_a_rotated_secret_is_refused_but_for_requests_under_way(connection) -> None:
    entry, old = begin(connection)
    proof = msgspec.structs.replace(NEW, method=SignInMethod.PASSKEY, auth_time=50.0, amr=("hwk", "user"))
    new = sessions.rotate_session(connection, entry.id, proof, secret=secret("b"), now=50.0)
    assert new != old
    late = 50.0 + OVERLAP_S
    found = sessions.find_session(connection, new, now=late, limits=LIMITS)
    assert found is not None
    assert found.is_current
    assert (found.entry.id, found.entry.method, found.entry.amr) == (entry.id, SignInMethod.PASSKEY, "hwk,user")
    during = sessions.find_session(connection, old, now=late - 0.1, limits=LIMITS)
    assert during is not None
    assert not during.is_current
    assert not is_live(connection, old, late)
    assert not is_live(connection, old, 49.0)  # set back: not known to be under way


def test_only_the_last_secret_overlaps(connection) -> None:
    entry, first = begin(connection)
    sessions.rotate_session(connection, entry.id, NEW, secret=secret("b"), now=20.0)
    sessions.rotate_session(connection, entry.id, NEW, secret=secret("c"), now=21.0)
    assert not is_live(connection, first, 21.0)


def test_nobody_rotates_what_ended_or_is_anothers(connection) -> None:
    entry, shown = begin(connection)
    other = msgspec.structs.replace(NEW, person="person:bob")
    with pytest.raises(InputError, match="WL-SGN-002"):
        sessions.rotate_session(connection, entry.id, other, secret=secret("b"), now=20.0)
    sessions.end_session(connection, entry.id, SessionEnd.SIGNED_OUT, now=20.0)
    with pytest.raises(InputError, match="WL-SGN-002"):
        sessions.rotate_session(connection, entry.id, NEW, secret=secret("b"), now=20.0)
    assert not is_live(connection, shown, 20.0)


def test_what_ended_stays_ended(connection) -> None:
    entry, _ = begin(connection)
    sessions.end_session(connection, entry.id, SessionEnd.EXPIRED, now=20.0)
    sessions.end_session(connection, entry.id, SessionEnd.REVOKED, now=30.0)
    sessions.touch_session(connection, entry, now=30.0)
    ended = sessions.get_session(connection, entry.id)
    assert (ended.ended_at, ended.ended_why, ended.seen_at) == (20.0, "expired", 10.0)


def test_all_of_a_person_end_but_the_one_they_are_in(connection) -> None:
    mine, _ = begin(connection, "a")
    begin(connection, "b")
    theirs, _ = begin(connection, "c", new=msgspec.structs.replace(NEW, person="person:bob"))
    assert sessions.end_sessions_of(connection, "person:ann", SessionEnd.PERSON, now=20.0, but=mine.id) == 1
    assert {one.id for one in sessions.list_sessions(connection) if not one.ended_at} == {mine.id, theirs.id}


def test_a_person_has_so_many_sessions_at_a_time(connection) -> None:
    first, _ = begin(connection, "first", now=10.0)
    for number in range(MAX_LIVE):
        begin(connection, str(number), now=20.0 + number)
    live = [one for one in sessions.list_sessions(connection) if not one.ended_at]
    assert len(live) == MAX_LIVE
    assert sessions.get_session(connection, first.id).ended_why == "replaced"


def test_what_ended_long_ago_is_forgotten(connection) -> None:
    entry, _ = begin(connection)
    sessions.end_session(connection, entry.id, SessionEnd.SIGNED_OUT, now=20.0)
    begin(connection, "b", now=20.0 + 31 * 86_400)
    with pytest.raises(InputError, match="WL-SGN-002"):
        sessions.get_session(connection, entry.id)


def test_a_proof_is_fresh_for_a_while_and_not_after_the_clock_went_back(connection) -> None:
    entry, _ = begin(connection)
    assert sessions.is_fresh(entry, now=20.0, limits=LIMITS)
    assert not sessions.is_fresh(entry, now=20.1, limits=LIMITS)
    assert not sessions.is_fresh(entry, now=9.0, limits=LIMITS)


def test_last_seen_is_not_written_at_each_request(connection) -> None:
    entry, _ = begin(connection)
    assert not sessions.session_touch_due(entry, now=19.9, limits=LIMITS)
    assert sessions.session_touch_due(entry, now=20.0, limits=LIMITS)
