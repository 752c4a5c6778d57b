"""Slack's Web API and Audit Logs API over one organisation.

In ``extras``: ``{"app A1": {"state": "approved" | "restricted", "server": {…}, "user_scopes": […]}}``; a grant of kind
``requested`` is a request. Tokens are ``{"token xoxp-…": {"scopes": […]}}``; without any, every token may do everything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.model import AccountKind, AccountState, App, Consent, Grant, Tristate
from wardlaw.testing.saas.message import SaasRequest, SaasResponse
from wardlaw.testing.saas.world import World

_LISTS = {
    "users.list": "members",
    "admin.apps.approved.list": "approved_apps",
    "admin.apps.restricted.list": "restricted_apps",
    "admin.apps.requests.list": "app_requests",
    "admin.apps.activities.list": "activities",
    "admin.apps.mcp.servers.list": "servers",
    "team.integrationLogs": "logs",
}
_CHANGE = {Deed.CONSENT: "added", Deed.REVOKE: "removed", Deed.APP_CHANGED: "updated"}
_ACTION = {Deed.CONSENT: "app_installed", Deed.REVOKE: "app_uninstalled", Deed.EXPORT: "file_downloaded"}


class SlackPlatform:
    """One enterprise.

    Attributes:
        is_enterprise: Has what only the Enterprise plan has.
        page: Entries a page at most, whatever was asked for; 0 for no such limit.
    """

    def __init__(self, world: World, *, is_enterprise: bool = True, page: int = 0) -> None:
        self.world = world
        self.is_enterprise = is_enterprise
        self.page = page

    def answer(self, request: SaasRequest) -> SaasResponse:
        """A method of the Web API, or the audit log."""
        if request.path == "/audit/v1/logs":
            return self._audit(request)
        method = request.path.removeprefix("/api/")
        arguments = {**request.query, **request.form()}
        if error := self._refusal(request, method):
            return SaasResponse(200, {"ok": False, "error": error})
        if method == "team.integrationLogs":
            return SaasResponse(200, self._integrations(arguments))
        if method in _LISTS:
            entries = self._entries(method, arguments)
            return SaasResponse(200, {"ok": True, **self._paged(_LISTS[method], entries, arguments)})
        changes: dict[str, Callable[[Mapping[str, str]], str]] = {
            "admin.apps.uninstall": self._uninstall,
            "apps.uninstall": self._uninstall,
            "admin.apps.restrict": self._restrict,
            "auth.revoke": lambda _arguments: "",
        }
        if method not in changes:
            return SaasResponse(200, {"ok": False, "error": "unknown_method"})
        error = changes[method](arguments)
        return SaasResponse(200, {"ok": False, "error": error} if error else {"ok": True, "revoked": True})

    def empty(self, request: SaasRequest) -> SaasResponse:
        """A list of nothing."""
        method = request.path.removeprefix("/api/")
        told: dict[str, Any] = {_LISTS.get(method, "entries"): [], "response_metadata": {"next_cursor": ""}}
        paging = {"paging": {"count": 0, "total": 0, "page": 1, "pages": 1}} if method == "team.integrationLogs" else {}
        return SaasResponse(200, {"ok": True, **told, **paging})

    def _refusal(self, request: SaasRequest, method: str) -> str:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not token:
            return "not_authed"
        are_named = any(name.startswith("token ") for name in self.world.extras)
        if are_named and f"token {token}" not in self.world.extras:
            return "invalid_auth"
        if method.startswith("admin.") and not self.is_enterprise:
            return "feature_not_enabled"
        return ""

    def _paged(self, name: str, entries: Sequence[Any], arguments: Mapping[str, str]) -> dict[str, Any]:
        begin = int(arguments.get("cursor") or 0)
        size = min(int(arguments.get("limit") or 100), self.page or 1_000)
        end = begin + size
        cursor = str(end) if end < len(entries) else ""
        return {name: list(entries[begin:end]), "response_metadata": {"next_cursor": cursor}}

    def _entries(self, method: str, arguments: Mapping[str, str]) -> list[Any]:
        match method:
            case "users.list":
                return [self._user(id_) for id_ in sorted(self.world.accounts)]
            case "admin.apps.approved.list":
                return [self._resolved(app) for app in self._apps("approved")]
            case "admin.apps.restricted.list":
                return [self._resolved(app) for app in self._apps("restricted")]
            case "admin.apps.requests.list":
                return [self._request(one) for one in self._requests()]
            case "admin.apps.mcp.servers.list":
                return [self._server(app) for app in self._all_apps() if "server" in self.world.extra("app", app.id)]
            case _:
                begin = float(arguments.get("min_date_created") or 0) / 1_000_000
                return [_run(one) for one in self.world.since(begin) if one.deed is Deed.USE]

    def _user(self, id_: str) -> dict[str, Any]:
        account = self.world.accounts[id_]
        return {
            "id": id_,
            "name": account.name.partition("@")[0],
            "real_name": account.name,
            "deleted": account.state in (AccountState.DELETED, AccountState.SUSPENDED),
            "is_bot": account.acts_as is not AccountKind.HUMAN,
            "is_app_user": False,
            "profile": {"real_name": account.name, "email": account.name},
        }

    def _all_apps(self) -> list[App]:
        return [self.world.apps[id_] for id_ in sorted(self.world.apps)]

    def _apps(self, state: str) -> list[App]:
        return [app for app in self._all_apps() if self.world.extra("app", app.id).get("state") == state]

    def _app(self, app_id: str) -> dict[str, Any]:
        app = self.world.apps[app_id]
        return {
            "id": app.id,
            "name": app.name,
            "description": "",
            "app_homepage_url": f"https://{app.domain}/" if app.domain else "",
            "is_app_directory_approved": app.verified is Tristate.YES,
            "is_internal": app.publisher == "this organisation",
        }

    def _resolved(self, app: App) -> dict[str, Any]:
        user = set(self.world.extra("app", app.id).get("user_scopes", []))
        scopes = sorted({scope for grant in self.world.grants_of(app=app.id) for scope in grant.scopes} - user)
        told = [{"name": scope, "token_type": "bot", "is_sensitive": False} for scope in scopes]
        told += [{"name": scope, "token_type": "user", "is_sensitive": True} for scope in sorted(user)]
        return {
            "app": self._app(app.id),
            "scopes": told,
            "date_updated": int(self.world.now),
            "last_resolved_by": {"actor_id": "W1", "actor_type": "user"},
        }

    def _requests(self) -> list[Grant]:
        return [one for one in self.world.grants_of() if one.consent is Consent.REQUESTED]

    def _request(self, grant: Grant) -> dict[str, Any]:
        return {
            "id": grant.id,
            "app": self._app(grant.app),
            "user": {"id": grant.account, "name": grant.account},
            "team": {"id": "T1", "name": self.world.name},
            "scopes": [{"name": scope, "token_type": "bot"} for scope in grant.scopes],
            "message": "",
            "date_created": int(self.world.now),
        }

    def _server(self, app: App) -> dict[str, Any]:
        server = self.world.extra("app", app.id)["server"]
        return {"id": server["id"], "app_id": app.id, "name": server["name"], "url": server["url"]}

    def _integrations(self, arguments: Mapping[str, str]) -> dict[str, Any]:
        events = [one for one in reversed(self.world.since(0.0)) if one.deed in _CHANGE]
        if app := arguments.get("app_id"):
            events = [one for one in events if one.app == app]
        count = min(int(arguments.get("count") or 100), self.page or 1_000)
        page = int(arguments.get("page") or 1)
        pages = max(-(-len(events) // count), 1)
        shown = events[(page - 1) * count : page * count]
        paging = {"count": count, "total": len(events), "page": page, "pages": pages}
        return {"ok": True, "logs": [self._log(one) for one in shown], "paging": paging}

    def _log(self, one: Activity) -> dict[str, Any]:
        return {
            "app_id": one.app,
            "app_type": one.app_name or self.world.apps[one.app].name if one.app in self.world.apps else one.app_name,
            "user_id": one.actor or one.account,
            "user_name": one.account,
            "date": str(int(one.at)),
            "change_type": _CHANGE[one.deed],
            "scope": ",".join(one.scopes),
        }

    def _audit(self, request: SaasRequest) -> SaasResponse:
        if not self.is_enterprise:
            return SaasResponse(200, {"ok": False, "error": "feature_not_enabled"})
        events = reversed(self.world.since(float(request.query.get("oldest") or 0)))
        told = [_audited(one) for one in events if one.deed is not Deed.USE]
        return SaasResponse(200, self._paged("entries", told, request.query))

    def _uninstall(self, arguments: Mapping[str, str]) -> str:
        app = arguments.get("app_id") or arguments.get("client_id", "")
        found = [one for one in self.world.grants_of(app=app) if one.consent is not Consent.REQUESTED]
        if not found:
            return "app_not_installed"
        for grant in found:
            self.world.revoke(grant.id, actor="W1")
        return ""

    def _restrict(self, arguments: Mapping[str, str]) -> str:
        if request := arguments.get("request_id"):
            grant = self.world.grants.pop(request, None)
            if grant is None:
                return "request_not_found"
            arguments = {"app_id": grant.app}
        app = arguments.get("app_id", "")
        if app not in self.world.apps:
            return "app_not_found"
        self.world.extras.setdefault(f"app {app}", {})["state"] = "restricted"
        return ""


def _run(one: Activity) -> dict[str, Any]:
    server, _, tool = one.object.partition("/")
    payload: dict[str, Any] = {"user_id": one.actor or one.account}
    if tool:
        payload |= {"server_name": server, "tool_name": tool}
    return {
        "app_id": one.app,
        "component_id": "" if tool else one.object,
        "component_type": "functions",
        "created": int(one.at * 1_000_000),
        "event_type": one.method,
        "level": "info",
        "payload": payload,
        "source": "slack",
        "team_id": "T1",
        "trace_id": one.id,
    }


def _audited(one: Activity) -> dict[str, Any]:
    by = {"id": one.app, "name": one.app_name} if one.deed is Deed.EXPORT and one.app else None
    about: dict[str, Any] = {"type": "app", "app": {"id": one.app, "name": one.app_name, "scopes": list(one.scopes)}}
    if by or not one.app:
        about = {"type": "file", "file": {"id": one.object, "name": urlsplit(one.object).path}}
    return {
        "id": one.id,
        "date_create": int(one.at),
        "action": _ACTION.get(one.deed, one.method or "other"),
        "actor": {"type": "user", "user": {"id": one.actor or one.account, "name": one.account}},
        "entity": about,
        "context": {"ua": one.user_agent, "ip_address": one.ip, "app": by},
        "details": {"new_scopes": list(one.scopes)} if one.scopes else {},
    }
