"""Canaries at the door: told apart only after their verdict, and answered by nobody real.

A request may carry a mark. Whatever comes before the verdict carries it along unread, so that no part of the door can
treat a canary otherwise than a user. ``Judge`` asks once, after it has decided; from then on the exchange counts for
nobody's figures, and where the verdict lets it reach an upstream or a tool it meets ``stand_in`` instead.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import logging
import zlib
from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol

from wardlaw.facts.canary import (
    ANSWER_HEADER,
    KEY_PREFIX,
    LIFE_S,
    MARK_HEADER,
    RUN_KEY_PREFIX,
    STEP,
    CanaryMark,
    read_mark,
    request_digest,
)
from wardlaw.facts.errors import RefusedError
from wardlaw.facts.principal import Principal
from wardlaw.state.authority import StateAuthority

_PLAYED_BYTES = 16 * 1024 * 1024  # of an answer to be played, unpacked
_log = logging.getLogger(__name__)


class Forgery(StrEnum):
    """Why a mark is not believed; its request is ordinary traffic."""

    MALFORMED = "malformed"
    FORGED = "forged"  # not made here, or for another request
    EXPIRED = "expired"
    REPLAYED = "replayed"
    STRANGER = "stranger"  # genuine, with a credential that is no canary's


class Marked:
    """The mark of one exchange, unread until a verdict stands.

    Args:
        headers: The caller's head, lower-case names.
        raw: The body as it came.
    """

    __slots__ = ("_answer", "_delta", "_method", "_path", "_raw", "_text", "canary", "forgery", "is_read")

    def __init__(self, headers: Mapping[str, str], method: str, path: str, raw: bytes) -> None:
        self._text = headers.get(MARK_HEADER)
        self._answer = headers.get(ANSWER_HEADER, "")
        self._method, self._path, self._raw = method, path, raw
        self._delta = b""
        self.is_read = False
        self.canary = ""
        """Id of the canary this exchange is; ``""`` for ordinary traffic, and before the verdict for everything."""
        self.forgery: Forgery | None = None
        """Why its mark is not believed."""

    async def read(self, reader: CanaryReader, principal: Principal, at: float) -> None:
        """Read the mark, once for all decisions of the exchange."""
        if self.is_read:
            return
        self.is_read = True
        if self._text is None:
            return
        digest = request_digest(self._method, self._path, hashlib.sha256(self._raw).digest(), self._answer)
        told = await reader.read(self._text, digest, principal, at)
        if isinstance(told, Forgery):
            self.forgery = told
        else:
            self.canary, self._delta = told

    @property
    def is_step(self) -> bool:
        """Whether it leaves to the next step what a caller's request would: it comes from a caller made for it alone."""
        return self.canary.startswith(STEP)

    def take_delta(self) -> bytes:
        """What reading it changed in the state, for the record of the first decision."""
        delta, self._delta = self._delta, b""
        return delta

    def played(self) -> bytes:
        """What an upstream seems to answer: an empty object where the canary plays nothing."""
        return unpack_answer(self._answer) if self.canary and self._answer else b"{}"


class CanaryReader(Protocol):
    """Tells genuine marks."""

    async def read(self, text: str, digest: bytes, principal: Principal, at: float) -> tuple[str, bytes] | Forgery:
        """The canary's id and what was changed in the state, or why the mark is not believed."""


class CanaryMarks:
    """Tells genuine marks of an installation, each of them once.

    Args:
        key: Under which marks are made.
        state: For what counts once, in all workers together.
    """

    def __init__(self, key: bytes, state: StateAuthority) -> None:
        self._key = key
        self._state = state
        self.forgeries: dict[str, int] = {one.value: 0 for one in Forgery}
        """How many marks were not believed, by the reason."""

    async def read(self, text: str, digest: bytes, principal: Principal, at: float) -> tuple[str, bytes] | Forgery:
        """See ``CanaryReader.read``."""
        told = await self._read(text, digest, principal, at)
        if isinstance(told, Forgery):
            self.forgeries[told.value] += 1
            _log.warning("a canary's mark is not believed: %s", told.value)
        return told

    async def _read(self, text: str, digest: bytes, principal: Principal, at: float) -> tuple[str, bytes] | Forgery:
        mark = read_mark(text)
        if mark is None:
            return Forgery.MALFORMED
        if not mark.is_genuine(self._key, digest):
            return Forgery.FORGED
        # One that would live longer than any is made was not made by this program.
        if mark.until <= at or mark.until > at + 2 * LIFE_S:
            return Forgery.EXPIRED
        # INVARIANT: a step leaves something only with a caller that nobody else ever is, canaries of one request neither.
        if not principal.credential.startswith(RUN_KEY_PREFIX if mark.is_step else KEY_PREFIX):
            return Forgery.STRANGER
        once = await self._state.use_once(_token(mark), until=float(mark.until), at=at)
        return (mark.canary, once.delta) if once else Forgery.REPLAYED


def stand_in(marked: Marked | None, principal: Principal) -> bytes | None:
    """What stands in for whatever an exchange would reach now: the answer a canary plays; ``None`` for ordinary traffic.

    Asked at the moment of dialling. What comes with a canary's key and is none reaches nothing real either.

    Raises:
        RefusedError: WL-CAN-001 it comes with a canary's key, and no verdict has told a canary.
    """
    if marked is not None and marked.canary:
        return marked.played()
    if principal.credential.startswith(KEY_PREFIX):
        raise RefusedError(
            "WL-CAN-001",
            "This key belongs to canaries: without a mark of its own a request goes nowhere.",
            "Use a key of your own; see `wardlaw canary list`.",
        )
    return None


def unpack_answer(text: str) -> bytes:
    """An answer to be played; one that cannot be unpacked, or only to more than 16 MB, plays nothing."""
    try:
        reader = zlib.decompressobj()
        plain = reader.decompress(base64.urlsafe_b64decode(text), _PLAYED_BYTES)
    except (binascii.Error, ValueError, zlib.error):
        return b"{}"
    return plain if reader.eof else b"{}"


def _token(mark: CanaryMark) -> bytes:
    return hashlib.sha256(f"canary\x00{mark.nonce}\x00{mark.mac}".encode()).digest()
