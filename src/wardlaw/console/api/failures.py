"""Every failure as the same JSON: ``{"error": {"code", "message", "hint", "exit"}}``."""

from __future__ import annotations

import traceback
from http import HTTPStatus
from pathlib import Path
from typing import Any

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from wardlaw.console.api.pacing import TooManyFiledError
from wardlaw.facts.errors import Fault, InputError, UnavailableError, WardlawError

# Codes that say more than their family: nothing there, or in the way of something that is.
_NOT_FOUND = frozenset(
    {
        "WL-STO-011",
        "WL-STO-013",
        "WL-OID-003",
        "WL-OID-016",
        "WL-STO-021",
        "WL-STO-031",
        "WL-STO-040",
        "WL-STO-050",
        "WL-STO-060",
        "WL-STO-070",
        "WL-STO-072",
        "WL-STO-075",
        "WL-MCP-026",
        "WL-SYS-001",
        "WL-SYS-010",
        "WL-GAT-002",
        "WL-ITK-002",
        "WL-GAT-004",
        "WL-GAT-008",
        "WL-FWK-003",
        "WL-COV-001",
        "WL-COV-003",
        "WL-COV-004",
        "WL-SGN-002",
        "WL-SGN-008",
    }
)
_CONFLICT = frozenset(
    {
        "WL-LIF-024",
        "WL-STO-010",
        "WL-OID-015",
        "WL-STO-020",
        "WL-STO-022",
        "WL-STO-030",
        "WL-STO-041",
        "WL-STO-051",
        "WL-STO-052",
        "WL-STO-071",
        "WL-STO-073",
        "WL-STO-074",
        "WL-STO-076",
        "WL-SYS-002",
        "WL-SYS-003",
        "WL-SYS-005",
        "WL-SYS-006",
        "WL-SYS-007",
        "WL-SYS-008",
        "WL-CLS-003",
        "WL-GAT-003",
        "WL-ITK-003",
        "WL-ITK-005",
        "WL-ITK-007",
        "WL-ITK-008",
        "WL-GAT-006",
        "WL-GAT-014",
        "WL-GAT-009",
        "WL-FWK-005",
        "WL-API-007",
        "WL-API-008",
    }
)


def exception_handlers() -> ExceptionHandlersMap:
    """The handlers of the whole application."""
    return {WardlawError: _ours, HTTPException: _frameworks, Exception: _unforeseen}


def status_of(error: WardlawError) -> int:
    """HTTP status for an error."""
    if error.code in _NOT_FOUND:
        return HTTPStatus.NOT_FOUND
    if error.code in _CONFLICT:
        return HTTPStatus.CONFLICT
    return error.http_status


def _ours(_request: Request[Any, Any, Any], error: WardlawError) -> Response[dict[str, Any]]:
    return _answer(error, status_of(error))


def _frameworks(_request: Request[Any, Any, Any], error: HTTPException) -> Response[dict[str, Any]]:
    status = error.status_code
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return _answer(InputError("WL-API-005", "The body is too large.", "Send less at once."), status)
    if status in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED):
        told = InputError("WL-API-004", "There is no such operation.", "GET /api/openapi.json lists them.")
        return _answer(told, status, error.headers)
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return _answer(InputError("WL-API-003", _what_is_wrong(error), "GET /api/openapi.json says the form."), status)
    return _unforeseen(_request, error)


def _unforeseen(request: Request[Any, Any, Any], error: Exception) -> Response[dict[str, Any]]:
    # The request boundary: whatever happens, the caller gets an answer and the operator the place.
    log_unforeseen(request.method, error)
    return _answer(Fault("WL-API-006", "Something failed inside Wardlaw.", "Look into the control log."), 500)


def log_unforeseen(method: str, error: Exception) -> None:
    """Tell the operator where something broke.

    Values are left out, locals and the error's own text too: they may be tokens, secrets or prompts.
    """
    frames = traceback.extract_tb(error.__traceback__)
    trace = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    structlog.get_logger("wardlaw.console").error("unforeseen", method=method, error=type(error).__name__, trace=trace)


def _what_is_wrong(error: HTTPException) -> str:
    items = error.extra if isinstance(error.extra, list) else []
    places = [
        f"{item.get('key') or item.get('source') or 'body'}: {item.get('message')}"
        for item in items
        if isinstance(item, dict)
    ]
    return f"The request is not valid: {'; '.join(places) or error.detail}"[:500]


def _answer(error: WardlawError, status: int, headers: dict[str, str] | None = None) -> Response[dict[str, Any]]:
    body = {"error": {"code": error.code, "message": error.message, "hint": error.hint, "exit": error.exit_code}}
    if isinstance(error, UnavailableError):
        wait_s = error.wait_s if isinstance(error, TooManyFiledError) else 1
        headers = {**(headers or {}), "retry-after": str(wait_s)}
    return Response(body, status_code=status, headers=headers)
