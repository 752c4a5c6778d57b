"""Incidents and quarantines: what security has to answer for."""

from __future__ import annotations

from typing import Annotated

from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from wardlaw.console.api.desk import Done, Given, Turn
from wardlaw.console.api.shapes import IncidentDetail, QuarantineRequest, Release, Released
from wardlaw.console.api.signalling import signal_quarantine
from wardlaw.facts.errors import InputError
from wardlaw.facts.incident import Incident, IncidentState, Quarantine
from wardlaw.store import incidents, quarantines
from wardlaw.store.exemptions import unreviewed_glass_of
from wardlaw.store.treestate import newest_checkpoint

_MINUTE_S = 60

_Before = Annotated[float, QueryParameter(ge=0, le=1e11)]
_Find = Annotated[str, QueryParameter(max_length=200)]
_Limit = Annotated[int, QueryParameter(ge=1, le=500)]
_State = Annotated[IncidentState | None, QueryParameter(name="state")]


@get("/incidents", operation_id="incidents.list", summary="Incidents, newest first")
async def list_incidents(
    call: Given, only: _State = None, *, find: _Find = "", before: _Before = 0.0, limit: _Limit = 100
) -> tuple[Incident, ...]:
    """Incidents; ``state`` narrows them, ``find`` is a part of what they say, ``before`` (Unix seconds) those opened earlier."""
    return await call.read(
        lambda turn: incidents.list_incidents(turn.connection, state=only, find=find, before=before, limit=limit)
    )


@get("/incidents/{incident_id:str}", operation_id="incidents.get", summary="One incident with its evidence")
async def get_incident(call: Given, incident_id: FromPath[str]) -> IncidentDetail:
    """One incident, the decisions it rests on with their places in the log, and who was locked out for it."""

    def work(turn: Turn) -> IncidentDetail:
        return IncidentDetail(
            incidents.get_incident(turn.connection, incident_id),
            incidents.list_evidence(turn.connection, incident_id),
            quarantines.list_of_incident(turn.connection, incident_id),
            newest_checkpoint(turn.connection),
        )

    return await call.read(work)


@post("/incidents/{incident_id:str}/release", operation_id="incidents.release", summary="Let go", status_code=200)
async def release_incident(call: Given, incident_id: FromPath[str], data: JSONBody[Release]) -> Released:
    """End every quarantine that was placed for an incident; the incident stays open until it is closed."""

    def work(turn: Turn) -> Done[Released]:
        incident = incidents.get_incident(turn.connection, incident_id)
        freed = quarantines.release_incident(
            turn.connection, incident_id, by=turn.person.id, now=turn.now, reason=data.reason
        )
        names = ",".join(one.id for one in freed)
        return Done(Released(incident, freed), {"incident": incident_id, "quarantines": names, "reason": data.reason})

    return await call.change(work)


@post("/incidents/{incident_id:str}/close", operation_id="incidents.close", summary="Close", status_code=200)
async def close_incident(call: Given, incident_id: FromPath[str], data: JSONBody[Release]) -> Incident:
    """Close an incident; why stands in it and in the log."""

    def work(turn: Turn) -> Done[Incident]:
        owed = unreviewed_glass_of(turn.connection, incident_id)
        if owed:
            raise InputError(
                "WL-WVR-013",
                f"{incident_id} stays open until {', '.join(owed)} was reviewed.",
                f"Another person reviews it: `wardlaw break-glass review {owed[0]}`.",
            )
        closed = incidents.close_incident(
            turn.connection, incident_id, by=turn.person.id, now=turn.now, reason=data.reason
        )
        return Done(closed, {"incident": incident_id, "reason": data.reason})

    return await call.change(work)


@get("/quarantines", operation_id="quarantines.list", summary="Who is locked out now")
async def list_quarantines(call: Given) -> tuple[Quarantine, ...]:
    """Standing quarantines, newest first."""
    return await call.read(lambda turn: quarantines.list_standing(turn.connection, now=turn.now))


@post("/quarantines", operation_id="quarantines.place", summary="Lock somebody out")
async def place_quarantine(call: Given, data: JSONBody[QuarantineRequest]) -> Quarantine:
    """Refuse a principal, person or session altogether; gateways follow within a second."""

    def work(turn: Turn) -> Done[Quarantine]:
        placed = Quarantine(
            id=turn.new_id("qua_"),
            key=data.key,
            kind=data.key.partition(":")[0],
            reason=data.reason,
            since=turn.now,
            until=turn.now + data.minutes * _MINUTE_S if data.minutes else 0.0,
            placed_by=turn.person.id,
        )
        quarantines.place(turn.connection, placed)
        signal_quarantine(turn, call.deps.signals, placed)
        return Done(placed, {"quarantine": placed.id, "key": placed.key, "reason": placed.reason})

    return await call.change(work)


@post("/quarantines/{quarantine_id:str}/release", operation_id="quarantines.release", summary="Let go", status_code=200)
async def release_quarantine(call: Given, quarantine_id: FromPath[str]) -> Quarantine:
    """End a quarantine and every other one on the same key."""

    def work(turn: Turn) -> Done[Quarantine]:
        freed = quarantines.release(turn.connection, quarantine_id, by=turn.person.id, now=turn.now)
        return Done(freed, {"quarantine": quarantine_id, "key": freed.key})

    return await call.change(work)
