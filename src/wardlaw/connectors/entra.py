"""Microsoft Entra: people, apps with their service principals, what they may do for people and as themselves, their
credentials, and agents.

An app is known by its client id, its service principal by its object id. Rights for persons are grants of the person, or of
the whole directory where an administrator agreed for all; rights of its own are grants of the service principal. Graph tells
no date of the former.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec

from wardlaw.connectors.directorygroups import GROUPS
from wardlaw.connectors.entrachanges import APP_NAMES, app_changes, grant_changes
from wardlaw.connectors.entragrants import GRANTS_PATH, EntraPrincipal, as_one, assignment, delegated_grant
from wardlaw.connectors.entragroups import entra_groups
from wardlaw.connectors.entralogs import audits, sign_ins
from wardlaw.connectors.entraused import read_usage
from wardlaw.connectors.entry import needed
from wardlaw.connectors.feed import Feed, FeedPage, page_of
from wardlaw.connectors.graphreader import GraphReader, GraphRefusedError
from wardlaw.connectors.ownedlists import UnlistedError, read_owned
from wardlaw.connectors.place import Place, in_order, read_place, write_place
from wardlaw.connectors.vendorclient import VendorClient
from wardlaw.inventory.importing.badrow import UnreadableError, name_of, text_of, time_of
from wardlaw.inventory.model import (
    Account,
    AccountKind,
    AccountState,
    App,
    Credential,
    FeedKind,
    Sighting,
    Tristate,
)

PRINCIPALS = "/v1.0/servicePrincipals"
AGENTS_PATH = "/v1.0/servicePrincipals/microsoft.graph.agentIdentity"
MICROSOFT_TENANTS = frozenset(
    {
        "f8cdef31-a31e-4b4a-93e4-5f571e91255a",  # Microsoft Services, the owner of its apps
        "72f988bf-86f1-41af-91ab-2d7cd011db47",  # Microsoft's own tenant
    }
)
"""Tenants whose apps are Microsoft's, by what Graph says of 737 of them (microsoft-info, MIT, 2026-11)."""

_TOP = 999  # the most that Graph gives of directory objects on a page

_LISTINGS = ("users", "apps", "grants", "app-grants", "credentials", "principal-credentials", "agents")
_EVENTS = ("app-changes", "grant-changes", "audits", "sign-ins")


class EntraConnector:
    """Reads one tenant.

    Args:
        client: With a token for ``Directory.Read.All``, ``AuditLog.Read.All`` and ``AgentIdentity.Read.All``.
        tenant: Its id; apps of it are its own, and nobody verifies their publisher.
        groups: Read groups and their members too.
    """

    platform = "entra"

    def __init__(self, client: VendorClient, tenant: str, *, groups: bool = False) -> None:
        self._graph = GraphReader(client)
        self._tenant = tenant
        self._groups = (GROUPS,) if groups else ()

    def feeds(self) -> tuple[Feed, ...]:
        """The listings, with groups where they are wanted, then what has changed, then the logs."""
        listings = tuple(Feed(name, FeedKind.LISTING) for name in _LISTINGS)
        return listings + self._groups + tuple(Feed(name, FeedKind.EVENTS) for name in _EVENTS)

    def read(self, feed: Feed, watermark: str) -> Iterator[FeedPage]:
        """The pages of a feed; see ``Connector.read``."""
        match feed.name:
            case "app-changes":
                return app_changes(self._graph, watermark, self._app)
            case "grant-changes":
                return grant_changes(self._graph, watermark, lambda: self._principals()[0])
            case "audits":
                return audits(self._graph, watermark)
            case "sign-ins":
                return sign_ins(self._graph, watermark)
            case _:
                return self._listing(feed, None)

    def read_on(self, feed: Feed, place: str) -> Iterator[FeedPage]:
        """The rest of a listing; see ``GoesOn.read_on``."""
        return self._listing(feed, read_place(place))

    def _listing(self, feed: Feed, place: Place | None) -> Iterator[FeedPage]:
        match feed.name:
            case "users":
                names = "id,displayName,userPrincipalName,accountEnabled,userType"
                return self._each("/v1.0/users", {"$select": names}, _user, place)
            case "apps":
                return self._each(PRINCIPALS, _APP_QUERY, self._app, place)
            case "grants":
                return self._grants(place)
            case "app-grants":
                return self._app_grants(place)
            case "credentials":
                return self._credentials("/v1.0/applications", place, held_by="application")
            case "principal-credentials":
                return self._credentials(PRINCIPALS, place, held_by="service principal")
            case "groups":
                return entra_groups(self._graph, place)
            case _:
                return self._agents(place)

    def _each(
        self,
        path: str,
        query: Mapping[str, str | int],
        read: Callable[[Any], list[Sighting]],
        place: Place | None,
    ) -> Iterator[FeedPage]:
        for entries, here in self._graph.listed_from(path, {**query, "$top": _TOP}, place):
            yield msgspec.structs.replace(page_of(entries, read), place=write_place(here))

    def _principals(self) -> tuple[dict[str, EntraPrincipal], tuple[str, ...]]:
        """Service principals by object id, and a gap where one of them was not understood: its grants are not read."""
        found: dict[str, EntraPrincipal] = {}
        bad = 0
        for entries in self._graph.listed(PRINCIPALS, {"$select": "id,appId,appRoles", "$top": _TOP}):
            for entry in entries:
                try:
                    id_ = needed(entry, "id")
                    found[id_] = EntraPrincipal(id_, needed(entry, "appId"), _roles(entry.get("appRoles")))
                except (UnreadableError, AttributeError, TypeError, KeyError):
                    bad += 1
        return found, (f"{bad} service principals were not understood.",) if bad else ()

    def _grants(self, place: Place | None) -> Iterator[FeedPage]:
        known, _ = self._principals()  # a grant of one that is missing here is a gap of its own
        usage = read_usage(self._graph)
        for page in self._each(GRANTS_PATH, {}, partial(delegated_grant, known=known), place):
            yield msgspec.structs.replace(page, sightings=tuple(usage.noted(one) for one in page.sightings))
        yield FeedPage(notes=usage.notes)

    def _app_grants(self, place: Place | None) -> Iterator[FeedPage]:
        known, gaps = self._principals()
        yield FeedPage(gaps=gaps)
        usage = read_usage(self._graph)

        def ask(principal: str) -> list[Any] | None:
            path = f"{PRINCIPALS}/{quote(principal, safe='')}/appRoleAssignments"
            try:
                return [one for page in self._graph.listed(path, {"$top": _TOP}) for one in page]
            except GraphRefusedError as error:
                if error.is_missing:  # deleted since the list was made: there is nothing left to read
                    return None
                raise UnlistedError(f"App roles of {principal} were not read: Graph answers {error.status}.") from error

        def page(principal: str, entries: list[Any]) -> FeedPage:
            told = page_of(entries, partial(assignment, principal=known[principal], known=known))
            return as_one(told, usage)

        yield from read_owned(in_order([*known], place), ask, page, witness=place.witness if place else "")
        yield FeedPage(notes=usage.notes)

    def _credentials(self, path: str, place: Place | None, *, held_by: str) -> Iterator[FeedPage]:
        known, gaps = self._principals()
        accounts = {one.app: one.id for one in known.values()}
        if not accounts:  # there are always some: Wardlaw's own
            gaps = ("No service principal was listed; whose the credentials are was not read.",)
        yield FeedPage(gaps=gaps)
        usage = read_usage(self._graph)
        query = {"$select": "id,appId,displayName,passwordCredentials,keyCredentials"}
        for page in self._each(path, query, partial(_keys, accounts=accounts, held_by=held_by), place):
            yield msgspec.structs.replace(page, sightings=tuple(usage.noted(one) for one in page.sightings))
        yield FeedPage(notes=usage.notes)

    def _agents(self, place: Place | None) -> Iterator[FeedPage]:
        try:
            yield from self._each(AGENTS_PATH, {"$expand": "sponsors"}, _agent, place)
        except GraphRefusedError as error:
            if error.status not in (400, 403, 404):
                raise
            # A gap, not an empty list: what was known when it could be read stays.
            yield FeedPage(gaps=(f"Agent identities are not to be had here: Microsoft Graph answers {error.status}.",))

    def _app(self, entry: Mapping[str, Any]) -> list[Sighting]:
        """An app, and its service principal where that is not Microsoft's own."""
        principal, client = needed(entry, "id"), needed(entry, "appId")
        tenant = text_of(entry.get("appOwnerOrganizationId"), "appOwnerOrganizationId").lower()
        is_microsoft = tenant in MICROSOFT_TENANTS
        publisher = entry.get("verifiedPublisher") or {}
        verified = Tristate.UNKNOWN
        if "verifiedPublisher" in entry and tenant != self._tenant.lower():
            verified = Tristate.YES if publisher.get("verifiedPublisherId") else Tristate.NO
        app = App(
            client,
            name_of(entry.get("displayName")),
            name_of(publisher.get("displayName")),
            _host(entry.get("homepage")),
            verified,
            Tristate.YES if is_microsoft else Tristate.NO if tenant else Tristate.UNKNOWN,
        )
        if is_microsoft:
            return [Sighting(app)]
        acts_as = AccountKind.AGENT if is_agent(entry) else AccountKind.NHI
        account = Account(principal, acts_as, app.name, _owner(entry, "owners"), _state(entry))
        return [Sighting(app), Sighting(account)]


_APP_QUERY = {
    "$select": APP_NAMES,
    "$expand": "owners($select=id,userPrincipalName,displayName)",
}


def _roles(told: object) -> dict[str, str]:
    """Names of roles by id; what is none is left out, so that such a role is shown by its id."""
    entries = [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
    return {str(one.get("id")): one["value"] for one in entries if isinstance(one.get("value"), str)}


def is_agent(entry: Mapping[str, Any]) -> bool:
    """Whether a service principal is the identity of an AI agent."""
    return str(entry.get("@odata.type", "")).endswith(".agentIdentity")


def _keys(entry: Mapping[str, Any], accounts: Mapping[str, str], held_by: str) -> list[Sighting]:
    client = needed(entry, "appId")
    found = []
    for field, kind in (("passwordCredentials", "client secret"), ("keyCredentials", "certificate")):
        for key in entry.get(field) or []:
            credential = Credential(
                needed(key, "keyId"),
                accounts.get(client, ""),
                kind if held_by == "application" else f"{kind} of the service principal",
                name_of(key.get("displayName")),
                client,
                (),
                time_of(key.get("startDateTime"), "startDateTime"),
                time_of(key.get("endDateTime"), "endDateTime"),
            )
            found.append(Sighting(credential))
    return found


def _agent(entry: Mapping[str, Any]) -> list[Sighting]:
    name = name_of(entry.get("displayName"))
    blueprint = text_of(entry.get("agentIdentityBlueprintId"), "agentIdentityBlueprintId")
    told = f"{name} (blueprint {blueprint})" if blueprint else name
    owner = _owner(entry, "sponsors") or _owner(entry, "owners")
    return [Sighting(Account(needed(entry, "id"), AccountKind.AGENT, told[:512], owner, _state(entry)))]


def _user(entry: Mapping[str, Any]) -> list[Sighting]:
    kind = AccountKind.AGENT if str(entry.get("@odata.type", "")).endswith(".agentUser") else AccountKind.HUMAN
    name = name_of(entry.get("userPrincipalName")) or name_of(entry.get("displayName"))
    return [Sighting(Account(needed(entry, "id"), kind, name, "", _state(entry)))]


def _state(entry: Mapping[str, Any]) -> AccountState:
    match entry.get("accountEnabled"):
        case True:
            return AccountState.ACTIVE
        case False:
            return AccountState.SUSPENDED
        case _:
            return AccountState.UNKNOWN


def _owner(entry: Mapping[str, Any], field: str) -> str:
    """The first of its owners by name; Graph names at most twenty."""
    names = sorted(
        name_of(one.get("userPrincipalName")) or name_of(one.get("displayName")) or text_of(one.get("id"), "id")
        for one in entry.get(field) or []
    )
    return names[0] if names else ""


def _host(address: object) -> str:
    """The host of an address that an app's maker wrote; empty where it is none."""
    try:
        return (urlsplit(address).hostname or "")[:253] if isinstance(address, str) else ""
    except ValueError:
        return ""
