"""The steps of a clause after it was handed in: looked at, signed or sent back, tried on past traffic, published."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody

from wardlaw.console.pages.inside import ApiAnswerError
from wardlaw.console.pages.messages import mark, say
from wardlaw.console.pages.policies import changed_lines
from wardlaw.console.pages.visit import Me, Visit
from wardlaw.facts.person import Permission

_Form = URLEncodedBody[dict[str, str]]
_DAY_MS = 86_400_000
SPANS = (1, 7, 30)
"""Days of the log a backtest may look at from here."""


@get("/policies/{clause:str}/review")
async def look_at(request: Request[Any, Any, Any], clause: FromPath[str]) -> Response[str]:
    """What is handed in and what it changes; from here on the time of whoever signs is taken."""
    here = Visit(request)
    return await _look(here, await here.me(), clause)


@post("/policies/{clause:str}/review")
async def sign(request: Request[Any, Any, Any], clause: FromPath[str], data: _Form) -> Response[Any]:
    """Approve the text of this digest, or send it back with a reason."""
    here = Visit(request)
    me = await here.me()
    here.need_form(data)
    step = "reject" if data.get("act") == "reject" else "approve"
    body = {"digest": data.get("digest", ""), "reason": data.get("reason", "")}
    try:
        await here.change(data, "policy", "clauses", clause, step, body=body)
    except ApiAnswerError as error:
        return await _look(here, me, clause, problem=error, reason=body["reason"])
    return here.leave(f"/policies/{clause}", notice="approved" if step == "approve" else "denied")


@get("/policies/{clause:str}/backtest")
async def choose_span(request: Request[Any, Any, Any], clause: FromPath[str]) -> Response[str]:
    """How many days of the log the newest text is to be tried on."""
    here = Visit(request)
    me = await here.me()
    return here.page(
        "backtest.html",
        me=me,
        title=say("Try %(clause)s on past traffic", clause=clause),
        clause=clause,
        spans=SPANS,
        part=None,
    )


@post("/policies/{clause:str}/backtest")
async def go_on(request: Request[Any, Any, Any], clause: FromPath[str], data: _Form) -> Response[Any]:
    """Judge one more part of the log twice; at its end the figures are kept with the version."""
    here = Visit(request)
    me = await here.me()
    here.need_form(data)
    asked = _span(data, here.front.clock())
    part = await here.ask("policy", "clauses", clause, "try", body=asked)
    if part["next"] >= part["end"]:
        await here.change(data, "policy", "clauses", clause, "backtest", body={})
        where = f"/policies/{clause}/review"
        if request.headers.get("hx-request"):
            return Response("", headers={"hx-redirect": where})
        return here.leave(where, notice="saved")
    begun = int(data.get("first", "") or part["begin"])
    values = {
        "clause": clause,
        "part": part,
        "asked": asked | {"begin": part["next"], "end": part["end"]},
        "first": begun,
        "share": round(100 * (part["next"] - begun) / max(part["end"] - begun, 1)),
    }
    if request.headers.get("hx-request"):
        return here.part("backtesting.html", **values)
    return here.page(
        "backtest.html", me=me, title=say("Try %(clause)s on past traffic", clause=clause), spans=SPANS, **values
    )


@post("/policies/{clause:str}/enforce")
async def enforce(request: Request[Any, Any, Any], clause: FromPath[str], data: _Form) -> Response[Any]:
    """What was in shadow takes effect."""
    here = Visit(request)
    await here.me()
    here.need_form(data)
    await here.change(data, "policy", "clauses", clause, "enforce", body={})
    return here.leave(f"/policies/{clause}", notice="saved")


@post("/policies/{clause:str}/retire")
async def retire(request: Request[Any, Any, Any], clause: FromPath[str], data: _Form) -> Response[Any]:
    """Ask that a clause ends."""
    here = Visit(request)
    await here.me()
    here.need_form(data)
    await here.change(data, "policy", "clauses", clause, "retire", body={"reason": data.get("reason", "")})
    return here.leave(f"/policies/{clause}", notice="asked")


@get("/policies/publish")
async def before_publishing(request: Request[Any, Any, Any]) -> Response[str]:
    """What would go a step on, and what waits for whom."""
    here = Visit(request)
    me = await here.me()
    return await _publication(here, me, None)


@post("/policies/publish")
async def publish(request: Request[Any, Any, Any], data: _Form) -> Response[str]:
    """Everything approved into shadow, and what came of it in words."""
    here = Visit(request)
    me = await here.me()
    here.need_form(data)
    return await _publication(here, me, await here.change(data, "policy", "reload", body={}))


async def _publication(here: Visit, me: Me, done: Any) -> Response[str]:
    life, status = await here.get("policy", "life"), await here.get("policy")
    waiting = [one for one in life["clauses"] if one["state"] in ("approved", "in review", "shadow")]
    may = me.may(Permission.PUBLISH_POLICY)
    return here.page(
        "publication.html",
        me=me,
        title=mark("Publish"),
        life=life,
        status_now=status,
        waiting=waiting,
        done=done,
        may=may,
    )


async def _look(
    here: Visit, me: Me, clause: str, *, problem: ApiAnswerError | None = None, reason: str = ""
) -> Response[str]:
    look = await here.get("policy", "clauses", clause, "text")
    history = await here.get_if_there("policy", "clauses", clause)
    version = look["version"]
    enforced = [one for one in (history or {}).get("versions", ()) if one["state"] == "enforce"]
    before = None
    if enforced and enforced[-1]["version"] != version["version"]:
        before = await here.get("policy", "clauses", clause, "reading", version=enforced[-1]["version"])
    may_sign = me.may(Permission.APPROVE_POLICY) and me.id != version["author"]
    waits = version["state"] == "in review" or version["review_until"] > 0
    return here.page(
        "review.html",
        me=me,
        status=problem.status if problem else 200,
        title=say("Review %(clause)s", clause=clause),
        clause=clause,
        look=look,
        version=version,
        digest=version["content"]["digest"],
        before=before,
        difference=changed_lines(before["file"], look["text"]) if before else (),
        may_sign=may_sign and waits,
        waits=waits,
        is_mine=me.id == version["author"],
        problem=problem.words if problem else "",
        reason=reason,
    )


def _span(data: dict[str, str], now: float) -> dict[str, int]:
    """The part of the log that is asked for: days back from now at first, then what the last part said."""
    if data.get("since_ms", "").isdigit():
        return {name: _number(data.get(name, "")) for name in ("since_ms", "until_ms", "begin", "end")}
    days = _number(data.get("days", "")) or SPANS[1]
    until = int(now * 1000) + 1
    return {"since_ms": until - min(days, SPANS[-1]) * _DAY_MS, "until_ms": until}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 17 else 0


HANDLERS = (look_at, sign, choose_span, go_on, enforce, retire, before_publishing, publish)
