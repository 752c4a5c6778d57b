"""Texts inside a text that were encoded: base64, hexadecimal, percent signs, and compressed beneath them.

Covered: gzip, zlib, bzip2, xz and zip archives, each inside base64 or hexadecimal, up to ``MAX_BYTES``. What claims to be
compressed and cannot be read to its end within that is ``unreadable``.
Not covered: encryption, base32, base85, other archives, what is split over several values.
"""

from __future__ import annotations

import base64
import binascii
import bz2
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from urllib.parse import unquote

import msgspec

MAX_BYTES = 16_777_216
_LEAST = 96  # characters; two or three addresses, which a count of many does not need
_RUN = re.compile(rf"[A-Za-z0-9+/_-]{{{_LEAST},}}={{0,2}}")
_WRAPPED = re.compile(r"(?:[A-Za-z0-9+/_-]{60,100}\r?\n){2,}[A-Za-z0-9+/_-]*={0,2}")
_HEX = re.compile(rf"(?:0[xX]|\\x)?([0-9A-Fa-f]{{{2 * _LEAST},}})")
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_LEAST_PERCENT = 4
_MOST_RUNS = 2_000
_READABLE = 0.9
_MAGIC = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"PK\x03\x04")
_ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_TAG = re.compile(r"<[^>]{1,200}>")


class Unpacked(msgspec.Struct, frozen=True):
    """The texts found, and whether something compressed could not be read."""

    texts: tuple[str, ...] = ()
    unreadable: bool = False


_NOTHING = Unpacked()


def unpack(text: str) -> Unpacked:
    """Every text that stands encoded in this one; one level, so that the caller bounds how deep."""
    if len(text) < _LEAST:
        return _NOTHING
    texts: list[str] = []
    left, unreadable = MAX_BYTES, False
    for raw in _runs(text):
        plain = _decompressed(raw, left)
        if plain is None:
            unreadable = True
            continue
        found = _as_text(plain)
        if found:
            texts.append(found)
            left -= len(plain)
    if len(_PERCENT.findall(text[:100_000])) >= _LEAST_PERCENT:
        texts.append(unquote(text))
    return Unpacked(tuple(texts), unreadable) if texts or unreadable else _NOTHING


def _runs(text: str) -> Iterator[bytes]:
    """Bytes of the runs that may be base64 or hexadecimal."""
    seen = 0
    for pattern in (_WRAPPED, _RUN):
        for found in pattern.finditer(text):
            run = re.sub(r"\s", "", found[0])
            if not re.search(r"[0-9A-Z]", run) or _HEX.fullmatch(run):
                continue
            seen += 1
            if seen > _MOST_RUNS:
                return
            raw = _base64(run)
            if raw is not None:
                yield raw
    for found in _HEX.finditer(text):
        digits = found[1][: len(found[1]) // 2 * 2]
        yield bytes.fromhex(digits)


def _base64(run: str) -> bytes | None:
    plain = run.rstrip("=").translate(str.maketrans("-_", "+/"))
    if len(plain) % 4 == 1:
        plain = plain[:-1]
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except binascii.Error:
        return None


def _decompressed(raw: bytes, bound: int) -> bytes | None:
    """The bytes, decompressed where they are compressed; ``None`` where that cannot be read within the bound."""
    if not raw.startswith((*_MAGIC, *_ZLIB)):
        return raw
    try:
        if raw.startswith(b"PK\x03\x04"):
            return _zip(raw, bound)
        if raw.startswith(b"BZh"):
            plain, done = _drained(bz2.BZ2Decompressor(), raw, bound)
        elif raw.startswith(b"\xfd7zXZ"):
            plain, done = _drained(lzma.LZMADecompressor(), raw, bound)
        else:
            inflated = zlib.decompressobj(wbits=47)
            plain = inflated.decompress(raw, bound + 1)
            done = inflated.eof
    except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, RuntimeError):
        # Two bytes are a weak sign of zlib; the others are long enough to be meant.
        return raw if raw.startswith(_ZLIB) else None
    return plain if done and len(plain) <= bound else None


def _drained(decompressor: bz2.BZ2Decompressor | lzma.LZMADecompressor, raw: bytes, bound: int) -> tuple[bytes, bool]:
    plain = decompressor.decompress(raw, max_length=bound + 1)
    return plain, decompressor.eof


def _zip(raw: bytes, bound: int) -> bytes | None:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        if any(entry.flag_bits & 1 for entry in archive.infolist()):
            return None  # encrypted
        parts, left = [], bound
        for entry in archive.infolist():
            with archive.open(entry) as opened:
                part = opened.read(left + 1)
            left -= len(part)
            if left < 0:
                return None
            parts.append(part if not entry.filename.endswith((".xml", ".rels")) else _without_tags(part))
    return b"\n".join(parts)


def _without_tags(part: bytes) -> bytes:
    return _TAG.sub("\n", part.decode("utf-8", "replace")).encode()


def _as_text(raw: bytes) -> str:
    """The bytes as text; ``""`` when they are none."""
    for coding in ("utf-8", "utf-16-le"):
        try:
            text = raw.decode(coding)
        except UnicodeDecodeError:
            continue
        shown = sum(char.isprintable() or char in "\t\r\n" for char in text[:2_000])
        if shown >= _READABLE * len(text[:2_000]):
            return text
    return ""
