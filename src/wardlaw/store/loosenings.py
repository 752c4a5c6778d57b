"""Detectors that somebody asked to loosen, until somebody who answers for risk agrees (SOD-10)."""

from __future__ import annotations

import msgspec
from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Connection

from wardlaw.store.lifetables import LOOSENING
from wardlaw.store.rows import as_struct

LOOSENING_S = 7 * 86_400.0
"""A request that nobody agreed to in a week is void: what made it necessary may not be so any more."""


class Loosening(msgspec.Struct, frozen=True):
    """One request; times in Unix seconds."""

    subject: str
    asked_by: str
    asked_at: float
    expires_at: float


def ask_to_loosen(connection: Connection, subject: str, *, by: str, now: float) -> Loosening:
    """Keep a request; it loosens nothing. A later one about the same takes its place."""
    end_loosening(connection, subject)
    asked = Loosening(subject, by, now, now + LOOSENING_S)
    connection.execute(insert(LOOSENING).values(**msgspec.structs.asdict(asked)))
    return asked


def end_loosening(connection: Connection, subject: str) -> None:
    """Forget a request, since it was carried out or taken back."""
    connection.execute(delete(LOOSENING).where(LOOSENING.c.subject == subject))


def list_loosenings(connection: Connection, *, now: float) -> dict[str, Loosening]:
    """Requests that somebody can still agree to, by what they are about."""
    query = select(LOOSENING).where(LOOSENING.c.expires_at > now).order_by(LOOSENING.c.subject)
    found = (as_struct(row, Loosening) for row in connection.execute(query).mappings())
    return {one.subject: one for one in found}
