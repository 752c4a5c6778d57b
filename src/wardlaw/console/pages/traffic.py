"""Live traffic: decisions as they are made, by what one wants to watch, and the way to cut somebody off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, QueryParameter

from wardlaw.console.pages.inside import ApiAnswerError
from wardlaw.console.pages.live import Filters, provide_filters
from wardlaw.console.pages.messages import mark
from wardlaw.console.pages.navigation import Area, Place
from wardlaw.console.pages.views import shelf_of
from wardlaw.console.pages.visit import Me, Visit
from wardlaw.facts.person import Permission

FIRST_ROWS = 40
MINUTES = (
    ("60", mark("For an hour")),
    ("1440", mark("For a day")),
    ("0", mark("Until somebody lets them in again")),
)
KINDS = {
    "principal": mark("The caller"),
    "person": mark("The person, behind whatever calls for them"),
    "session": mark("This conversation alone"),
}

_Key = Annotated[str, QueryParameter(max_length=300)]
_Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


@get("/traffic", dependencies={"filters": Provide(provide_filters)})
async def show_traffic(request: Request[Any, Any, Any], filters: NamedDependency[Filters]) -> Response[str]:
    """The newest decisions, and those that arrive."""
    here = Visit(request)
    me = await here.me()
    page = await here.get("tail", **filters.query, sample="true", last=FIRST_ROWS)
    quarantines = await here.get_if_allowed("quarantines")
    query = urlencode(filters.query)
    return here.page(
        "traffic.html",
        me=me,
        title=mark("Live traffic"),
        shelf=await shelf_of(here),
        rows=list(reversed(page["lines"])),
        place=page["next"],
        filters=filters,
        stream=f"/live?cuts=true&{query}" if query else "/live?cuts=true",
        quarantines=quarantines,
        now=here.front.clock(),
    )


@get("/traffic/cut")
async def ask_to_cut(request: Request[Any, Any, Any], key: _Key = "") -> Response[str]:
    """What cutting somebody off does, before it is done."""
    here = Visit(request)
    me = await here.me()
    return cut_page(here, me, {"key": key})


@post("/traffic/cut")
async def cut(request: Request[Any, Any, Any], data: _Form) -> Response[str]:
    """Lock a caller, a person or a conversation out; gateways follow within a second."""
    here = Visit(request)
    me = await here.me()
    minutes = data.get("minutes", "0")
    body = {
        "key": data.get("key", "").strip(),
        "reason": data.get("reason", "").strip(),
        "minutes": int(minutes) if minutes.isascii() and minutes.isdigit() else 0,
    }
    try:
        await here.change(data, "quarantines", body=body)
    except ApiAnswerError as error:
        return cut_page(here, me, data, problem=error.message, hint=error.hint, status=error.status)
    return here.leave("/traffic", notice="cut")


@post("/traffic/release/{quarantine:str}")
async def let_in(request: Request[Any, Any, Any], quarantine: FromPath[str], data: _Form) -> Response[str]:
    """End a quarantine."""
    here = Visit(request)
    await here.me()
    await here.change(data, "quarantines", quarantine, "release", body={})
    return here.leave("/traffic", notice="released")


def cut_page(
    here: Visit, me: Me, given: Mapping[str, str], *, problem: str = "", hint: str = "", status: int = 200
) -> Response[str]:
    """The form, with what was typed."""
    kind, _, name = given.get("key", "").partition(":")
    return here.page(
        "traffic-cut.html",
        status=status,
        me=me,
        title=mark("Cut off"),
        key=given.get("key", ""),
        kind=KINDS.get(kind, ""),
        called=name,
        reason=given.get("reason", ""),
        minutes=given.get("minutes", "60"),
        choices=MINUTES,
        problem=problem,
        hint=hint,
    )


PLACE = Place(Area.SECURITY, 1, "/traffic", "activity", mark("Live traffic"), "t", (Permission.VIEW_AUDIT_LOG,))
HANDLERS = (show_traffic, ask_to_cut, cut, let_in)
