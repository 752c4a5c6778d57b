from __future__ import annotations

import base64
import codecs
import random

import pytest

from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.security.normalise import Normaliser
from wardlaw.security.tripwire import LABEL, TOKEN_CHARS, PromptTripwires, TripwireDetector

TRIPWIRES = PromptTripwires(b"k" * 32)
DETECTOR = TripwireDetector(TRIPWIRES)
NORMALISER = Normaliser()
TOKEN = TRIPWIRES.token("user:ada", b"p" * 32)


def detect(text: str, channel: Channel = Channel.ANSWER) -> list[Finding]:
    return DETECTOR.detect(NORMALISER.normalise(text), Segment(3, channel, "", text))


def test_a_token_is_the_same_for_the_same_caller_and_prompt_and_no_other() -> None:
    assert TRIPWIRES.token("user:ada", b"p" * 32) == TOKEN
    others = {
        TRIPWIRES.token("user:ben", b"p" * 32),
        TRIPWIRES.token("user:ada", b"q" * 32),
        PromptTripwires(b"l" * 32).token("user:ada", b"p" * 32),
    }
    assert len(others | {TOKEN}) == 4
    assert len(TOKEN) == TOKEN_CHARS
    assert all(char.isalpha() for char in TOKEN[::2])
    assert all(char.isdigit() for char in TOKEN[1::2])


@pytest.mark.parametrize(
    "written",
    [
        TOKEN,
        TOKEN.upper(),
        TOKEN[::-1],
        codecs.encode(TOKEN, "rot13"),
        codecs.encode(TOKEN, "rot13")[::-1],
        " ".join(TOKEN),
        "\N{FIRE}".join(TOKEN),
        f"{TOKEN[:11]} and-- {TOKEN[11:]}".replace(" and", ""),
        TOKEN.encode().hex(" "),
        base64.b64encode(b"it is " + TOKEN.encode()).decode(),
        "".join(f"%{byte:02x}" for byte in TOKEN.encode()),
        "".join(chr(ord(char) + 0xFEE0) for char in TOKEN),
        f"b7{TOKEN}c9",
    ],
)
def test_a_token_is_found_however_it_is_written(written: str) -> None:
    text = f"My reference: {written}; that is all of 2026."
    found = detect(text)
    assert found
    for one in found:
        assert (one.kind, one.level, one.score, one.label) == (FindingKind.LEAK, Level.BLOCK, 1000, LABEL)
        assert (one.rule, one.segment) == ("tripwire-leaked", 3)
        assert text.index(written) <= one.start < one.end <= text.index(written) + len(written)


def test_a_token_that_is_sent_in_again_was_replayed() -> None:
    assert [one.rule for one in detect(TOKEN, Channel.USER)] == ["tripwire-replayed"]
    assert [one.rule for one in detect(TOKEN, Channel.TOOL_ARGUMENTS)] == ["tripwire-leaked"]


def test_any_other_token_is_none() -> None:
    assert detect(PromptTripwires(b"l" * 32).token("user:ada", b"p" * 32)) == []
    for place, char in enumerate(TOKEN):
        other = ("b" if char != "b" else "c") if char.isalpha() else ("1" if char != "1" else "2")
        assert detect(TOKEN[:place] + other + TOKEN[place + 1 :]) == []
    assert detect(TOKEN[:-1]) == []


def test_what_looks_like_tokens_is_none() -> None:
    drawn = random.Random(7)
    text = "".join(drawn.choice("bcdfghjkmnpqrstvwxyz") + drawn.choice("0123456789") for _ in range(20_000))
    assert detect(text) == []
    (only,) = detect(text[:9_000] + TOKEN + text[9_000:])
    assert (only.start, only.end) == (9_000, 9_000 + TOKEN_CHARS)
