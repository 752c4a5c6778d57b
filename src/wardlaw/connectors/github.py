"""GitHub: installed apps, fine-grained personal access tokens, requests for them, and credentials under single sign-on.

There is no interface that lists the OAuth apps members have authorised, other than under single sign-on (Enterprise
Cloud); where that is not to be had, the feed says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from wardlaw.connectors.feed import Feed, FeedPage, not_read, page_of
from wardlaw.connectors.vendorclient import VendorAnswer, VendorClient
from wardlaw.inventory.importing.badrow import UnreadableError, name_of, text_of, time_of
from wardlaw.inventory.model import Account, AccountKind, App, Consent, Credential, FeedKind, Grant, Sighting

INSTALLATIONS = Feed("installations", FeedKind.LISTING)
TOKENS = Feed("tokens", FeedKind.LISTING)
REQUESTS = Feed("token-requests", FeedKind.LISTING)
CREDENTIALS = Feed("credentials", FeedKind.LISTING)

_PER_PAGE = 100
_MOST_PAGES = 10_000  # a million entries: more is a listing that does not end


class GithubConnector:
    """Reads one organisation.

    Args:
        client: With a token that may read organisation administration and personal access tokens.
        organisation: Its login.
    """

    platform = "github"

    def __init__(self, client: VendorClient, organisation: str) -> None:
        self._client = client
        self._base = f"/orgs/{quote(organisation, safe='')}"

    def feeds(self) -> tuple[Feed, ...]:
        """Installed apps, tokens, requests for tokens, and credentials under single sign-on."""
        return INSTALLATIONS, TOKENS, REQUESTS, CREDENTIALS

    def read(self, feed: Feed, watermark: str) -> Iterator[FeedPage]:
        """The pages of a feed; see ``Connector.read``."""
        match feed.name:
            case "installations":
                return self._pages("/installations", _installation, inside="installations")
            case "tokens":
                return self._pages("/personal-access-tokens", _token)
            case "token-requests":
                return self._pages("/personal-access-token-requests", _request)
            case _:
                return self._pages("/credential-authorizations", _credential, optional=True)

    def _pages(
        self, path: str, read: Callable[[Any], list[Sighting]], *, inside: str = "", optional: bool = False
    ) -> Iterator[FeedPage]:
        for number in range(1, _MOST_PAGES + 1):
            query = {"per_page": _PER_PAGE, "page": number}
            answer = self._client.get(self._base + path, query, bucket="rest")
            if optional and number == 1 and answer.status == 404:
                # A gap, not an empty list: what was known from a time when there was single sign-on stays.
                yield FeedPage(gaps=("Not to be had here: needs Enterprise Cloud with single sign-on.",))
                return
            entries = _entries(answer, path, inside)
            yield page_of(entries, read)
            if 'rel="next"' not in answer.headers.get("link", ""):
                return
        raise not_read(f"GitHub {path}", "the listing does not end")


def _entries(answer: VendorAnswer, path: str, inside: str) -> list[Any]:
    if answer.status != 200:
        raise not_read(f"GitHub {path}", f"it answers {answer.status}")
    found = answer.body.get(inside) if inside and isinstance(answer.body, dict) else answer.body
    if not isinstance(found, list):
        raise not_read(f"GitHub {path}", "the answer is none of GitHub's")
    return found


def _id(entry: Mapping[str, Any], name: str = "id") -> str:
    if not (found := text_of(entry[name], name)):
        raise UnreadableError(f"{name} is empty")
    return found


def _installation(entry: Mapping[str, Any]) -> list[Sighting]:
    app = f"app:{_id(entry, 'app_id')}"
    scopes = _permissions({"": entry.get("permissions") or {}})
    grant = Grant(
        f"installation/{_id(entry)}",
        "",
        app,
        Consent.INSTALLATION,
        scopes,
        time_of(entry.get("created_at"), "created_at"),
    )
    return [Sighting(App(app, name_of(entry.get("app_slug")))), Sighting(grant)]


def _token(entry: Mapping[str, Any]) -> list[Sighting]:
    owner = _id(entry["owner"], "login")
    expires = entry.get("token_expires_at")
    credential = Credential(
        f"token/{_id(entry)}",
        owner,
        "fine-grained personal access token",
        name_of(entry.get("token_name")),
        "",
        _permissions(entry.get("permissions") or {}),
        time_of(entry.get("access_granted_at"), "access_granted_at"),
        time_of(expires, "token_expires_at"),
        time_of(entry.get("token_last_used_at"), "token_last_used_at"),
        # GitHub writes null for a token without an end; a field that is missing says nothing.
        never_expires="token_expires_at" in entry and expires is None,
    )
    return [Sighting(Account(owner, AccountKind.UNKNOWN, owner)), Sighting(credential)]


def _request(entry: Mapping[str, Any]) -> list[Sighting]:
    owner = _id(entry["owner"], "login")
    scopes = _permissions(entry.get("permissions") or {})
    grant = Grant(f"token-request/{_id(entry)}", owner, "", Consent.REQUESTED, scopes)
    return [Sighting(Account(owner, AccountKind.UNKNOWN, owner)), Sighting(grant)]


def _credential(entry: Mapping[str, Any]) -> list[Sighting]:
    owner = _id(entry, "login")
    scopes = entry.get("scopes") or []
    credential = Credential(
        f"credential/{_id(entry, 'credential_id')}",
        owner,
        name_of(entry.get("credential_type")),
        name_of(entry.get("authorized_credential_title") or entry.get("authorized_credential_note")),
        "",
        tuple(sorted({text_of(scope, "scopes") for scope in scopes})),
        time_of(entry.get("credential_authorized_at"), "credential_authorized_at"),
        time_of(entry.get("authorized_credential_expires_at"), "authorized_credential_expires_at"),
        time_of(entry.get("credential_accessed_at"), "credential_accessed_at"),
    )
    return [Sighting(Account(owner, AccountKind.UNKNOWN, owner)), Sighting(credential)]


def _permissions(groups: Mapping[str, Any]) -> tuple[str, ...]:
    """``name:level`` of each permission, over all groups (organisation, repository, other)."""
    found = set()
    for granted in groups.values():
        for name, level in granted.items():
            found.add(text_of(f"{name}:{level}", "permissions"))
    return tuple(sorted(found))
