"""What Google's API says besides the answers of a model: errors of its own form."""

from __future__ import annotations

import orjson

from wardlaw.gateway.wire.dialect import ANTHROPIC


def google_refusal(status: int, raw: bytes) -> bytes:
    """An error as the Messages API words it; the models' own come in that form already.

    Source: Google API design guide, "Errors" (2026-11): ``{"error": {"code", "message", "status"}}``, at times in a list.
    """
    try:
        doc = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return raw
    if type(doc) is list and len(doc) == 1:
        doc = doc[0]
    if type(doc) is not dict or doc.get("type") == "error":
        return raw
    error = doc.get("error")
    message = error.get("message") if type(error) is dict else None
    if type(message) is not str:
        return raw
    return ANTHROPIC.body(status, {"message": message})
