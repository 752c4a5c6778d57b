"""Incidents: what security stopped and somebody must look at, from the first decision to its close."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, QueryParameter

from wardlaw.console.pages.downloads import is_taken
from wardlaw.console.pages.inside import ApiAnswerError
from wardlaw.console.pages.messages import mark
from wardlaw.console.pages.navigation import Area, Place
from wardlaw.console.pages.tables import Cell, Column, ColumnKind, Row, Table
from wardlaw.console.pages.views import shelf_of
from wardlaw.console.pages.visit import Me, Visit
from wardlaw.facts.incident import IncidentState
from wardlaw.facts.person import Permission
from wardlaw.facts.serious import SeriousClass

PAGE_ROWS = 100
SERIOUS = {
    SeriousClass.DEATH.value: mark("A person died (10 days)"),
    SeriousClass.HEALTH.value: mark("Serious harm to a person's health (15 days)"),
    SeriousClass.INFRASTRUCTURE.value: mark("Critical infrastructure was disrupted (2 days)"),
    SeriousClass.RIGHTS.value: mark("Fundamental rights were infringed (15 days)"),
    SeriousClass.PROPERTY.value: mark("Serious harm to property or the environment (15 days)"),
}
"""EU AI Act, Article 3(49), with the days of Article 73; the API counts them."""

_State = Annotated[str, QueryParameter(name="state", max_length=16)]
_Until = Annotated[float, QueryParameter(ge=0, le=1e11)]
_Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


@get("/incidents")
async def list_of_incidents(
    request: Request[Any, Any, Any], only: _State = IncidentState.OPEN.value, before: _Until = 0.0
) -> Response[str]:
    """Incidents by state, newest first, and the serious ones with their clocks."""
    here = Visit(request)
    me = await here.me()
    is_file = is_taken(request.query_params)
    query: dict[str, str | int] = {"limit": PAGE_ROWS}
    if only in (IncidentState.OPEN.value, IncidentState.CLOSED.value):
        query["state"] = only

    async def part(place: str) -> Table:
        found = await here.get("incidents", **query, **({"before": place} if float(place) else {}))
        return incidents_table(found, only, is_file=is_file)

    table, serious = await asyncio.gather(part(str(before)), here.get_if_allowed("serious-incidents"))
    if file := here.download(table, further=part):
        return file
    now = here.front.clock()
    return here.page(
        "incidents.html",
        me=me,
        shelf=await shelf_of(here),
        title=mark("Incidents"),
        table=table,
        wanted=only,
        serious=serious or (),
        now=now,
    )


def incidents_table(found: list[Mapping[str, Any]], state: str, *, is_file: bool = False) -> Table:
    """The list."""
    columns = (
        Column("last", mark("Last"), ColumnKind.TEXT if is_file else ColumnKind.MOMENT),
        Column("incident", mark("What happened")),
        Column("clause", mark("Clause or kind"), ColumnKind.CODE),
        Column("count", mark("Times"), ColumnKind.NUMBER),
        Column("opened", mark("Opened"), ColumnKind.TEXT if is_file else ColumnKind.MOMENT),
        Column("state", mark("State"), ColumnKind.MARK),
        *((Column("id", mark("Id"), ColumnKind.CODE),) if is_file else ()),
    )
    return Table(
        name="incidents",
        caption=mark("Incidents"),
        columns=columns,
        rows=[_row(one, is_file=is_file) for one in found],
        empty=mark("No incident is open.") if state == "open" else mark("There is none."),
        command="wardlaw incidents list --everything" if state == "open" else "",
        older=f"/incidents?state={state}&before={found[-1]['opened_at']}" if len(found) == PAGE_ROWS else "",
    )


def _row(one: Mapping[str, Any], *, is_file: bool) -> Row:
    last, opened = (_time(one[name], is_file=is_file) for name in ("last_at", "opened_at"))
    is_open = one["state"] == "open"
    return {
        "last": last,
        "incident": Cell((one["detail"].partition(" (dec_")[0] or one["kind"])[:200], href=f"/incidents/{one['id']}"),
        "clause": one["kind"],
        "count": one["count"],
        "opened": opened,
        "state": Cell(one["state"], style="bad" if is_open else "good"),
        "id": one["id"],
    }


def _time(seconds: float, *, is_file: bool) -> Any:
    if not is_file:
        return seconds * 1000
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


@get("/incidents/{incident:str}")
async def show_incident(request: Request[Any, Any, Any], incident: FromPath[str]) -> Response[str]:
    """One incident with its decisions and whom it locked out."""
    here = Visit(request)
    return await incident_page(here, await here.me(), incident)


@post("/incidents/{incident:str}/release")
async def release(request: Request[Any, Any, Any], incident: FromPath[str], data: _Form) -> Response[str]:
    """Let everybody in again who was locked out for it."""
    here = Visit(request)
    me = await here.me()
    try:
        await here.change(data, "incidents", incident, "release", body={"reason": data.get("reason", "").strip()})
    except ApiAnswerError as error:
        return await incident_page(here, me, incident, typed=data, problem=error)
    return here.leave(f"/incidents/{incident}", notice="released")


@post("/incidents/{incident:str}/close")
async def close(request: Request[Any, Any, Any], incident: FromPath[str], data: _Form) -> Response[str]:
    """Close it."""
    here = Visit(request)
    me = await here.me()
    try:
        await here.change(data, "incidents", incident, "close", body={"reason": data.get("reason", "").strip()})
    except ApiAnswerError as error:
        return await incident_page(here, me, incident, typed=data, problem=error)
    return here.leave(f"/incidents/{incident}", notice="closed")


@post("/incidents/{incident:str}/serious")
async def open_serious(request: Request[Any, Any, Any], incident: FromPath[str], data: _Form) -> Response[str]:
    """Open a serious incident about it: evidence is frozen, the clock starts."""
    here = Visit(request)
    me = await here.me()
    body = {
        "kind": data.get("kind", ""),
        "aware_at": here.front.clock(),
        "system": data.get("system", "").strip(),
        "description": data.get("description", "").strip(),
        "member_state": data.get("member_state", "").strip(),
        "widespread": data.get("widespread") == "yes",
        "incident": incident,
    }
    try:
        made = await here.change(data, "serious-incidents", body=body)
    except ApiAnswerError as error:
        return await incident_page(here, me, incident, typed=data, problem=error)
    return here.leave(f"/incidents/serious/{made['serious']['id']}", notice="saved")


@get("/incidents/serious/{serious:str}")
async def show_serious(request: Request[Any, Any, Any], serious: FromPath[str]) -> Response[str]:
    """A serious incident with its clock and the draft of its report."""
    here = Visit(request)
    return await serious_page(here, await here.me(), serious)


@get("/incidents/serious/{serious:str}/draft")
async def take_draft(request: Request[Any, Any, Any], serious: FromPath[str]) -> Response[str]:
    """The draft as a file."""
    here = Visit(request)
    told = await here.get("serious-incidents", serious, "draft")
    headers = {"content-disposition": 'attachment; filename="serious-incident-draft.md"'}
    return Response(told["draft"], media_type="text/markdown; charset=utf-8", headers=headers)


@post("/incidents/serious/{serious:str}/close")
async def close_serious(request: Request[Any, Any, Any], serious: FromPath[str], data: _Form) -> Response[str]:
    """The authority has the report."""
    here = Visit(request)
    me = await here.me()
    body = {"report_ref": data.get("report_ref", "").strip()}
    try:
        await here.change(data, "serious-incidents", serious, "close", body=body)
    except ApiAnswerError as error:
        return await serious_page(here, me, serious, typed=data, problem=error)
    return here.leave(f"/incidents/serious/{serious}", notice="closed")


async def incident_page(
    here: Visit, me: Me, incident: str, *, typed: Mapping[str, str] | None = None, problem: ApiAnswerError | None = None
) -> Response[str]:
    """The page, with what was typed where something was refused."""
    told, serious = await asyncio.gather(here.get("incidents", incident), here.get_if_allowed("serious-incidents"))
    now = here.front.clock()
    standing = [
        one for one in told["quarantines"] if not one["released_at"] and (not one["until"] or one["until"] > now)
    ]
    return here.page(
        "incident.html",
        status=problem.status if problem else 200,
        me=me,
        title=mark("Incident"),
        told=told,
        words=told["incident"]["detail"].partition(" (dec_")[0],
        standing=standing,
        serious=[one for one in serious or () if one["serious"]["incident"] == incident],
        classes=SERIOUS,
        typed=typed or {},
        problem=problem,
        now=now,
    )


async def serious_page(
    here: Visit, me: Me, serious: str, *, typed: Mapping[str, str] | None = None, problem: ApiAnswerError | None = None
) -> Response[str]:
    """The page, with what was typed where something was refused."""
    told, draft = await asyncio.gather(
        here.get("serious-incidents", serious), here.get("serious-incidents", serious, "draft")
    )
    return here.page(
        "serious.html",
        status=problem.status if problem else 200,
        me=me,
        title=mark("Serious incident"),
        told=told,
        draft=draft["draft"],
        classes=SERIOUS,
        typed=typed or {},
        problem=problem,
    )


PLACE = Place(Area.SECURITY, 2, "/incidents", "shield-alert", mark("Incidents"), "i", (Permission.VIEW_AUDIT_LOG,))
HANDLERS = (
    list_of_incidents,
    show_incident,
    release,
    close,
    open_serious,
    show_serious,
    take_draft,
    close_serious,
)
