"""Messages of the protocol: JSON-RPC 2.0, one object each, read strictly and written in one form.

Source: JSON-RPC 2.0; Model Context Protocol, specification 2025-11-25, basic and basic/transports.
"""

from __future__ import annotations

from typing import Any

import msgspec
import orjson

VERSIONS = ("2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05")
"""Versions of the protocol with a handshake that are spoken, towards callers and servers; the newest first."""

PARSE_ERROR, INVALID_REQUEST, NO_METHOD, INVALID_PARAMS, INTERNAL = -32700, -32600, -32601, -32602, -32603
UNSUPPORTED_VERSION = -32022
"""Specification 2026-07-28: the version asked for is not spoken; clients then try the handshake."""
REFUSED = -32003
"""Of the range that servers may use as they like (JSON-RPC 2.0 section 5.1): refused by policy."""


class Message(msgspec.Struct, frozen=True):
    """One message.

    Attributes:
        id: Text or whole number; ``None`` for a notification.
        method: ``""`` for an answer.
        params: Of a request or notification.
        result: Of an answer that succeeded.
        error: Of one that failed.
    """

    id: str | int | None = None
    method: str = ""
    params: dict[str, Any] = {}
    result: dict[str, Any] | None = None
    error: dict[str, Any] | None = None

    @property
    def is_request(self) -> bool:
        """It wants an answer."""
        return bool(self.method) and self.id is not None


def read_message(doc: dict[str, Any]) -> Message | None:
    """The message in an object; ``None`` when it is none.

    Args:
        doc: From ``read_json``, so no member stands in it twice.
    """
    if doc.get("jsonrpc") != "2.0":
        return None
    identity, method = doc.get("id"), doc.get("method")
    if not (identity is None or type(identity) is str or type(identity) is int):
        return None
    if "method" in doc:
        params = doc.get("params", {})
        if type(method) is not str or not method or type(params) is not dict or ("id" in doc and identity is None):
            return None
        return Message(identity, method, params)
    result, error = doc.get("result"), doc.get("error")
    if (type(result) is dict) == (type(error) is dict) or identity is None:
        return None
    return Message(identity, result=result, error=error)


def request_text(identity: int, method: str, params: dict[str, Any]) -> bytes:
    """A request."""
    return orjson.dumps({"jsonrpc": "2.0", "id": identity, "method": method, "params": params})


def notification_text(method: str, params: dict[str, Any] | None = None) -> bytes:
    """A notification."""
    told: dict[str, Any] = {"jsonrpc": "2.0", "method": method}
    return orjson.dumps(told if params is None else told | {"params": params})


def result_text(identity: str | int, result: dict[str, Any]) -> bytes:
    """An answer that succeeded."""
    return orjson.dumps({"jsonrpc": "2.0", "id": identity, "result": result})


def error_text(identity: str | int | None, code: int, message: str, data: dict[str, Any] | None = None) -> bytes:
    """An answer that failed."""
    error: dict[str, Any] = {"code": code, "message": message}
    if data is not None:
        error["data"] = data
    return orjson.dumps({"jsonrpc": "2.0", "id": identity, "error": error})
