"""What an entry of a log of Google's applications tells (Reports API): events, and the grants that follow from them.

Names of events and parameters are those of the vendor's lists for each application. Of drive, login, Gemini and Workspace
Studio only what an app or an agent did is kept, and of Vault exports as well: what persons do themselves is no business of
this inventory.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from wardlaw.connectors.feed import FeedPage
from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.importing.badrow import UnreadableError, count_of, name_of, text_of, time_of
from wardlaw.inventory.importing.grants import scopes_of
from wardlaw.inventory.model import Account, AccountKind, App, Consent, Grant, Sighting

WATCHED = ("token", "admin", "drive", "login")
"""Logs that Google also pushes."""

APPLICATIONS = (*WATCHED, "vault", "gemini_in_workspace_apps", "workspace_studio")
"""Logs that are read; each is a feed. The others can only be asked for (Reports API, ``activities.watch``)."""

EXPORTS = frozenset({"drive.files.export", "drive.files.download", "vault.matters.exports.create"})
"""Methods that carry data out in bulk. Downloads by ``drive.files.get`` look like a look at a name, and count as use."""

_TOKEN = {"authorize": Deed.CONSENT, "revoke": Deed.REVOKE, "deny": Deed.REFUSAL, "activity": Deed.USE}
_DRIVE_EXPORTS = frozenset({"download", "sync_item_content", "email_as_attachment", "print"})
_VAULT_EXPORTS = frozenset({"create_export_begin", "export", "export_file_download", "legacy_export_download"})
_ADMIN = {
    "AUTHORIZE_API_CLIENT_ACCESS": Deed.DELEGATION_ADDED,
    "REMOVE_API_CLIENT_ACCESS": Deed.REVOKE,
    "REVOKE_3LO_TOKEN": Deed.REVOKE,
    "ADD_TO_TRUSTED_OAUTH2_APPS": Deed.CONSENT,
    "ADD_TO_TRUSTED_BY_OAUTH_SCOPE_OAUTH2_APPS": Deed.CONSENT,
    "ADD_TO_BLOCKED_OAUTH2_APPS": Deed.REFUSAL,
    "ADD_TO_LIMITED_OAUTH2_APPS": Deed.APP_CHANGED,
    "REMOVE_FROM_TRUSTED_OAUTH2_APPS": Deed.APP_CHANGED,
    "REMOVE_FROM_BLOCKED_OAUTH2_APPS": Deed.APP_CHANGED,
    "REMOVE_FROM_LIMITED_OAUTH2_APPS": Deed.APP_CHANGED,
    "ADD_APPLICATION": Deed.APP_CREATED,
    "REMOVE_APPLICATION": Deed.APP_DELETED,
    "ASSIGN_ROLE": Deed.ROLE_ASSIGNED,
    "GRANT_ADMIN_PRIVILEGE": Deed.ROLE_ASSIGNED,
    "GRANT_DELEGATED_ADMIN_PRIVILEGES": Deed.ROLE_ASSIGNED,
    "REVOKE_ASP": Deed.CREDENTIAL_REMOVED,
    "DELETE_ALERT": Deed.TRACE_REMOVED,
    "CREATE_DATA_TRANSFER_REQUEST": Deed.EXPORT,
    "REQUEST_MAILBOX_DUMP": Deed.EXPORT,
    "DOWNLOAD_USERLIST": Deed.EXPORT,
    "DOWNLOAD_USERLIST_CSV": Deed.EXPORT,
}
"""Events of the admin log that say something of apps, keys and roles; the others are kept as ``other``."""

IdOf = Callable[[str], str]
"""The id of the person with this mail address; the address itself where nobody has it."""


def log_page(entries: Sequence[Any], application: str, *, id_of: IdOf) -> FeedPage:
    """A page of what the entries of one application's log tell; one that cannot be understood is a gap."""
    sightings: list[Sighting] = []
    activities: list[Activity] = []
    gaps: list[str] = []
    for entry in entries:
        try:
            for number, event in enumerate(entry.get("events") or []):
                told = _told(entry, event, number, application=application, id_of=id_of)
                if told is not None:
                    activities.append(told)
                    sightings += _sightings(told, entry)
        except (UnreadableError, AttributeError, TypeError, KeyError, IndexError) as error:
            gaps.append(f"An entry of the {application} log was not understood: {str(error)[:100]}.")
    return FeedPage(tuple(sightings), tuple(activities), gaps=tuple(gaps))


def entry_time(entry: Any) -> float:
    """When an entry happened, Unix seconds; 0 where it does not say."""
    try:
        return time_of(entry["id"]["time"], "time")
    except (UnreadableError, TypeError, KeyError):
        return 0.0


def _told(
    entry: Mapping[str, Any], event: Mapping[str, Any], number: int, *, application: str, id_of: IdOf
) -> Activity | None:
    name = text_of(event["name"], "name")
    told = {text_of(one["name"], "parameter"): _value(one) for one in event.get("parameters") or []}
    common = _common(entry, number, application=application, id_of=id_of)
    match application:
        case "token":
            return _of_token(common, name, told)
        case "admin":
            return _of_admin(common, name, told, id_of=id_of)
        case "drive":
            return _of_drive(common, name, told)
        case "login":
            return _of_login(common, name, told)
        case "vault":
            return _of_vault(common, name, told)
        case _:
            return _of_agents(common, name, told, application=application)


def _common(entry: Mapping[str, Any], number: int, *, application: str, id_of: IdOf) -> Activity:
    """What every entry says, whatever its application: when, who, for whom, from where."""
    key, actor = entry["id"], entry.get("actor") or {}
    at = time_of(key["time"], "time")
    if not at:
        raise UnreadableError("time is empty")
    who = text_of(actor.get("profileId"), "profileId")
    if not who and (mail := text_of(actor.get("email"), "email")):
        who = id_of(mail)
    client, agent = actor.get("applicationInfo") or {}, actor.get("agentAttributionInfo") or {}
    network = entry.get("networkInfo") or {}
    acting = text_of(agent.get("agentId"), "agentId")
    if not acting and entry.get("isAgenticAction") is True:
        acting = text_of(client.get("oauthClientId"), "oauthClientId") or "unnamed"
    return Activity(
        f"{application}/{text_of(key['time'], 'time')}/{text_of(key.get('uniqueQualifier'), 'uniqueQualifier')}/{number}",
        at,
        Deed.OTHER,
        account=who,
        app=text_of(client.get("oauthClientId"), "oauthClientId"),
        app_name=name_of(client.get("applicationName")),
        ip=name_of(entry.get("ipAddress"))[:64],
        asn=count_of(next(iter(network.get("ipAsn") or []), 0), "ipAsn"),
        country=name_of(network.get("regionCode"))[:8],
        agent=acting,
    )


def _of_token(common: Activity, name: str, told: Mapping[str, Any]) -> Activity | None:
    client = text_of(told.get("client_id"), "client_id")
    if not client or not common.account:
        return None
    method = _method(told) if name == "activity" else name
    deed = Deed.EXPORT if method in EXPORTS else _TOKEN.get(name, Deed.OTHER)
    return msgspec.structs.replace(
        common,
        deed=deed,
        app=client,
        app_name=name_of(told.get("app_name")),
        consent=Consent.USER if deed is Deed.CONSENT else Consent.UNKNOWN,
        scopes=scopes_of(told.get("scope")),
        method=method,
        bytes=count_of(told.get("num_response_bytes"), "num_response_bytes"),
        via=name_of(told.get("client_type")),
    )


def _of_admin(common: Activity, name: str, told: Mapping[str, Any], *, id_of: IdOf) -> Activity:
    client = next((told[key] for key in ("API_CLIENT_NAME", "OAUTH2_APP_ID", "APP_ID") if told.get(key)), "")
    mail = text_of(told.get("USER_EMAIL"), "USER_EMAIL")
    account = id_of(mail) if mail else ""
    deed = _ADMIN.get(name, Deed.OTHER)
    code = text_of(told.get("ASP_ID"), "ASP_ID")
    objects = ("ROLE_NAME", "ALERT_NAME", "DOMAIN_NAME", "ORG_UNIT_NAME", "SETTING_NAME")
    return msgspec.structs.replace(
        common,
        deed=deed,
        account=account,
        actor=common.account,
        app=text_of(client, "client") or name_of(told.get("APPLICATION_NAME")),
        app_name=name_of(told.get("OAUTH2_APP_NAME") or told.get("APPLICATION_NAME")),
        consent=Consent.ADMIN if deed in (Deed.CONSENT, Deed.DELEGATION_ADDED) else Consent.UNKNOWN,
        scopes=scopes_of(told.get("API_SCOPES") or None),
        method=name,
        object=next((name_of(told[key]) for key in objects if told.get(key)), ""),
        credential=f"asp/{account}/{code}" if code else "",
    )


def _of_drive(common: Activity, name: str, told: Mapping[str, Any]) -> Activity | None:
    project = text_of(told.get("originating_app_id"), "originating_app_id")
    app = common.app or (f"project:{project}" if project else "")
    if not app and not common.agent:
        return None
    is_export = name in _DRIVE_EXPORTS
    return msgspec.structs.replace(
        common,
        deed=Deed.EXPORT if is_export else Deed.USE,
        app=app,
        method=f"drive.{name}",
        object=name_of(told.get("doc_id")),
        items=int(is_export),
    )


def _of_login(common: Activity, name: str, told: Mapping[str, Any]) -> Activity | None:
    if not common.app and not common.agent:
        return None
    deed = Deed.SIGN_IN if name == "login_success" else Deed.OTHER
    return msgspec.structs.replace(common, deed=deed, method=name, via=name_of(told.get("login_type")))


def _of_vault(common: Activity, name: str, told: Mapping[str, Any]) -> Activity | None:
    is_export = name in _VAULT_EXPORTS
    if not is_export and not common.app and not common.agent:
        return None
    return msgspec.structs.replace(
        common,
        deed=Deed.EXPORT if is_export else Deed.OTHER,
        method=f"vault.{name}",
        object=name_of(told.get("matter_id")),
    )


def _of_agents(common: Activity, name: str, told: Mapping[str, Any], *, application: str) -> Activity | None:
    """What was done in Gemini or Workspace Studio, where an agent or an app did it; what was asked is not told."""
    if not common.app and not common.agent:
        return None
    action = name_of(told.get("action"))
    method = f"{application}.{name}" + (f".{action}" if action else "")
    return msgspec.structs.replace(common, deed=Deed.USE, method=method, object=name_of(told.get("app_name")))


def _sightings(told: Activity, entry: Mapping[str, Any]) -> list[Sighting]:
    """The things that follow from an event."""
    found = _agent_sightings(told, entry)
    if not told.app:
        return found
    app = Sighting(App(told.app, told.app_name), told.at)
    if told.deed is Deed.DELEGATION_ADDED or told.method == "REMOVE_API_CLIENT_ACCESS":
        ended = told.deed is Deed.REVOKE
        given = 0.0 if ended else told.at
        grant = Grant(f"delegation/{told.app}", "", told.app, Consent.ADMIN, told.scopes, given)
        return [*found, app, Sighting(grant, told.at, ended=ended)]
    if not told.account or not told.id.startswith("token/"):
        return found
    grant = Grant(f"{told.account}/{told.app}", told.account, told.app, Consent.USER, told.scopes)
    match told.deed:
        case Deed.CONSENT:
            grant = msgspec.structs.replace(grant, granted_at=told.at)
        case Deed.REVOKE:
            return [*found, app, Sighting(grant, told.at, ended=True)]
        case Deed.USE | Deed.EXPORT:
            # A telling of its own: a use says nothing of scopes, and must not take the place of what does.
            grant = msgspec.structs.replace(grant, id=f"{grant.id}#use", last_used_at=told.at, usage_known=True)
        case _:
            return found
    return [*found, app, Sighting(grant, told.at)]


def _agent_sightings(told: Activity, entry: Mapping[str, Any]) -> list[Sighting]:
    agent = (entry.get("actor") or {}).get("agentAttributionInfo") or {}
    if not told.agent or told.agent != agent.get("agentId"):
        return []
    owner = name_of((agent.get("agentOwner") or {}).get("email"))
    return [Sighting(Account(told.agent, AccountKind.AGENT, name_of(agent.get("agentName")), owner), told.at)]


def _method(told: Mapping[str, Any]) -> str:
    api, method = name_of(told.get("api_name")), name_of(told.get("method_name"))
    return method if not api or method.startswith(f"{api}.") else f"{api}.{method}".rstrip(".")


def _value(parameter: Mapping[str, Any]) -> Any:
    """The value of a parameter, whichever of its kinds carries it."""
    for kind in ("value", "multiValue", "intValue", "boolValue", "multiIntValue"):
        if kind in parameter:
            return parameter[kind]
    return None
