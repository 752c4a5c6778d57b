"""Canaries: for each clause and route the last proof that it holds, its history, and one run now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from litestar import Request, Response, get, post
from litestar.params import FromPath, QueryParameter, URLEncodedBody

from wardlaw.console.pages.downloads import is_taken
from wardlaw.console.pages.messages import mark
from wardlaw.console.pages.navigation import Area, Place
from wardlaw.console.pages.tables import Cell, Column, ColumnKind, Row, Table
from wardlaw.console.pages.views import shelf_of
from wardlaw.console.pages.visit import Visit
from wardlaw.facts.person import Permission

_Form = URLEncodedBody[dict[str, str]]
_Word = Annotated[str, QueryParameter(max_length=128)]
_MAY = (Permission.VIEW_AUDIT_LOG, Permission.TUNE_DETECTOR, Permission.PUBLISH_POLICY)
_MAY_RUN = (Permission.TUNE_DETECTOR, Permission.PUBLISH_POLICY, Permission.CLOSE_INCIDENT)
HISTORY, HISTORY_IN_FILE = 100, 1_000

OUTCOMES: Mapping[str, tuple[str, str]] = {
    "pass": (mark("Stopped it"), "good"),
    "fail": (mark("Let it through"), "worst"),
    "not-expressible": (mark("Cannot be sent"), ""),
    "unavailable": (mark("Nothing known"), "wait"),
}
_NEVER = (mark("Not run yet"), "wait")
_CANNOT = (mark("Cannot be proven"), "")

_LIST = (
    Column("clause", mark("Clause")),
    Column("route", mark("Way in"), ColumnKind.CODE),
    Column("effect", mark("Must")),
    Column("result", mark("Last result"), ColumnKind.MARK),
    Column("at", mark("Last run"), ColumnKind.MOMENT),
    Column("took", mark("Took, ms"), ColumnKind.NUMBER),
    Column("how", mark("How, or why not")),
)
_RUNS = (
    Column("at", mark("When"), ColumnKind.MOMENT),
    Column("clause", mark("Clause")),
    Column("route", mark("Way in"), ColumnKind.CODE),
    Column("result", mark("Result"), ColumnKind.MARK),
    Column("what", mark("What happened")),
    Column("took", mark("Took, ms"), ColumnKind.NUMBER),
)
_MUST = {
    "deny": mark("deny"),
    "cut": mark("cut"),
    "hold": mark("hold"),
    "transform": mark("change"),
    "allow": mark("allow"),
    "oblige": mark("add a duty"),
}


@get("/canaries")
async def list_of_canaries(request: Request[Any, Any, Any], result: _Word = "", clause: _Word = "") -> Response[str]:
    """Clause by route, with what the last canary proved."""
    here = Visit(request)
    me = await here.me()
    told = await here.get("canaries", clause=clause)
    counts = {name: sum(1 for one in told if result_of(one) == name) for name in ("pass", "fail", "waits", "cannot")}
    rows = [_row(one) for one in told if result in ("", result_of(one))]
    empty = (
        mark("None is so.")
        if result or clause
        else mark("No clause stops anything now, so there is nothing to prove. See:")
    )
    table = Table("canaries", mark("Canaries"), _LIST, rows, empty, "" if result or clause else "wardlaw policy status")
    if file := here.download(table):
        return file
    named = (("clause", clause), ("result", result))
    query = urlencode([(name, value) for name, value in named if value])
    return here.page(
        "canaries.html", me=me, title=mark("Canaries"), table=table, counts=counts, wanted=result, clause=clause,
        clauses=sorted({one["clause"] for one in told}), can_run=any(me.may(one) for one in _MAY_RUN),
        shelf=await shelf_of(here), address=f"/canaries?{query}" if query else "/canaries",
    )  # fmt: skip


@get("/canaries/history")
async def history(request: Request[Any, Any, Any], clause: _Word = "", route: _Word = "") -> Response[str]:
    """What became of canaries, newest first."""
    here = Visit(request)
    me = await here.me()
    limit = HISTORY_IN_FILE if is_taken(request.query_params) else HISTORY
    told = await here.get("canaries", "history", clause=clause, route=route, limit=limit)
    table = Table(
        "canary-runs", mark("Runs of canaries"), _RUNS, [_run_row(one) for one in told],
        mark("None has run yet. They run by themselves while Wardlaw does, or now:"), "wardlaw canary run",
    )  # fmt: skip
    if file := here.download(table):
        return file
    named = (("clause", clause), ("route", route))
    query = urlencode([(name, value) for name, value in named if value])
    return here.page(
        "canary-history.html", me=me, shelf=await shelf_of(here), title=mark("Canaries"), table=table, clause=clause, route=route,
        address=f"/canaries/history?{query}" if query else "/canaries/history",
    )  # fmt: skip


@post("/canaries/run")
async def order(request: Request[Any, Any, Any], data: _Form) -> Response[str]:
    """Have canaries of one clause, or all, run now."""
    here = Visit(request)
    await here.me()
    made = await here.change(data, "canaries", "orders", body={"clause": data.get("clause", "")})
    return here.leave(f"/canaries/orders/{quote(made['id'], safe='')}", notice="started")


@get("/canaries/orders/{order_id:str}")
async def show_order(request: Request[Any, Any, Any], order_id: FromPath[str]) -> Response[str]:
    """What came of an order so far."""
    here = Visit(request)
    me = await here.me()
    told = await here.get("canaries", "orders", order_id)
    is_done = bool(told["order"]["done_at"])
    is_part = request.query_params.get("part") == "runs"
    table = Table(
        "canary-runs", mark("Runs of this order"), _RUNS, [_run_row(one) for one in told["runs"]],
        mark("Nothing was to be run.") if is_done else mark("The canary process takes it up within a second."),
    )  # fmt: skip
    if file := here.download(table):
        return file
    failed = sum(1 for one in told["runs"] if one["outcome"] == "fail")
    return here.page(
        "canary-runs.html" if is_part else "canary-order.html", me=me, title=mark("Canaries"), order=told["order"],
        table=table, is_done=is_done, failed=failed,
    )  # fmt: skip


def result_of(one: Mapping[str, Any]) -> str:
    """How a clause stands on a route: ``pass``, ``fail``, ``waits`` or ``cannot``."""
    if one["why"]:
        return "cannot"
    outcome = one["last"]["outcome"] if one["last"] else ""
    return outcome if outcome in ("pass", "fail") else "cannot" if outcome == "not-expressible" else "waits"


def _row(one: Mapping[str, Any]) -> Row:
    last = one["last"]
    words, style = _CANNOT if one["why"] else OUTCOMES.get(last["outcome"], _NEVER) if last else _NEVER
    where = "/canaries/history?" + urlencode({"clause": one["clause"], "route": one["route"]})
    how = one["why"] or one["how"] or (last["detail"] if last else "")
    return {
        "clause": Cell(one["clause"], where, one["example"]),
        "route": one["route"],
        "effect": _MUST.get(one["effect"], one["effect"]),
        "result": Cell(words, style=style),
        "at": last["at"] * 1000 if last else None,
        "took": round(last["took_us"] / 1000, 1) if last and last["took_us"] else None,
        "how": Cell(how, below=mark("It is tried when its time comes.") if one["waits"] else ""),
    }


def _run_row(one: Mapping[str, Any]) -> Row:
    words, style = OUTCOMES.get(one["outcome"], (one["outcome"], ""))
    return {
        "at": one["at"] * 1000,
        "clause": Cell(one["clause"], "/policies/" + quote(one["clause"], safe=""), one["example"]),
        "route": one["route"],
        "result": Cell(words, f"/decisions/{quote(one['decision'], safe='')}" if one["decision"] else "", style=style),
        "what": Cell(one["detail"], below=f"incident {one['incident']}" if one["incident"] else ""),
        "took": round(one["took_us"] / 1000, 1) if one["took_us"] else None,
    }


PLACE = Place(Area.GOVERNANCE, 70, "/canaries", "test-tube-diagonal", mark("Canaries"), "n", _MAY)
HANDLERS = (list_of_canaries, history, order, show_order)
