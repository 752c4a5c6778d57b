"""When apps and credentials of a tenant were last used, as its sign-in activity reports say (beta, licensed)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from wardlaw.connectors.graphreader import GraphReader, GraphRefusedError
from wardlaw.inventory.importing.badrow import UnreadableError, text_of, time_of
from wardlaw.inventory.model import Credential, Grant, Sighting

APPS_PATH = "/beta/reports/servicePrincipalSignInActivities"
KEYS_PATH = "/beta/reports/appCredentialSignInActivities"


class EntraUsage(msgspec.Struct, frozen=True):
    """Last sign-ins, Unix seconds, by client id and by key id.

    Attributes:
        itself: Of apps that act as themselves.
        for_people: Of apps that act for people.
        notes: What could not be told; then nothing of this is known, which is not the same as unused.
    """

    itself: Mapping[str, float] = {}
    for_people: Mapping[str, float] = {}
    keys: Mapping[str, float] = {}
    is_known: bool = False
    notes: tuple[str, ...] = ()

    def noted(self, sighting: Sighting) -> Sighting:
        """A sighting with the last use of it.

        The report tells of an app as a whole: of one person's grant it says nothing.
        """
        thing = sighting.thing
        if isinstance(thing, Credential):
            used = max(thing.last_used_at, self.keys.get(thing.id, 0.0))
            return msgspec.structs.replace(sighting, thing=msgspec.structs.replace(thing, last_used_at=used))
        if not self.is_known or not isinstance(thing, Grant):
            return sighting
        is_own = thing.id.startswith("application/")
        if not is_own and thing.account:
            return sighting
        used = (self.itself if is_own else self.for_people).get(thing.app, 0.0)
        return msgspec.structs.replace(
            sighting, thing=msgspec.structs.replace(thing, last_used_at=used, usage_known=True)
        )


def read_usage(graph: GraphReader) -> EntraUsage:
    """What the reports say.

    Raises:
        UnavailableError: They broke off; a refusal is no error but a note.
    """
    itself: dict[str, float] = {}
    people: dict[str, float] = {}
    keys: dict[str, float] = {}
    bad = 0
    try:
        for entries in graph.logged(APPS_PATH, {"$top": 999}):
            bad += _take(entries, lambda one: _app(one, itself, people))
        for entries in graph.logged(KEYS_PATH, {"$top": 999}):
            bad += _take(entries, lambda one: _key(one, keys))
    except GraphRefusedError as error:
        return EntraUsage(notes=(f"No use was told: the sign-in activity report answers {error.status}.",))
    if bad:
        return EntraUsage(notes=(f"No use was told: {bad} entries of the report were not understood.",))
    return EntraUsage(itself, people, keys, is_known=bool(itself or people))


def _take(entries: list[Any], read: Callable[[Any], None]) -> int:
    bad = 0
    for entry in entries:
        try:
            read(entry)
        except (UnreadableError, AttributeError, TypeError, KeyError):
            bad += 1
    return bad


def _app(entry: Mapping[str, Any], itself: dict[str, float], people: dict[str, float]) -> None:
    app = text_of(entry["appId"], "appId")
    for name, found in (
        ("applicationAuthenticationClientSignInActivity", itself),
        ("delegatedClientSignInActivity", people),
    ):
        at = time_of((entry.get(name) or {}).get("lastSignInDateTime"), "lastSignInDateTime")
        found[app] = max(found.get(app, 0.0), at)


def _key(entry: Mapping[str, Any], keys: dict[str, float]) -> None:
    id_ = text_of(entry["keyId"], "keyId")
    at = time_of((entry.get("signInActivity") or {}).get("lastSignInDateTime"), "lastSignInDateTime")
    keys[id_] = max(keys.get(id_, 0.0), at)
