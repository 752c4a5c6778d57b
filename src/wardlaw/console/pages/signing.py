"""Signing in and out, and how the pages look to somebody."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromQuery, URLEncodedBody

from wardlaw.console.pages.entrance import inside_path
from wardlaw.console.pages.inside import ApiAnswerError, path_of
from wardlaw.console.pages.visit import THEME_COOKIE, THEMES, Visit

_YEAR_S = 31_536_000

_Form = URLEncodedBody[dict[str, str]]


@get("/sign-in", sync_to_thread=False)
def sign_in_page(request: Request[Any, Any, Any], to: FromQuery[str] = "/") -> Response[str]:
    """The form for a one-time token."""
    return _form(Visit(request), to, "", status=200)


@post("/sign-in")
async def sign_in(request: Request[Any, Any, Any], data: _Form) -> Response[Any]:
    """Redeem a one-time token; what comes of it is the session. The redemption stands in the log."""
    here, to = Visit(request), data.get("to", "/")
    wanted = {"token": data.get("token", "").strip(), "bind": False, "api_token": True, "days": 1}
    try:
        given = await here.front.api.post(path_of("session", "redeem"), "", wanted)
    except ApiAnswerError as error:
        return _form(here, to, f"{error} {error.hint}".strip(), status=error.status)
    # Whatever session the browser had is another's or an older one: the new one takes its place.
    return here.leave(to, session=given["api_token"])


@post("/sign-out")
async def sign_out(request: Request[Any, Any, Any], data: _Form) -> Response[Any]:
    """End the session everywhere, not only in this browser."""
    here = Visit(request)
    if here.session and here.check_form(data.get("form", "")):
        told = await here.get("session")
        await here.front.api.delete(path_of("session", "tokens", told["token"]), here.session)
    return here.leave("/sign-in", session="")


@post("/theme", sync_to_thread=False)
def choose_theme(request: Request[Any, Any, Any], data: _Form) -> Response[Any]:
    """Keep light or dark for this browser."""
    here = Visit(request)
    response = here.leave(data.get("to", "/"))
    if data.get("theme") in THEMES:
        response.set_cookie(
            THEME_COOKIE,
            data["theme"],
            max_age=_YEAR_S,
            httponly=True,
            samesite="strict",
            secure=here.front.entrance.secure,
        )
    return response


def _form(here: Visit, to: str, problem: str, *, status: int) -> Response[str]:
    return here.page("sign-in.html", status=status, title="Sign in", to=inside_path(to), problem=problem, me=None)
