"""How Microsoft Graph writes an organisation: service principals, grants, assignments, credentials, users.

A world of Entra says beside the model, in its extras: ``grant ID`` ``{"resource": APPID, "delegated": true}``, ``account ID``
``{"app": CLIENT, "blueprint": …, "sponsor": …}`` for a service principal, ``app ID`` ``{"tenant": …, "type": …,
"signed_in_at": …}``, ``credential ID`` ``{"holder": "principal", "used_at": …}``.
"""

from __future__ import annotations

import base64
import uuid
from datetime import UTC, datetime
from functools import cache
from typing import Any

from wardlaw.inventory.model import Account, AccountKind, AccountState, App, Consent, Credential, Grant, Tristate
from wardlaw.testing.saas.world import World

GRAPH = "00000003-0000-0000-c000-000000000000"
MICROSOFT = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"
TENANT = "11111111-2222-3333-4444-555555555555"
_SPACE = uuid.UUID("9a3f6f0e-5a0f-4c9c-8d5b-3f6d8a1c2b7e")


@cache
def guid(text: str) -> str:
    """The text where it is a GUID, else one that is always the same for it."""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return str(uuid.uuid5(_SPACE, text))


def stamp(at: float) -> str | None:
    """A time as Graph writes it; None for none."""
    return datetime.fromtimestamp(at, tz=UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if at else None


class EntraShapes:
    """A world in Graph's words; everything is made anew from it at each request."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._holders: dict[str, str] = {}
        self._size = (-1, -1)

    def users(self) -> list[dict[str, Any]]:
        """People of the tenant."""
        return [self._user(one) for one in self._world.accounts.values() if not self._acts(one)]

    def groups(self) -> list[dict[str, Any]]:
        """Groups of the tenant."""
        return [{"id": one.id, "displayName": one.name} for one in self._world.groups.values()]

    def members(self, group: str) -> list[dict[str, Any]]:
        """Who is in a group, each with what it is."""
        acting = {one.id for one in self._world.accounts.values() if self._acts(one)}
        kinds = [
            (one, "group" if one.inner else "servicePrincipal" if one.account in acting else "user")
            for one in self._world.members(group)
        ]
        return [{"@odata.type": f"#microsoft.graph.{kind}", "id": one.inner or one.account} for one, kind in kinds]

    def principals(self, *, derived: bool = False) -> list[dict[str, Any]]:
        """Service principals; only agent identities with ``derived``."""
        roles: dict[str, set[str]] = {}
        for grant in self._world.grants.values():
            if self.is_application(grant):
                roles.setdefault(self._resource_of(grant), set()).update(grant.scopes)
        found = [self._principal(app, roles) for app in [*self._world.apps.values(), *self._resources()]]
        return [one for one in found if not derived or "@odata.type" in one]

    def applications(self) -> list[dict[str, Any]]:
        """Applications that are registered in this tenant, with their credentials."""
        return [
            {
                "id": guid(f"application {app.id}"),
                "appId": app.id,
                "displayName": app.name,
                "createdDateTime": stamp(self._world.now),
                **self._credentials(app.id, holder="application"),
            }
            for app in self._world.apps.values()
            if self._tenant_of(app) == TENANT
        ]

    def delegated(self) -> list[dict[str, Any]]:
        """OAuth 2.0 permission grants; there is one for each app, person and resource, whatever the world has."""
        found: dict[str, dict[str, Any]] = {}
        for grant in self._world.grants.values():
            if self.is_application(grant):
                continue
            client, resource = self.principal_id(grant.app), self.principal_id(self._resource_of(grant))
            principal = guid(grant.account) if grant.account else None
            id_ = self.delegated_id(grant)
            scopes = {*found.get(id_, {"scope": ""})["scope"].split(), *grant.scopes}
            found[id_] = {
                "id": id_,
                "clientId": client,
                "consentType": "Principal" if principal else "AllPrincipals",
                "principalId": principal,
                "resourceId": resource,
                "scope": " " + " ".join(sorted(scopes)),
            }
        return list(found.values())

    def delegated_id(self, grant: Grant) -> str:
        """Id of the permission grant that a grant is a part of; empty for a right of an app's own."""
        if self.is_application(grant):
            return ""
        resource = self.principal_id(self._resource_of(grant))
        return _packed(self.principal_id(grant.app), resource, guid(grant.account) if grant.account else None)

    def assignments_of(self, grant: Grant) -> list[dict[str, Any]]:
        """One entry for each role of a right of an app's own; none for other grants."""
        if not self.is_application(grant):
            return []
        holder, target = self.principal_id(grant.app), self.principal_id(self._resource_of(grant))
        return [self._assignment(grant, scope, holder, target) for scope in grant.scopes]

    def assignments(self, principal: str = "", resource: str = "") -> list[dict[str, Any]]:
        """App roles of service principals: of one of them, on one resource, or all."""
        return [
            one
            for grant in self._world.grants.values()
            if not principal or self.principal_id(grant.app) == principal
            for one in self.assignments_of(grant)
            if principal in ("", one["principalId"]) and resource in ("", one["resourceId"])
        ]

    def sign_in_activity(self) -> list[dict[str, Any]]:
        """When each app last signed in (beta)."""
        found = []
        for app in self._world.apps.values():
            last = self._world.extra("app", app.id).get("signed_in_at", 0.0)
            if last:
                told = {"lastSignInDateTime": stamp(last), "lastSignInRequestId": guid(f"request {app.id}")}
                found.append(
                    {
                        "id": base64.b64encode(app.id.encode()).decode(),
                        "appId": app.id,
                        "delegatedClientSignInActivity": told,
                        "applicationAuthenticationClientSignInActivity": told,
                        "lastSignInActivity": told,
                    }
                )
        return found

    def credential_activity(self) -> list[dict[str, Any]]:
        """When each credential was last used (beta)."""
        return [
            {
                "id": base64.b64encode(one.id.encode()).decode(),
                "keyId": guid(one.id),
                "appId": one.app,
                "appObjectId": guid(f"application {one.app}"),
                "servicePrincipalObjectId": self.principal_id(one.app),
                "keyType": "clientSecret" if _is_secret(one) else "certificate",
                "signInActivity": {"lastSignInDateTime": stamp(one.last_used_at), "lastSignInRequestId": guid("r")},
            }
            for one in self._world.credentials.values()
            if one.last_used_at
        ]

    def principal_id(self, app: str) -> str:
        """Object id of an app's service principal."""
        account = self._account_of(app)
        return guid(account.id) if account else guid(f"principal {app}")

    def is_application(self, grant: Grant) -> bool:
        """Whether the app has the right as itself, and not for a person."""
        if grant.consent is not Consent.ADMIN:
            return False
        account = self._world.accounts.get(grant.account)
        alone = not grant.account or (account is not None and self._acts(account))
        return alone and not self._world.extra("grant", grant.id).get("delegated", False)

    def _assignment(self, grant: Grant, scope: str, holder: str, target: str) -> dict[str, Any]:
        return {
            "id": _packed(holder, guid(f"role {scope}"), target),
            "deletedDateTime": None,
            "appRoleId": guid(f"role {scope}"),
            "createdDateTime": stamp(grant.granted_at),
            "principalDisplayName": self._name_of(grant.app),
            "principalId": holder,
            "principalType": "ServicePrincipal",
            "resourceDisplayName": self._name_of(self._resource_of(grant)),
            "resourceId": target,
        }

    def _acts(self, account: Account) -> bool:
        return account.acts_as in (AccountKind.NHI, AccountKind.AGENT)

    def _user(self, account: Account) -> dict[str, Any]:
        return {
            "id": guid(account.id),
            "displayName": account.name,
            "userPrincipalName": account.name or account.id,
            "mail": account.name or None,
            "userType": "Member",
            "accountEnabled": account.state is not AccountState.SUSPENDED,
            "createdDateTime": "2024-01-01T00:00:00Z",
            "signInSessionsValidFromDateTime": stamp(
                self._world.extra("account", account.id).get("sessions_from", 1.7e9)
            ),
        }

    def _account_of(self, app: str) -> Account | None:
        """The account that an app acts as; looked up in a table that is made anew when accounts come or go."""
        size = len(self._world.accounts), len(self._world.extras)
        if self._size != size:
            named = ((one, self._world.extra("account", one).get("app")) for one in self._world.accounts)
            self._holders = {str(client): account for account, client in named if client}
            self._size = size
        return self._world.accounts.get(self._holders.get(app, ""))

    def _principal(self, app: App, roles: dict[str, set[str]]) -> dict[str, Any]:
        account = self._account_of(app.id)
        extra = self._world.extra("app", app.id)
        is_verified = app.verified is Tristate.YES
        told: dict[str, Any] = {
            "id": self.principal_id(app.id),
            "appId": app.id,
            "displayName": app.name,
            "accountEnabled": not extra.get("disabled", False),
            "appOwnerOrganizationId": self._tenant_of(app),
            "homepage": f"https://{app.domain}/" if app.domain else None,
            "servicePrincipalType": extra.get("type", "Application"),
            "verifiedPublisher": {
                "displayName": app.publisher if is_verified else None,
                "verifiedPublisherId": "4242" if is_verified else None,
                "addedDateTime": None,
            },
            "owners": [],
            "appRoles": [_role(value) for value in sorted(roles.get(app.id, ()))],
            **self._credentials(app.id, holder="principal"),
        }
        if account is not None:
            own = self._world.extra("account", account.id)
            owner = {"@odata.type": "#microsoft.graph.user", "id": guid("owner"), "userPrincipalName": account.owner}
            told["accountEnabled"] = told["accountEnabled"] and account.state is not AccountState.SUSPENDED
            told["owners"] = [owner] if account.owner and not own.get("sponsor") else []
            if account.acts_as is AccountKind.AGENT:
                told |= {
                    "@odata.type": "#microsoft.graph.agentIdentity",
                    "servicePrincipalType": "ServiceIdentity",
                    "agentIdentityBlueprintId": own.get("blueprint"),
                    "sponsors": [owner] if account.owner and own.get("sponsor") else [],
                }
        return told

    def _credentials(self, app: str, *, holder: str) -> dict[str, Any]:
        own = [
            one
            for one in self._world.credentials.values()
            if one.app == app and self._world.extra("credential", one.id).get("holder", "application") == holder
        ]
        passwords = [_key(one) | {"hint": "abc", "secretText": None} for one in own if _is_secret(one)]
        keys = [
            _key(one) | {"type": "AsymmetricX509Cert", "usage": "Verify", "key": None}
            for one in own
            if not _is_secret(one)
        ]
        return {"passwordCredentials": passwords, "keyCredentials": keys}

    def _tenant_of(self, app: App) -> str:
        if app.first_party is Tristate.YES:
            return MICROSOFT
        return str(self._world.extra("app", app.id).get("tenant", TENANT))

    def _resource_of(self, grant: Grant) -> str:
        return str(self._world.extra("grant", grant.id).get("resource", GRAPH))

    def _resources(self) -> list[App]:
        # A resource stays when the last grant on it goes.
        named = {
            str(one["resource"])
            for key, one in self._world.extras.items()
            if key.startswith("grant ") and "resource" in one
        }
        wanted = {GRAPH, *named} - set(self._world.apps)
        return [App(one, self._name_of(one), first_party=Tristate.YES) for one in sorted(wanted)]

    def _name_of(self, app: str) -> str:
        known = self._world.apps.get(app)
        return known.name if known else "Microsoft Graph" if app == GRAPH else f"Resource {app}"


def _role(value: str) -> dict[str, Any]:
    return {
        "id": guid(f"role {value}"),
        "value": value,
        "displayName": value,
        "description": value,
        "allowedMemberTypes": ["Application"],
        "isEnabled": True,
    }


def _key(one: Credential) -> dict[str, Any]:
    return {
        "keyId": guid(one.id),
        "displayName": one.name,
        "startDateTime": stamp(one.created_at),
        "endDateTime": stamp(one.expires_at),
        "customKeyIdentifier": None,
    }


def _is_secret(one: Credential) -> bool:
    return "certificate" not in one.type


@cache
def _packed(*parts: str | None) -> str:
    """An id as Graph makes them: the GUIDs it joins, as bytes, in base64."""
    raw = b"".join(uuid.UUID(part).bytes_le for part in parts if part)
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
