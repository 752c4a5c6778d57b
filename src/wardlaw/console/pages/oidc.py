"""To the identity provider and back, and what its servers send.

The session's cookie is not sent on the way back (`SameSite=Strict`: the provider's page sent the browser here), nor would
it be sent to the page a redirect leads to. So what the browser came back with is answered with a page of ours, which
leads on by itself, and the attempt travels in a cookie of its own (`SameSite=Lax`), sealed and good for minutes.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery, URLEncodedBody

from wardlaw.console.pages.entrance import Entrance, form_token, inside_path
from wardlaw.console.pages.inside import ApiAnswerError, path_of
from wardlaw.console.pages.messages import mark
from wardlaw.console.pages.visit import Visit

BEGIN_PATH, DONE_PATH = "/sign-in/oidc", "/sign-in/oidc/done"
LOGOUT_PATH = "/sign-in/oidc/logout"
_ANSWER = ("state", "code", "iss", "error", "error_description")
_ATTEMPT_S = 600
_LONGEST = 4_000
_PROVIDER = ("session", "provider")


@get(BEGIN_PATH)
async def to_provider(
    request: Request[Any, Any, Any], to: FromQuery[str] = "/", again: FromQuery[str] = ""
) -> Response[Any]:
    """Send the browser to the provider; ``again`` for a fresh proof of whoever is signed in."""
    here, wanted = Visit(request), inside_path(to)
    try:
        if again and here.session:
            told, line = await here.get(*_PROVIDER, "again", to=wanted), here.line
        else:
            line = ""
            told = await here.api.get(path_of(*_PROVIDER, "begin"), here.session, {"to": wanted})
    except ApiAnswerError as error:
        return _problem(here, error, wanted)
    headers = {"location": told["address"], "set-cookie": _cookie(here.front.entrance, told["attempt"], line)}
    return Response("", status_code=303, media_type="text/plain", headers=headers)


@get(DONE_PATH)
async def from_provider(request: Request[Any, Any, Any]) -> Response[Any]:
    """Take what the browser came back with; the session begins with the page that is answered."""
    here = Visit(request)
    query = request.query_params
    # Given twice, an answer could be read in two ways: it counts as none.
    answer = {name: query[name][:_LONGEST] for name in _ANSWER if len(query.getall(name, [])) == 1}
    attempt, _, line = request.cookies.get(_name(here.front.entrance), "")[:_LONGEST].partition("~")
    body = {
        "attempt": attempt,
        "answer": answer,
        "browser": {"label": request.headers.get("user-agent", "")[:512], "address": _address(request)},
    }
    try:
        told = await here.api.post(path_of(*_PROVIDER, "finish"), "", body)
    except ApiAnswerError as error:
        return _problem(here, error, "/")
    to = inside_path(told["to"])
    # The page is made for nobody: whatever session this browser had before, its forms are not that session's.
    here.session = ""
    page = here.page("arrived.html", title=mark("Signed in"), me=None, to=to)
    page.headers["refresh"] = f"0;url={quote(to, safe=_IN_PATHS)}"
    # The session's own cookie stays at home on this way (SameSite), so what its forms hang on travels with the attempt.
    line = line if told["goes_on"] else ""
    page.headers["set-cookie"] = here.front.entrance.set_session(told["session"], line=line)
    return _forget(page, here.front.entrance)


@post("/prove/provider")
async def prove_at_provider(request: Request[Any, Any, Any], data: URLEncodedBody[dict[str, str]]) -> Response[Any]:
    """Keep the form that was sent, and lead to the provider for a fresh proof.

    By a page, and not by a redirect: the policy of our forms lets them lead to our own pages alone.
    """
    here, path, sent = Visit(request), inside_path(data.get("again", "/")), data.get("sent", "")
    me = await here.me()
    if not here.check_form(data.get("form", "")) or here.front.kept is None:
        return here.leave("/prove")
    to = "/prove/sent/" + here.front.kept.keep(me.id, path, sent) if sent else path
    address = BEGIN_PATH + "?" + urlencode({"again": "1", "to": to})
    page = here.page(
        "leaving.html", title=mark("Prove it is you"), me=None, address=address, provider=here.front.providers[0][0]
    )
    page.headers["refresh"] = f"0;url={address}"
    return page


@get("/prove/sent/{name:str}")
async def send_again(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[Any]:
    """What was about to be done before the proof, for its person to send again."""
    here = Visit(request)
    me = await here.me()
    kept = here.front.kept.take(name, me.id) if here.front.kept is not None else None
    if kept is None:
        return here.leave("/")
    # The token is written anew: the form may be one of before a sign-in; every other field goes on as it was.
    fields = [one for one in parse_qsl(kept.sent, keep_blank_values=True) if one[0] != "form"]
    fields.insert(0, ("form", form_token(here.line)))
    return here.page("proven.html", title=mark("Thank you"), me=None, again=kept.path, fields=fields)


@post(LOGOUT_PATH)
async def ended_by_provider(request: Request[Any, Any, Any], data: URLEncodedBody[dict[str, str]]) -> Response[Any]:
    """Back-channel logout: the provider's server says whose sessions have ended (Back-Channel Logout 1.0, 2.5 to 2.8)."""
    here = Visit(request)
    body = {"logout_token": data.get("logout_token", "")[:16_384], "address": _address(request)}
    try:
        await here.api.post(path_of(*_PROVIDER, "ended"), "", body)
    except ApiAnswerError as error:
        status = error.status if error.status in (429, 503) else 400
        said = {"error": "invalid_request", "error_description": error.code}
        return Response(said, status_code=status, media_type="application/json")
    return Response("", status_code=200, media_type="text/plain")


async def farewell(here: Visit) -> str:
    """Where a browser that signs out here ends its session at the provider too; empty where there is nothing to end.

    Asked before the session ends here. That the provider cannot be asked keeps nobody signed in.
    """
    if not here.front.providers or not here.session:
        return ""
    try:
        told = await here.get(*_PROVIDER, "farewell")
    except ApiAnswerError:
        return ""
    return str(told["address"])


def send_to_farewell(here: Visit, address: str) -> Response[str]:
    """The page of somebody who is signed out here and leads on to the provider.

    A page and not a redirect: the policy of our forms lets them lead to our own pages alone.
    """
    here.session = ""
    page = here.page(
        "farewell.html", title=mark("Signed out"), me=None, address=address, provider=here.front.providers[0][0]
    )
    page.headers["refresh"] = f"0;url={address}"
    page.headers["set-cookie"] = here.front.entrance.set_session("")
    return page


_IN_PATHS = "/?&=%#:@!$'()*+,;~-._[]"


def _problem(here: Visit, error: ApiAnswerError, to: str) -> Response[str]:
    here.session = ""
    retry = "/sign-in?" + urlencode({"to": to}) if to != "/" else "/sign-in"
    page = here.page(
        "provider.html",
        status=error.status,
        title=mark("Not signed in"),
        me=None,
        problem=error.message,
        hint=error.hint,
        code=error.code,
        retry=retry,
    )
    return _forget(page, here.front.entrance)


def _address(request: Request[Any, Any, Any]) -> str:
    return request.client.host[:64] if request.client is not None else ""


def _name(entrance: Entrance) -> str:
    return "__Host-wardlaw-idp" if entrance.secure else "wardlaw_idp"


def _cookie(entrance: Entrance, attempt: str, line: str) -> str:
    # Lax, not Strict: it must come back with the browser when the provider's page sends it here.
    secure = "; Secure" if entrance.secure else ""
    age = _ATTEMPT_S if attempt else 0
    value = f"{attempt}~{line}" if line else attempt
    return f"{_name(entrance)}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}"


def _forget(page: Response[str], entrance: Entrance) -> Response[str]:
    """The attempt was used, whatever came of it."""
    page.set_cookie(_name(entrance), "", path="/", max_age=0, httponly=True, samesite="lax", secure=entrance.secure)
    return page


HANDLERS = (to_provider, from_provider, prove_at_provider, send_again, ended_by_provider)
