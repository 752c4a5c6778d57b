"""The inbox: what waits for whoever is signed in and for others, what was answered lately; held calls and what they would do."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from litestar import MediaType, Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody

from wardlaw.console.pages.downloads import is_taken
from wardlaw.console.pages.inside import ApiAnswerError
from wardlaw.console.pages.messages import mark
from wardlaw.console.pages.navigation import Area, Place
from wardlaw.console.pages.tables import Cell, Column, ColumnKind, Table
from wardlaw.console.pages.visit import Me, Visit
from wardlaw.console.pages.waitingtables import table_of_answers, table_of_mine, table_of_others
from wardlaw.console.pages.waitingwords import KINDS, href_of
from wardlaw.facts.origin import Provenance
from wardlaw.facts.waiting import WaitingKind

_Form = URLEncodedBody[dict[str, str]]
MOST, MOST_IN_FILE = 50, 1_000


ORIGINS: Mapping[str, str] = {
    Provenance.USER.value: mark("the person's own words"),
    Provenance.SYSTEM.value: mark("the application's instructions"),
    Provenance.TRUSTED.value: mark("a trusted source"),
    Provenance.NAMED_RECORD.value: mark("a record that the person named"),
    Provenance.ASKED_FIELD.value: mark("an answer that the person asked for"),
    Provenance.FIELD.value: mark("a field of another answer"),
    Provenance.UNKNOWN.value: mark("seen nowhere: computed, or made up"),
    Provenance.NAMED_TEXT.value: mark("a text that the person named"),
    Provenance.TEXT.value: mark("a text by somebody else"),
    Provenance.MAIL.value: mark("a mail"),
    Provenance.WEB.value: mark("a web page"),
}


@get("/approvals")
async def list_of_waiting(request: Request[Any, Any, Any]) -> Response[str]:
    """What waits for me, what runs out first on top; below it what waits for others, and what was answered lately."""
    here = Visit(request)
    me = await here.me()
    limit = MOST_IN_FILE if is_taken(request.query_params) else MOST
    waiting, others, answered, older = await asyncio.gather(
        here.get("inbox"),
        here.get("inbox", "others"),
        here.get("inbox", "answered"),
        here.get_if_allowed("approvals", everything="true", limit=limit),
    )
    tables = {
        "calls": _answered(older or ()),
        "mine": table_of_mine(waiting),
        "others": table_of_others(others, me),
        "answered": table_of_answers(answered, me),
    }
    if file := here.download(*tables.values()):
        return file
    return here.page(
        "inbox.html",
        me=me,
        title=mark("Approvals"),
        waiting=[(one, KINDS[one["kind"]], href_of(one, me, to_answer=True)) for one in waiting],
        kinds={
            WaitingKind.GATE.value: "system",
            WaitingKind.RENEWAL.value: "app",
        },  # of what the id is a system's or an app's
        tables=tables,
        has_calls=older is not None,
        now=here.front.clock(),
    )


@get("/approvals/count")
async def count_of_waiting(request: Request[Any, Any, Any]) -> Response[str]:
    """How many wait, for the navigation: asked for by itself so that no page waits for it."""
    here = Visit(request)
    await here.me()
    count = len(await here.get("inbox"))
    return Response(str(count) if count else "", media_type=MediaType.HTML)


@get("/approvals/{approval:str}")
async def show_held(request: Request[Any, Any, Any], approval: FromPath[str]) -> Response[str]:
    """One held call: what would happen, where its values come from, and why it is held."""
    here = Visit(request)
    return await _held(here, await here.me(), approval)


@post("/approvals/{approval:str}")
async def answer(request: Request[Any, Any, Any], approval: FromPath[str], data: _Form) -> Response[Any]:
    """One person's word on a held call."""
    here = Visit(request)
    me = await here.me()
    here.need_form(data)
    approves = data.get("act") == "approve"
    reason = data.get("reason", "")
    body = {"approves": approves, "reason": reason}
    try:
        await here.change(data, "approvals", approval, "answer", body=body)
    except ApiAnswerError as error:
        return await _held(here, me, approval, problem=error, reason=reason)
    return here.leave("/approvals", notice="approved" if approves else "denied")


async def _held(
    here: Visit, me: Me, approval: str, *, problem: ApiAnswerError | None = None, reason: str = ""
) -> Response[str]:
    told = await here.get("approvals", approval)
    return here.page(
        "held.html",
        me=me,
        status=problem.status if problem else 200,
        title=mark("Held call"),
        told=told,
        held=told["approval"],
        detail=told["detail"],
        origins=ORIGINS,
        problem=problem.words if problem else "",
        reason=reason,
        now=here.front.clock(),
    )


def _answered(found: Any) -> Table:
    columns = (
        Column("asked_at", mark("Asked"), ColumnKind.MOMENT),
        Column("what", mark("What")),
        Column("who", mark("Who"), ColumnKind.NAMED),
        Column("standing", mark("Answer"), ColumnKind.MARK),
        Column("by", mark("By"), ColumnKind.NAMED),
    )
    styles = {"approved": "good", "used": "good", "refused": "bad", "waiting": "wait"}
    rows = [
        {
            "asked_at": one["approval"]["asked_at"] * 1000,
            "what": Cell(one["approval"]["resource"], f"/approvals/{quote(one['approval']['id'], safe='')}"),
            "who": Cell(one["approval"]["acting_for"] or one["approval"]["principal"]),
            "standing": Cell(one["standing"], style=styles.get(one["standing"], "")),
            "by": ", ".join(said["by"] for said in one["approval"]["answers"]),
        }
        for one in found
    ]
    return Table("approvals", mark("Held calls"), columns, rows, mark("No call was ever held."))


PLACE = Place(Area.GOVERNANCE, 4, "/approvals", "stamp", mark("Approvals"), "a")
HANDLERS = (list_of_waiting, count_of_waiting, show_held, answer)
