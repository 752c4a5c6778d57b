"""How Okta writes an organisation: users, apps, one grant for each scope, tokens, connections, and its log.

A world of Okta says beside the model, in its extras: ``grant ID`` ``{"connection": RESOURCE}`` for Cross App Access from the app
to another, ``{"source": "ADMIN"}``; ``app ID`` ``{"service": true}``; ``credential ID`` ``{"window": "P30D"}``.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.model import Account, AccountKind, AccountState, App, Consent, Grant
from wardlaw.testing.saas.world import World

STATUS = {
    AccountState.ACTIVE: "ACTIVE",
    AccountState.SUSPENDED: "SUSPENDED",
    AccountState.DELETED: "DEPROVISIONED",
    AccountState.UNKNOWN: "PROVISIONED",
}
LOGGED = {
    Deed.CONSENT: "app.oauth2.as.consent.grant",
    Deed.REVOKE: "app.oauth2.as.consent.revoke",
    Deed.SIGN_IN: "app.oauth2.token.grant.access_token",
    Deed.CREDENTIAL_ADDED: "system.api_token.create",
    Deed.CREDENTIAL_REMOVED: "system.api_token.revoke",
    Deed.ROLE_ASSIGNED: "user.account.privilege.grant",
    Deed.APP_CREATED: "application.lifecycle.create",
    Deed.APP_CHANGED: "application.lifecycle.update",
    Deed.APP_DELETED: "application.lifecycle.delete",
    Deed.TRACE_REMOVED: "event_hook.deleted",
}


def written(at: float) -> str | None:
    """A time as Okta writes it; None for none."""
    return datetime.fromtimestamp(at, tz=UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z" if at else None


class OktaShapes:
    """A world in Okta's words; everything is made anew from it at each request."""

    def __init__(self, world: World, base: str) -> None:
        self._world = world
        self._base = base

    def users(self) -> list[dict[str, Any]]:
        """People; deactivated ones too."""
        people = (one for one in self._world.accounts.values() if one.acts_as is not AccountKind.AGENT)
        return [self._user(one) for one in people]

    def groups(self) -> list[dict[str, Any]]:
        """Groups of the organisation."""
        return [
            {"id": one.id, "type": "OKTA_GROUP", "profile": {"name": one.name, "description": None}}
            for one in self._world.groups.values()
        ]

    def agents(self) -> list[dict[str, Any]]:
        """AI agents."""
        return [
            {
                "id": one.id,
                "status": STATUS[one.state] if one.state is AccountState.ACTIVE else "INACTIVE",
                "created": "2026-01-01T00:00:00.000Z",
                "profile": {"name": one.name, "description": None},
                "source": "MANUAL",
            }
            for one in self._world.accounts.values()
            if one.acts_as is AccountKind.AGENT
        ]

    def agent_connections(self, agent: str) -> list[dict[str, Any]]:
        """What an agent is connected to: the grants of the client that it is."""
        return [
            {
                "id": one.id,
                "connectionType": "IDENTITY_ASSERTION_CUSTOM_AS",
                "resourceIndicator": self.connects(one),
                "scopeCondition": "INCLUDE_ONLY",
                "scopes": list(one.scopes),
                "status": "ACTIVE",
                "created": written(one.granted_at),
            }
            for one in self._world.grants_of(app=agent)
            if self.connects(one)
        ]

    def apps(self) -> list[dict[str, Any]]:
        """OAuth clients, as apps of the organisation."""
        return [self._app(one) for one in self._world.apps.values()]

    def scope_grants(self, *, user: str = "", app: str = "") -> list[dict[str, Any]]:
        """One entry for each scope of a user's grants, or of an app's own."""
        found = []
        for grant in self._world.grants_of(account=user, app=app):
            if self.connects(grant) or bool(grant.account) is not bool(user):
                continue
            for number, scope in enumerate(grant.scopes):
                found.append(self._scope_grant(grant, scope, number))
        return found

    def tokens(self, *, user: str = "", app: str = "") -> list[dict[str, Any]]:
        """Refresh tokens of an app, a user, or both."""
        return [
            {
                "id": one.id,
                "status": "ACTIVE",
                "clientId": one.app,
                "userId": one.account,
                "issuer": f"{self._base}/oauth2/default",
                "scopes": list(one.scopes),
                "created": written(one.created_at),
                "lastUpdated": written(one.created_at),
                "expiresAt": written(one.expires_at),
            }
            for one in self._world.credentials.values()
            if one.app and app in ("", one.app) and user in ("", one.account)
        ]

    def api_tokens(self) -> list[dict[str, Any]]:
        """Tokens of Okta's own interface."""
        return [
            {
                "id": one.id,
                "name": one.name,
                "clientName": "Okta API",
                "userId": one.account,
                "tokenWindow": "P30D",
                "network": {"connection": "ANYWHERE"},
                "created": written(one.created_at),
                "lastUpdated": written(one.last_used_at or one.created_at),
                "expiresAt": written(one.expires_at),
            }
            for one in self._world.credentials.values()
            if not one.app
        ]

    def connections(self, app: str) -> list[dict[str, Any]]:
        """Cross App Access of an app to others."""
        return [
            {
                "id": one.id,
                "requestingAppInstanceId": app,
                "resourceAppInstanceId": self.connects(one),
                "status": "ACTIVE",
                "created": written(one.granted_at),
                "lastUpdated": written(one.granted_at),
            }
            for one in self._world.grants_of(app=app)
            if self.connects(one)
        ]

    def connects(self, grant: Grant) -> str:
        """The app that a connection lets its app into; empty for other grants."""
        return str(self._world.extra("grant", grant.id).get("connection", ""))

    def clients(self, user: str) -> list[dict[str, Any]]:
        """Clients that a user has granted something or has tokens of."""
        ids = {one.app for one in self._world.grants_of(account=user)} | {
            one["clientId"] for one in self.tokens(user=user)
        }
        named = {one: self._world.apps.get(one, App(one)) for one in sorted(ids)}
        return [
            {"client_id": id_, "client_name": app.name, "client_uri": None, "logo_uri": None}
            for id_, app in named.items()
        ]

    def event(self, one: Activity) -> dict[str, Any] | None:
        """An entry of the system log; None for what stands in no such log."""
        if one.deed not in LOGGED:
            return None
        who = one.actor or one.account or one.app
        is_app = who == one.app and one.deed is Deed.SIGN_IN
        target: list[dict[str, Any]] = []
        if one.app:
            detail = {"publicclientapp": one.app, "user": one.account}
            target.append(
                {"type": "PublicClientApp", "id": one.app, "alternateId": one.app, "displayName": one.app_name}
            )
            target += [
                {
                    "type": "scope",
                    "id": f"scp-{scope}",
                    "alternateId": None,
                    "displayName": scope,
                    "detailEntry": detail,
                }
                for scope in one.scopes
            ]
        if one.account:
            target.append(
                {"type": "User", "id": one.account, "alternateId": one.account, "displayName": "", "detailEntry": None}
            )
        if one.credential:
            target.append(
                {"type": "Token", "id": one.credential, "alternateId": None, "displayName": "", "detailEntry": None}
            )
        return {
            "uuid": one.id,
            "published": written(one.at),
            "eventType": LOGGED[one.deed],
            "version": "0",
            "severity": "INFO",
            "displayMessage": one.deed.value,
            "legacyEventType": None,
            "actor": {
                "id": who,
                "type": "PublicClientApp" if is_app else "User",
                "alternateId": who,
                "displayName": "",
            },
            "client": {
                "userAgent": {"rawUserAgent": one.user_agent, "os": "Unknown", "browser": "UNKNOWN"},
                "zone": "null",
                "device": "Computer",
                "id": None,
                "ipAddress": one.ip or None,
                "geographicalContext": {"country": one.country or None, "city": None},
            },
            "outcome": {"result": "SUCCESS", "reason": None},
            "target": target,
            "transaction": {"type": "WEB", "id": one.id, "detail": {}},
            "debugContext": {
                "debugData": {"grantedScopes": ",".join(one.scopes), "grantType": one.via or "client_credentials"}
            },
            "securityContext": {
                "asNumber": one.asn or None,
                "asOrg": None,
                "isp": None,
                "domain": None,
                "isProxy": False,
            },
            "authenticationContext": {"authenticationStep": 0, "externalSessionId": "unknown"},
            "request": {"ipChain": []},
        }

    def _user(self, one: Account) -> dict[str, Any]:
        return {
            "id": one.id,
            "status": STATUS[one.state],
            "created": "2024-01-01T00:00:00.000Z",
            "profile": {"login": one.name or one.id, "email": one.name or None, "firstName": None, "lastName": None},
            "type": {"id": "oty1"},
        }

    def _app(self, one: App) -> dict[str, Any]:
        is_service = bool(self._world.extra("app", one.id).get("service"))
        client = {"client_uri": f"https://{one.domain}" if one.domain else None, "grant_types": ["client_credentials" if is_service else "authorization_code"],
                  "application_type": "service" if is_service else "web"}  # fmt: skip
        return {
            "id": one.id,
            "name": "oidc_client",
            "label": one.name,
            "status": "INACTIVE" if self._world.extra("app", one.id).get("inactive") else "ACTIVE",
            "created": "2024-01-01T00:00:00.000Z",
            "lastUpdated": "2024-01-01T00:00:00.000Z",
            "signOnMode": "OPENID_CONNECT",
            "credentials": {"oauthClient": {"client_id": one.id, "token_endpoint_auth_method": "private_key_jwt"}},
            "settings": {"oauthClient": client},
        }

    def _scope_grant(self, grant: Grant, scope: str, number: int) -> dict[str, Any]:
        own = scope.startswith("okta.")
        return {
            "id": f"oag.{grant.id}:{scope}",
            "status": "ACTIVE",
            "created": written(grant.granted_at),
            "createdBy": {"id": grant.account or "admin", "type": "User"},
            "lastUpdated": written(grant.granted_at),
            "issuer": self._base if own else f"{self._base}/oauth2/default",
            "clientId": grant.app,
            "userId": grant.account or None,
            "scopeId": scope if own else f"scp{number}",
            "source": "ADMIN" if grant.consent is Consent.ADMIN else "END_USER",
            "_embedded": {"scope": {"id": scope if own else f"scp{number}"}},
            "_links": {
                "scope": {"href": f"{self._base}/scopes/{number}", "title": scope},
                "app": {"href": f"{self._base}/api/v1/apps/{grant.app}", "title": ""},
            },
        }
