"""Grants of Microsoft Entra: what an app may do for a person or for all, and what it may do as itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from wardlaw.connectors.entraused import EntraUsage
from wardlaw.connectors.entry import needed
from wardlaw.connectors.feed import FeedPage
from wardlaw.inventory.importing.badrow import UnreadableError, text_of, time_of
from wardlaw.inventory.importing.grants import scopes_of
from wardlaw.inventory.model import Consent, Grant, Sighting

GRANTS_PATH = "/v1.0/oauth2PermissionGrants"
_NO_ROLE = "00000000-0000-0000-0000-000000000000"


class EntraPrincipal(msgspec.Struct, frozen=True):
    """What the other readings need of a service principal; ``roles`` are those it offers, by id."""

    id: str
    app: str
    roles: dict[str, str] = {}


def delegated_grant(entry: Mapping[str, Any], known: Mapping[str, EntraPrincipal]) -> list[Sighting]:
    """What an app may do for a person, or for all; several of one app and person are told one after the other."""
    client = known.get(needed(entry, "clientId"))
    if client is None:
        raise UnreadableError("the app of a grant was not listed")
    for_all = entry.get("consentType") == "AllPrincipals"
    person = "" if for_all else needed(entry, "principalId")
    grant = Grant(
        delegated_id(client.id, person),
        person,
        client.app,
        Consent.ADMIN if for_all else Consent.USER,
        scopes_of(entry.get("scope")),
    )
    return [Sighting(grant)]


def delegated_id(principal: str, person: str) -> str:
    """Id of all that a service principal may do for a person; for all without one."""
    return f"delegated/{principal}/{person or 'all'}"


def application_id(principal: str) -> str:
    """Id of all that a service principal may do as itself."""
    return f"application/{principal}"


def assignment(
    entry: Mapping[str, Any], principal: EntraPrincipal, known: Mapping[str, EntraPrincipal]
) -> list[Sighting]:
    """One right of a service principal of its own."""
    role = needed(entry, "appRoleId")
    resource = known.get(needed(entry, "resourceId"))
    # A role that nobody names keeps its id: a scope that stands in no table counts as high.
    named = "default access" if role == _NO_ROLE else (resource.roles.get(role) if resource else None) or role
    at = time_of(entry.get("createdDateTime"), "createdDateTime")
    scope = text_of(named, "role")
    return [Sighting(Grant(application_id(principal.id), principal.id, principal.app, Consent.ADMIN, (scope,), at))]


def as_one(page: FeedPage, usage: EntraUsage) -> FeedPage:
    """The assignments of one service principal as one grant; the earliest date is its own."""
    grants = [one.thing for one in page.sightings if isinstance(one.thing, Grant)]
    if not grants:
        return page
    scopes = tuple(sorted({scope for grant in grants for scope in grant.scopes}))
    dates = [grant.granted_at for grant in grants if grant.granted_at]
    whole = msgspec.structs.replace(grants[0], scopes=scopes, granted_at=min(dates, default=0.0))
    return msgspec.structs.replace(page, sightings=(usage.noted(Sighting(whole)),))
