"""Quarantines: placed by the gateway's second signal or by a person, released by a person or by time."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Select, insert, or_, select, update
from sqlalchemy.engine import Connection, RowMapping

from wardlaw.facts.errors import InputError
from wardlaw.facts.incident import Quarantine
from wardlaw.store.generations import Generation, bump
from wardlaw.store.rows import as_struct
from wardlaw.store.tables import QUARANTINE

_STANDS = 0.0


def place(connection: Connection, quarantine: Quarantine) -> None:
    """Keep a quarantine; one whose id is kept already changes nothing, so that a record may be read twice."""
    known = select(QUARANTINE.c.id).where(QUARANTINE.c.id == quarantine.id)
    if connection.execute(known).one_or_none() is None:
        connection.execute(insert(QUARANTINE).values(**msgspec.structs.asdict(quarantine)))
        bump(connection, Generation.QUARANTINES)


def release(connection: Connection, quarantine_id: str, *, by: str, now: float, reason: str = "") -> Quarantine:
    """End a quarantine, and every other one that stands on the same key.

    Raises:
        InputError: There is none (WL-STO-050), or it has ended (WL-STO-051).
    """
    quarantine = get_quarantine(connection, quarantine_id)
    if not quarantine.stands(now):
        raise InputError("WL-STO-051", f"{quarantine_id} has ended already.", "Nothing is left to do.")
    connection.execute(
        update(QUARANTINE)
        .where(QUARANTINE.c.key == quarantine.key, QUARANTINE.c.released_at == _STANDS)
        .values(released_at=now, released_by=by, release_reason=reason)
    )
    bump(connection, Generation.QUARANTINES)
    return get_quarantine(connection, quarantine_id)


def release_incident(
    connection: Connection, incident_id: str, *, by: str, now: float, reason: str
) -> tuple[Quarantine, ...]:
    """End every quarantine that was placed for an incident, and every other one on the same keys.

    Raises:
        InputError: None of them stands (WL-STO-052).
    """
    standing = [one for one in list_of_incident(connection, incident_id) if one.stands(now)]
    if not standing:
        raise InputError(
            "WL-STO-052",
            f"Nobody is locked out because of {incident_id}.",
            "See `wardlaw quarantine list`; a quarantine without an incident is released by its own id.",
        )
    keys = sorted({one.key for one in standing})
    connection.execute(
        update(QUARANTINE)
        .where(QUARANTINE.c.key.in_(keys), QUARANTINE.c.released_at == _STANDS)
        .values(released_at=now, released_by=by, release_reason=reason)
    )
    bump(connection, Generation.QUARANTINES)
    return tuple(get_quarantine(connection, one.id) for one in standing)


def list_of_incident(connection: Connection, incident_id: str) -> tuple[Quarantine, ...]:
    """Quarantines placed for an incident, newest first, those that have ended included."""
    query = select(QUARANTINE).where(QUARANTINE.c.incident == incident_id)
    return _all(connection, query.order_by(QUARANTINE.c.since.desc(), QUARANTINE.c.id))


def get_quarantine(connection: Connection, quarantine_id: str) -> Quarantine:
    """The quarantine of that id.

    Raises:
        InputError: There is none (WL-STO-050).
    """
    row = connection.execute(select(QUARANTINE).where(QUARANTINE.c.id == quarantine_id)).mappings().one_or_none()
    if row is None:
        raise InputError(
            "WL-STO-050", f"There is no quarantine {quarantine_id}.", "List the quarantines for their ids."
        )
    return _quarantine(row)


def list_standing(connection: Connection, *, now: float) -> tuple[Quarantine, ...]:
    """Quarantines that lock somebody out now, newest first."""
    query = select(QUARANTINE).where(
        QUARANTINE.c.released_at == _STANDS, or_(QUARANTINE.c.until == 0.0, QUARANTINE.c.until > now)
    )
    return _all(connection, query.order_by(QUARANTINE.c.since.desc(), QUARANTINE.c.id))


def list_released(connection: Connection, *, since: float) -> tuple[Quarantine, ...]:
    """Quarantines released by a person at or after ``since``: what a gateway must let go of."""
    query = select(QUARANTINE).where(QUARANTINE.c.released_at >= since, QUARANTINE.c.released_at != _STANDS)
    return _all(connection, query.order_by(QUARANTINE.c.released_at.desc(), QUARANTINE.c.id))


def _all(connection: Connection, query: Select[Any]) -> tuple[Quarantine, ...]:
    return tuple(_quarantine(row) for row in connection.execute(query).mappings())


def _quarantine(row: RowMapping) -> Quarantine:
    return as_struct(row, Quarantine)
