"""What a browser sees when something cannot be done: one sentence, and what to do next."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from wardlaw.console.api.failures import log_unforeseen
from wardlaw.console.pages.inside import ApiAnswerError, ProofAskedError
from wardlaw.console.pages.messages import mark
from wardlaw.console.pages.proving import ask_for_proof
from wardlaw.console.pages.visit import SignInNeededError, Visit


def exception_handlers() -> ExceptionHandlersMap:
    """The handlers of the console."""
    return {
        SignInNeededError: _sign_in_first,
        ApiAnswerError: _refused,
        ProofAskedError: ask_for_proof,
        HTTPException: _frameworks,
        Exception: _unforeseen,
    }


def _sign_in_first(request: Request[Any, Any, Any], _error: SignInNeededError) -> Response[Any]:
    if request.headers.get("hx-request"):  # a part of a page cannot be another page: the browser loads the whole
        return Response(None, status_code=200, headers={"hx-redirect": "/sign-in"})
    asked = request.url
    target = f"{asked.path}?{asked.query}" if asked.query else asked.path
    wanted = "/sign-in?" + urlencode({"to": target}) if request.method == "GET" and target != "/" else "/sign-in"
    return Visit(request).leave(wanted)


def _refused(request: Request[Any, Any, Any], error: ApiAnswerError) -> Response[str]:
    if error.code == "WL-SGN-012":  # the session ended while the page was open
        return _sign_in_first(request, SignInNeededError())
    return _page(request, error.status, error.message, error.hint, error.code)


def _frameworks(request: Request[Any, Any, Any], error: HTTPException) -> Response[str]:
    what = mark("There is no such page.") if error.status_code == 404 else error.detail
    return _page(request, error.status_code, what, mark("Go back, or start at the overview."), "")


def _unforeseen(request: Request[Any, Any, Any], error: Exception) -> Response[str]:
    log_unforeseen(request.method, error)
    return _page(
        request, 500, mark("This page failed."), mark("The control log says why; the door is not concerned."), ""
    )


def _page(request: Request[Any, Any, Any], status: int, problem: str, hint: str, code: str) -> Response[str]:
    return Visit(request).page(
        "problem.html", status=status, title=mark("Not possible"), me=None, problem=problem, hint=hint, code=code
    )
