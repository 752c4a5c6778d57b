"""What Slack's logs say: of integrations, of runs of apps, and the audit log of an enterprise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wardlaw.connectors.eventlog import LogEntry
from wardlaw.connectors.feed import FeedPage
from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.importing.badrow import UnreadableError, count_of, key_of, name_of, text_of, time_of
from wardlaw.inventory.importing.grants import scopes_of
from wardlaw.inventory.model import App, Consent, Grant, Sighting

_CHANGES = {
    "added": Deed.CONSENT,
    "enabled": Deed.CONSENT,
    "expanded": Deed.CONSENT,
    "updated": Deed.APP_CHANGED,
    "removed": Deed.REVOKE,
    "disabled": Deed.REVOKE,
}
_ACTIONS = {
    "app_installed": Deed.CONSENT,
    "app_scopes_expanded": Deed.CONSENT,
    "app_resources_granted": Deed.CONSENT,
    "app_approved": Deed.CONSENT,
    "org_app_workspace_added": Deed.CONSENT,
    "app_restricted": Deed.REFUSAL,
    "app_uninstalled": Deed.REVOKE,
    "app_deleted": Deed.APP_DELETED,
    "app_owner_changed": Deed.APP_CHANGED,
    "app_manifest_updated": Deed.APP_CHANGED,
    "bot_token_upgraded": Deed.CREDENTIAL_ADDED,
    "file_downloaded": Deed.EXPORT,
    "manual_export_started": Deed.EXPORT,
    "scheduled_export_started": Deed.EXPORT,
    "role_change_to_owner": Deed.ROLE_ASSIGNED,
    "role_change_to_admin": Deed.ROLE_ASSIGNED,
    "user_login": Deed.SIGN_IN,
}
"""Actions of the audit log that the inventory has a word for; others count only when an app did them."""

_BY_ADMIN = {"app_approved", "org_app_workspace_added"}


def integrations(entries: Sequence[Any], *, since: float) -> FeedPage:
    """Who installed and removed what, from the whole integration log.

    Slack logs the removal of an app and that of one person's authorisation alike. Who had installed it takes away
    their own; a removal by somebody who had not is one of the whole app.

    Args:
        since: Entries before this time were told by an earlier run, Unix seconds; they only say who had installed.
    """
    gaps: list[str] = []
    found: list[tuple[float, Mapping[str, Any]]] = []
    for entry in entries:
        try:
            found.append((_time(entry["date"]), entry))
        except (UnreadableError, TypeError, KeyError) as error:
            gaps.append(f"An entry was not understood: {str(error)[:100]}.")
    sightings: list[Sighting] = []
    activities: list[Activity] = []
    installers: dict[str, set[str]] = {}
    for at, entry in sorted(found, key=lambda one: one[0]):
        try:
            told, activity = _integration(at, entry, installers)
        except (UnreadableError, AttributeError, TypeError, KeyError) as error:
            gaps.append(f"An entry was not understood: {str(error)[:100]}.")
            continue
        if at >= since:
            sightings += told
            activities.append(activity)
    latest = max((at for at, _ in found), default=0.0)
    mark = repr(latest) if latest else ""
    return FeedPage(tuple(sightings), tuple(activities), tuple(gaps), watermark=mark, covered_until=latest)


def _integration(
    at: float, entry: Mapping[str, Any], installers: dict[str, set[str]]
) -> tuple[list[Sighting], Activity]:
    app_id, service = text_of(entry.get("app_id"), "app_id"), text_of(entry.get("service_id"), "service_id")
    app = App(app_id or f"service/{service}", name_of(entry.get("app_type") or entry.get("service_type")))
    user = text_of(entry.get("user_id"), "user_id")
    if not user or not (app_id or service):
        raise UnreadableError("it names no app or no user")
    change = text_of(entry["change_type"], "change_type")
    deed = _CHANGES.get(change, Deed.OTHER)
    scopes = scopes_of(entry.get("scope"))
    activity = Activity(
        key_of("integration", app.id, user, change, repr(at)),
        at,
        deed,
        account=user,
        actor=user,
        app=app.id,
        app_name=app.name,
        consent=Consent.USER if deed is Deed.CONSENT else Consent.UNKNOWN,
        scopes=scopes,
        method=change,
        object=text_of(entry.get("channel"), "channel"),
    )
    users = installers.setdefault(app.id, set())
    sightings = [Sighting(app, at)]
    if deed is Deed.REVOKE:
        gone = {user} if user in users or not users else set(users)
        users -= gone
        sightings += [Sighting(_grant(one, app.id, ()), at, ended=True) for one in sorted(gone)]
    elif deed is not Deed.OTHER:
        users.add(user)
        begun = at if change == "added" else 0.0
        sightings.append(Sighting(_grant(user, app.id, scopes, begun), at))
    return sightings, activity


def _grant(user: str, app: str, scopes: tuple[str, ...], at: float = 0.0) -> Grant:
    return Grant(f"{user}/{app}", user, app, Consent.USER, scopes, at)


def run_event(entry: Mapping[str, Any]) -> LogEntry:
    """A run of an app's function or workflow, or a call of a tool of an MCP server.

    Raises:
        UnreadableError: It is none.
    """
    at = count_of(entry["created"], "created") / 1_000_000  # Slack writes microseconds here
    payload = entry.get("payload") or {}
    method = text_of(entry["event_type"], "event_type")
    tool = "/".join(text for name in ("server_name", "tool_name") if (text := text_of(payload.get(name), name)))
    component = text_of(entry.get("component_id"), "component_id")
    trace = text_of(entry.get("trace_id"), "trace_id")
    app = text_of(entry.get("app_id"), "app_id")
    return LogEntry(
        Activity(
            key_of("run", app, component, trace, method, repr(entry["created"])),
            time_of(at, "created"),
            Deed.USE,
            actor=text_of(payload.get("user_id") or payload.get("actor"), "user_id"),
            app=app,
            method=method,
            object=tool or component,
        )
    )


def audit_event(entry: Mapping[str, Any]) -> LogEntry:
    """An event of the audit log; nothing for one that is about no app and no right.

    Raises:
        UnreadableError: It is none.
    """
    action = text_of(entry["action"], "action")
    context, entity = entry.get("context") or {}, entry.get("entity") or {}
    about = (entity.get("app") or {}) if entity.get("type") == "app" else {}
    by = context.get("app") or {}
    deed = _ACTIONS.get(action)
    if deed is None:
        if not (about or by):
            return LogEntry(at=_time(entry["date_create"]))
        deed = Deed.USE if by else Deed.OTHER
    actor = text_of(((entry.get("actor") or {}).get("user") or {}).get("id"), "actor")
    details = entry.get("details") or {}
    app = about or by
    kind = text_of(entity.get("type"), "entity")
    thing = entity.get(kind) or {}
    activity = Activity(
        text_of(entry["id"], "id"),
        _time(entry["date_create"]),
        deed,
        account=text_of(thing.get("id"), "id") if deed is Deed.ROLE_ASSIGNED else actor,
        actor=actor,
        app=text_of(app.get("id"), "app"),
        app_name=name_of(app.get("name")),
        consent=_consent(action, deed),
        scopes=scopes_of(details.get("new_scopes") or about.get("scopes")),
        method=action,
        object="" if about else f"{kind}/{text_of(thing.get('id'), 'id')}",
        ip=text_of(context.get("ip_address"), "ip_address"),
        user_agent=name_of(context.get("ua")),
        items=1 if action == "file_downloaded" else 0,
    )
    return LogEntry(activity)


def _consent(action: str, deed: Deed) -> Consent:
    if deed is not Deed.CONSENT:
        return Consent.UNKNOWN
    return Consent.ADMIN if action in _BY_ADMIN else Consent.USER


def _time(value: object) -> float:
    at = time_of(value, "date")
    if not at:
        raise UnreadableError("date is empty")
    return at
