"""What has changed in a tenant since the last look (delta). It is a log of changes: what it does not name has not changed.

The first look, and the one after Graph has forgotten the place (410), tells everything as it is now.
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import msgspec

from wardlaw.connectors.entragrants import GRANTS_PATH, EntraPrincipal, delegated_grant, delegated_id
from wardlaw.connectors.entry import needed
from wardlaw.connectors.feed import FeedPage, not_read, page_of
from wardlaw.connectors.graphreader import ExpiredDeltaError, GraphReader
from wardlaw.inventory.importing.badrow import UnreadableError
from wardlaw.inventory.model import Account, AccountKind, Consent, Grant, Sighting

MOST_PLACE = 4_096
"""Characters of a place that the management API takes; with a longer one the next look begins anew."""

_APPS = "/v1.0/servicePrincipals/delta"
APP_NAMES = "id,appId,displayName,accountEnabled,appOwnerOrganizationId,homepage,servicePrincipalType,verifiedPublisher"
_ANEW = "Microsoft had forgotten the place to go on from; everything was read as it is now."


def app_changes(graph: GraphReader, place: str, read: Callable[[Any], list[Sighting]]) -> Iterator[FeedPage]:
    """Apps and service principals that were made, changed or deleted."""

    def page(entries: list[Any]) -> FeedPage:
        gone, there = _parted(entries)
        told = page_of(there, read)
        ended = page_of(gone, lambda one: [Sighting(Account(needed(one, "id"), AccountKind.NHI), ended=True)])
        return FeedPage((*told.sightings, *ended.sightings), gaps=(*told.gaps, *ended.gaps))

    yield from _changes(graph, _APPS, {"$select": APP_NAMES}, place, page)


def grant_changes(
    graph: GraphReader, place: str, principals: Callable[[], dict[str, EntraPrincipal]]
) -> Iterator[FeedPage]:
    """Grants for persons and for all that were given, changed or taken away."""
    known = principals()

    def page(entries: list[Any]) -> FeedPage:
        gone, there = _parted(entries)
        told = page_of(there, partial(delegated_grant, known=known))
        left = _after_removal(graph, gone, known)
        return FeedPage((*told.sightings, *left.sightings), gaps=(*told.gaps, *left.gaps), notes=left.notes)

    yield from _changes(graph, f"{GRANTS_PATH}/delta", {}, place, page)


def _changes(
    graph: GraphReader, path: str, query: Mapping[str, str | int], place: str, page: Callable[[list[Any]], FeedPage]
) -> Iterator[FeedPage]:
    try:
        yield from _read(graph, path, query, place, page)
    except ExpiredDeltaError:
        if not place:
            raise not_read(f"Microsoft Graph {path}", "it knows no place to begin") from None
        yield FeedPage(notes=(_ANEW,))
        try:
            yield from _read(graph, path, query, "", page)
        except ExpiredDeltaError:
            raise not_read(f"Microsoft Graph {path}", "it knows no place to begin") from None


def _read(
    graph: GraphReader, path: str, query: Mapping[str, str | int], place: str, page: Callable[[list[Any]], FeedPage]
) -> Iterator[FeedPage]:
    for entries, onward in graph.changed(path, query, place):
        told = page(entries)
        yield msgspec.structs.replace(told, watermark=onward if len(onward) <= MOST_PLACE else "")


def _parted(entries: list[Any]) -> tuple[list[Any], list[Any]]:
    """Entries that are no more, and the others."""
    gone = [one for one in entries if isinstance(one, dict) and "@removed" in one]
    return gone, [one for one in entries if not (isinstance(one, dict) and "@removed" in one)]


def _after_removal(graph: GraphReader, gone: list[Any], known: Mapping[str, EntraPrincipal]) -> FeedPage:
    """What is left of grants of which one part was taken away. Graph names only the part's id.

    Of a service principal and a person there may be several parts, one for each resource, so those are read again.
    """
    pairs = {pair for one in gone if (pair := _pair(one, known)) is not None}
    unread = sum(_pair(one, known) is None for one in gone)
    sightings: list[Sighting] = []
    gaps: list[str] = []
    for client, person in sorted(pairs):
        entries = [one for page in graph.listed(GRANTS_PATH, {"$filter": f"clientId eq '{client}'"}) for one in page]
        told = page_of(entries, partial(delegated_grant, known=known))
        gaps += told.gaps
        id_ = delegated_id(client, person)
        left = [one for one in told.sightings if one.thing.id == id_]
        consent = Consent.USER if person else Consent.ADMIN
        sightings += left or [Sighting(Grant(id_, person, known[client].app, consent), ended=True)]
    notes = (f"{unread} grants were taken away that the next whole listing will name.",) if unread else ()
    return FeedPage(tuple(sightings), gaps=tuple(gaps), notes=notes)


def _pair(entry: Mapping[str, Any], known: Mapping[str, EntraPrincipal]) -> tuple[str, str] | None:
    """Service principal and person of a grant, from its id: Graph joins the bytes of their ids there.

    That is not written down anywhere, so it counts only where the first part is a service principal of the tenant and the
    second one too: other ids cannot read so by chance.
    """
    try:
        id_ = needed(entry, "id")
        raw = base64.b64decode(id_ + "=" * (-len(id_) % 4), altchars=b"-_", validate=True)
    except (ValueError, UnreadableError, KeyError):
        return None
    if len(raw) not in (32, 48):
        return None
    parts = [str(uuid.UUID(bytes_le=raw[start : start + 16])) for start in range(0, len(raw), 16)]
    if parts[0] not in known or parts[1] not in known:
        return None
    return parts[0], parts[2] if len(parts) == 3 else ""
