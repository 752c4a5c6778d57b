"""What ``/mcp`` says of itself to those who are not admitted yet: where tokens for it come from (RFC 9728)."""

from __future__ import annotations

import orjson

from wardlaw.gateway.port import Call
from wardlaw.gateway.services import Services

PATH = "/mcp"
WELL_KNOWN = "/.well-known/oauth-protected-resource"


def is_metadata(path: str) -> bool:
    """Whether a path asks for the metadata: with the resource's path behind it or without (RFC 9728 section 3.1)."""
    return path in (WELL_KNOWN, WELL_KNOWN + PATH)


def metadata(services: Services, call: Call) -> bytes:
    """The document; it names no server and no tool."""
    doc = {
        "resource": _resource(services, call),
        "bearer_methods_supported": ["header"],
        "resource_name": "Wardlaw",
    }
    if services.authorization_servers:
        doc["authorization_servers"] = list(services.authorization_servers)
    return orjson.dumps(doc)


def challenge(services: Services, call: Call) -> str:
    """The ``www-authenticate`` of a refusal (RFC 9728 section 5.1)."""
    place = _resource(services, call).removesuffix(PATH) + WELL_KNOWN + PATH
    return f'Bearer realm="wardlaw", resource_metadata="{place}"'


def _resource(services: Services, call: Call) -> str:
    if services.mcp_url:
        return services.mcp_url
    # As the caller asked: what it says of the host comes back to itself alone.
    host = "".join(char for char in call.headers.get("host", "localhost") if char.isalnum() or char in ".:-[]_")
    return f"{'https' if services.is_tls else 'http'}://{host}{PATH}"
