"""How a surface words an error: whole, and as the event that ends a stream.

The content is the same on every surface (``wire/refusal.py``); only the shape is the vendor's own, so that its official
client raises what it always raises.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import orjson

from wardlaw.gateway.wire.sse import format_event

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
