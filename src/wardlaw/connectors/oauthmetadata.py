"""Where an OAuth server says its endpoints are: RFC 8414, and OpenID Connect Discovery for servers that have only that."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import msgspec

from wardlaw.config.notify import is_safe_webhook
from wardlaw.connectors.feed import not_read
from wardlaw.connectors.vendorclient import VendorClient

_OAUTH, _OIDC = "/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"


class OauthEndpoints(msgspec.Struct, frozen=True):
    """The endpoints of one server; each is empty where it has none."""

    introspection: str
    revocation: str


def read_endpoints(issuer: str, open_client: Callable[[str], VendorClient]) -> OauthEndpoints:
    """The endpoints as the server's metadata names them.

    The issuer in the metadata must be the one asked for, letter by letter (RFC 8414, 3.3): otherwise one server could
    be made to send another's tokens somewhere else.

    Args:
        open_client: A client without a credential for the origin of an address.

    Raises:
        UnavailableError: There is no such metadata, or it is another server's (WL-INV-010).
    """
    parts = urlsplit(issuer)
    client, path = open_client(f"{parts.scheme}://{parts.netloc}"), parts.path.rstrip("/")
    # RFC 8414 puts the well-known part before the path of the issuer, OpenID Connect behind it.
    answer = client.get(_OAUTH + path)
    if answer.status == 404:
        answer = client.get(path + _OIDC)
    if answer.status != 200 or not isinstance(answer.body, dict):
        raise not_read("The server's metadata", f"it answers {answer.status}")
    if answer.body.get("issuer") != issuer:
        raise not_read("The server's metadata", "they are of another issuer than the one configured")
    return OauthEndpoints(
        _endpoint(answer.body.get("introspection_endpoint")), _endpoint(answer.body.get("revocation_endpoint"))
    )


def _endpoint(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or not is_safe_webhook(value) or urlsplit(value).fragment:
        raise not_read("The server's metadata", "an endpoint is not https, and a token is not sent in the clear")
    return value
