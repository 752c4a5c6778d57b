"""Incidents: opened by what the door stopped, joined by repetitions, closed by a person."""

from __future__ import annotations

import msgspec
from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection, RowMapping

from wardlaw.facts.errors import InputError
from wardlaw.facts.incident import Incident, IncidentState
from wardlaw.store.rows import as_struct
from wardlaw.store.tables import INCIDENT

JOIN_WINDOW_S = 3_600.0
"""Repetitions within an hour of the last one are the same incident: official clients retry for
minutes, a person probing comes back within the hour."""


def open_or_join(connection: Connection, incident: Incident) -> Incident:
    """Count ``incident`` into an open one of the same principal and kind, or open it.

    Commit it together with the record it came from: then a record read again after a crash counts
    once. Several decisions of one exchange count once in any case.
    """
    query = (
        select(INCIDENT)
        .where(
            INCIDENT.c.principal == incident.principal,
            INCIDENT.c.kind == incident.kind,
            INCIDENT.c.state == IncidentState.OPEN.value,
            INCIDENT.c.last_at >= incident.opened_at - JOIN_WINDOW_S,
        )
        .order_by(INCIDENT.c.last_at.desc())
        .limit(1)
    )
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        connection.execute(insert(INCIDENT).values(**msgspec.structs.asdict(incident)))
        return incident
    joined = _incident(row)
    if incident.exchange == joined.exchange:
        return joined
    joined = msgspec.structs.replace(
        joined,
        exchange=incident.exchange,
        count=joined.count + 1,
        last_at=max(joined.last_at, incident.last_at),
        detail=incident.detail or joined.detail,
    )
    changed = {"exchange": joined.exchange, "count": joined.count, "last_at": joined.last_at, "detail": joined.detail}
    connection.execute(update(INCIDENT).where(INCIDENT.c.id == joined.id).values(**changed))
    return joined


def close_incident(connection: Connection, incident_id: str, *, by: str, now: float) -> Incident:
    """Close an incident.

    Raises:
        InputError: There is none (WL-STO-040), or it is closed already (WL-STO-041).
    """
    incident = get_incident(connection, incident_id)
    if incident.state is IncidentState.CLOSED:
        raise InputError("WL-STO-041", f"{incident_id} is closed already.", "Nothing is left to do.")
    changed = {"state": IncidentState.CLOSED.value, "closed_by": by, "closed_at": now}
    connection.execute(update(INCIDENT).where(INCIDENT.c.id == incident_id).values(**changed))
    return get_incident(connection, incident_id)


def get_incident(connection: Connection, incident_id: str) -> Incident:
    """The incident of that id.

    Raises:
        InputError: There is none (WL-STO-040).
    """
    row = connection.execute(select(INCIDENT).where(INCIDENT.c.id == incident_id)).mappings().one_or_none()
    if row is None:
        raise InputError("WL-STO-040", f"There is no incident {incident_id}.", "List the incidents for their ids.")
    return _incident(row)


def list_incidents(
    connection: Connection, *, state: IncidentState | None = None, limit: int = 100
) -> tuple[Incident, ...]:
    """Incidents, newest first."""
    query = select(INCIDENT).order_by(INCIDENT.c.opened_at.desc(), INCIDENT.c.id).limit(limit)
    if state is not None:
        query = query.where(INCIDENT.c.state == state.value)
    return tuple(_incident(row) for row in connection.execute(query).mappings())


def _incident(row: RowMapping) -> Incident:
    return as_struct(row, Incident)
