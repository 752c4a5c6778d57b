"""What happened, as GitHub's audit log of an organisation tells it."""

from __future__ import annotations

import zlib
from typing import Any

from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.model import Consent
from wardlaw.testing.saas.world import World

_ACTIONS = {
    Deed.REVOKE: "integration_installation.destroy",
    Deed.REFUSAL: "org.oauth_app_access_denied",
    Deed.SIGN_IN: "oauth_access.create",
    Deed.CREDENTIAL_ADDED: "personal_access_token.access_granted",
    Deed.CREDENTIAL_REMOVED: "personal_access_token.access_revoked",
    Deed.ROLE_ASSIGNED: "org.update_member",
    Deed.DELEGATION_ADDED: "organization_role.assign",
    Deed.APP_CREATED: "integration.create",
    Deed.APP_CHANGED: "integration.update",
    Deed.APP_DELETED: "integration.destroy",
    Deed.TRACE_REMOVED: "audit_log_streaming.destroy",
    Deed.ADVISORY: "org.advisory",
}


def audit_entry(activity: Activity, world: World) -> dict[str, Any]:
    """An entry of the log; only what GitHub would say of it stands there."""
    app = world.extras.get(f"app {activity.app}", {})
    milliseconds = round(activity.at * 1000)
    entry: dict[str, Any] = {
        "@timestamp": milliseconds,
        "created_at": milliseconds,
        "_document_id": activity.id,
        "action": _action(activity),
        "actor": activity.actor or activity.account,
        "org": world.name,
        "operation_type": "access",
        "actor_is_bot": bool(activity.app) and not activity.account,
        "actor_is_agent": bool(activity.agent),
        "actor_ip": activity.ip,
        "user_agent": activity.user_agent,
        "programmatic_access_type": activity.via,
    }
    if activity.agent:
        entry["actor"] = activity.agent
    if activity.account:
        entry["user"] = activity.account
    if activity.object:
        entry["repo"] = activity.object
    if activity.country:
        entry["actor_location"] = {"country_code": activity.country}
    if activity.scopes:
        entry["token_scopes"] = ",".join(activity.scopes)
    if activity.credential.startswith("token/"):
        entry["token_id"] = numbered(activity.credential.partition("/")[2]) + 90_000
    if activity.app.startswith("app:"):
        entry["application_client_id"] = app.get("client_id") or f"Iv1.{numbered(activity.app)}"
        entry["integration"] = activity.app_name
    if entry["action"] == "api.request":
        entry["request_method"], _, entry["route"] = activity.method.partition(" ")
    return entry


def numbered(text: str) -> int:
    """The number in a text, or one made of it; the same each time."""
    return int(text) if text.isascii() and text.isdigit() else zlib.crc32(text.encode()) % 1_000_000


def _action(activity: Activity) -> str:
    match activity.deed:
        case Deed.CONSENT:
            is_own = activity.consent is Consent.INSTALLATION
            return "integration_installation.create" if is_own else "oauth_authorization.create"
        case Deed.USE:
            return activity.method if activity.method.startswith("git.") else "api.request"
        case Deed.EXPORT:
            return activity.method if activity.method in ("git.clone", "repo.download_zip") else "git.clone"
        case Deed.OTHER | Deed.SIGNALLED:
            return activity.method or "org.other"
        case _:
            return _ACTIONS[activity.deed]
