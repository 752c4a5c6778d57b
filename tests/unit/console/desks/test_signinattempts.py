from __future__ import annotations

import base64
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardlaw.console.desks import signinattempts
from wardlaw.console.desks.signinattempts import ATTEMPT_S, SignInAttempt, SignInAttempts
from wardlaw.facts.errors import InputError


class Clock:
    now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def kept(clock: Clock) -> SignInAttempts:
    return SignInAttempts(clock=clock, entropy=os.urandom)


def refused(attempts: SignInAttempts, sealed: str, state: str) -> bool:
    try:
        attempts.open(sealed, state=state)
    except InputError as error:
        return error.code == "WL-OID-004"
    return False


def test_it_comes_back_as_it_went_once(clock: Clock) -> None:
    attempts = kept(clock)
    begun = attempts.begin("/x", session="ses_1", person="person:a")
    sealed = attempts.seal(begun)
    assert attempts.open(sealed, state=begun.state) == begun
    assert refused(attempts, sealed, begun.state)
    assert refused(attempts, attempts.seal(begun), begun.state)  # sealed anew, it is the same
    assert len({begun.state, begun.nonce, begun.verifier}) == 3
    assert len(base64.urlsafe_b64decode(begun.state + "=")) == 32
    assert begun.state not in sealed


def test_the_challenge_is_the_standards(clock: Clock) -> None:
    attempt = SignInAttempt(
        "s", "n", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "/", clock()
    )  # RFC 7636, appendix B
    assert attempt.challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_it_holds_for_minutes_and_never_before_it_began(clock: Clock) -> None:
    attempts = kept(clock)
    one, two, three = (attempts.begin("/") for _ in range(3))
    clock.now += ATTEMPT_S
    assert attempts.open(attempts.seal(one), state=one.state) == one
    clock.now += 0.001
    assert refused(attempts, attempts.seal(two), two.state)
    clock.now -= ATTEMPT_S + 1
    assert refused(attempts, attempts.seal(three), three.state)


def test_another_process_or_another_browser_cannot_use_it(clock: Clock) -> None:
    attempts = kept(clock)
    mine, other = (attempts.begin("/") for _ in range(2))
    assert refused(kept(clock), attempts.seal(mine), mine.state)
    assert refused(attempts, attempts.seal(mine), other.state)
    assert refused(attempts, attempts.seal(mine), "")
    assert refused(attempts, "", "")
    assert attempts.open(attempts.seal(mine), state=mine.state) == mine  # all that used nothing up


def test_when_more_come_back_than_can_be_remembered_nobody_gets_in_twice(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signinattempts, "_MOST_USED", 3)
    attempts = kept(clock)
    begun = [attempts.begin("/") for _ in range(4)]
    for one in begun[:3]:
        attempts.open(attempts.seal(one), state=one.state)
    assert refused(attempts, attempts.seal(begun[3]), begun[3].state)
    clock.now += ATTEMPT_S + 2
    late = attempts.begin("/")
    assert attempts.open(attempts.seal(late), state=late.state) == late


@given(st.binary(max_size=200) | st.text(max_size=200), st.text(max_size=50))
def test_nothing_else_opens(raw: bytes | str, state: str) -> None:
    sealed = base64.urlsafe_b64encode(raw).decode() if isinstance(raw, bytes) else raw
    assert refused(kept(Clock()), sealed, state)
