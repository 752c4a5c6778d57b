"""Waivers: who is let off which clause until when; asking, answering, ending; and broken glass on top."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery, URLEncodedBody

from wardlaw.console.pages.codewords import code_word
from wardlaw.console.pages.inside import ApiAnswerError
from wardlaw.console.pages.messages import mark, say
from wardlaw.console.pages.navigation import Area, Place
from wardlaw.console.pages.tables import Cell, Column, ColumnKind, Table
from wardlaw.console.pages.views import shelf_of
from wardlaw.console.pages.visit import Me, Visit
from wardlaw.facts.person import Permission

_Form = URLEncodedBody[dict[str, str]]
STYLES = {"granted": "good", "waiting": "wait", "refused": "bad", "ended": "", "expired": ""}
UNITS = {"minutes": 1, "hours": 60, "days": 1440}
_READERS = (Permission.VIEW_AUDIT_LOG, Permission.REQUEST_EXCEPTION, Permission.APPROVE_EXCEPTION)
_LISTS = ("principals", "systems", "resources")

_COLUMNS = (
    Column("clause", mark("Clause"), ColumnKind.NAMED),
    Column("standing", mark("Standing"), ColumnKind.MARK),
    Column("whom", mark("For whom or what"), ColumnKind.NAMED),
    Column("reason", mark("Reason")),
    Column("until", mark("Until"), ColumnKind.MOMENT),
    Column("asked_by", mark("Asked by"), ColumnKind.NAMED),
)


@get("/waivers")
async def list_of_waivers(request: Request[Any, Any, Any], view: FromQuery[str] = "") -> Response[str]:
    """Those that wait or stand, or all; above them what was broken open in an emergency."""
    here = Visit(request)
    me = await here.me()
    query = {"everything": "true"} if view == "all" else {}
    found, glass = await asyncio.gather(here.get("waivers", limit=1000, **query), here.get_if_allowed("break-glass"))
    table = Table(
        "waivers",
        mark("Waivers"),
        _COLUMNS,
        [_row(one) for one in found],
        mark("No waiver waits or stands."),
        "wardlaw waiver request",
    )
    if file := here.download(table):
        return file
    broken = [one for one in glass["glasses"] if one["standing"] != "reviewed"] if glass else []
    return here.page(
        "waivers.html",
        me=me,
        title=mark("Waivers"),
        shelf=await shelf_of(here),
        table=table,
        view=view,
        broken=broken,
        now=here.front.clock(),
        may_ask=me.may(Permission.REQUEST_EXCEPTION),
        may_close=any(map(me.may, (Permission.BREAK_GLASS, Permission.CLOSE_INCIDENT, Permission.APPROVE_EXCEPTION))),
        may_review=any(map(me.may, (Permission.CLOSE_INCIDENT, Permission.APPROVE_EXCEPTION))),
    )


@get("/waivers/new")
async def ask_form(
    request: Request[Any, Any, Any],
    *,
    clause: FromQuery[str] = "",
    decision: FromQuery[str] = "",
    principal: FromQuery[str] = "",
    resource: FromQuery[str] = "",
) -> Response[str]:
    """The form; where a decision leads to it, it knows what and whom that was about."""
    here = Visit(request)
    me = await here.me()
    fields = {"clause": clause, "decision": decision, "principals": principal, "resources": resource}
    told = await here.get_if_there("decisions", decision) if decision else None
    known = from_decision(told) if told else {}
    return _ask_page(here, me, known | {name: value[:200] for name, value in fields.items() if value})


@post("/waivers/new")
async def ask(request: Request[Any, Any, Any], data: _Form) -> Response[Any]:
    """Ask; it lifts nothing before two others have granted it."""
    here = Visit(request)
    me = await here.me()
    here.need_form(data)
    amount, unit = data.get("amount", "").strip(), UNITS.get(data.get("unit", ""), 60)
    minutes = int(amount) * unit if amount.isascii() and amount.isdigit() and len(amount) < 7 else 0
    body = {
        "clause": data.get("clause", "").strip(),
        "reason": data.get("reason", "").strip(),
        "minutes": minutes,
        "owner": data.get("owner", "").strip(),
    } | {name: _names(data.get(name, "")) for name in _LISTS}
    try:
        asked = await here.change(data, "waivers", body=body)
    except ApiAnswerError as error:
        return _ask_page(here, me, data, problem=error)
    return here.leave(f"/waivers/{quote(asked['waiver']['id'], safe='')}", notice="asked")


@get("/waivers/{waiver:str}")
async def show_waiver(request: Request[Any, Any, Any], waiver: FromPath[str]) -> Response[str]:
    """One waiver with what everybody said of it."""
    here = Visit(request)
    return await _show(here, await here.me(), waiver)


@post("/waivers/{waiver:str}")
async def answer(request: Request[Any, Any, Any], waiver: FromPath[str], data: _Form) -> Response[Any]:
    """Say yes or no, or end it."""
    here = Visit(request)
    me = await here.me()
    here.need_form(data)
    act, reason = data.get("act", ""), data.get("reason", "")
    try:
        if act == "end":
            await here.change(data, "waivers", waiver, "end", body={"reason": reason})
        else:
            body = {"approves": act == "approve", "reason": reason}
            await here.change(data, "waivers", waiver, "answer", body=body)
    except ApiAnswerError as error:
        return await _show(here, me, waiver, problem=error, reason=reason)
    notice = {"end": "revoked", "approve": "approved"}.get(act, "denied")
    return here.leave(f"/waivers/{quote(waiver, safe='')}", notice=notice)


@post("/waivers/glass/{glass:str}")
async def glass_step(request: Request[Any, Any, Any], glass: FromPath[str], data: _Form) -> Response[Any]:
    """Close broken glass, or say what was found about it."""
    here = Visit(request)
    await here.me()
    here.need_form(data)
    if data.get("act") == "close":
        await here.change(data, "break-glass", glass, "close", body={"reason": data.get("reason", "")})
        return here.leave("/waivers", notice="closed")
    body = {"justified": data.get("act") == "justified", "review": data.get("reason", "")}
    await here.change(data, "break-glass", glass, "review", body=body)
    return here.leave("/waivers", notice="closed")


async def _show(
    here: Visit, me: Me, waiver: str, *, problem: ApiAnswerError | None = None, reason: str = ""
) -> Response[str]:
    told = await here.get("waivers", waiver)
    one = told["waiver"]
    spoke = {said["by"] for said in one["answers"]} | {one["asked_by"]}
    waits = told["standing"] == "waiting"
    ends = (Permission.REQUEST_EXCEPTION, Permission.APPROVE_EXCEPTION, Permission.KILL_CONNECTION)
    return here.page(
        "waiver.html",
        me=me,
        status=problem.status if problem else 200,
        title=say("Waiver of %(clause)s", clause=one["clause"]),
        told=told,
        waiver=one,
        style=STYLES.get(told["standing"], ""),
        may_answer=waits and me.may(Permission.APPROVE_EXCEPTION) and me.id not in spoke,
        may_end=told["standing"] in ("waiting", "granted") and any(map(me.may, ends)),
        problem=problem.words if problem else "",
        reason=reason,
    )


def _ask_page(
    here: Visit, me: Me, fields: Mapping[str, str], *, problem: ApiAnswerError | None = None
) -> Response[str]:
    return here.page(
        "waiver-ask.html",
        me=me,
        status=problem.status if problem else 200,
        title=mark("Ask for a waiver"),
        fields={
            name: fields.get(name, "") for name in ("clause", "reason", "amount", "unit", "owner", "decision", *_LISTS)
        },
        units=tuple((one, code_word(one)) for one in UNITS),
        problem=problem.words if problem else "",
    )


def from_decision(told: Mapping[str, Any]) -> dict[str, str]:
    """What a decision was about, as far as this person may know it: the first clause that objected, who, and what."""
    record, causes = told["record"], told["explanation"].get("causes") or ()
    caller, _, person = record.get("principal", "").partition(" for ")
    return {
        "clause": next((one["clause"] for one in causes if one.get("clause")), ""),
        "principals": person or caller,
        "resources": record.get("resource", ""),
    }


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.replace("\n", ",").split(",") if name.strip()]


def _row(one: Mapping[str, Any]) -> dict[str, Any]:
    waiver = one["waiver"]
    scope = waiver["scope"]
    whom = ", ".join(name for kind in _LISTS for name in scope.get(kind, ()))
    return {
        "clause": Cell(waiver["clause"], f"/waivers/{quote(waiver['id'], safe='')}"),
        "standing": Cell(one["standing"], style=STYLES.get(one["standing"], "")),
        "whom": whom,
        "reason": waiver["reason"],
        "until": waiver["ends_at"] * 1000 if waiver["ends_at"] else None,
        "asked_by": waiver["asked_by"],
    }


PLACE = Place(Area.GOVERNANCE, 5, "/waivers", "shield-alert", mark("Waivers"), "w", _READERS)
HANDLERS = (list_of_waivers, ask_form, ask, show_waiver, answer, glass_step)
