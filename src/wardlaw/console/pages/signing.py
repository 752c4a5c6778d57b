"""Signing in and out."""

from __future__ import annotations

import json
import math
import secrets
from typing import Any

from litestar import MediaType, Request, Response, get, post
from litestar.params import FromQuery, URLEncodedBody

from wardlaw.console.pages.entrance import DEVICE_S, inside_path
from wardlaw.console.pages.inside import ApiAnswerError, path_of
from wardlaw.console.pages.messages import mark
from wardlaw.console.pages.oidc import farewell, send_to_farewell
from wardlaw.console.pages.visit import Visit

_DOOR_S = 3_600
_LABEL_LENGTH = 128
_DIGITS = 16  # of Unix milliseconds, and more than enough
_FIRST = "/me/first"
_Form = URLEncodedBody[dict[str, str]]


@get("/sign-in", sync_to_thread=False)
def sign_in_page(request: Request[Any, Any, Any], to: FromQuery[str] = "/") -> Response[str]:
    """The ways in: a passkey, a password, an identity provider, a one-time token."""
    return _form(Visit(request), to, "", status=200)


@post("/sign-in")
async def sign_in(request: Request[Any, Any, Any], data: _Form) -> Response[Any]:
    """With a one-time token or a password."""
    here, to = Visit(request), data.get("to", "/")
    if token := data.get("token", "").strip():
        return await _enter(here, to, "token", {"token": token})
    given = {"person": data.get("person", "").strip(), "password": data.get("password", "")}
    return await _enter(here, to, "password", given)


@post("/sign-in/options")
async def passkey_options(request: Request[Any, Any, Any]) -> Response[Any]:
    """What to ask the browser's passkey for."""
    here = Visit(request)
    asked = {**place_of(here), "bound": request.cookies.get(here.front.entrance.door_cookie, "")}
    return as_json(await here.api.post(path_of("session", "enter", "options"), "", asked))


@post("/sign-in/passkey")
async def sign_in_with_passkey(request: Request[Any, Any, Any], data: _Form) -> Response[Any]:
    """With what the browser's passkey answered."""
    here = Visit(request)
    bound = request.cookies.get(here.front.entrance.door_cookie, "")
    given = {"ceremony": data.get("ceremony", ""), "credential": credential_of(data), "bound": bound}
    return await _enter(here, data.get("to", "/"), "passkey", given)


@post("/sign-out")
async def sign_out(request: Request[Any, Any, Any], data: _Form) -> Response[Any]:
    """End the session, or all of the person's; one that came of an identity provider leads on to its end there."""
    here, address = Visit(request), ""
    if here.session and here.check_form(data.get("form", "")):
        address = await farewell(here)
        everywhere = {"everywhere": data.get("everywhere", "") == "yes"}
        await here.api.post(path_of("session", "leave"), here.session, everywhere)
    response = send_to_farewell(here, address) if address else here.leave("/sign-in", session="")
    response.headers["clear-site-data"] = '"storage"'  # what somebody typed and did not hand in; no cookies
    return response


def place_of(here: Visit) -> dict[str, str]:
    """Under which name the browser reached the console, as passkeys need it."""
    host, entrance = here.request.headers.get("host", ""), here.front.entrance
    return {"rp_id": entrance.passkey_name(host), "origin": entrance.origin_of(host)}


def credential_of(form: dict[str, str]) -> dict[str, Any]:
    """What a browser's passkey said; empty for what is none."""
    try:
        told = json.loads(form.get("credential", ""))
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def as_json(answer: Any) -> Response[Any]:
    """An answer for the console's own script."""
    return Response(answer, status_code=200, media_type=MediaType.JSON)


async def _enter(here: Visit, to: str, way: str, given: dict[str, Any]) -> Response[Any]:
    request, entrance = here.request, here.front.entrance
    browser = {
        "address": request.client.host if request.client else "",
        "label": request.headers.get("user-agent", "")[:_LABEL_LENGTH],
        "device": request.cookies.get(entrance.device_cookie, "")[: _LABEL_LENGTH * 2],
        "session": here.session[: _LABEL_LENGTH * 2],
    }
    try:
        told = await here.api.post(path_of("session", "enter", way), "", {**given, "browser": browser})
    except ApiAnswerError as error:
        return _form(here, to, error.words, status=error.status)
    # Whatever session the browser had is another's or an older one: the new one takes its place.
    standing = await here.api.get(path_of("session", "standing"), told["session"])
    can_sign_in = standing["password"] or standing["passkeys"] or standing["provider"]
    begins = way == "token" and inside_path(to) == "/" and not can_sign_in
    person = told["person"]["id"]
    notice = "credentials" if standing["changed_at"] > told_until(here, person) else ""
    response = here.leave(_FIRST if begins else to, session=told["session"], notice=notice)
    keep_told(here, response, person)
    if told["device"]:
        keep_cookie(here, response, entrance.device_cookie, told["device"], DEVICE_S)
    return response


def keep_cookie(here: Visit, response: Response[Any], name: str, value: str, age_s: int) -> None:
    """Give the browser a cookie that no script and no other site gets."""
    secure = here.front.entrance.secure
    response.set_cookie(name, value, max_age=age_s, httponly=True, samesite="strict", secure=secure)


def told_until(here: Visit, person: str) -> float:
    """Until when this browser told a person what changed about their signing in, in Unix seconds.

    Kept in the browser and not here: whoever took an account over in another one can mark nothing as told.
    """
    kept = here.request.cookies.get(here.front.entrance.told_cookie(person), "")
    return int(kept) / 1000 if kept.isascii() and kept.isdigit() and len(kept) <= _DIGITS else 0.0


def keep_told(here: Visit, response: Response[Any], person: str) -> None:
    """From now on the browser tells a person what changes after this moment."""
    until = str(math.ceil(here.front.clock() * 1000))
    keep_cookie(here, response, here.front.entrance.told_cookie(person), until, DEVICE_S)


def _form(here: Visit, to: str, problem: str, *, status: int) -> Response[str]:
    entrance = here.front.entrance
    host = here.request.headers.get("host", "")
    response = here.page(
        "sign-in.html",
        status=status,
        title=mark("Sign in"),
        to=inside_path(to),
        problem=problem,
        me=None,
        has_name=bool(entrance.passkey_name(host)),
        providers=here.front.providers,
    )
    if here.request.method == "GET" and not here.request.cookies.get(entrance.door_cookie):
        keep_cookie(here, response, entrance.door_cookie, secrets.token_hex(16), _DOOR_S)
    return response


HANDLERS = (sign_in_page, sign_in, passkey_options, sign_in_with_passkey, sign_out)
