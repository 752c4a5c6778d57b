"""GitHub as its interface tells one organisation: members, installed apps, tokens and requests for them, credentials under
single sign-on, deploy keys, and the audit log.

Ids in the world are those of the connector: ``app:7`` with ``installation/25``, ``token/1``, ``token-request/3``,
``credential/9``, ``deploy-key/acme/web/4``. Extras: ``repo NAME`` (what a repository's entry says beside its name),
``app ID`` (``client_id``, ``slug``), ``github cloud`` (``false`` for an organisation without Enterprise Cloud).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote, urlencode

from wardlaw.inventory.model import Account, AccountKind, AccountState, Consent, Credential, Grant, Group
from wardlaw.testing.saas.githubaudit import audit_entry, numbered
from wardlaw.testing.saas.message import SaasRequest, SaasResponse
from wardlaw.testing.saas.unfolding import WrittenLog
from wardlaw.testing.saas.world import World


class GithubPlatform:
    """One organisation; its login is the world's name.

    Args:
        page_most: Entries on a page, whatever is asked for.
    """

    def __init__(self, world: World, *, page_most: int = 100) -> None:
        self.world = world
        self._page_most = page_most
        self._written = WrittenLog(world, audit_entry)
        self.has_cloud = world.extras.get("github cloud", {"is": True}).get("is", True)

    def answer(self, request: SaasRequest) -> SaasResponse:
        """What GitHub answers."""
        parts = [unquote(part) for part in request.path.strip("/").split("/")]
        match parts:
            case ["app", "installations", _, "access_tokens"]:
                return SaasResponse(201, {"token": "ghs_fake", "expires_at": iso(self.world.now + 3_600)})
            case ["orgs", login, "teams", *inside] if login == self.world.name:
                return self._of_teams(request, inside)
            case ["orgs", login, *rest] if login == self.world.name:
                return self._of_organisation(request, rest)
            case ["repos", owner, name, *rest] if f"{owner}/{name}" in self._repositories():
                return self._of_repository(request, f"{owner}/{name}", rest)
            case _:
                return not_found()

    def empty(self, request: SaasRequest) -> SaasResponse:
        """The listing of somebody who may see nothing."""
        if request.path.endswith("/installations"):
            return SaasResponse(200, {"total_count": 0, "installations": []})
        return SaasResponse(200, [])

    def _of_organisation(self, request: SaasRequest, rest: list[str]) -> SaasResponse:
        match request.method, rest:
            case "GET", []:
                url = f"{_origin(request)}/orgs/{quote(self.world.name)}"
                return SaasResponse(200, {"login": self.world.name, "id": 1, "url": url, "type": "Organization"})
            case "GET", ["members"]:
                people = [one for one in self.world.accounts.values() if is_member(one)]
                return self._paged(request, [simple_user(one.id) for one in sorted(people, key=lambda one: one.id)])
            case "GET", ["installations"]:
                found = self._grants(Consent.INSTALLATION)
                return self._paged(request, [installation(one, self.world) for one in found], inside="installations")
            case "GET", ["repos"]:
                return self._paged(request, [_repository(name, request) for name in sorted(self._repositories())])
            case "GET", ["personal-access-tokens"]:
                return self._paged(request, _of_owner(request, [_token(one) for one in self._credentials("token")]))
            case "POST", ["personal-access-tokens", id_]:
                return self._removed(f"token/{id_}", _action(request) == "revoke")
            case "GET", ["personal-access-token-requests"]:
                found = self._grants(Consent.REQUESTED)
                return self._paged(request, _of_owner(request, [token_request(one) for one in found]))
            case "POST", ["personal-access-token-requests", id_]:
                return self._denied(f"token-request/{id_}", _action(request) == "deny")
            case "GET", ["credential-authorizations"] if self.has_cloud:
                found_credentials = [_authorisation(one) for one in self._credentials("credential")]
                wanted = request.query.get("login", "")
                return self._paged(request, [one for one in found_credentials if wanted in ("", one["login"])])
            case "DELETE", ["credential-authorizations", id_] if self.has_cloud:
                return self._removed(f"credential/{id_}", is_asked=True)
            case "GET", ["audit-log"] if self.has_cloud:
                return self._audit(request)
            case _:
                return not_found()

    def _of_repository(self, request: SaasRequest, name: str, rest: list[str]) -> SaasResponse:
        keys = [one for one in self._credentials("deploy-key") if one.id.startswith(f"deploy-key/{name}/")]
        match request.method, rest:
            case "GET", []:
                return SaasResponse(200, _repository(name, request))
            case "GET", ["keys"]:
                return self._paged(request, [_deploy_key(one, request) for one in keys])
            case "GET", ["keys", id_]:
                found = next((one for one in keys if _number(one.id) == numbered(id_)), None)
                return SaasResponse(200, _deploy_key(found, request)) if found else not_found()
            case "DELETE", ["keys", id_]:
                return self._removed(f"deploy-key/{name}/{id_}", is_asked=True)
            case _:
                return not_found()

    def _of_teams(self, request: SaasRequest, inside: list[str]) -> SaasResponse:
        if not inside:
            return self._paged(request, [team(one) for one in self._teams()])
        found = next((one for one in self._teams() if one.name == inside[0]), None)
        if found is None:
            return not_found()
        members = [simple_user(one.account) for one in self.world.members(found.id) if one.account]
        return self._paged(request, members) if inside[1:] == ["members"] else SaasResponse(200, team(found))

    def _teams(self) -> list[Group]:
        return sorted(self.world.groups.values(), key=lambda one: int(one.id))

    def _repositories(self) -> set[str]:
        named = {key.partition(" ")[2] for key in self.world.extras if key.startswith("repo ")}
        return named | {one.id.split("/", 1)[1].rpartition("/")[0] for one in self._credentials("deploy-key")}

    def _grants(self, consent: Consent) -> list[Grant]:
        found = (one for one in self.world.grants.values() if one.consent is consent)
        return sorted(found, key=lambda one: _number(one.id))

    def _credentials(self, kind: str) -> list[Credential]:
        found = (one for one in self.world.credentials.values() if one.id.startswith(f"{kind}/"))
        return sorted(found, key=lambda one: (one.id.rpartition("/")[0], _number(one.id)))

    def _removed(self, id_: str, is_asked: bool) -> SaasResponse:  # noqa: FBT001  # as the caller reads it
        if not is_asked:
            return SaasResponse(422, {"message": "Validation Failed"})
        return SaasResponse(204) if self.world.remove_credential(id_) else not_found()

    def _denied(self, id_: str, is_asked: bool) -> SaasResponse:  # noqa: FBT001  # as the caller reads it
        if not is_asked:
            return SaasResponse(422, {"message": "Validation Failed"})
        return SaasResponse(204) if self.world.grants.pop(id_, None) else not_found()

    def _audit(self, request: SaasRequest) -> SaasResponse:
        _, _, text = request.query.get("phrase", "").partition("created:>=")
        since = datetime.fromisoformat(text.split()[0]).timestamp() if text else 0.0
        found = self._written.since(since)
        if request.query.get("order") != "asc":
            found.reverse()
        size = self._size(request)
        begin = int(request.query.get("after") or 0)
        more = {"after": begin + size} if begin + size < len(found) else {}
        return SaasResponse(200, found[begin : begin + size], _link(request, more))

    def _paged(self, request: SaasRequest, entries: list[Any], *, inside: str = "") -> SaasResponse:
        size, page = self._size(request), int(request.query.get("page", "1"))
        part = entries[(page - 1) * size : page * size]
        more = {"page": page + 1} if page * size < len(entries) else {}
        body: Any = {"total_count": len(entries), inside: part} if inside else part
        return SaasResponse(200, body, _link(request, more))

    def _size(self, request: SaasRequest) -> int:
        return min(int(request.query.get("per_page", "30")), self._page_most)


class GithubQuota:
    """So many requests an hour, as GitHub refuses more: 403 with what is left and until when, or the secondary limit.

    Args:
        most: Requests in a window.
        window_s: Its length, in seconds.
        clock: Unix seconds.
        is_secondary: 429 with ``retry-after`` in place of the headers of the primary limit.
    """

    def __init__(self, most: int, *, window_s: float, clock: Callable[[], float], is_secondary: bool = False) -> None:
        self._most = most
        self._window_s = window_s
        self._clock = clock
        self._is_secondary = is_secondary
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
        ends = self._begun + self._window_s
        if self._is_secondary:
            told = {"message": "You have exceeded a secondary rate limit."}
            return SaasResponse(429, told, {"retry-after": str(max(round(ends - now), 1))})
        headers = {
            "x-ratelimit-limit": str(self._most),
            "x-ratelimit-remaining": "0",
            "x-ratelimit-reset": str(int(ends) + 1),
        }
        return SaasResponse(403, {"message": "API rate limit exceeded"}, headers)


def is_member(account: Account) -> bool:
    """Whether an account is a member of the organisation."""
    return account.acts_as in (AccountKind.HUMAN, AccountKind.UNKNOWN) and account.state is not AccountState.DELETED


def team(group: Group) -> dict[str, Any]:
    """A team as GitHub lists it; its name here is its slug."""
    return {"id": int(group.id), "slug": group.name, "name": group.name.title(), "privacy": "closed", "parent": None}


def simple_user(login: str) -> dict[str, Any]:
    """A user as GitHub writes one inside other things."""
    return {
        "login": login,
        "id": numbered(login),
        "type": "User",
        "site_admin": False,
        "url": f"https://api.github.com/users/{quote(login)}",
    }


def installation(grant: Grant, world: World) -> dict[str, Any]:
    """An installed app."""
    app, facts = world.apps.get(grant.app), world.extras.get(f"app {grant.app}", {})
    slug = facts.get("slug") or (app.name if app else grant.app)
    return {
        "id": _number(grant.id),
        "account": simple_user(world.name) | {"type": "Organization"},
        "repository_selection": "all",
        "app_id": numbered(grant.app.removeprefix("app:")),
        "app_slug": slug,
        "client_id": facts.get("client_id") or f"Iv1.{numbered(grant.app)}",
        "target_type": "Organization",
        "permissions": permissions(grant.scopes),
        "events": [],
        "created_at": iso(grant.granted_at),
        "updated_at": iso(grant.granted_at),
        "suspended_at": None,
        "suspended_by": None,
    }


def token_request(grant: Grant) -> dict[str, Any]:
    """A request to use a fine-grained token on what the organisation has."""
    return {
        "id": _number(grant.id),
        "reason": None,
        "owner": simple_user(grant.account),
        "repository_selection": "all",
        "permissions": {"repository": permissions(grant.scopes)},
        "created_at": iso(grant.granted_at),
        "token_id": _number(grant.id) + 90_000,
        "token_name": "asked for",
        "token_expired": False,
        "token_expires_at": None,
        "token_last_used_at": None,
    }


def permissions(scopes: tuple[str, ...]) -> dict[str, str]:
    """Permissions and their levels; what names no level is read."""
    return {name: level or "read" for name, _, level in (scope.partition(":") for scope in scopes)}


def iso(at: float) -> str | None:
    """A time as GitHub writes it; None for none."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def not_found() -> SaasResponse:
    """GitHub's answer for what is not there, and for what may not be seen."""
    return SaasResponse(
        404, {"message": "Not Found", "documentation_url": "https://docs.github.com/rest", "status": "404"}
    )


def _token(credential: Credential) -> dict[str, Any]:
    return {
        "id": _number(credential.id),
        "owner": simple_user(credential.account),
        "repository_selection": "all",
        "permissions": {"organization": {}, "repository": permissions(credential.scopes)},
        "access_granted_at": iso(credential.created_at),
        "token_id": _number(credential.id) + 90_000,
        "token_name": credential.name,
        "token_expired": False,
        "token_expires_at": iso(credential.expires_at),
        "token_last_used_at": iso(credential.last_used_at),
    }


def _authorisation(credential: Credential) -> dict[str, Any]:
    return {
        "login": credential.account,
        "credential_id": _number(credential.id),
        "credential_type": credential.type,
        "token_last_eight": "71c3fc11",
        "credential_authorized_at": iso(credential.created_at),
        "credential_accessed_at": iso(credential.last_used_at),
        "authorized_credential_id": _number(credential.id) + 10_000,
        "authorized_credential_note": credential.name,
        "authorized_credential_expires_at": iso(credential.expires_at),
        "scopes": list(credential.scopes),
    }


def _deploy_key(credential: Credential, request: SaasRequest) -> dict[str, Any]:
    name = credential.id.split("/", 1)[1].rpartition("/")[0]
    return {
        "id": _number(credential.id),
        "key": "ssh-ed25519 AAAA",
        "url": f"{_origin(request)}/repos/{quote(name)}/keys/{_number(credential.id)}",
        "title": credential.name,
        "verified": True,
        "created_at": iso(credential.created_at),
        "read_only": credential.scopes == ("contents:read",),
        "added_by": credential.account,
        "last_used": iso(credential.last_used_at),
        "enabled": True,
    }


def _repository(name: str, request: SaasRequest) -> dict[str, Any]:
    owner, _, short = name.partition("/")
    url = f"{_origin(request)}/repos/{quote(name)}"
    return {
        "id": numbered(name),
        "name": short,
        "full_name": name,
        "private": True,
        "owner": simple_user(owner),
        "url": url,
    }


def _of_owner(request: SaasRequest, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    wanted = request.query.get("owner[]", "")
    return [one for one in entries if wanted in ("", one["owner"]["login"])]


def _link(request: SaasRequest, more: Mapping[str, int]) -> dict[str, str]:
    if not more:
        return {}
    return {"link": f'<{_origin(request)}{request.path}?{urlencode({**request.query, **more})}>; rel="next"'}


def _origin(request: SaasRequest) -> str:
    return f"http://{request.headers.get('host', 'localhost')}"


def _action(request: SaasRequest) -> str:
    body = request.json()
    return str(body.get("action", "")) if isinstance(body, dict) else ""


def _number(id_: str) -> int:
    return numbered(id_.rpartition("/")[2])
