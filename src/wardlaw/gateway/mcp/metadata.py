"""What ``/mcp`` says of itself to those who are not admitted yet: where tokens for it come from (RFC 9728)."""

from __future__ import annotations

import orjson

from wardlaw.gateway.port import Call
from wardlaw.gateway.services import Services

PATH = "/mcp"
WELL_KNOWN = "/.well-known/oauth-protected-resource"


def is_metadata(path: str, mcp_url: str = "") -> bool:
    """Whether a path asks for the metadata: with the resource's path behind it or without (RFC 9728 section 3.1).

    Args:
        mcp_url: Address callers reach ``/mcp`` at, where it is configured.
    """
    return path in (WELL_KNOWN, WELL_KNOWN + PATH, WELL_KNOWN + _parted(mcp_url)[1])


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
    """The ``www-authenticate`` of a refusal (RFC 9728 section 5.1; its error, RFC 6750 section 3.1)."""
    error = 'error="invalid_token", ' if "authorization" in call.headers else ""
    origin, path = _parted(_resource(services, call))
    return f'Bearer realm="wardlaw", {error}resource_metadata="{origin}{WELL_KNOWN}{path}"'


def _parted(resource: str) -> tuple[str, str]:
    """Origin and path of an address, without a slash at its end: the metadata stand at the well-known path between them.

    Total, since a caller may have written the host: what is no address has parts all the same.
    """
    scheme, _, rest = resource.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host}", (slash + path).removesuffix("/")


def _resource(services: Services, call: Call) -> str:
    if services.mcp_url:
        return services.mcp_url
    # As the caller asked: what it says of the host comes back to itself alone.
    told = call.headers.get("host", "localhost")
    host = "".join(char for char in told if char.isascii() and (char.isalnum() or char in ".:-[]_"))
    return f"{'https' if services.is_tls else 'http'}://{host}{PATH}"
