"""What people look after when the door has stopped something: incidents and quarantines."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class IncidentState(StrEnum):
    """An incident is open until a person closes it."""

    OPEN = "open"
    CLOSED = "closed"


class Incident(msgspec.Struct, frozen=True):
    """Something a person must look at; repetitions join it instead of opening another.

    Attributes:
        id: ``inc_…``.
        exchange: Exchange that opened it.
        principal: Pseudonym of the principal, as the log has it.
        kind: Code of the reason that opened it.
        opened_at: Unix seconds, UTC; so are ``last_at`` and ``closed_at`` (0 while open).
        count: How many exchanges it joins.
        detail: Plain words without personal data.
        close_reason: Why it was closed; empty while open, and where it was closed before reasons were asked for.
    """

    id: str
    exchange: str
    principal: str
    kind: str
    opened_at: float
    last_at: float
    detail: str = ""
    count: int = 1
    state: IncidentState = IncidentState.OPEN
    closed_by: str = ""
    closed_at: float = 0.0
    close_reason: str = ""


class Evidence(msgspec.Struct, frozen=True):
    """One decision an incident rests on.

    Attributes:
        at: Unix seconds, UTC.
        clause: The clause that led, or the code of a built-in reason.
        leaf_index: Place of its record in the log; -1 while the log has not caught up, or once it was pruned.
    """

    decision: str
    exchange: str
    at: float
    clause: str
    effect: str
    leaf_index: int = -1


class Quarantine(msgspec.Struct, frozen=True):
    """Somebody or something that is refused altogether for a while.

    Attributes:
        id: ``qua_…``.
        key: What is locked out: the state authority's key in hex, or ``principal:<id>``,
            ``person:<id>`` or ``session:<id>`` where a person placed it.
        kind: ``principal``, ``person``, ``session`` or ``key``.
        since: Unix seconds, UTC; so is ``until`` (0 until released).
        placed_by: Person or ``gateway``.
        released_at: 0 while it stands.
        incident: The incident it was placed for; ``""`` when a person placed it.
        release_reason: Why it was released.
    """

    id: str
    key: str
    kind: str
    reason: str
    since: float
    until: float = 0.0
    placed_by: str = "gateway"
    released_at: float = 0.0
    released_by: str = ""
    incident: str = ""
    release_reason: str = ""

    def stands(self, at: float) -> bool:
        """Whether it still locks out at this moment."""
        return self.released_at == 0.0 and (self.until == 0.0 or at < self.until)
