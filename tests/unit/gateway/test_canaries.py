from __future__ import annotations

import asyncio
import base64
import hashlib
import zlib

import pytest

from wardlaw.facts.canary import (
    ANSWER_HEADER,
    KEY_PREFIX,
    MARK_HEADER,
    RUN_KEY_PREFIX,
    make_mark,
    request_digest,
)
from wardlaw.facts.errors import RefusedError
from wardlaw.facts.principal import Principal, PrincipalKind
from wardlaw.gateway.canaries import CanaryMarks, Forgery, Marked, stand_in, unpack_answer
from wardlaw.state.ledger import Ledger

KEY, AT, BODY = b"k" * 32, 1_790_000_000.0, b'{"model": "demo"}'
CANARY, STEP = f"can_{'0a' * 13}", f"cst_{'0a' * 13}"
OWN = Principal("user:wardlaw-canary-1", PrincipalKind.USER, credential=f"{KEY_PREFIX}1")
EVE = Principal("user:eve", PrincipalKind.USER, credential="key:eve")
PLAYED = base64.urlsafe_b64encode(zlib.compress(b'{"said": 1}')).decode()


LENT = Principal("user:wardlaw-canary-run-1", PrincipalKind.USER, credential=f"{RUN_KEY_PREFIX}1")


def headers(
    *,
    until: float = AT + 30,
    key: bytes = KEY,
    body: bytes = BODY,
    played: str = "",
    canary: str = CANARY,
    path: str = "/v1/guard",
) -> dict[str, str]:
    digest = request_digest("POST", path, hashlib.sha256(body).digest(), played)
    mark = make_mark(key, canary=canary, until=int(until), nonce=b"n" * 16, digest=digest)
    return {MARK_HEADER: mark.text} | ({ANSWER_HEADER: played} if played else {})


def read(
    head: dict[str, str], principal: Principal = OWN, marks: CanaryMarks | None = None, *, at: float = AT
) -> Marked:
    marked = Marked(head, "POST", "/v1/guard", BODY)
    asyncio.run(marked.read(marks or CanaryMarks(KEY, Ledger(epoch=1)), principal, at))
    return marked


def test_a_genuine_mark_tells_a_canary_once_and_its_use_is_recorded() -> None:
    marks = CanaryMarks(KEY, Ledger(epoch=1))
    marked = read(headers(), marks=marks)
    assert (marked.canary, marked.forgery) == (CANARY, None)
    assert marked.take_delta()
    assert marked.take_delta() == b""
    again = read(headers(), marks=marks)
    assert (again.canary, again.forgery) == ("", Forgery.REPLAYED)
    assert marks.forgeries == {"malformed": 0, "forged": 0, "expired": 0, "replayed": 1, "stranger": 0}


@pytest.mark.parametrize(
    ("head", "principal", "why"),
    [
        ({MARK_HEADER: "yes"}, OWN, Forgery.MALFORMED),
        ({MARK_HEADER: ""}, OWN, Forgery.MALFORMED),
        (headers(key=b"j" * 32), OWN, Forgery.FORGED),
        (headers(body=b"{}"), OWN, Forgery.FORGED),
        ({**headers(), ANSWER_HEADER: PLAYED}, OWN, Forgery.FORGED),
        (headers(until=AT), OWN, Forgery.EXPIRED),
        (headers(until=AT + 3_600), OWN, Forgery.EXPIRED),
        (headers(), EVE, Forgery.STRANGER),
        (headers(path="/v1/decide"), OWN, Forgery.FORGED),  # of another request
        (headers(canary=STEP), OWN, Forgery.STRANGER),  # a step leaves something: not with a caller of other canaries
        (headers(canary=STEP), EVE, Forgery.STRANGER),
        ({MARK_HEADER: headers()[MARK_HEADER].replace("can_", "cst_")}, LENT, Forgery.FORGED),
    ],
)
def test_what_is_not_genuine_is_no_canary(head: dict[str, str], principal: Principal, why: Forgery) -> None:
    marked = read(head, principal)
    assert (marked.canary, marked.forgery) == ("", why)


def test_nothing_is_known_before_it_is_read_and_nothing_of_what_carries_no_mark() -> None:
    marked = Marked(headers(played=PLAYED), "POST", "/v1/guard", BODY)
    assert (marked.canary, marked.played()) == ("", b"{}")
    plain = read({})
    assert (plain.canary, plain.forgery) == ("", None)


def test_a_canary_meets_its_stand_in_and_a_canarys_key_alone_meets_nothing() -> None:
    assert stand_in(read(headers(played=PLAYED)), OWN) == b'{"said": 1}'
    assert stand_in(read(headers()), OWN) == b"{}"
    assert stand_in(read({}), EVE) is None
    assert stand_in(None, EVE) is None
    for marked in (read({}), None, Marked(headers(), "POST", "/v1/guard", BODY)):
        with pytest.raises(RefusedError, match="belongs to canaries"):
            stand_in(marked, OWN)


def test_an_answer_that_cannot_be_unpacked_or_only_to_too_much_plays_nothing() -> None:
    bomb = base64.urlsafe_b64encode(zlib.compress(b"0" * (16 * 1024 * 1024 + 1))).decode()
    assert [unpack_answer(text) for text in ("", "!", "aGVsbG8=", bomb)] == [b"{}"] * 4


def test_a_step_is_told_by_its_mark_with_the_caller_made_for_it() -> None:
    marked = read(headers(canary=STEP), LENT)
    assert (marked.canary, marked.is_step, marked.forgery) == (STEP, True, None)
    assert not read(headers(), LENT).is_step
    assert not Marked(headers(canary=STEP), "POST", "/v1/guard", BODY).is_step  # nothing is known before it is read


def test_a_clock_that_is_set_back_opens_nothing_again() -> None:
    ledger = Ledger(epoch=1)
    marks = CanaryMarks(KEY, ledger)
    assert read(headers(), marks=marks).canary
    assert read(headers(), marks=marks, at=AT + 31).forgery is Forgery.EXPIRED
    # What was used stays used, however far the clock has been in between; what seems to live too long is not believed.
    asyncio.run(ledger.use_once(b"x" * 32, until=AT + 5_000, at=AT + 4_000))
    assert read(headers(), marks=marks).forgery is Forgery.REPLAYED
    assert read(headers(), marks=marks, at=AT - 3_600).forgery is Forgery.EXPIRED
