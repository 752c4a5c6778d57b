from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wardlaw.security.unseen import bytes_of_selectors, digits_of, printable

WORDS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=4, max_size=30)


@given(WORDS)
def test_bytes_of_selectors_come_back(text: str) -> None:
    run = "".join(chr(0xFE00 + byte) if byte < 16 else chr(0xE0100 + byte - 16) for byte in text.encode())
    assert bytes_of_selectors(run) == text


@given(st.text(st.sampled_from("\u200b\u200c\u200d\u2060\u2062"), max_size=80))
def test_every_run_is_read_or_is_not(run: str) -> None:
    assert digits_of(run) == "" or digits_of(run).replace("\n", "").isprintable()


def test_filling_is_left_out_and_other_bytes_are_no_text():
    assert printable(b"abc\0\0") == "abc"
    assert printable(b"\xff\xfe") == ""
    assert printable(b"a\x01b") == ""
