"""OpenAI's administration interface over one organisation.

A project is an app, a key a credential of type ``admin key``, ``project key`` or ``service account key``. In ``extras``:
``{"account ID": {"project": "proj_…"}}`` for a service account. The bearer ``sk-admin-1`` may ask.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.model import AccountKind, AccountState, Credential
from wardlaw.testing.saas.message import SaasRequest, SaasResponse
from wardlaw.testing.saas.vendoruse import DAY_S, DayUse, use_by_day
from wardlaw.testing.saas.world import World

_BASE = "/v1/organization"
_AUDITED = {
    Deed.CREDENTIAL_ADDED: "api_key.created",
    Deed.CREDENTIAL_REMOVED: "api_key.deleted",
    Deed.ROLE_ASSIGNED: "role.assignment.created",
    Deed.SIGN_IN: "login.succeeded",
}


class OpenaiPlatform:
    """One organisation.

    Attributes:
        page: Entries a page at most, whatever was asked for; 0 for no such limit.
    """

    def __init__(self, world: World, *, page: int = 0) -> None:
        self.world = world
        self.page = page

    def answer(self, request: SaasRequest) -> SaasResponse:
        """A list, one thing, a deletion, or use."""
        if request.headers.get("authorization") != "Bearer sk-admin-1":
            return _error(401, "invalid_api_key")
        parts = [unquote(part) for part in request.path.removeprefix(_BASE).strip("/").split("/")]
        if parts[0] == "usage" and len(parts) == 2:
            return SaasResponse(200, self._usage(parts[1], request))
        entries = self._entries(parts[:3] if parts[0] == "projects" and len(parts) > 2 else parts[:1], request)
        if entries is None:
            return _error(404, "not_found")
        is_list = len(parts) == (3 if parts[0] == "projects" and len(parts) > 1 else 1)
        if is_list and request.method == "GET":
            return SaasResponse(200, self._paged(entries, request))
        return self._one(request.method, parts[-1], entries)

    def empty(self, request: SaasRequest) -> SaasResponse:
        """A list of nothing."""
        return SaasResponse(200, {"object": "list", "data": [], "has_more": False})

    def _entries(self, parts: Sequence[str], request: SaasRequest) -> list[dict[str, Any]] | None:
        if len(parts) == 3 and parts[1] not in self.world.apps:
            return None
        match parts[-1], len(parts):
            case "users", 1:
                return [self._user(id_) for id_ in sorted(self.world.accounts) if not self._is_machine(id_)]
            case "projects", 1:
                return [self._project(id_) for id_ in sorted(self.world.apps)]
            case "admin_api_keys", 1:
                return [self._key(one) for one in self._keys("admin key")]
            case "api_keys", 3:
                return [
                    self._key(one) for one in self._keys("project key", "service account key") if one.app == parts[1]
                ]
            case "service_accounts", 3:
                ids = [id_ for id_ in sorted(self.world.accounts) if self._is_machine(id_)]
                return [
                    self._account(id_) for id_ in ids if self.world.extra("account", id_).get("project") == parts[1]
                ]
            case "audit_logs", 1:
                since = float(request.query.get("effective_at[gte]") or 0)
                return [_audited(one) for one in reversed(self.world.since(since)) if one.deed in _AUDITED]
            case _:
                return None

    def _one(self, method: str, id_: str, entries: list[dict[str, Any]]) -> SaasResponse:
        found = next((entry for entry in entries if entry["id"] == id_), None)
        if found is None:
            return _error(404, "not_found")
        if method != "DELETE":
            return SaasResponse(200, found)
        if found.get("owner", {}).get("type") == "service_account":
            return _error(400, "key_of_a_service_account")
        if id_ in self.world.credentials:
            self.world.remove_credential(id_)
        else:
            self.world.accounts.pop(id_)
            for key in [one.id for one in self.world.credentials.values() if one.account == id_]:
                self.world.remove_credential(key)
        return SaasResponse(200, {"object": f"{found['object']}.deleted", "id": id_, "deleted": True})

    def _paged(self, entries: Sequence[dict[str, Any]], request: SaasRequest) -> dict[str, Any]:
        after = request.query.get("after", "")
        begin = next((index + 1 for index, entry in enumerate(entries) if entry["id"] == after), 0)
        size = min(int(request.query.get("limit") or 20), self.page or 100)
        shown = list(entries[begin : begin + size])
        last = shown[-1]["id"] if shown else None
        return {"object": "list", "data": shown, "last_id": last, "has_more": begin + size < len(entries)}

    def _keys(self, *kinds: str) -> list[Credential]:
        return [one for _, one in sorted(self.world.credentials.items()) if one.type in kinds]

    def _is_machine(self, id_: str) -> bool:
        return self.world.accounts[id_].acts_as is not AccountKind.HUMAN

    def _user(self, id_: str) -> dict[str, Any]:
        account = self.world.accounts[id_]
        return {
            "object": "organization.user",
            "id": id_,
            "email": account.name,
            "name": account.name.partition("@")[0],
            "role": "reader",
            "added_at": int(self.world.now),
            "user": {"object": "user", "id": id_, "enabled": account.state is AccountState.ACTIVE},
        }

    def _project(self, id_: str) -> dict[str, Any]:
        app = self.world.apps[id_]
        told = {"object": "organization.project", "id": id_, "name": app.name, "created_at": int(self.world.now)}
        return told | {"status": "active", "archived_at": None}

    def _account(self, id_: str) -> dict[str, Any]:
        told = {"object": "organization.project.service_account", "id": id_, "name": self.world.accounts[id_].name}
        return told | {"role": "member", "created_at": int(self.world.now)}

    def _key(self, one: Credential) -> dict[str, Any]:
        told: dict[str, Any] = {
            "object": "organization.project.api_key",
            "id": one.id,
            "name": one.name,
            "redacted_value": "sk-…",
            "created_at": int(one.created_at),
            "expires_at": int(one.expires_at) or None,
            "last_used_at": int(one.last_used_at) or None,
            "owner_project_access": "active",
        }
        if one.type == "admin key":
            owner = {"type": "user", "object": "organization.user", "id": one.account}
            return told | {"object": "organization.admin_api_key", "owner": owner}
        kind = "service_account" if one.type == "service account key" else "user"
        person = {"id": one.account, "name": "", "email": "", "created_at": 0, "role": "member"}
        return told | {"owner": {"type": kind, kind: person}}

    def _usage(self, kind: str, request: SaasRequest) -> dict[str, Any]:
        days = use_by_day(self.world.activities, since=float(request.query["start_time"]))
        days = days if kind == "completions" else []
        begin = int(request.query.get("page") or 0)
        size = min(int(request.query.get("limit") or 7), self.page or 31)
        data = [_bucket(uses) for uses in days[begin : begin + size]]
        more = begin + size < len(days)
        return {"object": "page", "data": data, "has_more": more, "next_page": str(begin + size) if more else None}


def _bucket(uses: Sequence[DayUse]) -> dict[str, Any]:
    results = [
        {
            "object": "organization.usage.completions.result",
            "project_id": one.place,
            "api_key_id": one.key or None,
            "num_model_requests": one.calls,
            "input_tokens": one.tokens,
            "output_tokens": 0,
        }
        for one in uses
    ]
    return {"object": "bucket", "start_time": uses[0].begin, "end_time": uses[0].begin + DAY_S, "results": results}


def _audited(one: Activity) -> dict[str, Any]:
    kind = _AUDITED[one.deed]
    about: dict[str, Any] = {"id": one.credential or one.object}
    if one.scopes:
        about["data"] = {"scopes": list(one.scopes)}
    if one.deed is Deed.ROLE_ASSIGNED:
        about["principal_id"] = one.account
    session = {
        "user": {"id": one.actor or one.account, "email": ""},
        "ip_address": one.ip,
        "user_agent": one.user_agent,
    }
    actor = {"type": "session", "session": session}
    told = {"id": one.id, "type": kind, "effective_at": int(one.at), "actor": actor, kind: about}
    return told | ({"project": {"id": one.app, "name": ""}} if one.app else {})


def _error(status: int, code: str) -> SaasResponse:
    return SaasResponse(status, {"error": {"code": code, "message": code, "type": "invalid_request_error"}})
