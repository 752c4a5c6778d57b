"""Broken glass: clauses lifted at once in an emergency, for an hour at most, and looked at by somebody else after."""

from __future__ import annotations

import msgspec

from wardlaw.facts.exemption import ExemptionScope


class BreakGlass(msgspec.Struct, frozen=True):
    """One time the glass was broken.

    Attributes:
        id: ``brk_…``.
        clauses: Ids of the clauses it lifts; none means every clause it may lift.
        opened_at: Unix seconds, UTC, like the other times (0 where it has not come to that).
        ends_at: First moment it no longer stands; earlier where somebody closed it.
        review_by: Until when another person must have looked at it.
        incident: The incident that stays open until then.
        is_justified: What the reviewer found.
    """

    id: str
    clauses: tuple[str, ...]
    scope: ExemptionScope
    reason: str
    opened_by: str
    opened_at: float
    ends_at: float
    review_by: float
    incident: str
    closed_by: str = ""
    closed_at: float = 0.0
    reviewed_by: str = ""
    reviewed_at: float = 0.0
    is_justified: bool = False
    review: str = ""
    version: int = 1
