"""Clients of the platforms where Wardlaw is an app of its own: Microsoft Entra and Okta, with a token or a key."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from urllib.parse import quote, urlsplit

import msgspec

from wardlaw.config.connected import Directory
from wardlaw.connectors.apptoken import AppToken, TokenPlace
from wardlaw.connectors.vendorclient import VendorClient
from wardlaw.facts.errors import ConfigError

_GRAPH, _LOGIN = "https://graph.microsoft.com", "https://login.microsoftonline.com"
OKTA_GROUPS = ("okta.groups.read",)
OKTA_READS = ("okta.users.read", "okta.apps.read", "okta.appGrants.read", "okta.apiTokens.read", "okta.logs.read")
OKTA_WISHES = ("okta.aiAgents.read",)
"""Only an organisation that has Okta for AI Agents can give it."""
OKTA_WRITES = (
    "okta.users.manage",
    "okta.apps.manage",
    "okta.appGrants.manage",
    "okta.apiTokens.manage",
    "okta.sessions.manage",
)


class Moments(msgspec.Struct, frozen=True):
    """Time: Unix seconds, and how to wait."""

    clock: Callable[[], float]
    sleep: Callable[[float], None]


def entra_client(directory: Directory, secret: str, *, client: str, moments: Moments) -> VendorClient:
    """A client of Microsoft Graph with the rights of an app of the tenant.

    Args:
        client: Application id of the app that ``secret`` is of.

    Raises:
        ConfigError: The secret is a key that cannot be used (WL-INV-044).
    """
    login = urlsplit(directory.login or _LOGIN)
    base = f"{login.scheme}://{login.netloc}"
    path = f"{login.path.rstrip('/')}/{quote(directory.tenant, safe='')}/oauth2/v2.0/token"
    graph = directory.url or _GRAPH
    place = TokenPlace("Microsoft Entra", base + path, path, f"{graph.rstrip('/')}/.default")
    asking = _client(directory, base, dict, moments)
    token = AppToken(client, secret, place=place, client=asking, clock=moments.clock, lots=_lot)
    return _client(directory, graph, token.headers, moments)


def okta_client(
    directory: Directory, secret: str, *, client: str, scopes: tuple[str, ...], moments: Moments
) -> VendorClient:
    """A client of an Okta organisation: as an app with a key, or with an API token.

    Raises:
        ConfigError: The key cannot be used (WL-INV-044), or nobody says whose it is (WL-INV-045).
    """
    if "-----BEGIN" not in secret:
        headers = {"authorization": f"SSWS {secret}"}
        return _client(directory, directory.url, lambda: headers, moments)
    if not client:
        raise ConfigError(
            "WL-INV-045",
            f"The credential of {directory.name} is a key, and no client id says which app it is of.",
            "Set client (write_client for the write credential) of the directory to the app's client id.",
        )
    path = "/oauth2/v1/token"
    wished = " ".join(OKTA_WISHES) if scopes[: len(OKTA_READS)] == OKTA_READS else ""
    place = TokenPlace("Okta", directory.url.rstrip("/") + path, path, " ".join(scopes), wished)
    asking = _client(directory, directory.url, dict, moments)
    token = AppToken(client, secret, place=place, client=asking, clock=moments.clock, lots=_lot)
    return _client(directory, directory.url, token.headers, moments)


def _client(
    directory: Directory, url: str, authorise: Callable[[], Mapping[str, str]], moments: Moments
) -> VendorClient:
    return VendorClient(url, authorise=authorise, clock=moments.clock, sleep=moments.sleep, authority=directory.ca)


def _lot() -> str:
    return uuid.uuid4().hex
