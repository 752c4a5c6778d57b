"""OpenAI: people, projects, service accounts, keys, what was used by key and day, and the audit log."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

from wardlaw.connectors.adminlists import AdminLists
from wardlaw.connectors.entry import needed
from wardlaw.connectors.eventlog import LogEntry, begin_of, event_pages, mark_of
from wardlaw.connectors.feed import Feed, FeedPage, page_of
from wardlaw.connectors.vendorclient import VendorClient
from wardlaw.connectors.vendoruse import UseTally, count_days, counted, day_begin, use_window
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

USERS, PROJECTS, ACCOUNTS, ADMIN_KEYS, KEYS = (
    Feed(name, FeedKind.LISTING) for name in ("users", "projects", "service-accounts", "admin-keys", "keys")
)
USE, AUDIT = (Feed(name, FeedKind.EVENTS) for name in ("use", "audit"))

ADMIN_KEY, PROJECT_KEY, ACCOUNT_KEY = "admin key", "project key", "service account key"
"""Types of credentials; what revokes tells by them which call takes one away."""

_BASE = "/v1/organization"
_KINDS = ("completions", "embeddings", "moderations", "images", "audio_speeches", "audio_transcriptions")
_DEEDS = {
    "api_key.created": Deed.CREDENTIAL_ADDED,
    "api_key.deleted": Deed.CREDENTIAL_REMOVED,
    "service_account.created": Deed.APP_CREATED,
    "service_account.deleted": Deed.APP_DELETED,
    "role.assignment.created": Deed.ROLE_ASSIGNED,
    "user.added": Deed.ROLE_ASSIGNED,
    "login.succeeded": Deed.SIGN_IN,
    "scim.disabled": Deed.TRACE_REMOVED,
    "ip_allowlist.config.deactivated": Deed.TRACE_REMOVED,
    "tenant.admin_api_key.created": Deed.CREDENTIAL_ADDED,
    "tenant.admin_api_key.deleted": Deed.CREDENTIAL_REMOVED,
    "tenant.project_api_key.created": Deed.CREDENTIAL_ADDED,
}


class OpenaiConnector:
    """Reads one organisation.

    Args:
        client: With an admin key.
        clock: Unix seconds.
    """

    platform = "openai"

    def __init__(self, client: VendorClient, *, clock: Callable[[], float]) -> None:
        self._lists = AdminLists(client, of="OpenAI", cursor="after")
        self._clock = clock

    def feeds(self) -> tuple[Feed, ...]:
        """Accounts, projects, keys, use and the audit log."""
        return USERS, PROJECTS, ACCOUNTS, ADMIN_KEYS, KEYS, USE, AUDIT

    def read(self, feed: Feed, watermark: str) -> Iterator[FeedPage]:
        """The pages of a feed; see ``Connector.read``."""
        match feed.name:
            case "users":
                return self._listed("users", _user)
            case "projects":
                return self._listed("projects", _project)
            case "admin-keys":
                return self._listed("admin_api_keys", _admin_key)
            case "service-accounts":
                return self._inside("service_accounts", _service_account)
            case "keys":
                return self._inside("api_keys", _project_key)
            case "use":
                return self._use(watermark)
            case _:
                query: dict[str, str | int | list[str]] = {}
                if begin := begin_of(watermark):
                    query["effective_at[gte]"] = int(begin)
                pages = self._lists.pages(f"{_BASE}/audit_logs", "audit", query)
                return event_pages(pages, _audited, watermark)

    def _listed(self, name: str, read: Callable[[Any], list[Sighting]]) -> Iterator[FeedPage]:
        for entries in self._lists.pages(f"{_BASE}/{name}", name):
            yield page_of(entries, read)

    def _inside(self, name: str, read: Callable[..., list[Sighting]]) -> Iterator[FeedPage]:
        projects: list[str] = []
        for page in self._lists.pages(f"{_BASE}/projects", "projects"):
            for one in page:
                project = one.get("id") if isinstance(one, dict) else None
                if isinstance(project, str) and project:
                    projects.append(project)
                else:
                    yield FeedPage(gaps=(f"A project without an id was listed; its {name} were not read.",))

        def path(project: str) -> str:
            return f"{_BASE}/projects/{quote(project, safe='')}/{name}"

        for project, entries in self._lists.within(projects, path, name):
            yield page_of(entries, partial(read, project=project))

    def _use(self, watermark: str) -> Iterator[FeedPage]:
        now, tally = self._clock(), UseTally()
        query: dict[str, str | int | list[str]] = {
            "start_time": int(use_window(mark_of(watermark), now)),
            "bucket_width": "1d",
            "group_by": ["project_id", "api_key_id"],
        }
        gaps: list[str] = []
        for kind in _KINDS:
            days = self._lists.pages(f"{_BASE}/usage/{kind}", "use", query, limit=31)
            gaps += count_days(days, partial(_count, tally=tally), of=f"A day of {kind}")
        yield FeedPage(gaps=tuple(gaps))
        yield from tally.pages(method="api", now=now)


def _count(bucket: Mapping[str, Any], tally: UseTally) -> None:
    begin = day_begin(time_of(bucket["start_time"], "start_time"))
    for told in bucket["results"]:
        key, project = text_of(told.get("api_key_id"), "api_key_id"), text_of(told.get("project_id"), "project_id")
        tokens = counted(told, "input_tokens", "output_tokens")
        tally.add(project, key, begin, calls=counted(told, "num_model_requests"), tokens=tokens)


def _user(entry: Mapping[str, Any]) -> list[Sighting]:
    is_machine = entry.get("is_service_account") is True
    inner = entry.get("user") or {}
    state = AccountState.SUSPENDED if inner.get("enabled") is False or inner.get("banned") else AccountState.ACTIVE
    name = name_of(entry.get("email") or inner.get("email")) or name_of(entry.get("name"))
    return [
        Sighting(Account(needed(entry, "id"), AccountKind.NHI if is_machine else AccountKind.HUMAN, name, "", state))
    ]


def _project(entry: Mapping[str, Any]) -> list[Sighting]:
    app = App(needed(entry, "id"), name_of(entry.get("name")), "OpenAI", "api.openai.com", Tristate.YES, Tristate.NO)
    return [Sighting(app)]


def _service_account(entry: Mapping[str, Any], **_project: str) -> list[Sighting]:
    account = Account(needed(entry, "id"), AccountKind.NHI, name_of(entry.get("name")), "", AccountState.ACTIVE)
    return [Sighting(account)]


def _admin_key(entry: Mapping[str, Any]) -> list[Sighting]:
    owner = text_of((entry.get("owner") or {}).get("id"), "owner")
    return [Sighting(_credential(entry, ADMIN_KEY, owner, ""))]


def _project_key(entry: Mapping[str, Any], *, project: str) -> list[Sighting]:
    told = entry.get("owner") or {}
    is_machine = told.get("type") == "service_account"
    owner = told.get("service_account" if is_machine else "user") or {}
    kind = ACCOUNT_KEY if is_machine else PROJECT_KEY
    return [Sighting(_credential(entry, kind, text_of(owner.get("id"), "owner"), project))]


def _credential(entry: Mapping[str, Any], kind: str, owner: str, project: str) -> Credential:
    ends = entry.get("expires_at")
    return Credential(
        needed(entry, "id"),
        owner,
        kind,
        name_of(entry.get("name")),
        project,
        (),
        time_of(entry.get("created_at"), "created_at"),
        time_of(ends, "expires_at"),
        time_of(entry.get("last_used_at"), "last_used_at"),
        # OpenAI writes null for a key without an end; a field that is missing says nothing.
        never_expires="expires_at" in entry and ends is None,
    )


def _audited(entry: Mapping[str, Any]) -> LogEntry:
    kind, at = text_of(entry["type"], "type"), time_of(entry["effective_at"], "effective_at")
    actor = entry.get("actor") or {}
    session, key = actor.get("session") or {}, actor.get("api_key") or {}
    who = session.get("user") or key.get("user") or key.get("service_account") or {}
    about = entry.get(kind) or {}
    deed = _DEEDS.get(kind, Deed.OTHER)
    is_key = deed in (Deed.CREDENTIAL_ADDED, Deed.CREDENTIAL_REMOVED)
    thing = text_of(about.get("id"), "id")
    scopes = (about.get("data") or {}).get("scopes") or []
    activity = Activity(
        needed(entry, "id"),
        at,
        deed,
        account=text_of(about.get("principal_id"), "principal_id") if deed is Deed.ROLE_ASSIGNED else "",
        actor=text_of(who.get("id"), "actor"),
        app=text_of((entry.get("project") or {}).get("id"), "project"),
        scopes=tuple(sorted({text_of(one, "scopes") for one in scopes})),
        method=kind,
        object="" if is_key else thing,
        ip=text_of(session.get("ip_address"), "ip_address"),
        user_agent=name_of(session.get("user_agent")),
        credential=thing if is_key else text_of(key.get("id"), "api_key"),
    )
    return LogEntry(activity)
