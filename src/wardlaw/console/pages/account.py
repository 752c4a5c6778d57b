"""My account: what I sign in with, where I am signed in, my tokens, and how the pages look to me."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath, URLEncodedBody

from wardlaw.console.pages.inside import ApiAnswerError, path_of
from wardlaw.console.pages.messages import mark
from wardlaw.console.pages.signing import as_json, credential_of, keep_told, place_of
from wardlaw.console.pages.times import zones
from wardlaw.console.pages.visit import Visit
from wardlaw.governance.passwordrules import strength_of

_Form = URLEncodedBody[dict[str, str]]
_DEFAULT_DAYS = 30
_STRENGTHS = (
    "",  # the rule says why
    "",
    mark("It can be chosen. More words of your own make it better."),
    mark("Good, if you use it nowhere else."),
    mark("Very good, if you use it nowhere else."),
)


@get("/me")
async def my_account(request: Request[Any, Any, Any]) -> Response[str]:
    """The page."""
    return await _account(Visit(request), "", status=200)


@get("/me/first")
async def choose_first(request: Request[Any, Any, Any]) -> Response[str]:
    """What somebody sees who came with a one-time token: choose a passkey or a password, or look around first."""
    here = Visit(request)
    me = await here.me()
    return _first(here, me, "", status=200)


@post("/me/password")
async def set_password(request: Request[Any, Any, Any], data: _Form) -> Response[Any]:
    """Choose another password."""
    here = Visit(request)
    me = await here.me()
    if data.get("password", "") != data.get("again", ""):
        problem: str = mark("The two are not the same.")
        return _first(here, me, problem, status=400) if data.get("first") else await _account(here, problem, status=400)
    try:
        told = await here.change(data, "session", "password", body={"password": data.get("password", "")})
    except ApiAnswerError as error:
        problem = error.words
        first = bool(data.get("first"))
        return (
            _first(here, me, problem, status=error.status)
            if first
            else await _account(here, problem, status=error.status)
        )
    return _going_on(here, data, told, notice="password")


@post("/me/password/strength")
async def password_strength(request: Request[Any, Any, Any], data: _Form) -> Response[Any]:
    """How a password would stand against guessing, for the meter beside the field; nothing of it is kept."""
    here = Visit(request)
    me = await here.me()
    here.need_form(data)
    found = strength_of(data.get("password", ""), (me.id.removeprefix("person:"), me.name, here.front.installation))
    says = found.problem or here.front.renderer.said(_STRENGTHS[found.level], here.language)
    return as_json({"level": found.level, "says": says})


@post("/me/passkeys/options")
async def passkey_options(request: Request[Any, Any, Any]) -> Response[Any]:
    """What to ask the browser for a new passkey."""
    here = Visit(request)
    await here.me()
    asked = place_of(here)
    return as_json(await here.api.post(path_of("session", "passkeys", "options"), here.session, asked))


@post("/me/passkeys")
async def add_passkey(request: Request[Any, Any, Any], data: _Form) -> Response[Any]:
    """Keep the passkey the browser made."""
    here = Visit(request)
    given = {
        "ceremony": data.get("ceremony", ""), "credential": credential_of(data), "name": data.get("name", "").strip(),
    }  # fmt: skip
    told = await here.change(data, "session", "passkeys", body=given)
    return _going_on(here, data, told, notice="passkey")


@post("/me/passkeys/{passkey_id:str}/remove")
async def remove_passkey(request: Request[Any, Any, Any], passkey_id: FromPath[str], data: _Form) -> Response[Any]:
    """Take a passkey away."""
    here = Visit(request)
    await here.change(data, "session", "passkeys", passkey_id, "remove", body={})
    return here.leave("/me", notice="removed")


@post("/me/sessions/{session_id:str}/end")
async def end_session(request: Request[Any, Any, Any], session_id: FromPath[str], data: _Form) -> Response[Any]:
    """Sign out somewhere else."""
    here = Visit(request)
    await here.take_away(data, "session", "sessions", session_id)
    return here.leave("/me", notice="closed")


@post("/me/tokens")
async def make_token(request: Request[Any, Any, Any], data: _Form) -> Response[Any]:
    """An API token of mine; its text is shown once."""
    here = Visit(request)
    days = data.get("days", "")
    wanted = {
        "label": data.get("label", "").strip(),
        "days": int(days) if days.isascii() and days.isdigit() and len(days) <= 4 else _DEFAULT_DAYS,
        "scopes": ["read"] if data.get("scope") == "read" else [],
    }
    told = await here.change(data, "session", "tokens", body=wanted)
    return await _account(here, "", status=200, text=told["text"])


@post("/me/tokens/{token_id:str}/revoke")
async def revoke_token(request: Request[Any, Any, Any], token_id: FromPath[str], data: _Form) -> Response[Any]:
    """End a token of mine."""
    here = Visit(request)
    await here.take_away(data, "session", "tokens", token_id)
    return here.leave("/me", notice="revoked")


def _going_on(here: Visit, form: dict[str, str], told: dict[str, Any], *, notice: str) -> Response[Any]:
    """After something was chosen: a newcomer to the overview, everybody else back to the page."""
    response = here.leave(
        "/" if form.get("first") else "/me", session=told["session"] or None, goes_on=True, notice=notice
    )
    keep_told(here, response, told["person"]["id"])
    return response


def _first(here: Visit, me: Any, problem: str, *, status: int) -> Response[str]:
    has_name = bool(place_of(here)["rp_id"])
    return here.page(
        "first.html", status=status, title=mark("Welcome"), me=None, who=me.name, problem=problem, has_name=has_name
    )


async def _account(here: Visit, problem: str, *, status: int, text: str = "") -> Response[str]:
    me = await here.me()
    told = await here.get("session")
    sessions = await here.get("session", "sessions")
    tokens = await here.get("session", "tokens")
    now = here.front.clock()
    return here.page(
        "account.html",
        status=status,
        title=mark("My account"),
        me=me,
        problem=problem,
        text=text,
        standing=await here.get("session", "standing"),
        passkeys=await here.get("session", "passkeys"),
        sessions=[one for one in sessions if not one["ended_at"]],
        mine=told["session"]["id"],
        tokens=[one for one in tokens if one["kind"] == "api" and not one["revoked_at"] and one["expires_at"] > now],
        zones=zones(),
        spoken=[(one.code, one.name) for one in here.front.renderer.languages.values()],
        preferred=here.preferred_language,
        has_name=bool(place_of(here)["rp_id"]),
        now=now,
    )


HANDLERS = (
    my_account,
    choose_first,
    set_password,
    password_strength,
    passkey_options,
    add_passkey,
    remove_passkey,
    end_session,
    make_token,
    revoke_token,
)
