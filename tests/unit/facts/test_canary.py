from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from wardlaw.facts.canary import make_mark, read_mark, request_digest

KEY = b"k" * 32
CANARY = f"can_{'0a' * 13}"
BODY = hashlib.sha256(b"body").digest()
DIGEST = request_digest("POST", "/v1/guard", BODY, "played")


def mark(digest: bytes = DIGEST, key: bytes = KEY):
    return make_mark(key, canary=CANARY, until=1_790_000_060, nonce=b"n" * 16, digest=digest)


def test_a_mark_reads_back_and_is_genuine_for_its_own_request_alone() -> None:
    made = mark()
    assert read_mark(made.text) == made
    assert made.is_genuine(KEY, DIGEST)
    assert not made.is_genuine(b"j" * 32, DIGEST)
    others = [
        request_digest("PUT", "/v1/guard", BODY, "played"),
        request_digest("POST", "/v1/guards", BODY, "played"),
        request_digest("POST", "/v1/guard", hashlib.sha256(b"other").digest(), "played"),
        request_digest("POST", "/v1/guard", BODY, ""),
    ]
    assert not any(made.is_genuine(KEY, other) for other in others)


@given(st.integers(min_value=0), st.characters(codec="ascii"))
def test_no_mark_that_differs_in_a_character_is_genuine(place: int, letter: str) -> None:
    text = mark().text
    at = place % len(text)
    changed = text[:at] + letter + text[at + 1 :]
    read = read_mark(changed)
    assert changed == text or read is None or not read.is_genuine(KEY, DIGEST)


@given(st.text())
def test_reading_takes_any_text(text: str) -> None:
    read = read_mark(text)
    assert read is None or read.text == text
