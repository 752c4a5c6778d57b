"""A SCIM 2.0 server with the draft extension for agents, over one organisation.

Accounts that are agents stand under ``/Agents``, people under ``/Users``; grants say to which application an agent belongs
and what it may do there. In ``extras``: ``{"account ID": {"certificate": "base64 of DER"}}``. The bearer ``scim-1`` may ask.
"""

from __future__ import annotations

from typing import Any

from wardlaw.inventory.model import Account, AccountKind, AccountState
from wardlaw.testing.saas.message import SaasRequest, SaasResponse
from wardlaw.testing.saas.world import World

BASE = "/scim/v2"
_LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
_ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
_CORE = "urn:ietf:params:scim:schemas:core:2.0:"


class ScimPlatform:
    """One server.

    Attributes:
        page: Entries a page at most, whatever was asked for; 0 for no such limit.
        has_agents: Whether it knows the extension.
    """

    def __init__(self, world: World, *, page: int = 0, has_agents: bool = True) -> None:
        self.world = world
        self.page = page
        self.has_agents = has_agents

    def answer(self, request: SaasRequest) -> SaasResponse:
        """A list."""
        if request.headers.get("authorization") != "Bearer scim-1":
            return self._refused(401)
        entries = self._entries(request.path.removeprefix(BASE))
        if entries is None:
            return self._refused(404)
        start = max(int(request.query.get("startIndex") or 1), 1)
        size = min(int(request.query.get("count") or 50), self.page or 200)
        shown = entries[start - 1 : start - 1 + size]
        return SaasResponse(
            200,
            {
                "schemas": [_LIST], "totalResults": len(entries), "startIndex": start, "itemsPerPage": len(shown),
                "Resources": shown,
            },
        )  # fmt: skip

    def empty(self, request: SaasRequest) -> SaasResponse:
        """A list of nothing; it leaves out what it need not say (RFC 7644, 3.4.2)."""
        return SaasResponse(200, {"schemas": [_LIST], "totalResults": 0})

    def _refused(self, status: int) -> SaasResponse:
        return SaasResponse(status, {"schemas": [_ERROR], "status": str(status)})

    def _entries(self, path: str) -> list[dict[str, Any]] | None:
        accounts = [one for _, one in sorted(self.world.accounts.items())]
        match path, self.has_agents:
            case "/Users", _:
                return [_user(one) for one in accounts if one.acts_as is AccountKind.HUMAN]
            case "/Agents", True:
                return [self._agent(one) for one in accounts if one.acts_as is AccountKind.AGENT]
            case "/AgenticApplications", True:
                return [self._application(id_) for id_ in sorted(self.world.apps)]
            case _:
                return None

    def _agent(self, account: Account) -> dict[str, Any]:
        grants = [one for _, one in sorted(self.world.grants.items()) if one.account == account.id]
        told: dict[str, Any] = {
            "schemas": [f"{_CORE}Agent"], "id": account.id, "name": account.id, "displayName": account.name,
            "agentType": "Assistant", "active": account.state is AccountState.ACTIVE,
            "entitlements": [{"value": scope} for scope in sorted({scope for one in grants for scope in one.scopes})],
            "applications": [{"value": one.app, "type": "Web"} for one in grants if one.app],
        }  # fmt: skip
        if account.owner:
            told["owners"] = [{"value": f"id of {account.owner}", "display": account.owner}]
        if text := self.world.extra("account", account.id).get("certificate"):
            told["x509Certificates"] = [{"value": text}]
        return told

    def _application(self, id_: str) -> dict[str, Any]:
        app = self.world.apps[id_]
        told: dict[str, Any] = {"schemas": [f"{_CORE}AgenticApplication"], "id": id_, "name": app.name, "active": True}
        if app.domain:
            told["applicationUrls"] = [{"type": "homepage", "primary": True, "value": f"https://{app.domain}/"}]
        return told


def _user(account: Account) -> dict[str, Any]:
    return {
        "schemas": [f"{_CORE}User"], "id": account.id, "userName": account.name,
        "active": account.state is AccountState.ACTIVE,
    }  # fmt: skip
