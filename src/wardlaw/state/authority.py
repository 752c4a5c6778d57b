"""The state authority: who has done how much, who carries which taint, who is locked out.

One authority per installation: the ledger of the one gateway worker, or Redis as soon as there is
more than one. Both keep this contract (the same tests run on both):

* Counters run on the principal **and** on the person it acts for; the larger of both is reported.
  A session only subdivides: a fresh session id gives no fresh daily ceiling.
* A request is *reserved* before it is decided, so that two requests at the same moment cannot both
  slip under one ceiling, and *settled* afterwards; what was not released is taken back, the call
  itself stays counted.
* Time is a value. A clock set back never gives back allowance: windows stand still for up to a
  minute and then start again as full as they were, days never return.
* Every change returns a *delta*: bytes that go into the spool frame of the record and rebuild the
  same state when they are replayed.

Keys are keyed digests made by the gateway; nothing here knows a name. A session key must be a
digest over the principal and the session id, so that nobody can write into somebody else's session.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from typing import Protocol

import msgspec

from wardlaw.facts.request import Snapshot

OVER = 2**63 - 1
"""A count above every ceiling: the largest Cedar ``Long``."""

DAY_S = 86_400
COPIED = "copied"
"""Labels that begin so tell of copies."""
CALLS_WINDOW_S = 60.0
CLOCK_SLACK_S = 60.0
"""Times that run back by less than this are requests overtaking each other, or machines apart by a little."""
_MOST_AT_ONCE = 2**40
"""More than any one request: a terabyte. Eight million of them still fit a Cedar ``Long``."""
CLOCK_LEAP_DAYS = 2
"""A day counter this far ahead of the clock was left by a clock that had leapt, not by a day that passed."""


class Limits(msgspec.Struct, frozen=True):
    """Spans and bounds on memory; a full bound always counts against the caller, never for it.

    Attributes:
        subjects: Distinct data subjects counted exactly per principal, person and session; more is ``OVER``.
        subjects_total: The same over all of them, in process only (about 60 bytes each).
        exact_calls: Calls of a window kept with their exact time; more share quarter seconds, rounded up.
        accounts: Principals and persons kept unpacked, in process only; idle ones are packed, never dropped
            while a counter of today, a taint or a window still says something.
        sessions: Sessions kept, in process only; the longest idle without taint and quarantine goes first.
        released_calls: Tool calls remembered as released by us; a forgotten one loses trust.
        taint_s: How long the taint of a session stays on its principal and person, and so on their new sessions.
        copied_s: The same for labels that say where rows were copied to: what was copied does not go away in an hour.
        probes_s: Window in which requests stopped by security count together.
        session_idle_s: A session not seen for this long starts anew.
        ticket_s: A reservation not settled for this long stays counted for good.
        released_call_s: How long a released tool call is remembered.
    """

    subjects: int = 100_000
    subjects_total: int = 1_000_000
    exact_calls: int = 512
    accounts: int = 20_000
    sessions: int = 20_000
    released_calls: int = 100_000
    taint_s: float = 3_600.0
    copied_s: float = 86_400.0
    probes_s: float = 600.0
    session_idle_s: float = 86_400.0
    ticket_s: float = 3_600.0
    released_call_s: float = 86_400.0

    def inherit_s(self, label: str) -> float:
        """Seconds a label stays on principal and person."""
        return max(self.taint_s, self.copied_s) if label.startswith(COPIED) else self.taint_s


class Ask(msgspec.Struct, frozen=True, gc=False):
    """What one decision is about to use up.

    Attributes:
        principal: Key of the principal, 16 bytes.
        person: Key of the person it acts for; ``b""`` when there is none.
        session: Key of the session, made from principal and session id; ``b""`` for the principal's own.
        at: Unix seconds, UTC.
        calls: 1 for a request that arrives, 0 for an answer or a tool call within it.
        tokens: Estimated tokens.
        subjects: Keyed digests of the data subjects in the new results.
        result_bytes: Bytes of the new results.
    """

    principal: bytes
    person: bytes
    session: bytes
    at: float
    calls: int = 0
    tokens: int = 0
    subjects: frozenset[bytes | str] = frozenset()
    result_bytes: int = 0


class Ticket(msgspec.Struct, frozen=True, gc=False):
    """One reservation.

    Attributes:
        snapshot: What the authority remembers, this request included.
        epoch: Life of the authority that gave it.
        number: Place among the changes of that life.
        fresh: Data subjects that neither principal nor person had moved today.
        delta: Rebuilds the reservation; belongs into the record's spool frame.
    """

    ask: Ask
    snapshot: Snapshot
    epoch: int
    number: int
    fresh: tuple[bytes, ...] = ()
    delta: bytes = b""


class Once(msgspec.Struct, frozen=True):
    """Whether a single-use token was used for the first time; true only then."""

    first: bool
    delta: bytes = b""

    def __bool__(self) -> bool:
        return self.first


class StateAuthority(Protocol):
    """What the gateway asks of the state, in process or in Redis. Mutations return their delta."""

    async def reserve(self, ask: Ask) -> Ticket:
        """Count ``ask`` and tell the state with it; ``authority_ok`` is false when nobody could be asked."""

    async def settle(self, ticket: Ticket, *, released: bool, tokens: int | None = None) -> bytes:
        """End a reservation, once. ``tokens`` is the true number where it is known.

        Not released: subjects, bytes and estimated tokens are taken back, the call stays counted. A ticket
        that asked for neither tokens, bytes nor subjects holds nothing; its tokens go to ``correct_tokens``.
        """

    async def correct_tokens(self, ask: Ask, change: int) -> bytes:
        """Add ``change`` tokens (may be negative) once the upstream has reported its usage."""

    async def probe(self, ask: Ask, weight: int = 1) -> bytes:
        """Count a request that security stopped, on principal, person and session."""

    async def taint(self, ask: Ask, labels: Collection[str]) -> bytes:
        """Put labels on the session, and on principal and person for ``Limits.taint_s``."""

    async def quarantine(self, keys: Collection[bytes], reason: str, *, until: float, at: float) -> bytes:
        """Lock principals, persons or sessions out; ``until`` 0 means until released. The later end of two stands."""

    async def release(self, keys: Collection[bytes]) -> bytes:
        """End quarantines, and forget the probing that stands against these keys: people have looked at it."""

    async def use_once(self, token: bytes, *, until: float, at: float) -> Once:
        """Use a token that is valid up to ``until``; true the first time only."""

    async def released_calls(self, ask: Ask, calls: Mapping[str, bytes]) -> bytes:
        """Remember tool calls released to the principal: id to digest of name and arguments."""

    async def was_released(self, principal: bytes, *call_ids: str) -> dict[str, bytes]:
        """The calls among ``call_ids`` that were released to the principal, with their digests."""

    async def close(self) -> None:
        """Let go of connections."""


def bounded(count: int) -> int:
    """``count`` as one request may add it: never negative, and so small that sums stay a Cedar ``Long``."""
    return count if 0 <= count <= _MOST_AT_ONCE else max(0, min(count, _MOST_AT_ONCE))


def subject_digests(subjects: Collection[bytes | str]) -> tuple[bytes, ...]:
    """The subjects as 8-byte digests in a fixed order; 8 bytes are taken as they are."""
    return tuple(sorted({_subject_digest(subject) for subject in subjects}))


def _subject_digest(subject: bytes | str) -> bytes:
    raw = subject.encode("utf-8", "surrogatepass") if isinstance(subject, str) else subject
    if isinstance(subject, bytes) and len(raw) == 8:
        return raw
    return hashlib.blake2b(raw, digest_size=8).digest()


def call_digest(call_id: str) -> bytes:
    """A tool call's id as it is remembered: 16 bytes, however long and odd the id is."""
    return hashlib.blake2b(call_id.encode("utf-8", "surrogatepass"), digest_size=16).digest()
