"""However a stream is cut into chunks, no part of a registered secret leaves before the inspector has seen all of it."""

from __future__ import annotations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.property.test_security_encodings import BASE, ENCODERS, KEY, NORMALISER, encode
from wardlaw.facts.exchange import Channel, Segment
from wardlaw.security.fingerprint import FingerprintBook, make_fingerprint
from wardlaw.security.inspect import FingerprintDetector
from wardlaw.security.window import ReleaseWindow

SECRET = "sk-live-9fK2mQ7xW4pL8vT3nR6y"
PHRASE = "correct horse battery staple orange"
ENTRY = make_fingerprint(SECRET, id="secret:one", key=KEY, base=BASE)
DETECTOR = FingerprintDetector(FingerprintBook((ENTRY,), key=KEY, base=BASE))
words = st.lists(
    st.sampled_from(
        ["the", "quick", "brown", "fox", "is", "a", "4111", "jumps,", "over", "\n\n", "日本語の文章", "é", "x1"]
    ),
    max_size=25,
)
whole = [name for name in ENCODERS if name != "0x,"]  # white space inside is outside the promise


def chunks_of(text: str, cuts: list[int]) -> list[str]:
    places = sorted({cut % (len(text) + 1) for cut in cuts})
    return [text[start:end] for start, end in zip([0, *places], [*places, len(text)], strict=True)]


def run(window: ReleaseWindow, chunks: list[str], sees) -> tuple[str, bool]:
    """What left, and whether the stream was stopped."""
    released = ""
    for chunk in [*chunks, None]:
        piece = window.flush() if chunk is None else window.feed(chunk)
        if piece is None:
            continue
        if sees(piece.judged):
            return released, True
        released += piece.text
    return released, False


def fingerprinted(text: str) -> bool:
    return bool(DETECTOR.detect(NORMALISER.normalise(text), Segment(0, Channel.ANSWER, "/x", text)))


@settings(max_examples=200, deadline=None)
@given(words, words, st.lists(st.sampled_from(whole), max_size=2), st.lists(st.integers(0, 10_000), max_size=40))
def test_a_secret_is_seen_whole_before_any_of_it_leaves(before, after, chain, cuts):
    written = encode(SECRET, tuple(chain))
    assume(len(written) < 1000)
    lead = " ".join([*before, ""])
    text = lead + written + " " + " ".join(after)
    released, stopped = run(ReleaseWindow(), chunks_of(text, cuts), fingerprinted)
    assert stopped
    assert lead.startswith(released)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 9000), st.integers(0, 9000), st.lists(st.integers(0, 20_000), max_size=60))
def test_a_secret_inside_one_endless_run_is_seen_whole(lead, tail, cuts):
    text = "ab" * (lead // 2) + SECRET + "cd" * (tail // 2)
    released, stopped = run(ReleaseWindow(), chunks_of(text, cuts), fingerprinted)
    assert stopped
    assert len(released) <= lead


@settings(max_examples=100, deadline=None)
@given(words, st.lists(st.integers(0, 10_000), max_size=60), st.sampled_from([" ", "\n", "-", " - "]))
def test_spelled_out_letters_leave_together(before, cuts, mark):
    lead = " ".join([*before, "", ""])
    text = lead + mark.join("sklive9fK2mQ7xW4pL8vT3nR6y") + " and then something quite ordinary"
    released, stopped = run(ReleaseWindow(), chunks_of(text, cuts), fingerprinted)
    assert stopped
    assert lead.startswith(released)


@settings(max_examples=100, deadline=None)
@given(words, st.lists(st.integers(0, 10_000), max_size=60))
def test_a_pass_phrase_is_held_as_long_as_it_is(before, cuts):
    entry = make_fingerprint(PHRASE, id="secret:phrase", key=KEY, base=BASE)
    book = FingerprintBook((entry,), key=KEY, base=BASE)
    detector = FingerprintDetector(book)

    def sees(text: str) -> bool:
        return bool(detector.detect(NORMALISER.normalise(text), Segment(0, Channel.ANSWER, "/x", text)))

    lead = " ".join([*before, ""])
    text = lead + PHRASE + " and then something quite ordinary follows here"
    released, stopped = run(ReleaseWindow(phrase_chars=book.longest_spaced), chunks_of(text, cuts), sees)
    assert stopped
    assert lead.startswith(released)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=400), st.lists(st.integers(0, 1000), max_size=30), st.integers(0, 20))
def test_everything_leaves_once_and_in_order(text, cuts, phrase):
    released, stopped = run(ReleaseWindow(phrase_chars=phrase, cap=64, keep=16), chunks_of(text, cuts), lambda _: False)
    assert not stopped
    assert released == text
