"""Revocations: a plan with its exact calls, a yes by whoever may, how it goes on, and the proof that it is gone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody

from wardlaw.console.pages.downloads import is_taken
from wardlaw.console.pages.grantlist import TABS, grant_href, identity_href
from wardlaw.console.pages.grantwords import STATES, short
from wardlaw.console.pages.messages import mark, say, say_many
from wardlaw.console.pages.tables import Cell, Column, ColumnKind, Row, Table
from wardlaw.console.pages.views import shelf_of
from wardlaw.console.pages.visit import Visit
from wardlaw.facts.person import Permission

_Form = URLEncodedBody[dict[str, str]]
MOST = 200
MOST_IN_FILE = 10_000

STEPS = {
    "grant": mark("Grant"),
    "credential": mark("Key or token"),
    "app": mark("Whole app"),
    "sessions": mark("Sessions"),
}
LOOKS = {
    "gone": (mark("Gone"), "good"),
    "there": (mark("Still there"), "bad"),
    "unknown": (mark("Could not be looked at"), "wait"),
}
RECORDS = {
    "revocations.plan": mark("Planned"),
    "revocations.draft": mark("Planned"),
    "revocations.add": mark("More was planned"),
    "revocations.confirm": mark("Confirmed"),
    "revocations.report": mark("Carried out and looked at"),
}
_MOVING = ("confirmed", "running")

_COLUMNS = (
    Column("what", mark("What")),
    Column("state", mark("State"), ColumnKind.MARK),
    Column("done", mark("Found gone")),
    Column("by", mark("Planned by"), ColumnKind.NAMED),
    Column("at", mark("Planned"), ColumnKind.MOMENT),
    Column("reason", mark("Reason")),
)


@get("/grants/revocations")
async def list_of_revocations(request: Request[Any, Any, Any]) -> Response[str]:
    """Revocations, newest first."""
    here = Visit(request)
    me = await here.me()
    wanted = request.query_params.get("state", "")
    told = await here.get("revocations", limit=MOST_IN_FILE if is_taken(request.query_params) else MOST)
    rows = [_row(one) for one in told if wanted in ("", one["state"])]
    table = Table(
        "revocations", mark("Revocations"), _COLUMNS, rows, mark("Nothing was revoked yet. Open a grant and plan it there, or:"),
        "wardlaw grants revoke ID --reason …",
    )  # fmt: skip
    if file := here.download(table):
        return file
    address = f"/grants/revocations?state={wanted}" if wanted in STATES else "/grants/revocations"
    return here.page(
        "revocations.html", me=me, title=mark("Revocations"), tabs=TABS, table=table, wanted=wanted, states=STATES,
        address=address, shelf=await shelf_of(here),
    )  # fmt: skip


@post("/grants/revoke")
async def plan(request: Request[Any, Any, Any], data: _Form) -> Response[str]:
    """Make a plan; nothing is taken away yet."""
    here = Visit(request)
    await here.me()
    ids = [one for one in data.get("ids", "").split("\n") if one]
    body = {
        "directory": data.get("directory", ""),
        "reason": data.get("reason", ""),
        "ids": ids,
        "app": data.get("app", ""),
    }
    made = await here.change(data, "revocations", "drafts", body=body)
    return here.leave(f"/grants/revocations/{quote(made['revocation']['id'], safe='')}")


@get("/grants/revocations/{revocation:str}")
async def show_revocation(request: Request[Any, Any, Any], revocation: FromPath[str]) -> Response[str]:
    """One revocation: its calls, its state and its proofs."""
    here = Visit(request)
    me = await here.me()
    view = await here.get("revocations", revocation)
    connectors = await here.get_if_allowed("settings", "connectors")
    by_itself = bool(connectors and connectors["carries_out"])
    goes_on = by_itself and _goes_on(view)
    # The part asks for itself until it came to its end, and takes the place of the one before, whose focus stays.
    template = "revocation-state.html" if request.query_params.get("part") == "state" else "revocation.html"
    one = view["revocation"]
    waits_for_other = one["persons"] > 1 and one["planned_by"] == me.id
    can_confirm = view["state"] == "planned" and me.may(Permission.REVOKE_NHI) and not waits_for_other
    return here.page(
        template, me=me, title=mark("Revocation"), tabs=TABS, view=view, one=one, state=STATES[view["state"]], steps=STEPS,
        looks=LOOKS, records=RECORDS, waits_for_other=waits_for_other, can_confirm=can_confirm,
        is_moving=view["state"] in _MOVING, by_itself=by_itself, goes_on=goes_on,
        subject_href=_subject_href(one),
    )  # fmt: skip


@post("/grants/revocations/{revocation:str}/confirm")
async def confirm(request: Request[Any, Any, Any], revocation: FromPath[str], data: _Form) -> Response[str]:
    """Agree to a plan."""
    here = Visit(request)
    await here.me()
    await here.change(data, "revocations", revocation, "confirm", body={})
    return here.leave(f"/grants/revocations/{quote(revocation, safe='')}", notice="started")


@get("/grants/revocations/{revocation:str}/proof/{record:str}")
async def take_proof(
    request: Request[Any, Any, Any], revocation: FromPath[str], record: FromPath[str]
) -> Response[str]:
    """The log's proof of one record, as a file that anybody checks with the log's key."""
    here = Visit(request)
    await here.me()
    view = await here.get("revocations", revocation)
    known = [one["record"]["record"] for one in view["records"]]
    text = (await here.get("audit", "proofs", record))["proof"] if record in known else ""
    name = "".join(char for char in record if char.isalnum() or char == "_")
    headers = {"content-disposition": f'attachment; filename="{name}.tlog-proof"'}
    return Response(text, status_code=200 if text else 404, media_type="text/plain; charset=utf-8", headers=headers)


def _goes_on(view: Mapping[str, Any]) -> bool:
    """Whether the watching process has something left to call."""
    untried = any(not step["tries"] for step in view["revocation"]["steps"])
    return view["state"] in _MOVING and untried


def _row(one: Mapping[str, Any]) -> Row:
    words, style = STATES.get(one["state"], (one["state"], ""))
    what = (
        say("App %(name)s", name=short(one["app"]))
        if one["app"]
        else say_many("%(n)s thing", "%(n)s things", one["steps"])
    )
    return {
        "what": Cell(what, f"/grants/revocations/{quote(one['id'], safe='')}", one["directory"]),
        "state": Cell(words, style=style),
        "done": say("%(done)s of %(all)s", done=one["done"], all=one["steps"]),
        "by": Cell(
            one["planned_by"],
            below=say("confirmed by %(who)s", who=one["confirmed_by"]) if one["confirmed_by"] else "",
            is_named=True,
        ),
        "at": one["planned_at"] * 1000,
        "reason": short(one["reason"], 160),
    }


def _subject_href(one: Mapping[str, Any]) -> str:
    """Where what is revoked is shown."""
    if one["app"]:
        return identity_href(one["directory"], "app", one["app"])
    step = one["steps"][0]["step"]
    if step["kind"] == "grant":
        return grant_href(one["directory"], step["subject"])
    return identity_href(one["directory"], "credential", step["subject"])


HANDLERS = (list_of_revocations, plan, show_revocation, confirm, take_proof)
