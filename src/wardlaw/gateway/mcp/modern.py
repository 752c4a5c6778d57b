"""The version of the protocol without a handshake (2026-07-28), towards servers that speak nothing else.

Each request carries version, name and capabilities of its sender in ``_meta``; over HTTP, version, method and the name
of what is asked for stand in headers too. What a server can do is asked with ``server/discover``.

Not served: headers made from arguments (``x-mcp-header`` in a schema), subscriptions, and requests that want more input.

Source: Model Context Protocol, specification 2026-07-28, basic, basic/transports, server/discover.
"""

from __future__ import annotations

import base64
from typing import Any

import orjson

from wardlaw import __version__

MODERN = "2026-07-28"
DISCOVER = "server/discover"
UNKNOWN_TO = frozenset((-32022, -32601, -32602))
"""What a server without the handshake answers it with: version, method or parameters it does not know."""

_PREFIX = "io.modelcontextprotocol/"
_NAMED = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}
_ENCODED = ("=?base64?", "?=")


def envelope() -> dict[str, Any]:
    """What ``_meta`` of every request holds: no capability of the caller's is offered."""
    return {
        f"{_PREFIX}protocolVersion": MODERN,
        f"{_PREFIX}clientInfo": {"name": "wardlaw", "version": __version__},
        f"{_PREFIX}clientCapabilities": {},
    }


def enveloped(params: dict[str, Any]) -> dict[str, Any]:
    """Parameters of a request in its envelope."""
    return {**params, "_meta": envelope()}


def is_spoken(discovered: dict[str, Any]) -> bool:
    """Whether what a server says of itself names the version."""
    versions = discovered.get("supportedVersions")
    return type(versions) is list and MODERN in versions


def headers_of(message: bytes) -> list[tuple[str, str]]:
    """The headers that repeat what stands in a message of ours."""
    doc = orjson.loads(message)
    method = doc.get("method")
    if type(method) is not str:
        return []
    found = [("mcp-method", method)]
    name = doc.get("params", {}).get(_NAMED.get(method, ""))
    if type(name) is str:
        found.append(("mcp-name", _header_value(name)))
    return found


def _header_value(text: str) -> str:
    """As it stands where a header can hold it; else, or where it could be taken for it, in base64."""
    plain = text.isascii() and text.isprintable() and text == text.strip() and not text.startswith(_ENCODED[0])
    if plain:
        return text
    return base64.b64encode(text.encode("utf-8", "surrogatepass")).decode().join(_ENCODED)
