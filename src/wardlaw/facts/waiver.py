"""A time-limited exception to a clause, from the request to its end."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from wardlaw.facts.exemption import ExemptionScope
from wardlaw.facts.person import Role


class WaiverState(StrEnum):
    """How far it has come; that it ran out is read from its end and stands nowhere."""

    WAITING = "waiting"
    GRANTED = "granted"
    REFUSED = "refused"
    ENDED = "ended"


class WaiverAnswer(msgspec.Struct, frozen=True):
    """What one person said of a waiver; ``roles`` are those with which it counts."""

    by: str
    at: float
    approves: bool
    roles: tuple[Role, ...]
    reason: str


class Waiver(msgspec.Struct, frozen=True):
    """One waiver.

    Attributes:
        id: ``wvr_…``.
        clause: Id of the clause.
        owner: Who answers for what happens under it: a person, a role or a team.
        minutes: For how long, from the moment it is granted.
        asked_by: Person who asked; so is ``ended_by``.
        asked_at: Unix seconds, UTC; so are the other times (0 where it has not come to that).
    """

    id: str
    clause: str
    scope: ExemptionScope
    owner: str
    reason: str
    minutes: int
    asked_by: str
    asked_at: float
    state: WaiverState = WaiverState.WAITING
    answers: tuple[WaiverAnswer, ...] = ()
    starts_at: float = 0.0
    ends_at: float = 0.0
    ended_by: str = ""
    ended_at: float = 0.0
    end_reason: str = ""
    version: int = 1
