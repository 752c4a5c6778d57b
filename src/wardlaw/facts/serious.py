"""A serious incident in the sense of the EU AI Act, Article 3(49), and what must be told of it (Article 73)."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class SeriousClass(StrEnum):
    """What an incident led to, by the letters of Article 3(49)."""

    DEATH = "death"  # (a)
    HEALTH = "health"  # (a): serious harm to a person's health
    INFRASTRUCTURE = "infrastructure"  # (b): serious and irreversible disruption of critical infrastructure
    RIGHTS = "rights"  # (c): infringement of Union law that protects fundamental rights
    PROPERTY = "property"  # (d): serious harm to property or the environment


class SeriousIncident(msgspec.Struct, frozen=True):
    """One serious incident.

    Attributes:
        id: ``ser_…``.
        incident: Id of the incident people are told of (``inc_…``).
        is_widespread: A widespread infringement, whose deadline is the shortest.
        aware_at: When the provider or deployer became aware, Unix seconds; the clock starts there. So are the other times.
        due_at: Until when the authority must have the report.
        decisions: Decisions it rests on.
        holds: Legal holds placed over the subjects of those decisions when it was opened.
        checkpoint: The log's newest checkpoint at that moment: size and Merkle root, signed.
        report_ref: Under which the authority has the report.
    """

    id: str
    incident: str
    kind: SeriousClass
    is_widespread: bool
    system: str
    member_state: str
    description: str
    occurred_at: float
    aware_at: float
    due_at: float
    opened_by: str
    opened_at: float
    decisions: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    checkpoint: str = ""
    closed_by: str = ""
    closed_at: float = 0.0
    sent_at: float = 0.0
    report_ref: str = ""
    version: int = 1
