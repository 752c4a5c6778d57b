"""Detectors: what looks at texts, what of it must, who agreed to less; tripwires, and callers unlike themselves."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath

from wardlaw.console.pages.inside import ApiAnswerError
from wardlaw.console.pages.messages import mark
from wardlaw.console.pages.navigation import Area, Place
from wardlaw.console.pages.tables import Cell, Column, ColumnKind, Row, Table
from wardlaw.console.pages.visit import Me, Visit
from wardlaw.facts.person import Permission

STANDINGS: Mapping[str, str] = {
    "approved": mark("Everything that was approved is looked at."),
    "drifted": mark(
        "The configuration would see less than was approved. Gateways run it as approved until somebody agrees."
    ),
    "unapproved": mark("Nobody has approved settings yet: the configuration counts as it stands."),
}
_MOST_PROFILES = 50

_Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


@get("/detectors")
async def show_detectors(request: Request[Any, Any, Any]) -> Response[str]:
    """What is in force."""
    here = Visit(request)
    return await detectors_page(here, await here.me())


@post("/detectors/loosen")
async def loosen(request: Request[Any, Any, Any], data: _Form) -> Response[str]:
    """Ask for less, or agree to it."""
    here = Visit(request)
    me = await here.me()
    try:
        done = await here.change(data, "detectors", "loosen", body={})
    except ApiAnswerError as error:
        return await detectors_page(here, me, problem=error)
    return here.leave("/detectors", notice="approved" if done["standing"] == "approved" else "asked")


@get("/detectors/habits/{caller:str}")
async def show_habits(request: Request[Any, Any, Any], caller: FromPath[str]) -> Response[str]:
    """One caller's behaviour."""
    here = Visit(request)
    return await habits_page(here, await here.me(), caller)


@post("/detectors/habits/{caller:str}/{what:str}")
async def judge_habits(
    request: Request[Any, Any, Any], caller: FromPath[str], what: FromPath[str], data: _Form
) -> Response[str]:
    """Say that a change is right, or have everything learned anew."""
    here = Visit(request)
    me = await here.me()
    order = "forget" if what == "forget" else "accept"
    try:
        await here.change(data, "habits", caller, order, body={"reason": data.get("reason", "").strip()})
    except ApiAnswerError as error:
        return await habits_page(here, me, caller, problem=error)
    return here.leave(f"/detectors/habits/{caller}", notice="saved")


async def detectors_page(here: Visit, me: Me, *, problem: ApiAnswerError | None = None) -> Response[str]:
    """The page."""
    told, habits, secrets = await asyncio.gather(
        here.get("detectors"), here.get_if_allowed("habits"), here.get_if_allowed("secrets")
    )
    table = detectors_table(told["detectors"])
    if file := here.download(table):
        return file
    return here.page(
        "detectors.html",
        status=problem.status if problem else 200,
        me=me,
        title=mark("Detectors"),
        told=told,
        table=table,
        standing=STANDINGS.get(told["standing"], told["standing"]),
        profiles=None if habits is None else habits[:_MOST_PROFILES],
        known=0 if habits is None else len(habits),
        tripwires=None if secrets is None else [one for one in secrets if one.get("tripwire")],
        watched=0 if secrets is None else len(secrets),
        problem=problem,
        now=here.front.clock(),
    )


def detectors_table(found: list[Mapping[str, Any]]) -> Table:
    """All of them, on or off."""
    columns = (
        Column("detector", mark("Detector")),
        Column("state", mark("State"), ColumnKind.MARK),
        Column("must", mark("Approved"), ColumnKind.MARK),
        Column("configured", mark("Configuration"), ColumnKind.MARK),
        Column("failure", mark("When it fails")),
    )
    rows = [_row(one) for one in found]
    return Table("detectors", mark("Detectors"), columns, rows, empty=mark("There is none."))


def _row(one: Mapping[str, Any]) -> Row:
    name = (
        one["id"].rpartition(".")[2]
        if one["id"].startswith(("built_in.", "detectors."))
        else one["id"].partition(".")[0]
    )
    name = {"gateway": mark("planted tokens")}.get(name, name.replace("_", " "))
    return {
        "detector": Cell(name, below=one["meaning"].replace("`", "")),
        "state": Cell(mark("looks") if one["is_on"] else mark("off"), style="good" if one["is_on"] else ""),
        "must": Cell(mark("must look"), style="gov") if one["must"] else "",
        "configured": Cell(
            mark("on") if one["is_wanted"] else mark("off"), style="bad" if one["must"] and not one["is_wanted"] else ""
        ),
        "failure": {"deny": mark("denies"), "allow-and-record": mark("lets pass, on record")}.get(
            one["on_failure"], mark("denies")
        ),
    }


async def habits_page(here: Visit, me: Me, caller: str, *, problem: ApiAnswerError | None = None) -> Response[str]:
    """One caller's page."""
    told = await here.get("habits", caller)
    return here.page(
        "habits.html",
        status=problem.status if problem else 200,
        me=me,
        title=mark("Behaviour"),
        told=told,
        caller=caller,
        problem=problem,
    )


PLACE = Place(
    Area.SECURITY,
    3,
    "/detectors",
    "radar",
    mark("Detectors"),
    "r",
    (Permission.TUNE_DETECTOR, Permission.VIEW_AUDIT_LOG),
)
HANDLERS = (show_detectors, loosen, show_habits, judge_habits)
