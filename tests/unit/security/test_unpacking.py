"""Texts inside encodings and compression; what cannot be read to its end is said to be so."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import lzma
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardlaw.security import unpacking
from wardlaw.security.unpacking import unpack

TEXT = "".join(f"{number},person{number}@example.com,Graz\n" for number in range(40))


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def archive(*, password: bool = False) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("people.csv", TEXT)
    raw = bytearray(held.getvalue())
    if password:
        for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            raw[raw.index(mark) + at] |= 1
    return bytes(raw)


@pytest.mark.parametrize(
    "packed",
    [
        b64(TEXT.encode()),
        base64.urlsafe_b64encode(TEXT.encode()).decode().rstrip("="),
        base64.encodebytes(TEXT.encode()).decode(),
        '{"data": "' + b64(TEXT.encode()) + '"}',
        TEXT.encode().hex(),
        "\\x" + TEXT.encode().hex().upper(),
        b64(TEXT.encode("utf-16-le")),
        b64(gzip.compress(TEXT.encode())),
        gzip.compress(TEXT.encode()).hex(),
        b64(zlib.compress(TEXT.encode())),
        b64(bz2.compress(TEXT.encode())),
        b64(lzma.compress(TEXT.encode())),
        b64(archive()),
    ],
)
def test_the_text_inside_is_found(packed: str) -> None:
    found = unpack(packed)
    assert any(TEXT.strip() in text for text in found.texts)
    assert not found.unreadable


def test_percent_signs_are_undone() -> None:
    packed = " ".join(f"person{number}%40example.com" for number in range(8))
    assert "person7@example.com" in unpack(packed).texts[0]


@pytest.mark.parametrize("raw", [archive(password=True), gzip.compress(TEXT.encode() * 9)[:300], b"BZh9" + b"x" * 200])
def test_what_cannot_be_read_to_its_end_is_unreadable(raw: bytes) -> None:
    assert unpack(b64(raw)).unreadable


def test_more_than_is_read_is_unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "MAX_BYTES", 1_000)
    for raw in (gzip.compress(b"0" * 90_000), bz2.compress(b"0" * 90_000), lzma.compress(b"0" * 90_000), archive()):
        assert unpack(b64(raw + b" " * 90)).unreadable


@pytest.mark.parametrize("text", ["", "short", "an ordinary sentence " * 20, b64(b"\x89PNG" + bytes(range(256)))])
def test_other_texts_hold_nothing(text: str) -> None:
    assert unpack(text).texts == ()


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_not(raw: bytes) -> None:
    assert isinstance(unpack(b64(raw)).unreadable, bool)
