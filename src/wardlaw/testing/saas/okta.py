"""Okta's management interface, and the address that gives its tokens, over one organisation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlencode

import msgspec

from wardlaw.inventory.activity import Activity
from wardlaw.testing.saas.message import SaasRequest, SaasResponse
from wardlaw.testing.saas.oktashape import OktaShapes
from wardlaw.testing.saas.world import World

_AGENTS = "/workload-principals/api/v1/ai-agents"
_LOG_DEFAULT_S = 7 * 86_400.0  # how far back the log goes where nobody says


class OktaPlatform:
    """Serves a world.

    Attributes:
        page_size: Entries a page where nobody asks for fewer.
        api_token: What ``SSWS`` must carry; anything goes when empty.
        client: Client id of the app that may ask for tokens with a signed word.
        has_agents: Whether it is subscribed to Okta for AI Agents.
        limit: Requests a window; the headers tell what is left, and 429 comes when nothing is. 0 for no limit.
    """

    def __init__(self, world: World, *, api_token: str = "", client: str = "") -> None:
        self.world = world
        self.page_size = 200
        self.api_token = api_token
        self.client = client
        self.limit = 0
        self.has_agents = True
        self.hooks: dict[str, dict[str, Any]] = {}
        self._asked = 0
        self._tokens: set[str] = set()
        self._base = ""

    def next_window(self) -> None:
        """What may be asked is there again."""
        self._asked = 0

    def deliveries(self, activities: tuple[Activity, ...]) -> bytes:
        """The body of an event hook's delivery of events."""
        shapes = OktaShapes(self.world, self._base)
        events = [told for one in activities if (told := shapes.event(one))]
        body = {
            "eventType": "com.okta.event_hook",
            "eventTypeVersion": "1.0",
            "cloudEventsVersion": "0.1",
            "source": f"{self._base}/api/v1/eventHooks/whk1",
            "eventId": f"delivery-{activities[0].id if activities else 'none'}",
            "data": {"events": events},
            "eventTime": "2026-11-28T12:00:00.000Z",
            "contentType": "application/json",
        }
        return msgspec.json.encode(body)

    def answer(self, request: SaasRequest) -> SaasResponse:
        """See ``SaasPlatform``."""
        self._base = f"http://{request.headers.get('host', '')}"
        if request.path == "/oauth2/v1/token":
            return self._token(request.form())
        if not self._may(request.headers.get("authorization", "")):
            return _error(401, "E0000011", "Invalid token provided")
        self._asked += 1
        left = max(self.limit - self._asked, 0) if self.limit else 600
        quota = {
            "x-rate-limit-limit": str(self.limit or 600),
            "x-rate-limit-remaining": str(left),
            "x-rate-limit-reset": str(int(self.world.now) + 30),
        }
        if self.limit and self._asked > self.limit:
            return SaasResponse(429, {"errorCode": "E0000047", "errorSummary": "API call exceeded rate limit"}, quota)
        path = unquote(request.path)
        if path.startswith(_AGENTS):
            answer = self._agents(request, path.removeprefix(_AGENTS).strip("/").split("/"))
        else:
            answer = self._routed(request, path.removeprefix("/api/v1"))
        return msgspec.structs.replace(answer, headers={**answer.headers, **quota})

    def empty(self, request: SaasRequest) -> SaasResponse:
        """See ``SaasPlatform``."""
        return SaasResponse(200, {"data": []} if request.path.startswith(_AGENTS) else [])

    def _may(self, authorization: str) -> bool:
        if not self.api_token and not self.client:
            return True
        if authorization.startswith("SSWS"):  # okta 3.4.6 writes no space behind it
            return bool(self.api_token) and authorization.removeprefix("SSWS").strip() == self.api_token
        return authorization.removeprefix("Bearer ") in self._tokens

    def _token(self, form: Mapping[str, str]) -> SaasResponse:
        is_right = form.get("grant_type") == "client_credentials" and form.get("client_id", self.client) == self.client
        if not is_right or form.get("client_assertion", "").count(".") != 2:
            return SaasResponse(
                401, {"error": "invalid_client", "error_description": "The client_assertion is missing."}
            )
        token = f"okta-{len(self._tokens)}"
        self._tokens.add(token)
        body = {"token_type": "Bearer", "expires_in": 3600, "access_token": token, "scope": form.get("scope", "")}
        return SaasResponse(200, body)

    def _routed(self, request: SaasRequest, path: str) -> SaasResponse:
        parts = path.strip("/").split("/")
        if parts[0] == "eventHooks":
            return self._hook(request, parts[1:])
        if request.method == "GET":
            found = self._found(request, parts)
            return _error(404, "E0000007", "Not found") if found is None else self._page(request, found)
        if request.method == "POST" and parts[0] == "apps" and parts[2:] == ["lifecycle", "deactivate"]:
            if parts[1] not in self.world.apps:
                return _error(404, "E0000007", "Not found")
            self.world.extras[f"app {parts[1]}"] = {**self.world.extra("app", parts[1]), "inactive": True}
            return SaasResponse(200, {})
        return self._drop(parts) if request.method == "DELETE" else _error(405, "E0000022", "Not supported")

    def _agents(self, request: SaasRequest, parts: list[str]) -> SaasResponse:
        """The newer interfaces wrap their entries, and tell the next page beside them."""
        shapes = OktaShapes(self.world, self._base)
        if not self.has_agents:
            return _error(403, "E0000006", "You do not have permission to perform the requested action")
        if parts == [""]:
            found = shapes.agents()
        elif parts[1:] == ["connections"] and parts[0] in {one["id"] for one in shapes.agents()}:
            found = shapes.agent_connections(parts[0])
        else:
            return _error(404, "E0000007", "Not found")
        page = self._page(request, found)
        onward = re.search(r'<([^<>]*)>; rel="next"', page.headers["link"])
        return SaasResponse(200, {"data": page.body, "_links": {"next": {"href": onward[1]}} if onward else {}})

    def _found(self, request: SaasRequest, parts: list[str]) -> list[dict[str, Any]] | dict[str, Any] | None:
        shapes = OktaShapes(self.world, self._base)
        match parts:
            case ["users"]:
                is_off = "DEPROVISIONED" in request.query.get("filter", "")
                return [one for one in shapes.users() if (one["status"] == "DEPROVISIONED") is is_off]
            case ["users", user]:
                return next((one for one in shapes.users() if one["id"] == user), None)
            case ["apps"]:
                return shapes.apps()
            case ["groups"]:
                return shapes.groups()
            case ["groups", group, "users"] if group in self.world.groups:
                inside = {one.account for one in self.world.members(group)}
                return [one for one in shapes.users() if one["id"] in inside]
            case ["api-tokens"]:
                return shapes.api_tokens()
            case ["api-tokens", token]:
                return next((one for one in shapes.api_tokens() if one["id"] == token), None)
            case ["logs"]:
                return self._log(request, shapes)
            case ["users", user, *rest] if user in self.world.accounts:
                return _of_user(shapes, user, rest)
            case ["apps", app, *rest] if app in self.world.apps:
                return _of_app(shapes, app, rest)
        return None

    def _log(self, request: SaasRequest, shapes: OktaShapes) -> list[dict[str, Any]]:
        since, until = request.query.get("since"), request.query.get("until")
        begin = datetime.fromisoformat(since).timestamp() if since else self.world.now - _LOG_DEFAULT_S
        end = datetime.fromisoformat(until).timestamp() if until else 0.0
        found = [told for one in self.world.since(begin, end) if (told := shapes.event(one))]
        return found if request.query.get("sortOrder") != "DESCENDING" else found[::-1]

    def _page(self, request: SaasRequest, found: list[dict[str, Any]] | dict[str, Any]) -> SaasResponse:
        if isinstance(found, dict):
            return SaasResponse(200, found)
        query = dict(request.query)
        begin = int(query.pop("after", "0"))
        size = min(int(query.get("limit", self.page_size)), self.page_size)
        own = f"{self._base}{request.path}"
        links = [f'<{own}?{urlencode(request.query)}>; rel="self"']
        # The log of a time without an end goes on for ever: there is always a next page.
        is_endless = request.path.endswith("/logs") and "until" not in query
        if begin + size < len(found) or is_endless:
            links.append(f'<{own}?{urlencode(query | {"after": str(min(begin + size, len(found)))})}>; rel="next"')
        return SaasResponse(200, found[begin : begin + size], {"link": ", ".join(links)})

    def _drop(self, parts: list[str]) -> SaasResponse:
        world, shapes = self.world, OktaShapes(self.world, self._base)
        match parts:
            case ["users", user, "clients", app, "grants"] | ["users", user, "clients", app, "tokens"]:
                kind = parts[-1]
                if kind == "grants":
                    for grant in world.grants_of(account=user, app=app):
                        world.revoke(grant.id)
                else:
                    for one in shapes.tokens(user=user, app=app):
                        world.remove_credential(one["id"])
                return SaasResponse(204)
            case ["users", user, "grants"]:
                for grant in world.grants_of(account=user):
                    world.revoke(grant.id)
                return SaasResponse(204)
            case ["apps", app, "grants", grant_id]:
                return self._drop_scope(app, grant_id)
            case ["apps", app, "tokens", token] if token in {one["id"] for one in shapes.tokens(app=app)}:
                world.remove_credential(token)
                return SaasResponse(204)
            case ["api-tokens", token] if token in {one["id"] for one in shapes.api_tokens()}:
                world.remove_credential(token)
                return SaasResponse(204)
            case ["apps", app, "cwo", "connections", id_] if id_ in {one["id"] for one in shapes.connections(app)}:
                world.revoke(id_)
                return SaasResponse(204)
            case ["users", user, "sessions"] if user in world.accounts:
                world.extras[f"account {user}"] = {"sessions_ended": True}
                return SaasResponse(204)
        return _error(404, "E0000007", "Not found")

    def _drop_scope(self, app: str, id_: str) -> SaasResponse:
        name, _, scope = id_.removeprefix("oag.").rpartition(":")
        grant = self.world.grants.get(name)
        if grant is None or grant.app != app or scope not in grant.scopes:
            return _error(404, "E0000007", "Not found")
        left = tuple(one for one in grant.scopes if one != scope)
        if left:
            self.world.put(msgspec.structs.replace(grant, scopes=left))
        else:
            self.world.revoke(grant.id)
        return SaasResponse(204)

    def _hook(self, request: SaasRequest, parts: list[str]) -> SaasResponse:
        if request.method == "GET" and not parts:
            return SaasResponse(200, list(self.hooks.values()))
        if request.method == "POST" and not parts:
            hook = {
                "id": f"whk{len(self.hooks) + 1}",
                "status": "ACTIVE",
                "verificationStatus": "UNVERIFIED",
                **request.json(),
            }
            self.hooks[hook["id"]] = hook
            return SaasResponse(200, hook)
        if not parts or parts[0] not in self.hooks:
            return _error(404, "E0000007", "Not found")
        if request.method == "DELETE":
            del self.hooks[parts[0]]
            return SaasResponse(204)
        if parts[1:] == ["lifecycle", "verify"]:
            self.hooks[parts[0]]["verificationStatus"] = "VERIFIED"
        return SaasResponse(200, self.hooks[parts[0]])


def _of_user(shapes: OktaShapes, user: str, rest: list[str]) -> list[dict[str, Any]] | None:
    match rest:
        case ["grants"]:
            return shapes.scope_grants(user=user)
        case ["clients"]:
            return shapes.clients(user)
        case ["clients", app, "grants"]:
            return shapes.scope_grants(user=user, app=app)
        case ["clients", app, "tokens"]:
            return shapes.tokens(user=user, app=app)
    return None


def _of_app(shapes: OktaShapes, app: str, rest: list[str]) -> list[dict[str, Any]] | dict[str, Any] | None:
    match rest:
        case []:
            return next((one for one in shapes.apps() if one["id"] == app), None)
        case ["grants"]:
            return shapes.scope_grants(app=app)
        case ["tokens"]:
            return shapes.tokens(app=app)
        case ["tokens", token]:
            return next((one for one in shapes.tokens(app=app) if one["id"] == token), None)
        case ["cwo", "connections"]:
            return shapes.connections(app)
        case ["cwo", "connections", id_]:
            return next((one for one in shapes.connections(app) if one["id"] == id_), None)
    return None


def _error(status: int, code: str, summary: str) -> SaasResponse:
    return SaasResponse(
        status, {"errorCode": code, "errorSummary": summary, "errorLink": code, "errorId": "x", "errorCauses": []}
    )
