"""Okta: people, apps, what each has granted, scopes of apps of their own, tokens, and connections from app to app.

Okta tells one grant for each scope; those of one person and app are one grant here. An app is known by its client id, which
for an OAuth app is the id of the app too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

import msgspec

from wardlaw.connectors.directorygroups import GROUPS
from wardlaw.connectors.entry import needed
from wardlaw.connectors.feed import Feed, FeedPage, page_of
from wardlaw.connectors.oktaagents import agent_pages, connection_pages
from wardlaw.connectors.oktagroups import okta_groups
from wardlaw.connectors.oktalogs import log_pages
from wardlaw.connectors.oktareader import OktaReader, OktaRefusedError
from wardlaw.connectors.ownedlists import UnlistedError, read_owned
from wardlaw.connectors.place import Place, read_place, write_place
from wardlaw.connectors.vendorclient import VendorClient
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
    Sighting,
    Tristate,
)

API = "/api/v1"
_LISTINGS = (
    "users",
    "deactivated",
    "apps",
    "grants",
    "app-grants",
    "tokens",
    "api-tokens",
    "connections",
    "agents",
    "agent-connections",
)
_OFF = {"SUSPENDED": AccountState.SUSPENDED, "DEPROVISIONED": AccountState.DELETED}


class OktaConnector:
    """Reads one organisation.

    Args:
        client: With a token for ``okta.users.read``, ``okta.apps.read``, ``okta.appGrants.read``, ``okta.apiTokens.read`` and
            ``okta.logs.read``, or an API token of a read-only administrator.
        clock: Unix seconds; the log is read up to now.
        groups: Read groups and their members too; needs ``okta.groups.read``.
    """

    platform = "okta"

    def __init__(self, client: VendorClient, *, clock: Callable[[], float], groups: bool = False) -> None:
        self._okta = OktaReader(client)
        self._clock = clock
        self._groups = (GROUPS,) if groups else ()

    def feeds(self) -> tuple[Feed, ...]:
        """The listings, with groups where they are wanted, then the log."""
        return (*(Feed(name, FeedKind.LISTING) for name in _LISTINGS), *self._groups, Feed("logs", FeedKind.EVENTS))

    def read(self, feed: Feed, watermark: str) -> Iterator[FeedPage]:
        """The pages of a feed; see ``Connector.read``."""
        if feed.name == "logs":
            return log_pages(self._okta, watermark, now=self._clock())
        return self._listing(feed, None)

    def read_on(self, feed: Feed, place: str) -> Iterator[FeedPage]:
        """The rest of a listing; see ``GoesOn.read_on``."""
        return self._listing(feed, read_place(place))

    def _listing(self, feed: Feed, place: Place | None) -> Iterator[FeedPage]:
        match feed.name:
            case "users":
                return self._each("/users", {}, _user, place)
            case "deactivated":  # the list of users leaves them out
                return self._each("/users", {"filter": 'status eq "DEPROVISIONED"'}, _user, place)
            case "apps":
                return self._each("/apps", {}, _app, place)
            case "grants":
                return self._owned("/users", "grants?expand=scope&limit=200", user_grants, place)
            case "app-grants":
                return self._owned("/apps", "grants?expand=scope", app_grant, place)
            case "tokens":
                return self._owned("/apps", "tokens?limit=200", _app_tokens, place)
            case "api-tokens":
                return self._each("/api-tokens", {}, _api_token, place)
            case "connections":
                return self._connections(place)
            case "groups":
                return okta_groups(self._okta, place)
            case "agents":
                return agent_pages(self._okta, place)
            case _:
                return connection_pages(self._okta, place)

    def _each(
        self, path: str, query: Mapping[str, str | int], read: Callable[[Any], list[Sighting]], place: Place | None
    ) -> Iterator[FeedPage]:
        for entries, here in self._okta.listed_from(API + path, {"limit": 200, **query}, place, bucket=path[1:]):
            yield msgspec.structs.replace(page_of(entries, read), place=write_place(here))

    def _ids(self, path: str, place: Place | None) -> Iterator[tuple[tuple[str, ...], Place]]:
        """Ids of what hangs on others, in pages; only OAuth clients of the apps."""
        for entries, here in self._okta.listed_from(API + path, {"limit": 200}, place, bucket=path[1:]):
            wanted = entries if path == "/users" else [one for one in entries if not _is_other(one)]
            yield tuple(str(one.get("id") or "") if isinstance(one, dict) else "" for one in wanted), here

    def _owned(
        self,
        owners: str,
        rest: str,
        page: Callable[[str, list[Any]], FeedPage],
        place: Place | None,
        *,
        optional: bool = False,
    ) -> Iterator[FeedPage]:
        """What hangs on each user or app."""
        part, _, query = rest.partition("?")
        asked = {name: value for name, _, value in (one.partition("=") for one in query.split("&") if one)}

        def ask(owner: str) -> list[Any] | None:
            if not owner:
                raise UnlistedError(f"An entry of {owners[1:]} has no id; what hangs on it was not read.")
            path = f"{API}{owners}/{quote(owner, safe='')}/{part}"
            try:
                return [one for entries in self._okta.listed(path, asked, bucket=owners[1:]) for one in entries]
            except OktaRefusedError as error:
                if error.is_missing and not optional:  # deleted since the list was made
                    return None
                raise UnlistedError(f"{part} of {owner} were not read: Okta answers {error.status}.") from error

        witness = place.witness if place else ""
        yield from read_owned(self._ids(owners, place), ask, page, witness=witness)

    def _connections(self, place: Place | None) -> Iterator[FeedPage]:
        """Cross App Access. Where an organisation has none, its first refusal is a gap, and nothing more is asked."""
        for page in self._owned("/apps", "cwo/connections", _connections, place, optional=True):
            yield page
            if page.gaps and not page.sightings:
                yield FeedPage(gaps=("Cross App Access is not to be had here, or its rights are missing.",))
                return


def user_grants(user: str, entries: list[Any]) -> FeedPage:
    """One grant for each app that a user let do something, with all scopes of it."""
    return _by_client(entries, lambda client: Grant(f"user/{user}/{client}", user, client, Consent.USER))


def app_grant(app: str, entries: list[Any]) -> FeedPage:
    """The scopes that an administrator gave an app."""
    return _by_client(entries, lambda client: Grant(f"app/{app}/{client}", "", client, Consent.ADMIN))


def _by_client(entries: list[Any], make: Callable[[str], Grant]) -> FeedPage:
    scopes: dict[str, set[str]] = {}
    dates: dict[str, list[float]] = {}

    def take(entry: Mapping[str, Any]) -> list[Sighting]:
        client, scope = needed(entry, "clientId"), scope_of(entry)
        at = time_of(entry.get("created"), "created")
        if entry.get("status") not in (None, "ACTIVE"):
            return []
        scopes.setdefault(client, set()).add(scope)
        dates.setdefault(client, []).extend([at] if at else [])
        return []

    told = page_of(entries, take)
    found = []
    for client, words in sorted(scopes.items()):
        bare = make(client)
        first = min(dates[client], default=0.0)
        grant = Grant(bare.id, bare.account, client, bare.consent, tuple(sorted(words)), first)
        found.append(Sighting(grant))
    return FeedPage(tuple(found), gaps=told.gaps)


def scope_of(entry: Mapping[str, Any]) -> str:
    """The name of a grant's scope: its id for Okta's own, the title of the link for those of other servers."""
    id_ = needed(entry, "scopeId")
    title = ((entry.get("_links") or {}).get("scope") or {}).get("title")
    return name_of(title) if id_.startswith("scp") and name_of(title) else id_


def _app_tokens(_app: str, entries: list[Any]) -> FeedPage:
    return page_of(entries, _refresh_token)


def _refresh_token(entry: Mapping[str, Any]) -> list[Sighting]:
    scopes = tuple(sorted({text_of(one, "scopes") for one in entry.get("scopes") or []}))
    credential = Credential(
        needed(entry, "id"),
        text_of(entry.get("userId"), "userId"),
        "refresh token",
        "",
        needed(entry, "clientId"),
        scopes,
        time_of(entry.get("created"), "created"),
        time_of(entry.get("expiresAt"), "expiresAt"),
    )
    return [Sighting(credential)] if entry.get("status") in (None, "ACTIVE") else []


def _api_token(entry: Mapping[str, Any]) -> list[Sighting]:
    # It ends when nobody uses it for its window, so its end moves on; a use is told nowhere.
    credential = Credential(
        needed(entry, "id"),
        text_of(entry.get("userId"), "userId"),
        "API token",
        name_of(entry.get("name")),
        "",
        (),
        time_of(entry.get("created"), "created"),
        time_of(entry.get("expiresAt"), "expiresAt"),
    )
    return [Sighting(credential)]


def _connections(app: str, entries: list[Any]) -> FeedPage:
    return page_of(entries, partial(_connection, app=app))


def _connection(entry: Mapping[str, Any], app: str) -> list[Sighting]:
    if entry.get("status") not in (None, "ACTIVE"):
        return []
    resource, requesting = needed(entry, "resourceAppInstanceId"), needed(entry, "requestingAppInstanceId")
    if app not in (resource, requesting):
        raise UnreadableError("a connection names neither of its apps")
    at = time_of(entry.get("created"), "created")
    id_ = f"connection/{requesting}/{needed(entry, 'id')}"
    account = Account(f"app:{resource}")  # an app that is let into; nobody has to answer for it as for an account
    return [Sighting(account), Sighting(Grant(id_, account.id, requesting, Consent.ADMIN, (), at))]


def _user(entry: Mapping[str, Any]) -> list[Sighting]:
    profile = entry.get("profile") or {}
    name = name_of(profile.get("login")) or name_of(profile.get("email"))
    state = _OFF.get(str(entry.get("status")), AccountState.ACTIVE if entry.get("status") else AccountState.UNKNOWN)
    return [Sighting(Account(needed(entry, "id"), AccountKind.HUMAN, name, "", state))]


def _app(entry: Mapping[str, Any]) -> list[Sighting]:
    client = _client_id(entry) or needed(entry, "id")
    first_party = Tristate.YES if str(entry.get("name", "")).startswith("okta_") else Tristate.UNKNOWN
    return [Sighting(App(client, name_of(entry.get("label")), first_party=first_party))]


def _is_other(entry: object) -> bool:
    """Whether an app is certainly no OAuth client, so that no grants hang on it."""
    if not isinstance(entry, dict):
        return False
    mode, credentials = entry.get("signOnMode"), entry.get("credentials")
    is_client = isinstance(credentials, dict) and bool(credentials.get("oauthClient"))
    return isinstance(mode, str) and mode != "OPENID_CONNECT" and not is_client


def _client_id(entry: Mapping[str, Any]) -> str:
    client = (entry.get("credentials") or {}).get("oauthClient") or {}
    return text_of(client.get("client_id"), "client_id")
