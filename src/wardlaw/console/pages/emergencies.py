"""What cannot wait: breaking the glass, and putting a tighter clause in force at once; what stands open of both, and its end."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody

from wardlaw.console.pages.inside import ApiAnswerError
from wardlaw.console.pages.messages import mark, say
from wardlaw.console.pages.navigation import Area, Place
from wardlaw.console.pages.visit import Me, Visit
from wardlaw.facts.person import Permission

_Form = URLEncodedBody[dict[str, str]]
_LISTS = ("principals", "systems", "resources")
GLASS_DAYS = 3
"""How far back is looked for glass that stands or waits for its review; both are over within two days, or late."""
_PENDING = ("in review", "approved", "shadow")
_ENDING = (Permission.BREAK_GLASS, Permission.CLOSE_INCIDENT, Permission.APPROVE_EXCEPTION)
_REVIEWING = (Permission.CLOSE_INCIDENT, Permission.APPROVE_EXCEPTION)


@get("/emergencies")
async def list_of_emergencies(request: Request[Any, Any, Any]) -> Response[str]:
    """What stands open, what waits for a review, and the two ways in."""
    here = Visit(request)
    me = await here.me()
    glass, life = await asyncio.gather(
        here.get_if_allowed("break-glass", days=GLASS_DAYS), here.get_if_allowed("policy", "life")
    )
    return here.page(
        "emergencies.html",
        me=me,
        title=mark("Emergencies"),
        broken=standing_glass(glass),
        reviews=unreviewed_clauses(life),
        files=changed_files(life) if me.may(Permission.KILL_CONNECTION) else (),
        life=life,
        now=here.front.clock(),
        may_break=me.may(Permission.BREAK_GLASS),
        may_publish=me.may(Permission.KILL_CONNECTION),
        may_close=may_close(me),
        may_review=may_review(me),
    )


def standing_glass(told: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """Broken glass that stands or was not reviewed; none for whoever may not know."""
    return [one for one in told["glasses"] if one["standing"] != "reviewed"] if told else []


def unreviewed_clauses(life: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """Clauses that were put in force at once, and that nobody else has looked at yet."""
    return [one for one in life["clauses"] if one["review_until"]] if life else []


def changed_files(life: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """Clauses whose text on disk is not the one in force: what an emergency could put there."""
    if not life or not life["is_on"]:
        return []
    waits = [one for one in life["clauses"] if one["on_disk"] == "same" and one["state"] in _PENDING]
    return [one for one in life["clauses"] if one["on_disk"] in ("edited", "new") or one in waits]


def may_close(me: Me) -> bool:
    """Whether this person may end broken glass before its time; the API judges again."""
    return any(map(me.may, _ENDING))


def may_review(me: Me) -> bool:
    """Whether they may say what they found about somebody else's."""
    return any(map(me.may, _REVIEWING))


@get("/emergencies/reviews")
async def reviews_owed(request: Request[Any, Any, Any]) -> Response[str]:
    """Clauses put in force at once that nobody has reviewed, as a part of the first page: it reads all files first."""
    here = Visit(request)
    await here.me()
    life = await here.get_if_allowed("policy", "life")
    return here.part("emergency-reviews.html", reviews=unreviewed_clauses(life), now=here.front.clock())


@get("/emergencies/glass")
async def before_breaking(request: Request[Any, Any, Any]) -> Response[str]:
    """The form, with what it lifts, for how long, and who is told."""
    here = Visit(request)
    return await _glass_page(here, await here.me(), {})


@post("/emergencies/glass")
async def break_glass(request: Request[Any, Any, Any], data: _Form) -> Response[Any]:
    """Lift clauses at once."""
    here = Visit(request)
    me = await here.me()
    here.need_form(data)
    minutes = data.get("minutes", "").strip()
    body = {
        "reason": data.get("reason", "").strip(),
        "minutes": int(minutes) if minutes.isascii() and minutes.isdigit() and len(minutes) < 7 else 0,
        "clauses": _names(data.get("clauses", "")),
    } | {name: _names(data.get(name, "")) for name in _LISTS}
    try:
        await here.change(data, "break-glass", body=body)
    except ApiAnswerError as error:
        return await _glass_page(here, me, data, problem=error)
    return here.leave("/emergencies", notice="broken")


@post("/emergencies/glass/{glass:str}/close")
async def close_glass(request: Request[Any, Any, Any], glass: FromPath[str], data: _Form) -> Response[Any]:
    """The clauses are in force again."""
    here = Visit(request)
    await here.me()
    await here.change(data, "break-glass", glass, "close", body={"reason": data.get("reason", "").strip()})
    return here.leave("/emergencies", notice="closed")


@get("/emergencies/clause/{clause:str}")
async def before_publishing(request: Request[Any, Any, Any], clause: FromPath[str]) -> Response[str]:
    """The text on disk and what it changes, before it takes effect."""
    here = Visit(request)
    return await _clause_page(here, await here.me(), clause, {})


@post("/emergencies/clause/{clause:str}")
async def publish_at_once(request: Request[Any, Any, Any], clause: FromPath[str], data: _Form) -> Response[Any]:
    """Put the text that was shown in force at once."""
    here = Visit(request)
    me = await here.me()
    here.need_form(data)
    body = {"reason": data.get("reason", "").strip(), "digest": data.get("digest", "")}
    try:
        await here.change(data, "policy", "clauses", clause, "emergency", body=body)
    except ApiAnswerError as error:
        return await _clause_page(here, me, clause, data, problem=error)
    return here.leave("/emergencies", notice="at-once")


async def _glass_page(
    here: Visit, me: Me, typed: Mapping[str, str], *, problem: ApiAnswerError | None = None
) -> Response[str]:
    told = await here.get_if_allowed("break-glass", "liftable")
    fields = {name: typed.get(name, "") for name in ("reason", "clauses", *_LISTS)}
    return here.page(
        "emergency-glass.html",
        me=me,
        status=problem.status if problem else 200,
        title=mark("Break the glass"),
        told=told,
        fields=fields | {"minutes": typed.get("minutes", "30")},
        problem=problem.words if problem else "",
    )


async def _clause_page(
    here: Visit, me: Me, clause: str, typed: Mapping[str, str], *, problem: ApiAnswerError | None = None
) -> Response[str]:
    look = await here.get("policy", "clauses", clause, "emergency")
    return here.page(
        "emergency-clause.html",
        me=me,
        status=problem.status if problem else 200,
        title=say("Put %(clause)s in force at once", clause=clause),
        look=look,
        reason=typed.get("reason", ""),
        problem=problem.words if problem else "",
    )


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.replace("\n", ",").split(",") if name.strip()]


PLACE = Place(
    Area.SECURITY, 9, "/emergencies", "timer", mark("Emergencies"), "b",
    (Permission.BREAK_GLASS, Permission.KILL_CONNECTION, Permission.CLOSE_INCIDENT, Permission.VIEW_AUDIT_LOG),
)  # fmt: skip
HANDLERS = (
    list_of_emergencies,
    reviews_owed,
    before_breaking,
    break_glass,
    close_glass,
    before_publishing,
    publish_at_once,
)
