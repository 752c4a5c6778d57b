"""What was agreed to about grants: approvals with their ends, those to be decided anew, and that decision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.params import FromPath, QueryParameter, URLEncodedBody

from wardlaw.console.pages.grantlist import TABS
from wardlaw.console.pages.grantwords import short
from wardlaw.console.pages.inside import ApiAnswerError
from wardlaw.console.pages.messages import joined, mark, say
from wardlaw.console.pages.tables import Cell, Column, ColumnKind, Row, Table
from wardlaw.console.pages.views import shelf_of
from wardlaw.console.pages.visit import Visit
from wardlaw.facts.person import Permission

_Form = URLEncodedBody[dict[str, str]]
_Days = Annotated[int, QueryParameter(ge=0, le=366)]
_COLUMNS = (
    Column("about", mark("Approved")),
    Column("scopes", mark("Scopes"), ColumnKind.CODE),
    Column("whose", mark("Whose")),
    Column("clause", mark("Clause"), ColumnKind.NAMED),
    Column("owner", mark("Answers for it"), ColumnKind.NAMED),
    Column("until", mark("Ends"), ColumnKind.MOMENT),
    Column("state", mark("State"), ColumnKind.MARK),
)


@get("/grants/approvals")
async def list_of_approvals(request: Request[Any, Any, Any], within: _Days = 30) -> Response[str]:
    """Approvals, first the one that ends first."""
    here = Visit(request)
    me = await here.me()
    told = await here.get("grants", "approvals", within_days=within, ended="true")
    table = Table(
        "approvals", mark("Approvals of grants"), _COLUMNS,
        [_row(one, here.front.clock()) for one in told["approvals"]],
        mark("Nothing is approved yet. Open a grant and approve it there, or:"),
        "wardlaw grants approve CLIENT --scope … --clause GRT-03 --owner ada --days 90 --reason …",
    )  # fmt: skip
    if file := here.download(table):
        return file
    return here.page(
        "grant-approvals.html", me=me, title=mark("Approvals"), tabs=TABS, table=table, due=told["due"], within=within,
        can_decide=me.may(Permission.APPROVE_EXCEPTION), shelf=await shelf_of(here),
    )  # fmt: skip


@post("/grants/approvals/{approval:str}")
async def decide_anew(request: Request[Any, Any, Any], approval: FromPath[str], data: _Form) -> Response[str]:
    """Keep an approval with a new end, or take it back."""
    here = Visit(request)
    await here.me()
    days = data.get("days", "0")
    if not (days.isascii() and days.isdigit()):
        raise ApiAnswerError(400, "", mark("The days are no number."), mark("Go back and give a number of days, or 0."))
    body = {"days": int(days), "reason": data.get("reason", "")}
    await here.change(data, "grants", "approvals", approval, body=body)
    return here.leave("/grants/approvals", notice="approved" if int(days) else "revoked")


def _row(one: Mapping[str, Any], now: float) -> Row:
    if one["ended_at"]:
        state, style = mark("Taken back"), ""
    elif one["expires_at"] <= now:
        state, style = mark("Ran out"), "wait"
    else:
        state, style = mark("Holds"), "good"
    whose = [
        *(short(name, 40) for name in one["accounts"]),
        *(say("group %(name)s", name=short(group, 40)) for group in one["groups"]),
    ]
    return {
        "about": Cell(
            short(one["app"] or one["publisher"]),
            "/grants?find=" + quote(one["app"], safe="") if one["app"] else "",
            one["directory"] or mark("everywhere"),
        ),
        "scopes": Cell(short(" ".join(one["scopes"]), 80)),
        "whose": Cell(joined(whose[:4], ", ") if whose else mark("everybody")),
        "clause": one["clause"],
        "owner": Cell(one["owner"], below=say("agreed by %(who)s", who=one["approver"]), is_named=True),
        "until": one["expires_at"] * 1000,
        "state": Cell(state, style=style),
    }


HANDLERS = (list_of_approvals, decide_anew)
