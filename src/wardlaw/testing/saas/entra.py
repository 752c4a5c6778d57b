"""Microsoft Graph, and the address that gives its tokens, over one organisation."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlencode

import msgspec

from wardlaw.inventory.activity import Deed
from wardlaw.inventory.model import Credential
from wardlaw.testing.saas.entralog import audit, sign_in
from wardlaw.testing.saas.entrashape import EntraShapes, guid
from wardlaw.testing.saas.message import SaasRequest, SaasResponse
from wardlaw.testing.saas.world import World

_ITEM = re.compile(r"^/(servicePrincipals|applications)(?:/([^/(]+)|\(appId='([^']+)'\))(?:/(\w+))?(?:/([^/]+))?$")
_EQUALS, _SINCE = re.compile(r"(\w+) eq '?([^' )]+)'?"), re.compile(r"(?:createdDateTime|activityDateTime) ge (\S+)")


class EntraClient(msgspec.Struct, frozen=True):
    """An app that may ask for tokens; one that does not write is refused every change."""

    secret: str
    writes: bool = False


class EntraPlatform:
    """Serves a world.

    Attributes:
        page_size: Entries a page where nobody asks for fewer.
        licensed: Whether sign-in logs and their reports are to be had.
    """

    def __init__(self, world: World, clients: Mapping[str, EntraClient] | None = None) -> None:
        self.world = world
        self.page_size = 100
        self.licensed = True
        self._shapes = EntraShapes(world)
        self._clients = dict(clients or {})
        self._tokens: dict[str, EntraClient] = {}
        self._places: list[tuple[str, dict[str, Any]]] = []

    def expire_deltas(self) -> None:
        """Every place a delta would go on from is forgotten; such a request is answered 410."""
        self._places = [("", {}) for _ in self._places]

    def answer(self, request: SaasRequest) -> SaasResponse:
        """See ``SaasPlatform``."""
        if request.path.endswith("/oauth2/v2.0/token"):
            return self._token(request.form())
        client = self._tokens.get(request.headers.get("authorization", "").removeprefix("Bearer "))
        if self._clients and client is None:
            return _error(401, "InvalidAuthenticationToken")
        if self._clients and request.method != "GET" and not (client and client.writes):
            return _error(403, "Authorization_RequestDenied")
        version, _, path = unquote(request.path).lstrip("/").partition("/")
        if version not in ("v1.0", "beta"):
            return _error(404, "ResourceNotFound")
        return (
            self._listing(request, version, f"/{path}")
            if request.method == "GET"
            else self._change(request, f"/{path}")
        )

    def empty(self, request: SaasRequest) -> SaasResponse:
        """See ``SaasPlatform``."""
        return SaasResponse(200, {"value": []})

    def _token(self, form: Mapping[str, str]) -> SaasResponse:
        client = self._clients.get(form.get("client_id", ""))
        asserted = "client_assertion" in form and form.get("client_assertion_type", "").endswith("jwt-bearer")
        if client is None or form.get("grant_type") != "client_credentials":
            return SaasResponse(400, {"error": "unauthorized_client", "error_description": "AADSTS700016"})
        if not asserted and form.get("client_secret") != client.secret:
            return SaasResponse(401, {"error": "invalid_client", "error_description": "AADSTS7000215"})
        token = f"token-{len(self._tokens)}-{guid(form['client_id'])}"
        self._tokens[token] = client
        return SaasResponse(200, {"token_type": "Bearer", "expires_in": 3599, "access_token": token})

    def _listing(self, request: SaasRequest, version: str, path: str) -> SaasResponse:
        path = path.removesuffix("()")  # the SDK writes functions so
        if path in ("/servicePrincipals/delta", "/oauth2PermissionGrants/delta", "/users/delta"):
            return self._delta(request, path.removesuffix("/delta"))
        if path.startswith(("/auditLogs/", "/reports/")):
            return self._report(request, version, path)
        if path.startswith("/oauth2PermissionGrants/"):
            return self._single(self._shapes.delegated(), path.rpartition("/")[2])
        if path.startswith("/users/"):
            return self._single(self._shapes.users(), path.rpartition("/")[2])
        if found := self._whole(path):
            return self._page(request, found[0])
        item = _ITEM.match(path)
        thing = self._found(item) if item else None
        if item is None or thing is None:
            return _error(404, "Request_ResourceNotFound")
        match item[4]:
            case None:
                return SaasResponse(200, {"@odata.context": "x", **thing})
            case "appRoleAssignments":
                return self._page(request, self._shapes.assignments(principal=thing["id"]))
            case "appRoleAssignedTo":
                return self._page(request, self._shapes.assignments(resource=thing["id"]))
            case "oauth2PermissionGrants":
                return self._page(request, [g for g in self._shapes.delegated() if g["clientId"] == thing["id"]])
            case "owners":
                return self._page(request, thing.get("owners", []))
        return _error(404, "Request_ResourceNotFound")

    def _whole(self, path: str) -> tuple[list[dict[str, Any]]] | None:
        match path:
            case "/users":
                return (self._shapes.users(),)
            case "/servicePrincipals":
                return (self._shapes.principals(),)
            case "/servicePrincipals/microsoft.graph.agentIdentity" | "/servicePrincipals/graph.agentIdentity":
                return (self._shapes.principals(derived=True),)
            case "/applications":
                return (self._shapes.applications(),)
            case "/oauth2PermissionGrants":
                return (self._shapes.delegated(),)
            case "/groups":
                return (self._shapes.groups(),)
        group = path.removeprefix("/groups/").removesuffix("/members")
        is_known = path == f"/groups/{group}/members" and group in self.world.groups
        return (self._shapes.members(group),) if is_known else None

    def _report(self, request: SaasRequest, version: str, path: str) -> SaasResponse:
        if not self.licensed and path != "/auditLogs/directoryAudits":
            return _error(403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant")
        wanted = request.query.get("$filter", "")
        since = _SINCE.search(wanted)
        begin = datetime.fromisoformat(since[1]).timestamp() if since else 0.0
        match path:
            case "/auditLogs/directoryAudits":
                found = [told for one in self.world.since(begin) if (told := audit(one, self._shapes))]
            case "/auditLogs/signIns":
                kind = "servicePrincipal" if "servicePrincipal" in wanted and version == "beta" else "interactiveUser"
                told_all = [sign_in(one, self._shapes) for one in self.world.since(begin) if one.deed is Deed.SIGN_IN]
                found = [one for one in told_all if kind in one["signInEventTypes"]]
            case "/reports/servicePrincipalSignInActivities" if version == "beta":
                found = self._shapes.sign_in_activity()
            case "/reports/appCredentialSignInActivities" if version == "beta":
                found = self._shapes.credential_activity()
            case _:
                return _error(404, "ResourceNotFound")
        if not request.query.get("$orderby", "").endswith(" asc"):  # logs are told newest first
            found = found[::-1]
        return self._page(request, found, sift=False)

    def _page(self, request: SaasRequest, entries: list[dict[str, Any]], *, sift: bool = True) -> SaasResponse:
        query = dict(request.query)
        if sift:
            for name, value in _EQUALS.findall(query.get("$filter", "")):
                entries = [one for one in entries if str(one.get(name)) == value]
        begin = int(query.pop("$skiptoken", "0"))
        size = min(int(query.get("$top", self.page_size)), self.page_size, 999)
        body: dict[str, Any] = {"@odata.context": "x", "value": entries[begin : begin + size]}
        if begin + size < len(entries):
            body["@odata.nextLink"] = _link(request, query | {"$skiptoken": str(begin + size)})
        return SaasResponse(200, body)

    def _delta(self, request: SaasRequest, path: str) -> SaasResponse:
        found = self._whole(path)
        now = {one["id"]: one for one in found[0]} if found else {}
        before: dict[str, Any] = {}
        if place := request.query.get("$deltatoken", ""):
            kind, before = self._places[int(place)] if place.isdigit() and int(place) < len(self._places) else ("", {})
            if kind != path:
                return SaasResponse(410, {"error": {"code": "syncStateNotFound", "message": "expired"}})
        removed = [{"id": one, "@removed": {"reason": "deleted"}} for one in before if one not in now]
        changed = [one for id_, one in now.items() if before.get(id_) != one]
        answer = self._page(request, changed + removed, sift=False)
        if "@odata.nextLink" not in answer.body:
            self._places.append((path, json.loads(json.dumps(now))))
            answer.body["@odata.deltaLink"] = _link(request, {"$deltatoken": str(len(self._places) - 1)})
        return answer

    def _single(self, entries: list[dict[str, Any]], id_: str) -> SaasResponse:
        thing = next((one for one in entries if one["id"] == id_), None)
        return SaasResponse(200, thing) if thing else _error(404, "Request_ResourceNotFound")

    def _found(self, item: re.Match[str]) -> dict[str, Any] | None:
        entries = self._shapes.principals() if item[1] == "servicePrincipals" else self._shapes.applications()
        return next((one for one in entries if item[2] == one["id"] or item[3] == one["appId"]), None)

    def _change(self, request: SaasRequest, path: str) -> SaasResponse:
        if request.method == "DELETE" and path.startswith("/oauth2PermissionGrants/"):
            return self._drop_delegated(path.rpartition("/")[2])
        if request.method == "POST" and (user := re.match(r"^/users/([^/]+)/revokeSignInSessions$", path)):
            known = next((one for one in self.world.accounts if guid(one) == user[1]), None)
            if known is None:
                return _error(404, "Request_ResourceNotFound")
            extra = dict(self.world.extra("account", known))
            self.world.extras[f"account {known}"] = extra | {"sessions_from": self.world.now}
            return SaasResponse(200, {"value": True})
        item = _ITEM.match(path)
        thing = self._found(item) if item else None
        if item is None or thing is None:
            return _error(404, "Request_ResourceNotFound")
        body = request.json() or {}
        match request.method, item[4]:
            case "DELETE", "appRoleAssignments":
                return self._drop_role(thing["id"], item[5] or "")
            case "POST", "removePassword":
                return self._drop_key(thing["passwordCredentials"], str(body.get("keyId")))
            case "POST", "removeKey":  # without a proof signed by the app's own key nothing is removed
                return _error(400, "Authentication_MissingOrMalformed")
            case "PATCH", None:
                return self._patch(thing, body)
        return _error(405, "Request_BadRequest")

    def _patch(self, thing: dict[str, Any], body: Mapping[str, Any]) -> SaasResponse:
        if "accountEnabled" in body:
            extra = dict(self.world.extra("app", thing["appId"]))
            self.world.extras[f"app {thing['appId']}"] = extra | {"disabled": not body["accountEnabled"]}
        if "keyCredentials" in body:
            kept = {one["keyId"] for one in body["keyCredentials"]}
            for one in thing["keyCredentials"]:
                if one["keyId"] not in kept:
                    self._forget(one["keyId"])
        return SaasResponse(204)

    def _drop_delegated(self, id_: str) -> SaasResponse:
        found = [grant for grant in self.world.grants.values() if self._shapes.delegated_id(grant) == id_]
        for grant in found:
            self.world.revoke(grant.id)
        return SaasResponse(204) if found else _error(404, "Request_ResourceNotFound")

    def _drop_role(self, principal: str, id_: str) -> SaasResponse:
        for grant in list(self.world.grants.values()):
            for entry in self._shapes.assignments_of(grant):
                if entry["principalId"] != principal:
                    break
                if entry["id"] != id_:
                    continue
                left = tuple(scope for scope in grant.scopes if guid(f"role {scope}") != entry["appRoleId"])
                if left:
                    self.world.put(msgspec.structs.replace(grant, scopes=left))
                else:
                    self.world.revoke(grant.id)
                return SaasResponse(204)
        return _error(404, "Request_ResourceNotFound")

    def _drop_key(self, held: list[dict[str, Any]], key: str) -> SaasResponse:
        if key not in {one["keyId"] for one in held}:
            return _error(400, "Request_BadRequest")  # as Graph says that there is no such key
        self._forget(key)
        return SaasResponse(204)

    def _forget(self, key: str) -> None:
        known: dict[str, Credential] = {guid(one.id): one for one in self.world.credentials.values()}
        self.world.remove_credential(known[key].id)


def _link(request: SaasRequest, query: Mapping[str, str]) -> str:
    return f"http://{request.headers.get('host', '')}{request.path}?{urlencode(query)}"


def _error(status: int, code: str) -> SaasResponse:
    return SaasResponse(status, {"error": {"code": code, "message": code, "innerError": {}}})
