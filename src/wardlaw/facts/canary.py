"""A canary: a synthetic request that a clause must stop, the mark that tells it apart, and what became of one.

The mark is ``<canary>.<until>.<nonce>.<mac>``: HMAC-SHA256, by a key that only this installation has, over the canary's
id, the end of its life, a nonce and the digest of the very request that carries it.
"""

from __future__ import annotations

import hmac
import re
from enum import StrEnum
from hashlib import sha256

import msgspec

from wardlaw.facts.mac import hmac_sha256

MARK_HEADER = "x-wardlaw-canary"
ANSWER_HEADER = "x-wardlaw-canary-answer"
"""What the model is to seem to have said, for clauses on answers; the mark covers it."""

KEY_PREFIX = "key:wardlaw-canary-"
"""Ids of the keys canaries come with. What comes with one of them reaches no real upstream, marked or not."""

RUN_KEY_PREFIX = f"{KEY_PREFIX}run-"
"""Ids of the keys of callers that are made for one canary of several steps, and go with it."""

IN_SYSTEM = "@"
"""In the id of a canary's caller, before the system of the register it is made for; ids of callers have none elsewhere."""

LIFE_S = 60.0
"""Seconds a mark is good for: a canary goes to a door on the same machine or network."""

SINGLE, STEP = "can_", "cst_"
"""How ids in marks begin: of a canary that is one request and leaves nothing, and of one whose steps leave to the next
what a caller's would, with a caller made for it alone."""

_MARK = re.compile(r"(c(?:an|st)_[0-9a-f]{26})\.([0-9]{1,11})\.([0-9a-f]{32})\.([0-9a-f]{64})")


class CanaryOutcome(StrEnum):
    """What became of a canary. Only ``PASS`` proves anything; only ``FAIL`` says that a clause does not hold."""

    PASS = "pass"  # the clause stopped it, with its own effect, in its time
    FAIL = "fail"  # it was let through, or stopped by something else alone
    NOT_EXPRESSIBLE = "not-expressible"  # no request over this route can be what the clause's examples say
    UNAVAILABLE = "unavailable"  # the door or the log did not answer: nothing is known


class CanaryRun(msgspec.Struct, frozen=True):
    """One canary that was sent, or that could not be.

    Attributes:
        id: ``crn_`` and 26 hex digits.
        canary: Id in the mark, ``can_…`` or ``cst_…``; ``""`` where nothing was sent.
        example: Name of the clause's example it was made of.
        at: Unix seconds, UTC.
        decision: The decision that ended it, as the log has it; ``""`` where there is none.
        took_us: Microseconds from the request to its verdict.
        detail: What happened, in plain words.
        order: The order it was run for; ``""`` by the timetable.
        incident: The incident that a failure opened or joined; ``""`` for none.
    """

    id: str
    canary: str
    clause: str
    route: str
    example: str
    at: float
    outcome: CanaryOutcome
    decision: str = ""
    took_us: int = 0
    detail: str = ""
    order: str = ""
    incident: str = ""


class CanaryOrder(msgspec.Struct, frozen=True):
    """A person's wish to have canaries run now.

    Attributes:
        id: ``cor_…``.
        clause: One clause; ``""`` for all.
        asked_at: Unix seconds, UTC; so is ``done_at``, 0 while it waits.
    """

    id: str
    clause: str
    asked_by: str
    asked_at: float
    done_at: float = 0.0


def system_of(principal: str) -> str:
    """The system that a canary's caller is made for; ``""`` for none.

    It says so only of whoever comes with a key of ``KEY_PREFIX``: nobody else's id is asked.
    """
    return principal.partition(IN_SYSTEM)[2]


class CanaryMark(msgspec.Struct, frozen=True):
    """A mark that was read; whether it is genuine is another question.

    Attributes:
        until: Unix seconds at which it ends.
    """

    canary: str
    until: int
    nonce: str
    mac: str

    @property
    def is_step(self) -> bool:
        """Whether what it marks leaves something to the step after it."""
        return self.canary.startswith(STEP)

    @property
    def text(self) -> str:
        """As the header carries it."""
        return f"{self.canary}.{self.until}.{self.nonce}.{self.mac}"

    def is_genuine(self, key: bytes, digest: bytes) -> bool:
        """Whether it was made by whoever holds the key, for the request of that digest."""
        return hmac.compare_digest(self.mac, _mac(key, self.canary, self.until, self.nonce, digest))


def make_mark(key: bytes, *, canary: str, until: int, nonce: bytes, digest: bytes) -> CanaryMark:
    """Mark one request.

    Args:
        until: Unix seconds at which it ends.
        nonce: 16 random bytes that were never used before.
        digest: ``request_digest`` of the request.
    """
    return CanaryMark(canary, until, nonce.hex(), _mac(key, canary, until, nonce.hex(), digest))


def read_mark(text: str) -> CanaryMark | None:
    """The parts of a mark; ``None`` when it is none."""
    found = _MARK.fullmatch(text)
    return CanaryMark(found[1], int(found[2]), found[3], found[4]) if found else None


def request_digest(method: str, path: str, body_sha256: bytes, answer: str = "") -> bytes:
    """What a mark is bound to: one method, one path, one body, and one answer to be played."""
    return sha256(
        b"\x00".join((method.encode(), path.encode("utf-8", "surrogatepass"), body_sha256, _digest(answer)))
    ).digest()


def _digest(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogatepass")).digest()


def _mac(key: bytes, canary: str, until: int, nonce: str, digest: bytes) -> str:
    said = f"wardlaw canary 1\x00{canary}\x00{until}\x00{nonce}\x00".encode()
    return hmac_sha256(key, said + digest).hex()
