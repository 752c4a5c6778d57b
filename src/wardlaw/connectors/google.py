"""Google Workspace: people, the tokens each has given to apps, and what the token log says of them.

Google's tokens carry no date, no publisher and no verification: dates come from the log (180 days) or from our own
first sight. The scope that lists tokens could delete them too (there is none that only reads); this file only GETs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import quote

import msgspec

from wardlaw.connectors.feed import Feed, FeedPage, not_read, page_of
from wardlaw.connectors.vendorclient import VendorAnswer, VendorClient
from wardlaw.inventory.importing.badrow import UnreadableError, name_of, text_of, time_of
from wardlaw.inventory.importing.grants import scopes_of
from wardlaw.inventory.model import (
    Account,
    AccountKind,
    AccountState,
    App,
    Consent,
    FeedKind,
    Grant,
    Sighting,
    Tristate,
)

DIRECTORY = "/admin/directory/v1/users"
REPORTS = "/admin/reports/v1/activity/users/all/applications/token"
OVERLAP_S = 3_600.0
"""Events are written late; each run reads the last hour of the one before again, which changes nothing twice."""

USERS, TOKENS, ACTIVITY = (
    Feed("users", FeedKind.LISTING),
    Feed("tokens", FeedKind.LISTING),
    Feed("activity", FeedKind.EVENTS),
)


class GoogleConnector:
    """Reads one Workspace.

    Args:
        client: With a credential for ``admin.directory.user.readonly``, ``admin.directory.user.security`` and
            ``admin.reports.audit.readonly``.
    """

    platform = "google"

    def __init__(self, client: VendorClient) -> None:
        self._client = client

    def feeds(self) -> tuple[Feed, ...]:
        """Users, their tokens, and the token log."""
        return USERS, TOKENS, ACTIVITY

    def read(self, feed: Feed, watermark: str) -> Iterator[FeedPage]:
        """The pages of a feed; see ``Connector.read``."""
        if feed == USERS:
            return (page_of(users, _account) for users in self._users())
        return self._tokens() if feed == TOKENS else self._activity(watermark)

    def _users(self) -> Iterator[list[Any]]:
        query: dict[str, str | int] = {"customer": "my_customer", "maxResults": 500}
        yield from self._paged(DIRECTORY, query, "users", bucket="directory")

    def _tokens(self) -> Iterator[FeedPage]:
        for users in self._users():
            for user in users:
                key = str(user.get("id", "")) if isinstance(user, dict) else ""
                if not key:
                    yield FeedPage(gaps=("A user without an id was listed; their tokens were not read.",))
                    continue
                path = f"{DIRECTORY}/{quote(key, safe='')}/tokens"
                answer = self._client.get(path, bucket="directory")
                if answer.status == 404:  # deleted since the list was made: there is nothing left to read
                    continue
                if answer.status != 200:
                    yield FeedPage(gaps=(f"The tokens of user {key} were not read: Google answers {answer.status}.",))
                    continue
                yield page_of(_listed(answer, "items"), partial(_token, user=key))

    def _activity(self, watermark: str) -> Iterator[FeedPage]:
        query: dict[str, str | int] = {"maxResults": 1000}
        begun = float(watermark) if watermark else 0.0
        if begun:
            query["startTime"] = _rfc3339(max(begun - OVERLAP_S, 0.0))
        latest, uses = begun, 0
        for events in self._paged(REPORTS, query, "items", bucket="reports"):
            page = page_of(events, _event)
            latest = max([latest, *(sighting.at for sighting in page.sightings)])
            uses += sum(isinstance(one.thing, Grant) and one.thing.usage_known for one in page.sightings)
            yield page
        notes = () if uses else ("No use of any app was told: usage is not licensed, or nothing was used.",)
        yield FeedPage(notes=notes, watermark=repr(latest) if latest else "", covered_until=latest)

    def _paged(self, path: str, query: dict[str, str | int], name: str, *, bucket: str) -> Iterator[list[Any]]:
        seen: set[str] = set()
        while True:
            answer = self._client.get(path, query, bucket=bucket)
            if answer.status != 200:
                raise not_read(f"Google {name}", f"it answers {answer.status}")
            yield _listed(answer, name)
            token = answer.body.get("nextPageToken")
            if not token:
                return
            if not isinstance(token, str) or token in seen:
                raise not_read(f"Google {name}", "a page leads back to itself")
            seen.add(token)
            query = {**query, "pageToken": token}


def _listed(answer: VendorAnswer, name: str) -> list[Any]:
    """The entries of a page; Google leaves an empty list out."""
    found = answer.body.get(name, []) if isinstance(answer.body, dict) else None
    if not isinstance(found, list):
        raise not_read(f"Google {name}", "the answer is none of Google's")
    return found


def _account(user: Mapping[str, Any]) -> list[Sighting]:
    id_ = text_of(user["id"], "id")
    if not id_:
        raise UnreadableError("id is empty")
    is_off = user.get("suspended") is True or user.get("archived") is True
    state = AccountState.SUSPENDED if is_off else AccountState.ACTIVE
    name = name_of(user.get("primaryEmail"))
    return [Sighting(Account(id_, AccountKind.HUMAN, name, "", state))]


def _token(token: Mapping[str, Any], user: str) -> list[Sighting]:
    client = text_of(token["clientId"], "clientId")
    if not client:
        raise UnreadableError("clientId is empty")
    # An anonymous client is not registered with Google at all; of the others it does not say.
    verified = Tristate.NO if token.get("anonymous") is True else Tristate.UNKNOWN
    app = App(client, name_of(token.get("displayText")), verified=verified)
    return [Sighting(app), Sighting(_grant(user, client, token.get("scopes")))]


def _grant(user: str, client: str, scopes: object) -> Grant:
    return Grant(f"{user}/{client}", user, client, Consent.USER, scopes_of(scopes))


def _event(entry: Mapping[str, Any]) -> list[Sighting]:
    """The sightings of one log entry; events of other names tell of no grant."""
    at = time_of(entry["id"]["time"], "time")
    user = text_of(entry.get("actor", {}).get("profileId"), "profileId")
    found: list[Sighting] = []
    for event in entry.get("events", []):
        told = {one["name"]: one for one in event.get("parameters", [])}
        client = text_of(told.get("client_id", {}).get("value"), "client_id")
        if not client or not user or event.get("name") not in ("authorize", "revoke", "activity"):
            continue
        app = App(client, name_of(told.get("app_name", {}).get("value")))
        grant = _grant(user, client, told.get("scope", {}).get("multiValue"))
        match event["name"]:
            case "authorize":
                grant = msgspec.structs.replace(grant, granted_at=at)
            case "activity":
                # A telling of its own: a use says nothing of scopes, and must not take the place of what does.
                grant = msgspec.structs.replace(grant, id=f"{grant.id}#use", last_used_at=at, usage_known=True)
        found += [Sighting(app, at), Sighting(grant, at, ended=event["name"] == "revoke")]
    return found


def _rfc3339(at: float) -> str:
    return datetime.fromtimestamp(at, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
