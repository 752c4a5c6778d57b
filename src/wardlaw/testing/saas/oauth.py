"""An OAuth server as RFC 8414, 7662 and 7009 want it, over one organisation.

A credential of the world is a token; its text stands in ``extras`` as ``{"credential ID": {"token": "…"}}``, the secret of a
client as ``{"client ID": {"secret": "…", "introspects": true}}``.
"""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import unquote_plus

from wardlaw.inventory.model import Credential
from wardlaw.testing.saas.message import SaasRequest, SaasResponse
from wardlaw.testing.saas.world import World

_PLACES = ("/.well-known/oauth-authorization-server", "/.well-known/openid-configuration")


class OauthPlatform:
    """One server.

    Attributes:
        issuer: What its metadata name; its own address when empty.
        is_oidc_only: It has no metadata of RFC 8414.
    """

    def __init__(self, world: World, *, is_oidc_only: bool = False) -> None:
        self.world = world
        self.issuer = ""
        self.is_oidc_only = is_oidc_only

    def answer(self, request: SaasRequest) -> SaasResponse:
        """Metadata, introspection, revocation."""
        if request.path in _PLACES[self.is_oidc_only :]:
            return SaasResponse(200, self._metadata(request))
        if request.method != "POST" or request.path not in ("/introspect", "/revoke"):
            return SaasResponse(404, {"error": "not_found"})
        if not (client := self._client(request)):
            return SaasResponse(401, {"error": "invalid_client"}, {"www-authenticate": "Basic"})
        token = request.form().get("token", "")
        if not token:
            return SaasResponse(400, {"error": "invalid_request"})
        credential = self._by_text(token)
        if request.path == "/introspect":
            return SaasResponse(200, self._told(credential, client), {"cache-control": "no-store"})
        if credential is not None:
            if credential.app != client:
                return SaasResponse(400, {"error": "invalid_grant"})
            self.world.remove_credential(credential.id)
        return SaasResponse(200)

    def empty(self, request: SaasRequest) -> SaasResponse:
        """An object that says nothing."""
        return SaasResponse(200, {})

    def _metadata(self, request: SaasRequest) -> dict[str, Any]:
        here = f"http://{request.headers['host']}"
        return {
            "issuer": self.issuer or here,
            "introspection_endpoint": f"{here}/introspect",
            "revocation_endpoint": f"{here}/revoke",
            "token_endpoint": f"{here}/token",
            "introspection_endpoint_auth_methods_supported": ["client_secret_basic"],
        }

    def _client(self, request: SaasRequest) -> str:
        scheme, _, pair = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return ""
        client, _, secret = base64.b64decode(pair).decode().partition(":")
        client, known = unquote_plus(client), self.world.extra("client", unquote_plus(client)).get("secret")
        return client if known is not None and known == unquote_plus(secret) else ""

    def _by_text(self, token: str) -> Credential | None:
        for credential in self.world.credentials.values():
            if self.world.extra("credential", credential.id).get("token") == token:
                return credential
        return None

    def _told(self, credential: Credential | None, client: str) -> dict[str, Any]:
        may_ask = self.world.extra("client", client).get("introspects", True)
        if credential is None or not may_ask or 0 < credential.expires_at <= self.world.now:
            return {"active": False}
        told: dict[str, Any] = {"active": True, "token_type": credential.type, "iat": int(credential.created_at)}
        if credential.expires_at:
            told["exp"] = int(credential.expires_at)
        if credential.app:
            told["client_id"] = credential.app
        if credential.account:
            told["sub"] = credential.account
        if credential.scopes:
            told["scope"] = " ".join(credential.scopes)
        if (account := self.world.accounts.get(credential.account)) and account.name:
            told["username"] = account.name
        return told
