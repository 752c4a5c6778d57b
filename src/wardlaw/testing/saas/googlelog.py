"""What happened, as the logs of Google's applications tell it (Reports API, ``Activity``)."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime
from typing import Any

from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.model import Consent
from wardlaw.testing.saas.world import World

EXPORTING = frozenset({"drive.files.export", "drive.files.download", "vault.matters.exports.create"})
"""Methods of interfaces that carry data out in bulk; the token log tells them as any other call."""

_Told = tuple[str, str, str, dict[str, Any]]
"""Application, type, name and parameters of an event."""


def report_entry(activity: Activity, world: World) -> dict[str, Any] | None:
    """An entry of the log of one application; None for what none of the logs that are read tells."""
    told = _event(activity, world)
    if told is None:
        return None
    application, kind, name, parameters = told
    who = activity.actor or activity.account if application == "admin" else activity.account
    account = world.accounts.get(who)
    actor: dict[str, Any] = {"callerType": "USER", "profileId": who}
    if account and account.name:
        actor["email"] = account.name
    if activity.agent:
        facts = world.extras.get(f"agent {activity.agent}", {})
        info = {
            "agentId": activity.agent,
            "agentName": facts.get("agentName", ""),
            "agentType": facts.get("agentType", ""),
        }
        actor["agentAttributionInfo"] = info | {"agentOwner": {"email": facts.get("owner", "")}}
    if activity.app and application not in ("token", "admin"):
        named = {"applicationName": activity.app_name} if activity.app_name else {}
        actor["applicationInfo"] = {"oauthClientId": activity.app, "impersonation": False, **named}
    entry: dict[str, Any] = {
        "kind": "admin#reports#activity",
        "id": {
            "time": datetime.fromtimestamp(activity.at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "uniqueQualifier": str(-number_of(activity.id)),
            "applicationName": application,
            "customerId": "C0fake",
        },
        "etag": '"r"',
        "actor": actor,
        "events": [{"type": kind, "name": name, "parameters": [_parameter(*one) for one in parameters.items()]}],
    }
    network: dict[str, Any] = {"ipAsn": [activity.asn]} if activity.asn else {}
    network |= {"regionCode": activity.country} if activity.country else {}
    entry |= {"networkInfo": network} if network else {}
    entry |= {"ipAddress": activity.ip} if activity.ip else {}
    return entry | ({"isAgenticAction": True} if activity.agent else {})


def number_of(text: str) -> int:
    """A number for an id that is none; the same each time."""
    return zlib.crc32(text.encode())


def _event(one: Activity, world: World) -> _Told | None:
    app = {"client_id": one.app, "app_name": one.app_name, "client_type": one.via or "WEB"}
    match one.deed:
        case Deed.CONSENT if one.consent is Consent.ADMIN:
            facts = {"OAUTH2_APP_ID": one.app, "OAUTH2_APP_NAME": one.app_name, "OAUTH2_APP_TYPE": "WEB_APPLICATION"}
            return "admin", "SECURITY_SETTINGS", "ADD_TO_TRUSTED_OAUTH2_APPS", facts
        case Deed.CONSENT | Deed.REVOKE | Deed.REFUSAL:
            name = {Deed.CONSENT: "authorize", Deed.REVOKE: "revoke", Deed.REFUSAL: "deny"}[one.deed]
            return "token", "auth", name, app | {"scope": list(one.scopes)}
        case _ if one.method.startswith("vault.") and one.method not in EXPORTING:
            return "vault", "user_action", one.method.removeprefix("vault."), {"matter_id": one.object}
        case Deed.USE if one.method.partition(".")[0] in ("gemini_in_workspace_apps", "workspace_studio"):
            application, name, *action = one.method.split(".")
            return application, "ai_usage_event", name, {"action": ".".join(action), "app_name": one.object}
        case Deed.USE | Deed.EXPORT if one.object and one.method not in EXPORTING:
            name = "download" if one.deed is Deed.EXPORT else one.method.removeprefix("drive.") or "view"
            return "drive", "access", name, {"doc_id": one.object, "doc_title": one.object, "primary_event": True}
        case Deed.USE | Deed.EXPORT:
            method = one.method or "drive.files.get"
            called: dict[str, Any] = {"api_name": method.partition(".")[0], "method_name": method}
            return "token", "auth", "activity", app | called | {"num_response_bytes": one.bytes}
        case Deed.SIGN_IN:
            return "login", "login", "login_success", {"login_type": one.via or "unknown", "is_suspicious": False}
        case Deed.OTHER if one.method.startswith("log"):
            return "login", "login", one.method, {"login_type": one.via or "unknown"}
        case _:
            return _administered(one, world)


def _administered(one: Activity, world: World) -> _Told | None:
    account = world.accounts.get(one.account)
    mail = {"USER_EMAIL": (account.name if account else "") or one.account}
    app = {"APPLICATION_NAME": one.app_name, "APP_ID": one.app}
    match one.deed:
        case Deed.DELEGATION_ADDED:
            facts = {"API_CLIENT_NAME": one.app, "API_SCOPES": ",".join(one.scopes), "DOMAIN_NAME": world.name}
            return "admin", "DOMAIN_SETTINGS", "AUTHORIZE_API_CLIENT_ACCESS", facts
        case Deed.ROLE_ASSIGNED:
            return "admin", "DELEGATED_ADMIN_SETTINGS", "ASSIGN_ROLE", mail | {"ROLE_NAME": one.object}
        case Deed.CREDENTIAL_REMOVED:
            return "admin", "USER_SETTINGS", "REVOKE_ASP", mail | {"ASP_ID": one.credential.rsplit("/", 1)[-1]}
        case Deed.APP_CREATED:
            return "admin", "DOMAIN_SETTINGS", "ADD_APPLICATION", app
        case Deed.APP_DELETED:
            return "admin", "DOMAIN_SETTINGS", "REMOVE_APPLICATION", app
        case Deed.TRACE_REMOVED:
            return "admin", "DOMAIN_SETTINGS", "DELETE_ALERT", {"ALERT_NAME": one.object}
        case _:  # Google's logs have no word for the others
            return None


def _parameter(name: str, value: object) -> dict[str, Any]:
    match value:
        case bool():
            return {"name": name, "boolValue": value}
        case int():
            return {"name": name, "intValue": str(value)}
        case list():
            return {"name": name, "multiValue": value}
        case _:
            return {"name": name, "value": str(value)}
