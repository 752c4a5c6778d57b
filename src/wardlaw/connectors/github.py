"""GitHub: members, installed apps, fine-grained personal access tokens and requests for them, credentials under single
sign-on, deploy keys, and the audit log.

There is no interface that lists the OAuth apps members have authorised, other than under single sign-on (Enterprise
Cloud); where that is not to be had, the feed says so. The same holds of the audit log.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import msgspec

from wardlaw.connectors.directorygroups import GROUPS, GroupLists, account_member, group_pages, named_group
from wardlaw.connectors.feed import Feed, FeedPage, not_read, page_of
from wardlaw.connectors.githubaudit import AuditNames, audit_page, audit_time
from wardlaw.connectors.ownedlists import UnlistedError, read_owned
from wardlaw.connectors.place import Place, placed, read_place, write_place
from wardlaw.connectors.vendorclient import VendorAnswer, VendorClient
from wardlaw.facts.errors import UnavailableError
from wardlaw.inventory.importing.badrow import UnreadableError, name_of, text_of, time_of
from wardlaw.inventory.model import (
    Account,
    AccountKind,
    AccountState,
    App,
    Consent,
    Credential,
    FeedKind,
    Grant,
    Group,
    Sighting,
)

MEMBERS = Feed("members", FeedKind.LISTING)
INSTALLATIONS = Feed("installations", FeedKind.LISTING)
TOKENS = Feed("tokens", FeedKind.LISTING)
REQUESTS = Feed("token-requests", FeedKind.LISTING)
CREDENTIALS = Feed("credentials", FeedKind.LISTING)
DEPLOY_KEYS = Feed("deploy-keys", FeedKind.LISTING)
AUDIT = Feed("audit-log", FeedKind.EVENTS)

OVERLAP_S = 3_600.0
"""Entries are written late; each run reads the last hour of the one before again."""

_PER_PAGE = 100
_MOST_PAGES = 10_000  # a million entries: more is a listing that does not end
_NEXT = re.compile(r'<([^<>]+)>\s*;\s*rel="next"')
_NO_CLOUD = "Not to be had here: needs Enterprise Cloud{}."


class GithubConnector:
    """Reads one organisation.

    Args:
        client: With a token that may read organisation administration, members, personal access tokens, and
            administration of repositories.
        organisation: Its login.
        groups: Read teams and their members too.
    """

    platform = "github"

    def __init__(self, client: VendorClient, organisation: str, *, groups: bool = False) -> None:
        self._client = client
        self._groups = (GROUPS,) if groups else ()
        self._base = f"/orgs/{quote(organisation, safe='')}"

    def feeds(self) -> tuple[Feed, ...]:
        """What apps and tokens there are, credentials under single sign-on, members, deploy keys, teams where
        they are wanted, and the audit log."""
        return INSTALLATIONS, TOKENS, REQUESTS, CREDENTIALS, MEMBERS, DEPLOY_KEYS, *self._groups, AUDIT

    def read(self, feed: Feed, watermark: str) -> Iterator[FeedPage]:
        """The pages of a feed; see ``Connector.read``."""
        return self._audit(watermark) if feed == AUDIT else self._listing(feed, None)

    def read_on(self, feed: Feed, place: str) -> Iterator[FeedPage]:
        """The rest of a listing; see ``GoesOn.read_on``."""
        return self._listing(feed, read_place(place))

    def _listing(self, feed: Feed, place: Place | None) -> Iterator[FeedPage]:
        match feed.name:
            case "members":
                return self._pages("/members", _member, place)
            case "installations":
                return self._pages("/installations", installation_sightings, place, inside="installations")
            case "tokens":
                return self._pages("/personal-access-tokens", _token, place)
            case "token-requests":
                return self._pages("/personal-access-token-requests", request_sightings, place)
            case "deploy-keys":
                return self._deploy_keys(place)
            case "groups":
                return self._teams(place)
            case _:
                return self._credentials(place)

    def _pages(
        self, path: str, read: Callable[[Any], list[Sighting]], place: Place | None, *, inside: str = ""
    ) -> Iterator[FeedPage]:
        for entries, here in placed(self._numbered(self._base + path, inside, place), place):
            yield msgspec.structs.replace(page_of(entries, read), place=write_place(here))

    def _credentials(self, place: Place | None) -> Iterator[FeedPage]:
        try:
            yield from self._pages("/credential-authorizations", _credential, place)
        except _AnsweredError as error:
            if error.answer.status != 404:
                raise
            # A gap, not an empty list: what was known from a time when there was single sign-on stays.
            yield FeedPage(gaps=(_NO_CLOUD.format(" with single sign-on"),))

    def _deploy_keys(self, place: Place | None) -> Iterator[FeedPage]:
        nameless = 0

        def repositories() -> Iterator[tuple[tuple[str, ...], Place]]:
            nonlocal nameless
            for entries, here in placed(self._numbered(f"{self._base}/repos", "", place), place):
                found = [str(one.get("full_name") or "") if isinstance(one, dict) else "" for one in entries]
                nameless += sum(name.count("/") != 1 for name in found)
                yield tuple(name for name in found if name.count("/") == 1), Place() if nameless else here

        def keys(repository: str) -> list[Any] | None:
            path = f"/repos/{quote(repository)}"
            try:
                return [entry for entries in self._listed(f"{path}/keys") for entry in entries]
            except _AnsweredError as error:
                # Deleted since the list was made, when GitHub says so of the repository too; without it, the right
                # to see keys is missing.
                if error.answer.status == 404 and is_missing(self._client.get(path, bucket="rest")):
                    return None
                raise UnlistedError(
                    f"The deploy keys of {repository} were not read: GitHub answers {error.answer.status}."
                ) from error

        def page(repository: str, entries: list[Any]) -> FeedPage:
            return page_of(entries, partial(_deploy_key, repository=repository))

        yield from read_owned(repositories(), keys, page, witness=place.witness if place else "")
        if nameless:
            yield FeedPage(gaps=(f"{nameless} repositories without a name were listed; their keys were not read.",))

    def _teams(self, place: Place | None) -> Iterator[FeedPage]:
        """Teams by their number, as their names may change; GitHub counts members of the teams within one too."""

        def members(team: str, entry: Mapping[str, Any]) -> list[Any] | None:
            path = f"{self._base}/teams/{quote(_id(entry, 'slug'), safe='')}"
            try:
                return [one for entries in self._listed(f"{path}/members") for one in entries]
            except _AnsweredError as error:
                if error.answer.status == 404 and is_missing(self._client.get(path, bucket="rest")):
                    return None
                raise UnlistedError(
                    f"Members of team {team} were not read: it answers {error.answer.status}."
                ) from error

        def group(entry: Mapping[str, Any]) -> Group:
            return named_group(entry, "slug", "name")

        lists = GroupLists(
            partial(self._listed, f"{self._base}/teams"), group, members, partial(account_member, field="login")
        )
        return group_pages(lists, place)

    def _audit(self, watermark: str) -> Iterator[FeedPage]:
        begun = float(watermark) if watermark else 0.0
        query: dict[str, str | int] = {"per_page": _PER_PAGE, "include": "all", "order": "asc"}
        if begun:
            since = datetime.fromtimestamp(max(begun - OVERLAP_S, 0.0), tz=UTC)
            query["phrase"] = f"created:>={since.strftime('%Y-%m-%dT%H:%M:%SZ')}"
        try:
            names = AuditNames.of(
                [one for page in self._listed(f"{self._base}/installations", "installations") for one in page],
                [one for page in self._listed(f"{self._base}/personal-access-tokens") for one in page],
            )
        except _AnsweredError:
            yield FeedPage(notes=("Apps and tokens of the audit log could not be matched with those of the listings.",))
            names = AuditNames({}, {})
        latest, path = begun, f"{self._base}/audit-log"
        for _ in range(_MOST_PAGES):
            answer = self._client.get(path, query, bucket="audit")
            if answer.status == 404 and "after" not in query:
                yield FeedPage(gaps=(_NO_CLOUD.format(""),))
                return
            entries = _entries(answer, path, "")
            yield audit_page(entries, names)
            latest = max([latest, *map(audit_time, entries)])
            after = _next_page(answer).get("after", "")
            if not after:
                yield FeedPage(watermark=repr(latest) if latest else "", covered_until=latest)
                return
            query = {**query, "after": after}
        raise not_read(f"GitHub {path}", "the log does not end")

    def _listed(self, path: str, inside: str = "") -> Iterator[list[Any]]:
        """The entries of a listing, page by page.

        Raises:
            UnavailableError: It cannot be read to its end, or its end does not fit what was said before (WL-INV-010).
        """
        return (entries for entries, _ in self._numbered(path, inside, None))

    def _numbered(self, path: str, inside: str, place: Place | None) -> Iterator[tuple[list[Any], str]]:
        """Pages with their numbers; from that of a place on, where one is given."""
        count = 0
        begin = int(place.cursor) if place and place.cursor.isdigit() else 1
        for number in range(begin, _MOST_PAGES + 1):
            answer = self._client.get(path, {"per_page": _PER_PAGE, "page": number}, bucket="rest")
            if answer.status != 200 and number == begin:
                raise _AnsweredError(path, answer)
            entries = _entries(answer, path, inside)
            count = place.count if place and number == begin else count + len(entries)
            if number > begin and not entries:  # the page before said that there is more
                raise not_read(f"GitHub {path}", "a page that should have entries is empty")
            yield entries, str(number)
            if not _next_page(answer):
                total = answer.body.get("total_count") if inside else None
                if isinstance(total, int) and count < total:
                    raise not_read(f"GitHub {path}", f"{count} of {total} entries were listed")
                return
        raise not_read(f"GitHub {path}", "the listing does not end")


class _AnsweredError(UnavailableError):
    """A listing could not be begun (WL-INV-010)."""

    def __init__(self, path: str, answer: VendorAnswer) -> None:
        error = not_read(f"GitHub {path}", f"it answers {answer.status}")
        super().__init__(error.code, error.message, error.hint)
        self.answer = answer


def is_missing(answer: VendorAnswer) -> bool:
    """Whether GitHub itself says that there is no such thing; anything between us and it can answer 404."""
    body = answer.body if isinstance(answer.body, dict) else {}
    return answer.status == 404 and body.get("message") == "Not Found"


def _next_page(answer: VendorAnswer) -> dict[str, str]:
    """The query of the next page, from the link header; empty at the end."""
    found = _NEXT.search(answer.headers.get("link", ""))
    return {name: values[0] for name, values in parse_qs(urlsplit(found[1]).query).items()} if found else {}


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


def installation_sightings(entry: Mapping[str, Any]) -> list[Sighting]:
    """The app and the grant of an installation."""
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


def _member(entry: Mapping[str, Any]) -> list[Sighting]:
    login = _id(entry, "login")
    kind = {"User": AccountKind.HUMAN, "Bot": AccountKind.NHI}.get(str(entry.get("type")), AccountKind.UNKNOWN)
    return [Sighting(Account(login, kind, login, state=AccountState.ACTIVE))]


def _deploy_key(entry: Mapping[str, Any], repository: str) -> list[Sighting]:
    scope = "contents:read" if entry.get("read_only") is True else "contents:write"
    credential = Credential(
        f"deploy-key/{text_of(repository, 'full_name')}/{_id(entry)}",
        text_of(entry.get("added_by"), "added_by"),
        "deploy key",
        name_of(entry.get("title")),
        "",
        (scope,),
        time_of(entry.get("created_at"), "created_at"),
        0.0,
        time_of(entry.get("last_used"), "last_used"),
        never_expires=True,  # GitHub's documentation: a deploy key has no end
    )
    return [Sighting(credential)]


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


def request_sightings(entry: Mapping[str, Any]) -> list[Sighting]:
    """Who asks for what with a token that waits for approval."""
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
