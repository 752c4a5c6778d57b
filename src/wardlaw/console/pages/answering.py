"""Answers that have no page of their own: a tool somebody vouches for, an appeal, an erasure that needs a second person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.params import FromPath, QueryParameter, URLEncodedBody

from wardlaw.console.pages.inside import ApiAnswerError
from wardlaw.console.pages.messages import mark
from wardlaw.console.pages.visit import Me, Visit

_Form = URLEncodedBody[dict[str, str]]
_Word = Annotated[str, QueryParameter(max_length=256)]
_INBOX = "/approvals"


@get("/approvals/tool")
async def show_tool(request: Request[Any, Any, Any], *, server: _Word = "", tool: _Word = "") -> Response[str]:
    """What a server offers, what is found in it, and what differs from what may be used."""
    here = Visit(request)
    return await _tool(here, await here.me(), server, tool)


@post("/approvals/tool")
async def vouch_for_tool(request: Request[Any, Any, Any], data: _Form) -> Response[str]:
    """It may be used as it was looked at, by its digest: what is offered otherwise by then is not meant."""
    here = Visit(request)
    me = await here.me()
    here.need_form(data)
    server, tool, reason = (data.get(name, "") for name in ("server", "tool", "reason"))
    body = {"tool": tool, "digest": data.get("digest", ""), "reason": reason}
    try:
        await here.change(data, "tools", server, "approve", body=body)
    except ApiAnswerError as error:
        return await _tool(here, me, server, tool, problem=error, reason=reason)
    return here.leave(_INBOX, notice="approved")


async def _tool(
    here: Visit, me: Me, server: str, tool: str, *, problem: ApiAnswerError | None = None, reason: str = ""
) -> Response[str]:
    if not (server and tool):
        raise _nothing()
    told = await here.get("tools", server, tool=tool)
    pin = told["pin"]
    return _page(
        here, me, problem, reason,
        title=mark("Tool"), id=f"{server}__{tool}", action="/approvals/tool",
        facts=((mark("Server"), server), (mark("Tool"), tool), (mark("Found in it"), "; ".join(pin["concerns"])),
               (mark("Digest"), pin["offered_pin"])),
        changes=told["changes"], waits=pin["state"] != "pinned",
        fields=(("server", server), ("tool", tool), ("digest", pin["offered_pin"])),
        says=mark("Your yes is for exactly this definition; without it the tool stays shut."),
        yes=mark("It may be used so"), no="",
    )  # fmt: skip


@get("/approvals/appeal/{appeal:str}")
async def show_appeal(request: Request[Any, Any, Any], appeal: FromPath[str]) -> Response[str]:
    """What somebody says who was stopped, and the decision they mean."""
    here = Visit(request)
    return await _appeal(here, await here.me(), appeal)


@post("/approvals/appeal/{appeal:str}")
async def answer_appeal(request: Request[Any, Any, Any], appeal: FromPath[str], data: _Form) -> Response[str]:
    """Whether the decision was wrong, and why; it changes no decision."""
    here = Visit(request)
    me = await here.me()
    here.need_form(data)
    overturns, reason = data.get("act") == "yes", data.get("reason", "")
    try:
        await here.change(data, "appeals", appeal, "answer", body={"overturns": overturns, "answer": reason})
    except ApiAnswerError as error:
        return await _appeal(here, me, appeal, problem=error, reason=reason)
    return here.leave(_INBOX, notice="answered")


async def _appeal(
    here: Visit, me: Me, appeal: str, *, problem: ApiAnswerError | None = None, reason: str = ""
) -> Response[str]:
    one = _named(await here.get("appeals"), "appeals", appeal)
    return _page(
        here, me, problem, reason,
        title=mark("Appeal"), id=appeal, action=f"/approvals/appeal/{appeal}",
        facts=((mark("By"), one["by"]), (mark("Says"), one["reason"]), (mark("What was done"), one["effect"]),
               (mark("Clauses"), ", ".join(one["clauses"])), (mark("Decision"), one["decision"])),
        changes=(), waits=one["state"] == "open", fields=(),
        says=mark("Your answer is told to whoever appealed. It changes no decision; whoever answers for the clause reads it."),
        yes=mark("The decision was wrong"), no=mark("The decision was right"),
    )  # fmt: skip


@get("/approvals/erasure/{erasure:str}")
async def show_erasure(request: Request[Any, Any, Any], erasure: FromPath[str]) -> Response[str]:
    """Who is to be erased, under the pseudonym the log has, and why."""
    here = Visit(request)
    return await _erasure(here, await here.me(), erasure)


@post("/approvals/erasure/{erasure:str}")
async def confirm_erasure(request: Request[Any, Any, Any], erasure: FromPath[str], data: _Form) -> Response[str]:
    """The second person's yes; it cannot be taken back."""
    here = Visit(request)
    me = await here.me()
    try:
        await here.change(data, "audit", "erasures", erasure, "confirm", body={})
    except ApiAnswerError as error:
        return await _erasure(here, me, erasure, problem=error)
    return here.leave(_INBOX, notice="approved")


async def _erasure(here: Visit, me: Me, erasure: str, *, problem: ApiAnswerError | None = None) -> Response[str]:
    one = _named({"erasures": await here.get("audit", "erasures")}, "erasures", erasure)
    waits = one["state"] == "requested" and here.front.clock() < one["expires_at"]
    return _page(
        here, me, problem, None,
        title=mark("Erasure"), id=erasure, action=f"/approvals/erasure/{erasure}",
        facts=((mark("Of whom"), one["subject"]), (mark("Asked by"), one["requested_by"]), (mark("Why"), one["reason"])),
        changes=(), waits=waits, fields=(),
        says=mark("The person's texts become unreadable for ever, and pseudonyms take the place of names. Proofs stay valid."),
        yes=mark("Erase for ever"), no="",
    )  # fmt: skip


def _named(told: Mapping[str, Any], where: str, id_: str) -> Mapping[str, Any]:
    """One of a list.

    Raises:
        ApiAnswerError: It is not in it.
    """
    found = next((one for one in told[where] if one["id"] == id_), None)
    if found is None:
        raise _nothing()
    return dict(found)


def _nothing() -> ApiAnswerError:
    return ApiAnswerError(404, "", "There is nothing of that id.", "Look into the inbox again.")


def _page(here: Visit, me: Me, problem: ApiAnswerError | None, reason: str | None, **shown: Any) -> Response[str]:
    """The one template of all three; ``reason`` None where none is asked for."""
    return here.page(
        "answer.html",
        me=me,
        status=problem.status if problem else 200,
        problem=problem.words if problem else "",
        reason=reason,
        **shown,
    )


HANDLERS = (show_tool, vouch_for_tool, show_appeal, answer_appeal, show_erasure, confirm_erasure)
