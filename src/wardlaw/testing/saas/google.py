"""Google Workspace as its interface tells it: people, tokens, app passwords, logs, channels, and policies of API controls.

Shapes are those of the vendor's discovery documents (directory_v1, reports_v1, cloudidentity v1). What the model of the
inventory has no word for stands in the extras of the world: ``app ID`` (``nativeApp``), ``agent ID`` (``agentName``,
``agentType``, ``owner``), ``policy TYPE`` (the value of a setting).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from wardlaw.inventory.model import Account, AccountKind, AccountState, Credential, Grant, Group, Membership, Tristate
from wardlaw.testing.saas.googlechannels import SendNotice, WatchChannels
from wardlaw.testing.saas.googlelog import number_of, report_entry
from wardlaw.testing.saas.message import SaasRequest, SaasResponse
from wardlaw.testing.saas.unfolding import WrittenLog
from wardlaw.testing.saas.world import World

APP_PASSWORD = "app password"
LOG_DAYS = 180
"""How long Google keeps what the logs of applications say (help page on data retention)."""

_ROOT = ["admin", "directory", "v1", "users"]
_LISTS = {
    "users": "users",
    "tokens": "items",
    "asps": "items",
    "policies": "policies",
    "groups": "groups",
    "members": "members",
}
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


class GooglePlatform:
    """One Workspace.

    Args:
        send: Carries notifications of channels out.
        tells_use: Whether the token log has ``activity`` events, which only some licences have.
        page_most: Entries on a page, whatever is asked for; Google too gives fewer when it likes.
    """

    def __init__(
        self, world: World, *, send: SendNotice | None = None, tells_use: bool = True, page_most: int = 1000
    ) -> None:
        self.world = world
        self.channels = WatchChannels(world, send or _unheard)
        self._written = WrittenLog(world, report_entry)
        self.signed_out: list[str] = []
        self._tells_use = tells_use
        self._page_most = page_most

    def answer(self, request: SaasRequest) -> SaasResponse:
        """What Google answers."""
        parts = [unquote(part) for part in request.path.strip("/").split("/")]
        match parts:
            case ["token"]:
                return SaasResponse(200, {"access_token": "ya29.fake", "expires_in": 3600, "token_type": "Bearer"})
            case ["admin", "directory", "v1", "users"]:
                return self._paged(
                    request,
                    "users",
                    [_user(one) for one in self._people()],
                    most=500,
                    usual=100,
                    kind="admin#directory#users",
                )
            case ["admin", "directory", "v1", "groups"]:
                groups = [{"kind": "admin#directory#group", "id": one.id, "email": one.name} for one in self._groups()]
                return self._paged(request, "groups", groups, most=200, usual=200, kind="admin#directory#groups")
            case ["admin", "directory", "v1", "groups", group, "members"] if group in self.world.groups:
                members = [_group_member(one) for one in self.world.members(group)]
                return self._paged(request, "members", members, most=200, usual=200, kind="admin#directory#members")
            case ["admin", "directory", "v1", "users", key, *rest]:
                return self._of_user(request, key, rest)
            case ["admin", "reports", "v1", "activity", "users", who, "applications", application, *rest]:
                if rest == ["watch"] and request.method == "POST":
                    return self.channels.open(request, application)
                return self._log(request, who, application) if not rest else missing("path")
            case ["admin", "reports_v1", "channels", "stop"]:
                return self.channels.stop(request)
            case ["v1", "policies"]:
                return self._paged(request, "policies", self._policies(request), most=100, usual=50, size="pageSize")
            case _:
                return missing("path")

    def empty(self, request: SaasRequest) -> SaasResponse:
        """The listing of somebody who may see nothing: Google leaves an empty list out."""
        last = request.path.rstrip("/").rsplit("/", 1)[-1]
        is_list = last in _LISTS or "/applications/" in request.path
        return SaasResponse(200, {"kind": "admin#empty"} if is_list else {})

    def _groups(self) -> list[Group]:
        return sorted(self.world.groups.values(), key=lambda one: one.id)

    def _people(self) -> list[Account]:
        kinds = (AccountKind.HUMAN, AccountKind.UNKNOWN)
        found = (one for one in self.world.accounts.values() if one.acts_as in kinds)
        return sorted((one for one in found if one.state is not AccountState.DELETED), key=lambda one: one.id)

    def _of_user(self, request: SaasRequest, key: str, rest: list[str]) -> SaasResponse:
        account = next((one for one in self._people() if key in (one.id, one.name)), None)
        if account is None:
            return missing("userKey")
        match request.method, rest:
            case "GET", []:
                return SaasResponse(200, _user(account))
            case "POST", ["signOut"]:
                self.signed_out.append(account.id)
                return SaasResponse(204)
            case "GET", ["tokens"]:
                tokens = [self._token(one) for one in self.world.grants_of(account=account.id)]
                return SaasResponse(200, _listing("tokenList", tokens))
            case (("GET" | "DELETE"), ["tokens", client]):
                return self._one_token(request.method, account.id, client)
            case "GET", ["asps"]:
                return SaasResponse(200, _listing("aspList", [_asp(one) for one in self._asps(account.id)]))
            case (("GET" | "DELETE"), ["asps", code]):
                return self._one_asp(request.method, account.id, code)
            case _:
                return missing("path")

    def _token(self, grant: Grant) -> dict[str, Any]:
        app = self.world.apps.get(grant.app)
        return {
            "kind": "admin#directory#token",
            "etag": f'"{number_of(grant.id)}"',
            "clientId": grant.app,
            "displayText": app.name if app else grant.app,
            "anonymous": bool(app and app.verified is Tristate.NO),
            "nativeApp": bool(self.world.extras.get(f"app {grant.app}", {}).get("nativeApp")),
            "userKey": grant.account,
            "scopes": list(grant.scopes),
        }

    def _one_token(self, method: str, account: str, client: str) -> SaasResponse:
        found = self.world.grants_of(account=account, app=client)
        if not found:
            return missing("clientId")
        if method == "GET":
            return SaasResponse(200, self._token(found[0]))
        for one in found:
            self.world.revoke(one.id)
        return SaasResponse(204)

    def _asps(self, account: str) -> list[Credential]:
        found = (one for one in self.world.credentials.values() if one.account == account and one.type == APP_PASSWORD)
        return sorted(found, key=lambda one: one.id)

    def _one_asp(self, method: str, account: str, code: str) -> SaasResponse:
        found = next((one for one in self._asps(account) if str(code_of(one)) == code), None)
        if found is None:
            return missing("codeId")
        if method == "GET":
            return SaasResponse(200, _asp(found))
        self.world.remove_credential(found.id)
        return SaasResponse(204)

    def _log(self, request: SaasRequest, who: str, application: str) -> SaasResponse:
        query = request.query
        bounds = []
        for name in ("startTime", "endTime"):
            text = query.get(name, "")
            if text and not _TIME.fullmatch(text):
                return refused(400, "invalid", f"Invalid value for {name}")
            bounds.append(datetime.fromisoformat(text).timestamp() if text else 0.0)
        start, end = bounds
        if start > self.world.now or (end and end < start):
            return refused(400, "invalid", "Start time must be before end time and the current time.")
        start = max(start, self.world.now - LOG_DAYS * 86_400)
        entries = []
        for entry in reversed(self._written.since(start, end)):
            if entry["id"]["applicationName"] != application:
                continue
            event = entry["events"][0]["name"]
            if event == "activity" and application == "token" and not self._tells_use:
                continue
            actor = entry["actor"]
            if who in ("all", actor.get("profileId"), actor.get("email")) and query.get("eventName", event) == event:
                entries.append(entry)
        return self._paged(request, "items", entries, most=1000, usual=1000, kind="admin#reports#activities")

    def _policies(self, request: SaasRequest) -> list[dict[str, Any]]:
        wanted = re.search(r"matches\('([^']*)'\)", request.query.get("filter", ""))
        found = []
        for key, value in sorted(self.world.extras.items()):
            kind, _, name = key.partition(" ")
            setting = f"settings/{name}"
            if kind == "policy" and (wanted is None or re.search(wanted[1], setting)):
                query = {"orgUnit": "orgUnits/root", "query": "entity.org_units.exists(org_unit, true)", "sortOrder": 1}
                found.append(
                    {
                        "name": f"policies/{number_of(key)}",
                        "customer": "customers/C0fake",
                        "policyQuery": query,
                        "setting": {"type": setting, "value": value},
                        "type": "ADMIN",
                    }
                )
        return found

    def _paged(
        self, request: SaasRequest, name: str, entries: list[Any], *, most: int, usual: int, **words: str
    ) -> SaasResponse:
        size = request.query.get(words.get("size", "maxResults"), "") or str(usual)
        if not size.isascii() or not size.isdigit() or not 1 <= int(size) <= most:
            return refused(400, "invalid", f"Invalid value '{size}'. Values must be within the range: [1, {most}]")
        begin = _opened(request.query.get("pageToken", ""), len(entries))
        if begin is None:
            return refused(400, "invalid", "Invalid Input: pageToken")
        end = begin + min(int(size), self._page_most)
        body: dict[str, Any] = {"kind": words["kind"], "etag": '"e"'} if "kind" in words else {}
        if entries[begin:end]:  # an empty list is left out
            body[name] = entries[begin:end]
        if end < len(entries):
            body["nextPageToken"] = base64.urlsafe_b64encode(f"at {end}".encode()).decode()
        return SaasResponse(200, body)


class GoogleQuota:
    """So many requests in a window of time, as Google refuses more: 429, or 403 with a reason.

    Args:
        most: Requests in a window.
        window_s: Its length, in seconds; the vendor's own count is by the minute.
        clock: Seconds.
        status: 429 or 403.
    """

    def __init__(self, most: int, *, window_s: float, clock: Callable[[], float], status: int = 429) -> None:
        self._most = most
        self._window_s = window_s
        self._clock = clock
        self._status = status
        self._begun, self._count = clock(), 0
        self.refused = 0

    def refusal(self, request: SaasRequest) -> SaasResponse | None:
        """The answer to one request too many."""
        now = self._clock()
        if now - self._begun >= self._window_s:
            self._begun, self._count = now, 0
        self._count += 1
        if self._count <= self._most:
            return None
        self.refused += 1
        return refused(self._status, "rateLimitExceeded", "Quota exceeded for quota metric 'Queries'", "usageLimits")


def code_of(credential: Credential) -> int:
    """The number Google knows an app password by: the end of its id where that is one."""
    last = credential.id.rsplit("/", 1)[-1]
    return int(last) if last.isascii() and last.isdigit() else number_of(credential.id) % 2**31


def refused(status: int, reason: str, message: str, domain: str = "global") -> SaasResponse:
    """An error as Google words it."""
    error = {
        "code": status,
        "message": message,
        "errors": [{"message": message, "domain": domain, "reason": reason}],
    }
    return SaasResponse(status, {"error": error})


def missing(what: str) -> SaasResponse:
    """What is asked for is not there."""
    return refused(404, "notFound", f"Resource Not Found: {what}")


def _unheard(address: str, headers: dict[str, str], body: bytes) -> None:
    """Notifications go nowhere."""


def _user(account: Account) -> dict[str, Any]:
    mail = account.name
    return {
        "kind": "admin#directory#user",
        "id": account.id,
        "etag": '"u"',
        "primaryEmail": mail,
        "name": {"fullName": mail.partition("@")[0]},
        "isAdmin": False,
        "suspended": account.state is AccountState.SUSPENDED,
        "archived": False,
        "orgUnitPath": "/",
    }


def _asp(credential: Credential) -> dict[str, Any]:
    return {
        "kind": "admin#directory#asp",
        "etag": '"a"',
        "codeId": code_of(credential),
        "name": credential.name,
        "creationTime": str(int(credential.created_at * 1000)),
        "lastTimeUsed": str(int(credential.last_used_at * 1000)),
        "userKey": credential.account,
    }


def _listing(kind: str, entries: list[dict[str, Any]]) -> dict[str, Any]:
    return {"kind": f"admin#directory#{kind}", "etag": '"l"', **({"items": entries} if entries else {})}


def _opened(token: str, length: int) -> int | None:
    """Where a page begins; None for a token that Google never gave."""
    if not token:
        return 0
    try:
        word, _, at = base64.urlsafe_b64decode(token).decode().partition(" ")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return int(at) if word == "at" and at.isdigit() and int(at) <= length else None


def _group_member(one: Membership) -> dict[str, str]:
    kind = "GROUP" if one.inner else "USER"
    return {"kind": "admin#directory#member", "id": one.inner or one.account, "type": kind, "role": "MEMBER"}
