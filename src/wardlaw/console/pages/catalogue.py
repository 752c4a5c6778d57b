"""The catalogue: what people may use today, asking for something new, and the word of those who are due."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery, URLEncodedBody

from wardlaw.console.pages.inside import ApiAnswerError
from wardlaw.console.pages.messages import mark
from wardlaw.console.pages.navigation import Area, Place
from wardlaw.console.pages.tables import Cell, Column, ColumnKind, Table
from wardlaw.console.pages.views import shelf_of
from wardlaw.console.pages.visit import Me, Visit
from wardlaw.register.intake import IntakeKind

_Form = URLEncodedBody[dict[str, str]]
STYLES = {"granted": "good", "waiting": "wait", "refused": "bad"}
KINDS = {
    IntakeKind.TOOL.value: mark("A tool that people or agents use"),
    IntakeKind.MODEL.value: mark("A model"),
    IntakeKind.INTEGRATION.value: mark("An app that is granted something"),
}
_LISTS = ("data_classes", "users", "regions", "principals", "routes", "models")
_LINES = ("system", "kind", "title", "purpose", "owner", "vendor", "price")
_GRANT = ("app", "clause", "scopes", "directory")

_COLUMNS = (
    Column("title", mark("What")),
    Column("kind", mark("Kind"), ColumnKind.MARK),
    Column("purpose", mark("For")),
    Column("data", mark("Data")),
    Column("owner", mark("Answers for it"), ColumnKind.NAMED),
    Column("until", mark("Until"), ColumnKind.MOMENT),
    Column("note", mark("Conditions")),
)


@get("/catalogue")
async def show_catalogue(request: Request[Any, Any, Any], find: FromQuery[str] = "") -> Response[str]:
    """What may be used today, and the requests of this person (of everybody, for those who decide)."""
    here = Visit(request)
    me = await here.me()
    items, asked = await asyncio.gather(here.get("catalogue"), here.get("intake", everything="true"))
    wanted = find.casefold()
    rows = [_row(one) for one in items if wanted in f"{one['title']} {one['purpose']} {one['id']}".casefold()]
    empty = mark("Nothing is open to everybody yet. Ask for something, or have a system approved.")
    table = Table("catalogue", mark("What may be used today"), _COLUMNS, rows, empty, "wardlaw system add")
    if file := here.download(table):
        return file
    address = f"/catalogue?find={quote(find)}" if find else "/catalogue"
    return here.page(
        "catalogue.html",
        me=me,
        title=mark("Catalogue"),
        shelf=await shelf_of(here),
        table=table,
        find=find,
        asked=asked,
        styles=STYLES,
        address=address,
    )


@get("/catalogue/ask")
async def ask_form(request: Request[Any, Any, Any], kind: FromQuery[str] = "") -> Response[str]:
    """A short form; what else may be said stands below."""
    here = Visit(request)
    me = await here.me()
    return _ask_page(here, me, {"kind": kind, "owner": me.id})


@post("/catalogue/ask")
async def ask(request: Request[Any, Any, Any], data: _Form) -> Response[Any]:
    """Ask; those whose word is due see it in their inbox."""
    here = Visit(request)
    me = await here.me()
    here.need_form(data)
    try:
        asked = await here.change(data, "intake", body=_form_of(data))
    except ApiAnswerError as error:
        return _ask_page(here, me, data, problem=error)
    return here.leave(f"/catalogue/{quote(asked['request']['id'], safe='')}", notice="asked")


@get("/catalogue/{asked:str}")
async def show_request(request: Request[Any, Any, Any], asked: FromPath[str]) -> Response[str]:
    """One request with what was said of it."""
    here = Visit(request)
    return await _show(here, await here.me(), asked)


@post("/catalogue/{asked:str}")
async def answer(request: Request[Any, Any, Any], asked: FromPath[str], data: _Form) -> Response[Any]:
    """One person's word on it."""
    here = Visit(request)
    me = await here.me()
    here.need_form(data)
    approves = data.get("act") == "approve"
    reason = data.get("reason", "")
    body = {"approves": approves, "reason": reason}
    try:
        await here.change(data, "intake", asked, "answer", body=body)
    except ApiAnswerError as error:
        return await _show(here, me, asked, problem=error, reason=reason)
    return here.leave(f"/catalogue/{quote(asked, safe='')}", notice="approved" if approves else "denied")


async def _show(
    here: Visit, me: Me, asked: str, *, problem: ApiAnswerError | None = None, reason: str = ""
) -> Response[str]:
    told = await here.get("intake", asked)
    one = told["request"]
    spoke = {said["by"] for said in one["answers"]} | {one["asked_by"]}
    return here.page(
        "intake.html",
        me=me,
        status=problem.status if problem else 200,
        title=one["form"]["title"],
        told=told,
        asked=one,
        wanted=one["form"],
        style=STYLES.get(told["state"], ""),
        kinds=KINDS,
        may_answer=bool(set(told["missing"]) & set(me.roles)) and me.id not in spoke,
        problem=problem.words if problem else "",
        reason=reason,
    )


def _ask_page(
    here: Visit, me: Me, fields: Mapping[str, str], *, problem: ApiAnswerError | None = None
) -> Response[str]:
    names = (*_LINES, *_LISTS, *_GRANT, "days")
    return here.page(
        "intake-ask.html",
        me=me,
        status=problem.status if problem else 200,
        title=mark("Ask for AI"),
        fields={name: fields.get(name, "") for name in names},
        kinds=tuple(KINDS.items()),
        problem=problem.words if problem else "",
    )


def _form_of(data: Mapping[str, str]) -> dict[str, Any]:
    """The request as the API takes it; what was left empty is left out."""
    days = data.get("days", "").strip()
    form: dict[str, Any] = {name: data[name].strip() for name in _LINES if data.get(name, "").strip()}
    form |= {name: found for name in _LISTS if (found := _names(data.get(name, "")))}
    if days:
        form["days"] = int(days) if days.isascii() and days.isdigit() and len(days) < 5 else 0
    if data.get("app", "").strip():
        form["grant"] = {"app": data["app"].strip(), "clause": data.get("clause", "").strip(),
                         "scopes": _names(data.get("scopes", "")), "directory": data.get("directory", "").strip()}  # fmt: skip
    return form


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.replace("\n", ",").split(",") if name.strip()]


def _row(one: Mapping[str, Any]) -> dict[str, Any]:
    href = f"/systems/{quote(one['id'], safe='')}" if one["kind"] == "system" else ""
    return {
        "title": Cell(one["title"], href, below=one["id"]),
        "kind": one["kind"],
        "purpose": one["purpose"],
        "data": ", ".join(one["data_classes"]) or mark("none named"),
        "owner": one["owner"],
        "until": one["until"] * 1000 if one["until"] else None,
        "note": one["note"],
    }


PLACE = Place(Area.GOVERNANCE, 3, "/catalogue", "boxes", mark("Catalogue & requests"), "c")
HANDLERS = (show_catalogue, ask_form, ask, show_request, answer)
