"""Prove it is you: asked when a page wants something that needs a fresh proof, and then what was wanted is done.

Which operations need one is decided in the management API; the page only asks, and sends the form again that was sent.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from litestar import Request, Response, get, post
from litestar.params import FromQuery, URLEncodedBody

from wardlaw.console.pages.entrance import form_token, inside_path
from wardlaw.console.pages.inside import BY_PASSWORD, CHOOSE_FIRST, ApiAnswerError, ProofAskedError, path_of
from wardlaw.console.pages.messages import mark
from wardlaw.console.pages.signing import as_json, credential_of, place_of
from wardlaw.console.pages.visit import Visit

_NOT_KEPT = ("/me/password",)
"""Forms whose fields no page repeats, because they are secrets: one comes back to the page they stand on."""

_Form = URLEncodedBody[dict[str, str]]


def ask_for_proof(request: Request[Any, Any, Any], error: ProofAskedError) -> Response[str]:
    """The page that asks, with the form that was sent."""
    here = Visit(request)
    if error.code == CHOOSE_FIRST:
        if request.headers.get("hx-request"):
            return Response("", status_code=200, headers={"hx-redirect": "/me/first?notice=choose"})
        return here.leave("/me/first", notice="choose")
    sent = request.state.get("sent", b"").decode("latin-1") if request.method == "POST" else ""
    path = request.url.path
    if path in _NOT_KEPT:
        path, sent = "/me", ""
    response = _page(here, path, sent, by_password=error.code == BY_PASSWORD, problem="", status=403)
    if request.headers.get("hx-request"):  # a part of a page cannot ask: the whole is replaced
        response.status_code = 200
        response.headers.update({"hx-retarget": "body", "hx-reswap": "outerHTML"})
    return response


@get("/prove")
async def prove_page(request: Request[Any, Any, Any], to: FromQuery[str] = "/me") -> Response[str]:
    """The page by itself, for whoever wants to prove beforehand."""
    here = Visit(request)
    await here.me()
    standing = await here.get("session", "standing")
    by_password = not standing["passkeys"] and not standing["provider"]
    return _page(here, inside_path(to), "", by_password=by_password, problem="", status=200)


@post("/prove/options")
async def prove_options(request: Request[Any, Any, Any]) -> Response[Any]:
    """What to ask the browser's passkey for."""
    here = Visit(request)
    await here.me()
    asked = place_of(here)
    return as_json(await here.api.post(path_of("session", "prove", "options"), here.session, asked))


@post("/prove")
async def prove(request: Request[Any, Any, Any], data: _Form) -> Response[Any]:
    """Check the proof; the session goes on with another secret, and what was wanted is sent again."""
    here = Visit(request)
    path, sent = inside_path(data.get("again", "/")), data.get("sent", "")
    by_password = "password" in data
    proof = (
        {"password": data["password"]}
        if by_password
        else {"ceremony": data.get("ceremony", ""), "credential": credential_of(data)}
    )
    try:
        told = await here.change(data, "session", "prove", body=proof)
    except ApiAnswerError as error:
        if error.code == "WL-SGN-012":
            raise
        return _page(here, path, sent, by_password=by_password, problem=error.words, status=error.status)
    if not sent:
        return here.leave(path, session=told["session"], goes_on=True, notice="proven")
    # The session went on, and a form that was shown before it began is none of its own: the token is written anew.
    fields = [(name, value) for name, value in parse_qsl(sent, keep_blank_values=True) if name != "form"]
    fields.insert(0, ("form", form_token(here.line)))
    response = here.page("proven.html", title=mark("Thank you"), me=None, again=path, fields=fields)
    response.headers["set-cookie"] = here.front.entrance.set_session(told["session"], line=here.line)
    return response


def _page(here: Visit, path: str, sent: str, *, by_password: bool, problem: str, status: int) -> Response[str]:
    return here.page(
        "prove.html",
        status=status,
        title=mark("Prove it is you"),
        me=None,
        again=path,
        sent=sent,
        by_password=by_password,
        problem=problem,
        providers=here.front.providers,
        has_name=bool(place_of(here)["rp_id"]),
    )


HANDLERS = (prove_page, prove_options, prove)
