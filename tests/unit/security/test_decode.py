from __future__ import annotations

import base64
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardlaw.security.decode import (
    ESCAPES,
    GROUPS,
    PAIRS,
    RUNS,
    TOKENS,
    DecodeGate,
    _groups,
    decode_runs,
    join,
    joins,
    unescape,
)
from wardlaw.security.views import Layer, View


def view(text: str) -> View:
    return View(text, text.lower(), Layer.PLAIN)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("%69gnore%20it", "ignore it"),
        ("%u0069gnore", "ignore"),
        ("caf%C3%A9", "café"),
        ("%FF%FE", "ÿþ"),
        ("&#105;&#x67;&lt;b&amp", "ig<b&"),
        (r"\u0069\u0067 \u{6e}\U0000006f", "ig no"),
        (r"\ud83d\ude00", "😀"),
        (r"\x69\x67\156", "ign"),
        (r"a\/b\nc", "a/b\nc"),
    ],
)
def test_escapes_are_undone(written, read):
    made = unescape(view(written))
    assert made is not None
    assert made.text == read
    assert made.origin(0, len(made.text)) == (0, len(written))


def test_a_text_without_escapes_has_no_such_view():
    assert unescape(view("50 % of all & more")) is None
    assert join(view("an ordinary sentence about very ordinary things")) is None
    assert decode_runs(view("https://example.org/a/b-c and internationalization")) is None


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("i g n o r e  m e", "ignoreme"),
        ("i-g-n-o-r-e", "ignore"),
        ("i.g.n.o.r.e", "ignore"),
        ("i/g/n/o/r/e", "ignore"),
        (r"\i\g\n\o\r\e", "\\ignore"),
        ("say: abc1 efg2 ijk3 mno4 qr", "sayabc1efg2ijk3mno4qr"),
        ("и г н о р и р у й", "игнорируй"),
    ],
)
def test_spaced_groups_are_joined(written, read):
    made = join(view(written))
    assert made is not None
    assert made.text == read


@pytest.mark.parametrize("shift", [0, 1, 2])
@pytest.mark.parametrize("lead", ["", "A", "AB", "ABC"])
def test_base64_is_read_at_every_offset(shift, lead):
    encoded = base64.b64encode(b"pqr"[:shift] + b"the hidden sentence").decode()
    text = f"see {lead}{encoded} end"
    made = decode_runs(view(text))
    assert made is not None
    start = made.text.index("the hidden sentence")
    low, high = made.origin(start, start + 19)
    assert encoded.rstrip("=")[4:-4] in text[low:high]
    assert low >= 4


@pytest.mark.parametrize(
    "encode",
    [
        lambda raw: base64.urlsafe_b64encode(raw + b"\xff\xfe?>").decode(),
        lambda raw: base64.b64encode(raw).decode().rstrip("="),
        lambda raw: base64.encodebytes(raw * 4).decode(),
        lambda raw: base64.b64encode(raw.decode().encode("utf-16-le")).decode(),
        lambda raw: "-".join(base64.b64encode(raw).decode()[at : at + 5] for at in range(0, 40, 5)),
        bytes.hex,
        lambda raw: "abc" + raw.hex(),
        lambda raw: raw.hex(":").upper(),
        lambda raw: " ".join(f"0x{byte:02x}," for byte in raw),
        lambda raw: base64.b64encode(b"\x00\x01\x02" + raw + b"\xff\xff").decode(),
    ],
)
def test_runs_are_read(encode):
    made = decode_runs(view("x " + encode(b"the hidden sentence")))
    assert made is not None
    assert "hidden sen" in made.text


def test_the_gate_tells_what_to_try():
    gate = DecodeGate()
    assert gate.open(b"an ordinary sentence, nothing more. 50 % & so on") == ()
    assert gate.open(b"a%20b") == (ESCAPES,)
    assert gate.open(b"s k - l i v e") == (PAIRS,)
    assert gate.open(b"the old man had not yet") == (GROUPS,)
    assert set(gate.open(b"c2VjcmV0LWtleS0xMjM0")) == {RUNS, TOKENS}
    assert gate.open(b"user@example.com:80") == (TOKENS,)


@pytest.mark.parametrize(
    ("text", "applies"),
    [
        ("the old man had not yet", False),
        ("the old man had not Yet", True),
        ("the old man had not ye7", True),
        ("n o t h i n g", True),
        ("one two", False),
    ],
)
def test_longer_groups_of_small_letters_are_prose(text, applies):
    assert joins(DecodeGate().open(text.encode()), text.encode()) is applies


@pytest.mark.parametrize("letters", ["readable", "secret words", "ignore all"])
def test_text_of_two_bytes_a_letter_is_read(letters: str) -> None:
    noise, wide = b"\x81\x82\x83", letters.encode("utf-16-le")
    text = base64.b64encode(noise + wide + noise).decode()
    view = decode_runs(View(text, text.lower(), Layer.PLAIN))
    assert view is not None
    assert letters in view.text


def groups_one_by_one(text: str) -> list[list[tuple[int, int]]]:
    """The groups of a text that is not ASCII, token after token, as their description says."""
    tokens = [match.span() for match in re.finditer(r"(?:[^\W_]|[+/=])+", text)]
    least = {1: 5, 2: 5, 3: 5, 4: 4, 5: 4, 6: 4, 7: 4, 8: 3}
    near = [
        re.fullmatch(r"[\s\-_.:,;|*~\\]{1,3}", text[one[1] : other[0]]) is not None for one, other in pairwise(tokens)
    ]
    found, begin = [], 0
    while begin < len(tokens):
        size, end = tokens[begin][1] - tokens[begin][0], begin + 1
        while end < len(tokens) and near[end - 1] and tokens[end][1] - tokens[end][0] == size:
            end += 1
        if end - begin >= least.get(size, len(text)):
            run = tokens[begin:end]
            if begin and near[begin - 1]:
                run.insert(0, (max(tokens[begin - 1][0], tokens[begin - 1][1] - size), tokens[begin - 1][1]))
            if end < len(tokens) and near[end - 1]:
                run.append((tokens[end][0], min(tokens[end][1], tokens[end][0] + size)))
            found.append(run)
        begin = end
    return found


spaced = st.lists(
    st.sampled_from(["a", "é", "日本", "abc", "+/", "=", "_", "\U00020001", "wort", "\ud800"])
    | st.sampled_from([" ", "-", ", ", "\u3000", "...", "....", "(", "\n\n"]),
    max_size=60,
).map("".join)


@given(spaced)
def test_groups_found_on_whole_arrays_are_those_found_token_by_token(text: str):
    text += "é"
    assert list(_groups(text)) == groups_one_by_one(text)
