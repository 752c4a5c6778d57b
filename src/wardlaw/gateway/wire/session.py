"""Which conversation a request belongs to. A session only subdivides: ceilings count on principal and person."""

from __future__ import annotations

import hashlib
import re

from wardlaw.facts.errors import InputError
from wardlaw.facts.exchange import Channel
from wardlaw.gateway.wire.asked import Asked

SESSION_HEADER = "x-wardlaw-session"
_VALID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:\-]{0,127}")
_DIGEST_BYTES = 16  # 128 bits: sessions of one principal never collide by chance


def session_id(principal_id: str, header: str | None, request: Asked | None, *, key: bytes) -> str:
    """The session of a request: ``ses_`` and 32 hex digits.

    Without a header it is derived from the principal and the opening of the conversation (first system
    text, first user text), which stay the same while the conversation grows. Two conversations of one
    principal that open alike share a session.

    Args:
        header: Value of ``x-wardlaw-session``. It is hashed together with the principal, so that nobody
            enters a session of somebody else by knowing its name.
        request: ``None`` on routes without conversation.
        key: Secret of the installation, 16 to 64 bytes; keeps ids from being guessed out of texts.

    Raises:
        InputError: WL-GW-112 when the header is not 1–128 characters of ``A–Z a–z 0–9 . _ : -``.
    """
    if header is not None:
        if not _VALID.fullmatch(header):
            raise InputError(
                "WL-GW-112",
                f"The header {SESSION_HEADER} is not 1–128 characters of A–Z a–z 0–9 . _ : -.",
                "Send a plain id such as a UUID, or leave the header out.",
            )
        return _digest(key, "header", principal_id, header)
    return _digest(key, "opening", principal_id, *_opening(request))


def _opening(request: Asked | None) -> tuple[str, str]:
    system = user = ""
    for segment in request.segments if request is not None else ():
        if not system and segment.channel is Channel.SYSTEM:
            system = segment.text
        elif segment.channel is Channel.USER:
            user = segment.text
            break
    return system, user


def _digest(key: bytes, *parts: str) -> str:
    state = hashlib.blake2b(key=key, digest_size=_DIGEST_BYTES, person=b"wardlaw-session")
    for part in parts:
        encoded = part.encode("utf-8", "surrogatepass")
        state.update(len(encoded).to_bytes(8, "big"))
        state.update(encoded)
    return "ses_" + state.hexdigest()
