"""The text of our own keys and tokens: how it is made, recognised and digested.

``<prefix><43 characters of base64url><7 check characters>``. The 43 characters are 32 random bytes.
The check characters (CRC-32 in base 36) prove nothing to an attacker; they let scanners, ours
included, tell a real key from a look-alike without asking anybody.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from base64 import urlsafe_b64encode
from enum import StrEnum

SECRET_BYTES = 32
"""256 random bits: nobody can try them out, so a plain digest of the text is enough to store."""

_CHECK_LENGTH = 7  # 36**7 > 2**32
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_SHAPE = re.compile(r"(wl[ots]?_)([A-Za-z0-9_-]{43})([0-9a-z]{7})", re.ASCII)


class Prefix(StrEnum):
    """What a text opens, told by its first characters."""

    KEY = "wl_"  # calls through the gateway
    API_TOKEN = "wlt_"  # calls of the management API
    ONE_TIME_TOKEN = "wlo_"  # redeemed once for a person's access
    SESSION = "wls_"  # a browser's session at the console; opens pages only


def make_key_text(prefix: Prefix, secret: bytes) -> str:
    """The text for these random bytes.

    Raises:
        ValueError: ``secret`` does not have 32 bytes.
    """
    if len(secret) != SECRET_BYTES:
        raise ValueError(f"a key needs {SECRET_BYTES} random bytes, not {len(secret)}")
    stem = prefix + urlsafe_b64encode(secret).rstrip(b"=").decode("ascii")
    return stem + _check(stem)


def read_prefix(text: str) -> Prefix | None:
    """What this text would open; None when it is not of our form or mistyped."""
    match = _SHAPE.fullmatch(text)
    if match is None or _check(match[1] + match[2]) != match[3]:
        return None
    return Prefix(match[1])


def key_digest(text: str) -> str:
    """SHA-256 of the whole text, hex: all that is ever stored of it."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _check(stem: str) -> str:
    number, digits = zlib.crc32(stem.encode("ascii")), ""
    for _ in range(_CHECK_LENGTH):
        number, place = divmod(number, len(_DIGITS))
        digits = _DIGITS[place] + digits
    return digits
