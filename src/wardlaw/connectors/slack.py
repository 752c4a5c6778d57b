"""Slack: people and bots, apps that are approved, restricted or asked for, MCP servers that are allowed, and three logs.

Slack lists what may be installed, and not what is: who installed an app stands in the integration log alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from wardlaw.config.address import url_parts
from wardlaw.connectors.eventlog import begin_of, event_pages
from wardlaw.connectors.feed import Feed, FeedPage, not_read, page_of
from wardlaw.connectors.place import Place, read_place, write_place
from wardlaw.connectors.slacklogs import audit_event, integrations, run_event
from wardlaw.connectors.slackweb import NOT_HERE, SlackRefusedError, SlackWeb
from wardlaw.connectors.vendorclient import VendorClient
from wardlaw.inventory.importing.badrow import UnreadableError, name_of, text_of
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

USERS, APPS, RESTRICTED, REQUESTS, SERVERS = (
    Feed(name, FeedKind.LISTING) for name in ("users", "apps", "restricted-apps", "requests", "mcp-servers")
)
INTEGRATIONS, RUNS, AUDIT = (Feed(name, FeedKind.EVENTS) for name in ("integration-log", "app-runs", "audit"))

_NOTES = {
    "approved_apps": "Apps that may be installed are listed; which are, the integration log tells.",
    "servers": "MCP servers that are allowed are listed, whether or not they are installed.",
}


class SlackConnector:
    """Reads one enterprise or workspace.

    Args:
        web: With a user token of an administrator; see docs/connectors/slack.md for its scopes.
        audit: Of the Audit Logs API, with the same token.
        organisation: Id of the enterprise (``E…``) or workspace (``T…``); empty for the token's own.
    """

    platform = "slack"

    def __init__(self, web: VendorClient, audit: VendorClient, organisation: str = "") -> None:
        self._web = SlackWeb(web)
        self._audit = audit
        self._where = place_of(organisation)

    def feeds(self) -> tuple[Feed, ...]:
        """Accounts, apps by their state, MCP servers, and the logs."""
        return USERS, APPS, RESTRICTED, REQUESTS, SERVERS, INTEGRATIONS, RUNS, AUDIT

    def read(self, feed: Feed, watermark: str) -> Iterator[FeedPage]:
        """The pages of a feed; see ``Connector.read``."""
        return self._heard(feed, self._read(feed, watermark, None))

    def read_on(self, feed: Feed, place: str) -> Iterator[FeedPage]:
        """The rest of a listing; see ``GoesOn.read_on``."""
        return self._heard(feed, self._read(feed, "", read_place(place)))

    def _heard(self, feed: Feed, pages: Iterator[FeedPage]) -> Iterator[FeedPage]:
        try:
            yield from pages
        except SlackRefusedError as error:
            if str(error) not in NOT_HERE:
                raise not_read(f"Slack {feed.name}", f"it answers {error}") from error
            # A gap, not an empty list: what was known from a time with another plan stays.
            yield FeedPage(gaps=(f"Not to be had here ({error}): needs an Enterprise plan.",))

    def _read(self, feed: Feed, watermark: str, place: Place | None) -> Iterator[FeedPage]:
        team = {name: value for name, value in self._where.items() if name == "team_id"}
        match feed.name:
            case "users":
                return self._listed("users.list", "members", _account, team, place)
            case "apps":
                return self._listed("admin.apps.approved.list", "approved_apps", _approved, self._where, place)
            case "restricted-apps":
                return self._listed("admin.apps.restricted.list", "restricted_apps", _restricted, self._where, place)
            case "requests":
                return self._listed("admin.apps.requests.list", "app_requests", _request, team, place)
            case "mcp-servers":
                return self._listed("admin.apps.mcp.servers.list", "servers", _server, {}, place)
            case "integration-log":
                return self._integrations(watermark, team)
            case "app-runs":
                return self._runs(watermark, team)
            case _:
                return self._audited(watermark)

    def _listed(
        self,
        method: str,
        name: str,
        read: Callable[[Any], list[Sighting]],
        arguments: Mapping[str, str],
        place: Place | None,
    ) -> Iterator[FeedPage]:
        if name in _NOTES:
            yield FeedPage(notes=(_NOTES[name],))
        for entries, here in self._web.lists_from(method, name, arguments, place):
            yield msgspec.structs.replace(page_of(entries, read), place=write_place(here))

    def _integrations(self, watermark: str, team: Mapping[str, str]) -> Iterator[FeedPage]:
        yield integrations(self._web.integration_log(team), since=begin_of(watermark))

    def _runs(self, watermark: str, team: Mapping[str, str]) -> Iterator[FeedPage]:
        begin = begin_of(watermark)
        asked: dict[str, str | int] = {"sort_direction": "asc", **team}
        if begin:
            asked["min_date_created"] = int(begin * 1_000_000)
        yield from event_pages(self._web.lists("admin.apps.activities.list", "activities", asked), run_event, watermark)

    def _audited(self, watermark: str) -> Iterator[FeedPage]:
        query: dict[str, str | int] = {"limit": 999}
        if begin := begin_of(watermark):
            query["oldest"] = int(begin)
        yield from event_pages(self._audit_pages(query), audit_event, watermark)

    def _audit_pages(self, first: dict[str, str | int]) -> Iterator[list[Any]]:
        seen: set[str] = set()
        query = first
        while True:
            entries, cursor = self._audit_page(query)
            if seen and not entries and not cursor:
                entries, cursor = self._audit_page(query)
            if seen and not entries and not cursor and not self._audit_page(first)[0]:
                raise not_read("Slack audit", "a log that had entries is empty")
            yield entries
            if not cursor:
                return
            if not isinstance(cursor, str) or cursor in seen:
                raise not_read("Slack audit", "a page leads back to itself")
            seen.add(cursor)
            query = {**first, "cursor": cursor}

    def _audit_page(self, query: dict[str, str | int]) -> tuple[list[Any], Any]:
        answer = self._audit.get("/audit/v1/logs", query, bucket="audit")
        body = answer.body if isinstance(answer.body, dict) else {}
        if answer.status != 200 or body.get("ok") is False:
            error = name_of(body.get("error"))[:64]
            if error in NOT_HERE:
                raise SlackRefusedError(error)
            raise not_read("Slack audit", f"it answers {answer.status} {error}".rstrip())
        entries, told = body.get("entries"), body.get("response_metadata")
        if not isinstance(entries, list):
            raise not_read("Slack audit", "the answer has no list")
        return entries, told.get("next_cursor", "") if isinstance(told, dict) else ""


def place_of(organisation: str) -> dict[str, str]:
    """The argument that names an enterprise or a workspace to Slack's methods."""
    if not organisation:
        return {}
    return {"enterprise_id": organisation} if organisation.startswith("E") else {"team_id": organisation}


def _id(entry: Mapping[str, Any], name: str = "id") -> str:
    if not (found := text_of(entry[name], name)):
        raise UnreadableError(f"{name} is empty")
    return found


def _account(entry: Mapping[str, Any]) -> list[Sighting]:
    is_bot = entry.get("is_bot") is True or entry.get("is_workflow_bot") is True
    state = AccountState.DELETED if entry.get("deleted") is True else AccountState.ACTIVE
    profile = entry.get("profile") or {}
    name = name_of(profile.get("email")) or name_of(entry.get("real_name")) or name_of(entry.get("name"))
    return [Sighting(Account(_id(entry), AccountKind.NHI if is_bot else AccountKind.HUMAN, name, "", state))]


def _app(told: Mapping[str, Any]) -> App:
    listed, internal = told.get("is_app_directory_approved"), told.get("is_internal")
    return App(
        _id(told),
        name_of(told.get("name")),
        # Slack names no publisher here; that an app was made in the house is all it says.
        "this organisation" if internal is True else "",
        _host(told.get("app_homepage_url")),
        Tristate.YES if listed is True else Tristate.NO if listed is False else Tristate.UNKNOWN,
        Tristate.NO,
    )


def _host(address: Any) -> str:
    """The host of an address somebody chose; empty where it is none: an app must not hide behind a bad one."""
    parts = url_parts(address) if isinstance(address, str) else None
    return name_of(parts.hostname) if parts is not None else ""


def _approved(entry: Mapping[str, Any]) -> list[Sighting]:
    app = _app(entry["app"])
    grant = Grant(f"approved/{app.id}", "", app.id, Consent.ADMIN, _scopes(entry.get("scopes")))
    return [Sighting(app), Sighting(grant)]


def _restricted(entry: Mapping[str, Any]) -> list[Sighting]:
    return [Sighting(_app(entry["app"]))]


def _request(entry: Mapping[str, Any]) -> list[Sighting]:
    app, user = _app(entry["app"]), _id(entry["user"])
    grant = Grant(f"request/{_id(entry)}", user, app.id, Consent.REQUESTED, _scopes(entry.get("scopes")))
    return [Sighting(app), Sighting(grant)]


def _server(entry: Mapping[str, Any]) -> list[Sighting]:
    # The list is an allowlist: no grant and no use follow from it.
    name = name_of(entry.get("name")) or name_of(entry.get("app_name"))
    return [
        Sighting(
            App(f"mcp/{text_of(entry.get('id'), 'id') or _id(entry, 'app_id')}", name, "", _host(entry.get("url")))
        )
    ]


def _scopes(told: Any) -> tuple[str, ...]:
    """Scopes of the bot as Slack writes them; those with which an app acts as a person, with ``user:`` before them."""
    found = set()
    for one in told or []:
        scope, kind = (one.get("name"), one.get("token_type")) if isinstance(one, dict) else (one, "")
        if text := text_of(scope, "scopes"):
            found.add(f"user:{text}" if kind == "user" else text)
    return tuple(sorted(found))
