"""Sessions, in whatever order things happen and however clocks jump."""

from __future__ import annotations

import hashlib

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine

import wardlaw.store.signingtables  # noqa: F401 (its tables belong to the schema)
from wardlaw.facts.person import Person
from wardlaw.facts.signin import SignInMethod
from wardlaw.governance.attempts import Attempt, AttemptBook, AttemptLimits
from wardlaw.store.people import add_person
from wardlaw.store.sessions import (
    OVERLAP_S,
    NewSession,
    SessionEnd,
    SessionLimits,
    add_session,
    end_session,
    find_session,
    is_fresh,
    rotate_session,
    touch_session,
)
from wardlaw.store.tables import METADATA

LIMITS = SessionLimits(idle_s=100.0, absolute_s=1_000.0, proof_s=50.0)
NEW = NewSession("person:ann", SignInMethod.PASSWORD, 0.0)
STEPS = st.lists(
    st.tuples(st.sampled_from(["touch", "rotate", "end", "look"]), st.floats(-500.0, 500.0, allow_nan=False)),
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_no_order_of_times_keeps_a_session_or_an_old_secret_alive(steps: list[tuple[str, float]]) -> None:
    engine = create_engine("sqlite://")
    METADATA.create_all(engine)
    with engine.begin() as connection:
        add_person(connection, Person("person:ann", "Ann", ()), by="x", now=0.0)
        entry, text = add_session(connection, NEW, secret=b"0" * 32, now=0.0)
        old: list[tuple[str, float]] = []
        now, latest, over = 0.0, 0.0, False
        for number, (what, step) in enumerate(steps):
            now += step
            found = find_session(connection, text, now=now, limits=LIMITS)
            if found is not None:
                assert not over
                seen = found.entry.seen_at
                assert max(now, seen) - seen < LIMITS.idle_s
                assert max(now, seen) - found.entry.began_at < LIMITS.absolute_s
                assert seen >= latest  # never backwards
                latest = seen
                if is_fresh(found.entry, now=now, limits=LIMITS):
                    assert 0 <= now - found.entry.auth_time <= LIMITS.proof_s
            for secret, rotated in old:
                earlier = find_session(connection, secret, now=now, limits=LIMITS)
                assert earlier is None or (not earlier.is_current and 0 <= now - rotated < OVERLAP_S)
            if found is None:
                continue
            match what:
                case "touch":
                    touch_session(connection, found.entry, now=now)
                case "rotate":
                    secret = hashlib.sha256(str(number).encode()).digest()
                    proof = NewSession("person:ann", SignInMethod.PASSKEY, now)
                    old = [(text, now)]
                    text = rotate_session(connection, entry.id, proof, secret=secret, now=now)
                case "end":
                    end_session(connection, entry.id, SessionEnd.REVOKED, now=max(now, 0.1))
                    over = True
    engine.dispose()


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.booleans(), st.floats(0.0, 400.0, allow_nan=False)), max_size=60),
    st.integers(1, 5),
)
def test_strangers_never_make_a_known_device_wait(attempts: list[tuple[bool, float]], free: int) -> None:
    limits = AttemptLimits(free=free, free_of_address=free, first_wait_s=2.0, longest_wait_s=300.0, forget_s=60.0)
    book, now = AttemptBook(limits), 0.0
    known = Attempt("person:ann", exists=True, address="a", device="d")
    for is_known_right, step in attempts:
        now += step
        if is_known_right:
            assert book.wait_s(known, now=now) == 0.0
            book.charge(known, now=now)
            book.forgive(known)
        else:
            stranger = Attempt("person:ann", exists=True, address="a")
            wait = book.wait_s(stranger, now=now)
            assert 0.0 <= wait <= limits.longest_wait_s
            if not wait:
                book.charge(stranger, now=now)
