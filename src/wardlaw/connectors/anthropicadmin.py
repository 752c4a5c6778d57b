"""Anthropic: people, workspaces, service accounts, keys, what was used by key and day, and the activity feed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from wardlaw.connectors.adminlists import AdminLists
from wardlaw.connectors.entry import needed
from wardlaw.connectors.eventlog import LogEntry, begin_of, event_pages, mark_of
from wardlaw.connectors.feed import Feed, FeedPage, page_of
from wardlaw.connectors.vendorclient import VendorClient
from wardlaw.connectors.vendoruse import UseTally, count_days, counted, day_begin, rfc3339, use_window
from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.importing.badrow import name_of, text_of, time_of
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

USERS, WORKSPACES, ACCOUNTS, KEYS = (
    Feed(name, FeedKind.LISTING) for name in ("users", "workspaces", "service-accounts", "keys")
)
USE, ACTIVITY = (Feed(name, FeedKind.EVENTS) for name in ("use", "activity"))

_BASE = "/v1/organizations"
_NO_CALLS = "Anthropic counts tokens, and no calls."
_DEEDS = (
    ("api_key_created", Deed.CREDENTIAL_ADDED),
    ("api_key_deleted", Deed.CREDENTIAL_REMOVED),
    ("service_account_created", Deed.APP_CREATED),
    ("service_account_archived", Deed.APP_DELETED),
    ("role_assigned", Deed.ROLE_ASSIGNED),
    ("role_updated", Deed.ROLE_ASSIGNED),
    ("export", Deed.EXPORT),
    ("login", Deed.SIGN_IN),
    ("sign_in", Deed.SIGN_IN),
)
"""Parts of the type of an activity, in the order in which they are looked for; ours, a draft."""


class AnthropicConnector:
    """Reads one organisation.

    Args:
        client: With an admin key.
        clock: Unix seconds.
    """

    platform = "anthropic"

    def __init__(self, client: VendorClient, *, clock: Callable[[], float]) -> None:
        self._lists = AdminLists(client, of="Anthropic", cursor="after_id")
        self._clock = clock

    def feeds(self) -> tuple[Feed, ...]:
        """Accounts, workspaces, keys, use and the activity feed."""
        return USERS, WORKSPACES, ACCOUNTS, KEYS, USE, ACTIVITY

    def read(self, feed: Feed, watermark: str) -> Iterator[FeedPage]:
        """The pages of a feed; see ``Connector.read``."""
        match feed.name:
            case "users":
                return self._listed("users", _user)
            case "workspaces":
                return self._listed("workspaces", _workspace)
            case "service-accounts":
                return self._listed("service_accounts", _service_account)
            case "keys":
                return self._listed("api_keys", _key, {"status": "active"})
            case "use":
                return self._use(watermark)
            case _:
                query: dict[str, str | int | list[str]] = {}
                if begin := begin_of(watermark):
                    query["created_at.gte"] = rfc3339(begin)
                return event_pages(self._lists.pages("/v1/compliance/activities", "activity", query), _told, watermark)

    def _listed(
        self,
        name: str,
        read: Callable[[Any], list[Sighting]],
        query: Mapping[str, str | int | list[str]] | None = None,
    ) -> Iterator[FeedPage]:
        for entries in self._lists.pages(f"{_BASE}/{name}", name, query):
            yield page_of(entries, read)

    def _use(self, watermark: str) -> Iterator[FeedPage]:
        now, tally = self._clock(), UseTally()
        query: dict[str, str | int | list[str]] = {
            "starting_at": rfc3339(use_window(mark_of(watermark), now)),
            "bucket_width": "1d",
            "group_by": ["workspace_id", "api_key_id"],
        }
        days = self._lists.pages(f"{_BASE}/usage_report/messages", "use", query, limit=31)
        gaps = count_days(days, partial(_count, tally=tally), of="A day")
        yield FeedPage(gaps=tuple(gaps), notes=(_NO_CALLS,))
        yield from tally.pages(method="messages", now=now)


def _count(bucket: Mapping[str, Any], tally: UseTally) -> None:
    begin = day_begin(time_of(bucket["starting_at"], "starting_at"))
    for told in bucket["results"]:
        key, place = text_of(told.get("api_key_id"), "api_key_id"), text_of(told.get("workspace_id"), "workspace_id")
        made = told.get("cache_creation") or {}
        tokens = counted(told, "uncached_input_tokens", "cache_read_input_tokens", "output_tokens")
        tokens += counted(made, "ephemeral_1h_input_tokens", "ephemeral_5m_input_tokens")
        tally.add(place, key, begin, calls=0, tokens=tokens)


def _user(entry: Mapping[str, Any]) -> list[Sighting]:
    name = name_of(entry.get("email")) or name_of(entry.get("name"))
    return [Sighting(Account(needed(entry, "id"), AccountKind.HUMAN, name, "", AccountState.ACTIVE))]


def _service_account(entry: Mapping[str, Any]) -> list[Sighting]:
    if entry.get("archived_at"):
        return []
    # Who made it answers for it, as far as Anthropic says.
    owner = text_of(entry.get("created_by_actor_id"), "created_by_actor_id")
    account = Account(needed(entry, "id"), AccountKind.NHI, name_of(entry.get("name")), owner, AccountState.ACTIVE)
    return [Sighting(account)]


def _workspace(entry: Mapping[str, Any]) -> list[Sighting]:
    if entry.get("archived_at"):
        return []
    app = App(
        needed(entry, "id"), name_of(entry.get("name")), "Anthropic", "api.anthropic.com", Tristate.YES, Tristate.NO
    )
    return [Sighting(app)]


def _key(entry: Mapping[str, Any]) -> list[Sighting]:
    if entry.get("status") != "active":
        return []
    owner = entry.get("principal") or entry.get("created_by") or {}
    scope = entry.get("scope") or {}
    ends = entry.get("expires_at")
    credential = Credential(
        needed(entry, "id"),
        text_of(owner.get("id"), "owner"),
        "api key",
        name_of(entry.get("name")),
        text_of(scope.get("workspace_id") or entry.get("workspace_id"), "workspace_id"),
        (),
        time_of(entry.get("created_at"), "created_at"),
        time_of(ends, "expires_at"),
        # Anthropic writes null for a key without an end; a field that is missing says nothing.
        never_expires="expires_at" in entry and ends is None,
    )
    return [Sighting(credential)]


def _told(entry: Mapping[str, Any]) -> LogEntry:
    kind, at = text_of(entry["type"], "type"), time_of(entry["created_at"], "created_at")
    deed = next((deed for part, deed in _DEEDS if part in kind), None)
    if deed is None:
        return LogEntry(at=at)
    actor = entry.get("actor") or {}
    key = text_of(entry.get("api_key_id") or entry.get("admin_api_key_id"), "api_key_id")
    activity = Activity(
        needed(entry, "id"),
        at,
        deed,
        actor=text_of(actor.get("user_id") or actor.get("api_key_id") or actor.get("service_account_id"), "actor"),
        app=text_of(entry.get("workspace_id"), "workspace_id"),
        method=kind,
        ip=text_of(actor.get("ip_address"), "ip_address"),
        user_agent=name_of(actor.get("user_agent")),
        credential=key,
    )
    return LogEntry(activity)
