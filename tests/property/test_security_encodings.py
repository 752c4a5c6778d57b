"""A registered secret is found whatever it is written in, and the span in the original text covers it."""

from __future__ import annotations

import base64
from urllib.parse import quote

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from wardlaw.facts.errors import InputError
from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import FindingKind
from wardlaw.security.fingerprint import FingerprintBook, make_fingerprint
from wardlaw.security.inspect import FingerprintDetector
from wardlaw.security.normalise import Normaliser

KEY = b"fingerprint-key-of-a-test-install"
BASE = 0x9E3779B97F4A7C15
SUBJECT_KEY = b"subject-key-of-a-test"
TOKEN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
secrets = st.text(TOKEN, min_size=20, max_size=64)
NORMALISER = Normaliser()


def _base64(text: str, shift: int, *, safe: bool, padded: bool) -> str:
    raw = b"xyz"[:shift] + text.encode() + b"q"
    encoded = (base64.urlsafe_b64encode(raw) if safe else base64.b64encode(raw)).decode()
    return encoded if padded else encoded.rstrip("=")


def _apart(text: str, mark: str) -> str:
    return mark.join(text)


ENCODERS = {
    **{f"base64+{shift}{'u' if safe else 's'}{'p' if padded else ''}": (lambda t, shift=shift, safe=safe, padded=padded: _base64(t, shift, safe=safe, padded=padded))
       for shift in (0, 1, 2) for safe in (False, True) for padded in (False, True)},
    "hex": lambda t: t.encode().hex(),
    "HEX": lambda t: t.encode().hex().upper(),
    "hex:": lambda t: t.encode().hex(":"),
    "0x,": lambda t: ", ".join(f"0x{byte:02x}" for byte in t.encode()),
    "percent": lambda t: "".join(f"%{byte:02X}" for byte in t.encode()),
    "percent-some": lambda t: quote(t, safe=""),
    "entities": lambda t: "".join(f"&#{ord(char)};" for char in t),
    "entities-hex": lambda t: "".join(f"&#x{ord(char):X};" for char in t),
    "units": lambda t: "".join(f"\\u{ord(char):04x}" for char in t),
    "bytes": lambda t: "".join(f"\\x{byte:02x}" for byte in t.encode()),
    "zero-width": lambda t: _apart(t, "\u200b"),
    "word-joiner": lambda t: _apart(t, "\u2060"),
}  # fmt: skip
# Separators may stand in the secret itself, in hexadecimal and in standard base64; not inside escapes.
SEPARATED = {"spaces": " ", "dashes": "-", "dots": "."}
APART_AFTER = {"plain", "hex", "HEX", *(name for name in ENCODERS if name.startswith("base64") and "s" in name[6:])}


@st.composite
def chains(draw: st.DrawFn) -> tuple[str, ...]:
    names = draw(st.lists(st.sampled_from(sorted(ENCODERS)), max_size=3))
    place = draw(st.integers(0, len(names)))
    if draw(st.booleans()) and (names[place - 1] if place else "plain") in APART_AFTER and len(names) < 3:
        names.insert(place, draw(st.sampled_from(sorted(SEPARATED))))
    return tuple(names)


def encode(text: str, chain: tuple[str, ...]) -> str:
    for name in chain:
        text = _apart(text, SEPARATED[name]) if name in SEPARATED else ENCODERS[name](text)
    return text


around = st.sampled_from(["", " ", "see ", "The key is: ", '{"a": "', "x=", "abc", "7", "(", "é ", "привет ", "\n"])


@settings(max_examples=400, deadline=None)
@given(secrets, chains(), around, around)
def test_a_registered_secret_is_found_in_any_encoding(secret: str, chain: tuple[str, ...], before: str, after: str):
    try:
        entry = make_fingerprint(secret, id="secret:one", key=KEY, base=BASE)
    except InputError:
        assume(False)
    written = encode(secret, chain)
    assume(len(written) < 20_000)
    text = before + written + after
    detector = FingerprintDetector(FingerprintBook((entry,), key=KEY, base=BASE))
    found = detector.detect(NORMALISER.normalise(text), Segment(4, Channel.ANSWER, "/x", text))
    assert found, (chain, text)
    assert all(finding.kind is FindingKind.FINGERPRINT and finding.segment == 4 for finding in found)
    assert any(
        text[finding.start : finding.end] and finding.start <= len(before) + len(written) and finding.end > len(before)
        for finding in found
    )
    if not chain:
        core = secret.strip("-_")
        assert any(core in text[finding.start : finding.end] for finding in found)
    assert any(_covers(text, finding.start, finding.end, entry, detector) for finding in found), (chain, text)


def _covers(text: str, start: int, end: int, entry, detector) -> bool:
    """Without the span nothing of the secret is left to be found."""
    rest = text[:start] + " | " + text[end:]
    return not detector.detect(NORMALISER.normalise(rest), Segment(4, Channel.ANSWER, "/x", rest))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_normalising_is_total_and_spans_stay_inside(text: str):
    views = NORMALISER.normalise(text)
    for view in (views.folded, *views.others):
        assert len(view.lower) == len(view.text)
        for start in range(0, len(view.text), 7):
            low, high = view.origin(start, min(len(view.text), start + 3))
            assert 0 <= low <= high <= len(text)


@settings(max_examples=200, deadline=None)
@given(secrets, st.text(TOKEN + " \n", max_size=400))
def test_nothing_is_found_where_the_secret_is_not(secret: str, text: str):
    assume(secret not in text)
    try:
        entry = make_fingerprint(secret, id="secret:one", key=KEY, base=BASE)
    except InputError:
        assume(False)
    book = FingerprintBook((entry,), key=KEY, base=BASE)
    assert not FingerprintDetector(book).detect(NORMALISER.normalise(text), Segment(0, Channel.USER, "/x", text))
