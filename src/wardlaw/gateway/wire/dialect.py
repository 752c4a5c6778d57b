"""How a surface words an error: whole, and as the event that ends a stream.

The content is the same on every surface (``wire/refusal.py``); only the shape is the vendor's own, so that its official
client raises what it always raises.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import orjson

from wardlaw.gateway.wire.sse import format_event, format_named_event

Detail = Mapping[str, Any]
"""An error's members: ``message``, ``type``, ``code``, and what belongs to the case."""


class Dialect(msgspec.Struct, frozen=True):
    """The shape of errors on one surface.

    Attributes:
        body: Status and detail to the body of an answer.
        event: Detail to the event that ends a stream. Nothing follows it.
    """

    body: Callable[[int, Detail], bytes]
    event: Callable[[Detail], bytes]


def _openai_body(_status: int, detail: Detail) -> bytes:
    return orjson.dumps({"error": detail})


def _openai_event(detail: Detail) -> bytes:
    return format_event(orjson.dumps({"error": detail}))


OPENAI = Dialect(body=_openai_body, event=_openai_event)
"""The official client raises ``APIError`` on an event with an ``error``; ``[DONE]`` never follows."""

# What Anthropic's client and its readers go by (API reference, "Errors", 2026-11).
_ANTHROPIC_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    503: "overloaded_error",
    504: "timeout_error",
}
_ANTHROPIC_KINDS = {
    "policy_refusal": "permission_error",
    "rate_limit_error": "rate_limit_error",
    "invalid_request_error": "invalid_request_error",
    "authentication_error": "authentication_error",
}
_API_ERROR = "api_error"


def _anthropic(kind: str, detail: Detail) -> bytes:
    members = {name: value for name, value in detail.items() if name != "param" or value is not None}
    error = {"type": "error", "error": {**members, "type": kind}, "request_id": detail.get("decision_id") or None}
    return orjson.dumps(error)


def _anthropic_body(status: int, detail: Detail) -> bytes:
    return _anthropic(_ANTHROPIC_TYPES.get(status, _API_ERROR if status >= 500 else "invalid_request_error"), detail)


def _anthropic_event(detail: Detail) -> bytes:
    return format_named_event("error", _anthropic(_ANTHROPIC_KINDS.get(detail["type"], _API_ERROR), detail))


ANTHROPIC = Dialect(body=_anthropic_body, event=_anthropic_event)
"""The official client raises ``APIStatusError`` on an event named ``error``; ``message_stop`` never follows."""


def _responses_event(detail: Detail) -> bytes:
    # As the API has it, and with the member on which the official client raises.
    error = {name: detail.get(name) for name in ("code", "message", "param")}
    return format_named_event("error", orjson.dumps({"type": "error", **error, "error": detail}))


RESPONSES = Dialect(body=_openai_body, event=_responses_event)
"""Errors as on OpenAI's other surfaces; ``response.completed`` never follows one in a stream."""
