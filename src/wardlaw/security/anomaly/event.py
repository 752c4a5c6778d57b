"""What a profile is told and what it answers."""

from __future__ import annotations

import hashlib
from enum import StrEnum

import msgspec

from wardlaw.facts.action import Action
from wardlaw.security.anomaly.words import Seen, sentence

_DIGEST_BYTES = 8
_LEAST_KEY_BYTES = 16


class Ending(StrEnum):
    """How a judged call ended."""

    RELEASED = "released"
    REFUSED = "refused"


class Step(StrEnum):
    """What a reading calls for. Statistics step up; none of these stops anybody for good."""

    NONE = "none"
    LOWER_THRESHOLDS = "lower-thresholds"
    THROTTLE = "throttle"
    HOLD = "hold"


ALERTS = frozenset((Step.THROTTLE, Step.HOLD))
"""The steps that count against the alert budget."""


class Event(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One judged call of one principal. What was refused did not move: its sizes are 0.

    Attributes:
        principal: Key of the principal whose profile this is for; also a person's, for what is done in their name.
        at: Unix time in seconds, UTC.
        tool: ``key_digest`` of the tool or model, ``b""`` for none.
        destination: ``key_digest`` of where data goes, ``b""`` for none.
        records: Distinct data subjects moved.
        size_bytes: Bytes of results or answer.
        session: Key of the session; it only keeps sequences of tools apart.
        calls: 0 for what follows within a call that was counted, such as its answer.
    """

    principal: bytes
    at: float
    action: Action
    tool: bytes = b""
    destination: bytes = b""
    tokens: int = 0
    records: int = 0
    size_bytes: int = 0
    ending: Ending = Ending.RELEASED
    session: bytes = b""
    calls: int = 1


class Reading(msgspec.Struct, frozen=True):
    """What an event looks like against the principal's past.

    Attributes:
        tail: Probability that a usual day of this principal shows something as rare, all statistics together.
        score: ``tail`` on a logarithmic scale from 0 (usual) to 1 (once in a million days or rarer).
        broken: Sentences for the absolute bounds that were passed.
        seen: Figures of the rarest statistics, rarest first; empty when nothing is called for.
    """

    score: float = 0.0
    step: Step = Step.NONE
    tail: float = 1.0
    broken: tuple[str, ...] = ()
    seen: tuple[Seen, ...] = ()

    @property
    def reasons(self) -> tuple[str, ...]:
        """Plain sentences with figures, rarest first; empty when nothing is called for."""
        return self.tell(len(self.seen) + len(self.broken))

    def tell(self, most: int) -> tuple[str, ...]:
        """At most so many of the sentences. They are made here: most readings are never told to anybody."""
        told = self.broken[:most]
        return told + tuple([sentence(one) for one in self.seen[: most - len(told)]])


CALM = Reading()


class Arrival(msgspec.Struct, frozen=True, gc=False):
    """An event that was counted and is not decided yet.

    Attributes:
        sizes: Tokens, records and bytes as they were counted.
        tool: The tool as a number, 0 for none.
        step: Key of "this tool after that one", 0 for none.
        place: Key of the destination, 0 for none.
        session: The session as a number.
    """

    reading: Reading
    sizes: tuple[int, int, int]
    tool: int
    step: int
    place: int
    session: int


def key_digest(name: str, *, key: bytes) -> bytes:
    """Keyed digest of a tool's or destination's name, so that nobody can choose names that collide.

    Raises:
        ValueError: The key has fewer than 16 bytes.
    """
    if len(key) < _LEAST_KEY_BYTES:
        raise ValueError("the digest key needs at least 16 bytes")
    return hashlib.blake2b(name.encode("utf-8", "surrogatepass"), key=key[:64], digest_size=_DIGEST_BYTES).digest()
