"""Counters that tell the gateway, in one cheap query, whether something it keeps in memory has changed."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection, Engine

from wardlaw.store.database import reading
from wardlaw.store.tables import GENERATION


class Generation(StrEnum):
    """What is counted."""

    KEYS = "keys"
    SECRETS = "secrets"
    QUARANTINES = "quarantines"
    POLICIES = "policies"
    HABITS = "habits"
    TOOLS = "tools"
    CREDENTIALS = "credentials"
    EXEMPTIONS = "exemptions"
    GATES = "gates"  # whatever a verdict rests on: systems, classifications, sign-offs, clauses that stand bypassed


def read(engine: Engine) -> dict[str, int]:
    """Value of every counter; one that was never raised is 0."""
    with reading(engine) as connection:
        rows = connection.execute(select(GENERATION.c.name, GENERATION.c.value)).all()
    return {generation.value: 0 for generation in Generation} | {row.name: row.value for row in rows}


def bump(connection: Connection, generation: Generation) -> None:
    """Raise a counter in the transaction that makes the change.

    Whoever reads the counter before loading what it counts sees, at worst, newer content under an
    older number and loads once more; never the other way round.
    """
    raised = connection.execute(
        update(GENERATION).where(GENERATION.c.name == generation).values(value=GENERATION.c.value + 1)
    )
    if raised.rowcount == 0:
        connection.execute(insert(GENERATION).values(name=generation.value, value=1))
