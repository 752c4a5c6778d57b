"""Ids of decisions and exchanges: sortable by time, unguessable."""

from __future__ import annotations

import base64

_ID_BYTES = 16  # 6 of time in milliseconds, 10 random: 80 bits cannot be guessed


def make_id(prefix: str, *, at: float, random: bytes) -> str:
    """An id such as ``dec_06f5…``, 26 characters after the prefix.

    Args:
        prefix: ``dec``, ``exc`` …
        at: Unix seconds.
        random: Ten random bytes.

    Source: the layout of ULID (time first, then randomness), in lower-case extended-hex base 32 (RFC 4648 §7).
    """
    raw = int(at * 1000).to_bytes(6, "big") + random[: _ID_BYTES - 6]
    return f"{prefix}_{base64.b32hexencode(raw).decode().rstrip('=').lower()}"
