"""What a browser sees when something cannot be done: one sentence, and what to do next."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from wardlaw.console.api.failures import log_unforeseen
from wardlaw.console.pages.inside import ApiAnswerError
from wardlaw.console.pages.visit import SignInNeededError, Visit


def exception_handlers() -> ExceptionHandlersMap:
    """The handlers of the console."""
    return {
        SignInNeededError: _sign_in_first,
        ApiAnswerError: _refused,
        HTTPException: _frameworks,
        Exception: _unforeseen,
    }


def _sign_in_first(request: Request[Any, Any, Any], _error: SignInNeededError) -> Response[Any]:
    if request.headers.get("hx-request"):  # a part of a page cannot be another page: the browser loads the whole
        return Response(None, status_code=200, headers={"hx-redirect": "/sign-in"})
    target = request.url.path if request.method == "GET" else "/"
    return Visit(request).leave(f"/sign-in?to={target}" if target != "/" else "/sign-in")


def _refused(request: Request[Any, Any, Any], error: ApiAnswerError) -> Response[str]:
    return _page(request, error.status, str(error), error.hint, error.code)


def _frameworks(request: Request[Any, Any, Any], error: HTTPException) -> Response[str]:
    what = "There is no such page." if error.status_code == 404 else error.detail
    return _page(request, error.status_code, what, "Go back, or start at the overview.", "")


def _unforeseen(request: Request[Any, Any, Any], error: Exception) -> Response[str]:
    log_unforeseen(request.method, error)
    return _page(request, 500, "This page failed.", "The control log says why; the door is not concerned.", "")


def _page(request: Request[Any, Any, Any], status: int, problem: str, hint: str, code: str) -> Response[str]:
    return Visit(request).page(
        "problem.html", status=status, title="Not possible", me=None, problem=problem, hint=hint, code=code
    )
