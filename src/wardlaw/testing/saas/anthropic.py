"""Anthropic's administration interface over one organisation.

A workspace is an app, a key a credential; ``extras`` has ``{"credential ID": {"status": "inactive"}}`` for a key that is not
active. The key ``sk-ant-admin-1`` may ask. Without ``has_compliance`` the activity feed is forbidden.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.model import AccountKind, Credential
from wardlaw.testing.saas.message import SaasRequest, SaasResponse
from wardlaw.testing.saas.vendoruse import DAY_S, DayUse, use_by_day
from wardlaw.testing.saas.world import World

_BASE = "/v1/organizations/"
_TYPES = {
    Deed.CREDENTIAL_ADDED: "api_key_created",
    Deed.CREDENTIAL_REMOVED: "api_key_deleted",
    Deed.ROLE_ASSIGNED: "role_assigned",
    Deed.OTHER: "claude_chat_created",
}


class AnthropicPlatform:
    """One organisation.

    Attributes:
        page: Entries a page at most, whatever was asked for; 0 for no such limit.
    """

    def __init__(self, world: World, *, page: int = 0, has_compliance: bool = True) -> None:
        self.world = world
        self.page = page
        self.has_compliance = has_compliance

    def answer(self, request: SaasRequest) -> SaasResponse:
        """A list, one key, a change of one, use, or the activity feed."""
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        key = request.headers.get("x-api-key") or bearer  # the documents send the one, the newest client the other
        if key != "sk-ant-admin-1" or "anthropic-version" not in request.headers:
            return _error(401, "authentication_error")
        if request.path == "/v1/compliance/activities":
            return self._activities(request)
        parts = request.path.removeprefix(_BASE).split("/")
        if parts == ["usage_report", "messages"]:
            return SaasResponse(200, self._usage(request))
        if parts == ["service_accounts"]:
            return SaasResponse(200, self._service_accounts(request))
        if parts[0] == "api_keys" and len(parts) == 2:
            return self._key_of(unquote(parts[1]), request)
        entries = self._entries(parts, request)
        return _error(404, "not_found_error") if entries is None else SaasResponse(200, self._paged(entries, request))

    def empty(self, request: SaasRequest) -> SaasResponse:
        """A list of nothing."""
        return SaasResponse(200, {"data": [], "has_more": False, "first_id": None, "last_id": None})

    def _entries(self, parts: Sequence[str], request: SaasRequest) -> list[dict[str, Any]] | None:
        match parts:
            case ["users"]:
                return [self._user(id_) for id_ in self._accounts(human=True)]
            case ["workspaces"]:
                return [self._workspace(id_) for id_ in sorted(self.world.apps)]
            case ["api_keys"]:
                told = [self._key(one) for _, one in sorted(self.world.credentials.items())]
                status = request.query.get("status")
                return [one for one in told if status in (None, one["status"])]
            case _:
                return None

    def _accounts(self, *, human: bool) -> list[str]:
        accounts = self.world.accounts
        return [id_ for id_ in sorted(accounts) if (accounts[id_].acts_as is AccountKind.HUMAN) is human]

    def _key_of(self, id_: str, request: SaasRequest) -> SaasResponse:
        if (found := self.world.credentials.get(id_)) is None:
            return _error(404, "not_found_error")
        if request.method == "POST":
            self.world.extras.setdefault(f"credential {id_}", {})["status"] = request.json()["status"]
        return SaasResponse(200, self._key(found))

    def _paged(self, entries: Sequence[dict[str, Any]], request: SaasRequest) -> dict[str, Any]:
        after = request.query.get("after_id", "")
        begin = next((index + 1 for index, entry in enumerate(entries) if entry["id"] == after), 0)
        size = min(int(request.query.get("limit") or 20), self.page or 1_000)
        shown = list(entries[begin : begin + size])
        first, last = (shown[0]["id"], shown[-1]["id"]) if shown else (None, None)
        return {"data": shown, "first_id": first, "last_id": last, "has_more": begin + size < len(entries)}

    def _by_page(self, entries: Sequence[Any], request: SaasRequest, most: int) -> tuple[list[Any], str | None]:
        begin = int(request.query.get("page") or 0)
        size = min(int(request.query.get("limit") or 7), self.page or most)
        return list(entries[begin : begin + size]), str(begin + size) if begin + size < len(entries) else None

    def _service_accounts(self, request: SaasRequest) -> dict[str, Any]:
        told = [
            {
                "type": "service_account",
                "id": id_,
                "name": self.world.accounts[id_].name,
                "created_by_actor_id": self.world.accounts[id_].owner or None,
                "archived_at": None,
                "created_at": _when(self.world.now),
                "updated_at": _when(self.world.now),
                "organization_role": "developer",
            }
            for id_ in self._accounts(human=False)
        ]
        shown, following = self._by_page(told, request, 100)
        return {"data": shown, "next_page": following}

    def _user(self, id_: str) -> dict[str, Any]:
        account = self.world.accounts[id_]
        told = {"type": "user", "id": id_, "email": account.name, "name": account.name.partition("@")[0]}
        return told | {"role": "developer", "added_at": _when(self.world.now)}

    def _workspace(self, id_: str) -> dict[str, Any]:
        told: dict[str, Any] = {
            "type": "workspace",
            "id": id_,
            "name": self.world.apps[id_].name,
            "archived_at": None,
            "tags": {},
        }
        return told | {"created_at": _when(self.world.now), "display_color": "#000000", "compartment_id": "c"}

    def _key(self, one: Credential) -> dict[str, Any]:
        scope = {"type": "workspace", "workspace_id": one.app} if one.app else {"type": "organization"}
        return {
            "type": "api_key",
            "id": one.id,
            "name": one.name,
            "created_at": _when(one.created_at),
            "created_by": {"type": "user", "id": one.account},
            "expires_at": _when(one.expires_at) if one.expires_at else None,
            "partial_key_hint": "sk-ant-…",
            "principal": None,
            "scope": scope,
            "status": self.world.extra("credential", one.id).get("status", "active"),
        }

    def _usage(self, request: SaasRequest) -> dict[str, Any]:
        since = datetime.fromisoformat(request.query["starting_at"]).timestamp()
        days = use_by_day(self.world.activities, since=since)
        shown, following = self._by_page([_bucket(uses) for uses in days], request, 31)
        return {"data": shown, "has_more": following is not None, "next_page": following}

    def _activities(self, request: SaasRequest) -> SaasResponse:
        if not self.has_compliance:
            return _error(403, "permission_error")
        begin = request.query.get("created_at.gte", "")
        since = datetime.fromisoformat(begin).timestamp() if begin else 0.0
        told = [_told(one) for one in reversed(self.world.since(since)) if one.deed in _TYPES]
        return SaasResponse(200, self._paged(told, request))


def _bucket(uses: Sequence[DayUse]) -> dict[str, Any]:
    results = [
        {
            "workspace_id": one.place,
            "api_key_id": one.key or None,
            "uncached_input_tokens": one.tokens,
            "cache_creation": {"ephemeral_1h_input_tokens": 0, "ephemeral_5m_input_tokens": 0},
            "cache_read_input_tokens": 0,
            "output_tokens": 0,
        }
        for one in uses
    ]
    begin = uses[0].begin
    return {"starting_at": _when(begin), "ending_at": _when(begin + DAY_S), "results": results}


def _told(one: Activity) -> dict[str, Any]:
    actor = {
        "type": "user_actor",
        "user_id": one.actor or one.account,
        "ip_address": one.ip,
        "user_agent": one.user_agent,
    }
    told = {"id": one.id, "type": _TYPES[one.deed], "created_at": _when(one.at), "actor": actor}
    return told | {"api_key_id": one.credential or None, "workspace_id": one.app or None}


def _when(at: float) -> str:
    return datetime.fromtimestamp(at, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _error(status: int, kind: str) -> SaasResponse:
    return SaasResponse(status, {"type": "error", "error": {"type": kind, "message": kind}})
