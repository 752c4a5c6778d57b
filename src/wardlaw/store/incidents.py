"""Incidents: opened by what the door stopped, joined by repetitions, closed by a person."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import Select, insert, or_, select, text, update
from sqlalchemy.engine import Connection, RowMapping

from wardlaw.facts.errors import InputError
from wardlaw.facts.incident import Evidence, Incident, IncidentState
from wardlaw.store.rows import as_struct
from wardlaw.store.tables import INCIDENT, INCIDENT_EVIDENCE, INCIDENT_MARK, RECORD

JOIN_WINDOW_S = 3_600.0
"""Repetitions within an hour of the last one are the same incident: official clients retry for
minutes, a person probing comes back within the hour."""

EVIDENCE_KEPT = 100
"""Decisions named in an incident; the log has all of them, and the count goes on."""

MARKS_KEPT = 64
"""Callers, persons and payloads by which an incident is known again; a campaign must not fill the table."""

_ADVISORY_LOCK = 0x57_41_49_4E  # "WAIN": two workers on one PostgreSQL must not open one campaign twice


class Joined(msgspec.Struct, frozen=True):
    """What became of a report: the incident, and whether it was opened by it or counts one more now."""

    incident: Incident
    opened: bool = False
    counted: bool = False


def open_or_join(
    connection: Connection, incident: Incident, *, marks: Collection[str], evidence: Evidence | None = None
) -> Joined:
    """Count ``incident`` into an open one that shares a mark with it, or open it.

    Commit it together with the record it came from: then a record read again after a crash counts
    once. Several decisions of one exchange count once in any case.

    Args:
        marks: What it is known again by: keyed digests of caller, person and payload.
        evidence: The decision it was reported for.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
    query = (
        select(INCIDENT)
        .join(INCIDENT_MARK, INCIDENT_MARK.c.incident == INCIDENT.c.id)
        .where(
            INCIDENT_MARK.c.mark.in_(sorted(marks)),
            INCIDENT.c.state == IncidentState.OPEN.value,
            INCIDENT.c.last_at >= incident.opened_at - JOIN_WINDOW_S,
        )
        .order_by(INCIDENT.c.opened_at, INCIDENT.c.id)
        .limit(1)
    )
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        connection.execute(insert(INCIDENT).values(**msgspec.structs.asdict(incident)))
        _remember(connection, incident.id, marks, evidence)
        return Joined(incident, opened=True, counted=True)
    joined = _incident(row)
    _remember(connection, joined.id, marks, evidence if joined.count < EVIDENCE_KEPT else None)
    if incident.exchange == joined.exchange:
        return Joined(joined)
    joined = msgspec.structs.replace(
        joined,
        exchange=incident.exchange,
        count=joined.count + 1,
        last_at=max(joined.last_at, incident.last_at),
        detail=incident.detail or joined.detail,
    )
    changed = {"exchange": joined.exchange, "count": joined.count, "last_at": joined.last_at, "detail": joined.detail}
    connection.execute(update(INCIDENT).where(INCIDENT.c.id == joined.id).values(**changed))
    return Joined(joined, counted=True)


def ensure_incident(connection: Connection, incident: Incident) -> None:
    """Open an incident whose id says what it is about, unless it was opened before."""
    if connection.execute(select(INCIDENT.c.id).where(INCIDENT.c.id == incident.id)).first() is None:
        connection.execute(insert(INCIDENT).values(**msgspec.structs.asdict(incident)))


def list_evidence(connection: Connection, incident_id: str) -> tuple[Evidence, ...]:
    """The decisions an incident rests on, oldest first, with their places in the log."""
    query = (
        select(INCIDENT_EVIDENCE, RECORD.c.leaf_index)
        .join(RECORD, RECORD.c.id == INCIDENT_EVIDENCE.c.decision, isouter=True)
        .where(INCIDENT_EVIDENCE.c.incident == incident_id)
        .order_by(INCIDENT_EVIDENCE.c.at, INCIDENT_EVIDENCE.c.decision)
    )
    return tuple(
        as_struct({**row, "leaf_index": -1 if row["leaf_index"] is None else row["leaf_index"]}, Evidence)
        for row in (
            {name: value for name, value in one.items() if name != "incident"} for one in _rows(connection, query)
        )
    )


def _remember(connection: Connection, incident_id: str, marks: Collection[str], evidence: Evidence | None) -> None:
    known = set(connection.scalars(select(INCIDENT_MARK.c.mark).where(INCIDENT_MARK.c.incident == incident_id)))
    fresh = sorted(set(marks) - known)[: MARKS_KEPT - len(known)]
    if fresh:
        connection.execute(insert(INCIDENT_MARK), [{"incident": incident_id, "mark": mark} for mark in fresh])
    if evidence is None:
        return
    table = INCIDENT_EVIDENCE
    of_it = select(table.c.decision).where(table.c.incident == incident_id, table.c.decision == evidence.decision)
    if connection.execute(of_it).one_or_none() is None:
        values = msgspec.structs.asdict(evidence)
        del values["leaf_index"]
        connection.execute(insert(table).values(incident=incident_id, **values))


def _rows(connection: Connection, query: Select[Any]) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in connection.execute(query).mappings()]


def close_incident(connection: Connection, incident_id: str, *, by: str, now: float, reason: str) -> Incident:
    """Close an incident, and keep why.

    Raises:
        InputError: There is none (WL-STO-040), or it is closed already (WL-STO-041).
    """
    incident = get_incident(connection, incident_id)
    if incident.state is IncidentState.CLOSED:
        raise InputError("WL-STO-041", f"{incident_id} is closed already.", "Nothing is left to do.")
    changed = {"state": IncidentState.CLOSED.value, "closed_by": by, "closed_at": now, "close_reason": reason}
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
    connection: Connection,
    *,
    state: IncidentState | None = None,
    find: str = "",
    before: float = 0.0,
    limit: int = 100,
) -> tuple[Incident, ...]:
    """Incidents, newest first.

    Args:
        find: A part of id, kind, detail or principal, in any case.
        before: Only those opened before this time (Unix seconds), unless it is 0.
    """
    query = select(INCIDENT).order_by(INCIDENT.c.opened_at.desc(), INCIDENT.c.id).limit(limit)
    if state is not None:
        query = query.where(INCIDENT.c.state == state.value)
    if find:
        names = (INCIDENT.c.id, INCIDENT.c.kind, INCIDENT.c.detail, INCIDENT.c.principal)
        query = query.where(or_(*(column.icontains(find, autoescape=True) for column in names)))
    if before:
        query = query.where(INCIDENT.c.opened_at < before)
    return tuple(_incident(row) for row in connection.execute(query).mappings())


def _incident(row: RowMapping) -> Incident:
    return as_struct(row, Incident)
