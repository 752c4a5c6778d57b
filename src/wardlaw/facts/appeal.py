"""What somebody says who was stopped and thinks it wrong, and what another person found."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class AppealState(StrEnum):
    """How far it has come."""

    OPEN = "open"
    UPHELD = "upheld"  # the decision was right
    OVERTURNED = "overturned"  # it was wrong


class Appeal(msgspec.Struct, frozen=True):
    """One appeal.

    Attributes:
        id: ``app_…``.
        decision: The decision it is about (``dec_…``).
        clauses: Clauses the decision rests on.
        effect: What the decision did.
        at: Unix seconds, UTC; so is ``answered_at`` (0 while it is open).
    """

    id: str
    decision: str
    clauses: tuple[str, ...]
    effect: str
    by: str
    at: float
    reason: str
    state: AppealState = AppealState.OPEN
    answered_by: str = ""
    answered_at: float = 0.0
    answer: str = ""
    version: int = 1


class AppealCount(msgspec.Struct, frozen=True):
    """How appeals against one clause came out."""

    clause: str
    open: int = 0
    upheld: int = 0
    overturned: int = 0
