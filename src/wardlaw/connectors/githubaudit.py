"""What an entry of GitHub's audit log tells, as events. Names of actions are those of GitHub's list for organisations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from wardlaw.connectors.feed import FeedPage
from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.importing.badrow import UnreadableError, key_of, name_of, text_of, time_of
from wardlaw.inventory.importing.grants import scopes_of
from wardlaw.inventory.model import Consent

_DEEDS = {
    "integration_installation.create": Deed.CONSENT,
    "integration_installation.version_updated": Deed.CONSENT,
    "oauth_authorization.create": Deed.CONSENT,
    "oauth_access.create": Deed.CONSENT,
    "org.oauth_app_access_approved": Deed.CONSENT,
    "org.oauth_app_access_denied": Deed.REFUSAL,
    "personal_access_token.access_denied": Deed.REFUSAL,
    "integration_installation.destroy": Deed.REVOKE,
    "integration_installation.suspend": Deed.REVOKE,
    "oauth_authorization.destroy": Deed.REVOKE,
    "oauth_access.destroy": Deed.REVOKE,
    "personal_access_token.access_granted": Deed.CREDENTIAL_ADDED,
    "org_credential_authorization.grant": Deed.CREDENTIAL_ADDED,
    "public_key.create": Deed.CREDENTIAL_ADDED,
    "integration.generate_client_secret": Deed.CREDENTIAL_ADDED,
    "oauth_application.generate_client_secret": Deed.CREDENTIAL_ADDED,
    "personal_access_token.access_revoked": Deed.CREDENTIAL_REMOVED,
    "personal_access_token.destroy": Deed.CREDENTIAL_REMOVED,
    "org_credential_authorization.revoke": Deed.CREDENTIAL_REMOVED,
    "org_credential_authorization.deauthorize": Deed.CREDENTIAL_REMOVED,
    "public_key.delete": Deed.CREDENTIAL_REMOVED,
    "integration.create": Deed.APP_CREATED,
    "oauth_application.create": Deed.APP_CREATED,
    "integration.update": Deed.APP_CHANGED,
    "integration_installation.repositories_added": Deed.APP_CHANGED,
    "integration.destroy": Deed.APP_DELETED,
    "oauth_application.destroy": Deed.APP_DELETED,
    "org.update_member": Deed.ROLE_ASSIGNED,
    "organization_role.assign": Deed.ROLE_ASSIGNED,
    "audit_log_streaming.destroy": Deed.TRACE_REMOVED,
    "hook.destroy": Deed.TRACE_REMOVED,
    "git.clone": Deed.EXPORT,
    "repo.download_zip": Deed.EXPORT,
    "org.audit_log_export": Deed.EXPORT,
    "git.fetch": Deed.USE,
    "git.push": Deed.USE,
    "api.request": Deed.USE,
}
"""Other actions are kept as ``other``, with their name as method."""


class AuditNames(msgspec.Struct, frozen=True):
    """What the log's own names stand for in the inventory: it names apps by client id or slug, and tokens by another
    number than the listings do."""

    apps: Mapping[str, str]
    tokens: Mapping[str, str]

    @classmethod
    def of(cls, installations: Sequence[Any], tokens: Sequence[Any]) -> AuditNames:
        """From the entries of both listings; one that cannot be understood is left out here, and a gap there."""
        apps, credentials = {}, {}
        for one in (entry for entry in installations if isinstance(entry, dict) and entry.get("app_id")):
            for name in ("client_id", "app_slug"):
                if one.get(name):
                    apps[str(one[name])] = f"app:{one['app_id']}"
        for one in (entry for entry in tokens if isinstance(entry, dict) and entry.get("id")):
            if one.get("token_id"):
                credentials[str(one["token_id"])] = f"token/{one['id']}"
        return cls(apps, credentials)


def audit_page(entries: Sequence[Any], names: AuditNames) -> FeedPage:
    """A page of events; an entry that cannot be understood is a gap."""
    found: list[Activity] = []
    gaps: list[str] = []
    for entry in entries:
        try:
            found.append(_told(entry, names))
        except (UnreadableError, AttributeError, TypeError, KeyError) as error:
            gaps.append(f"An entry of the audit log was not understood: {str(error)[:100]}.")
    return FeedPage(activities=tuple(found), gaps=tuple(gaps))


def audit_time(entry: Any) -> float:
    """When an entry happened, Unix seconds; 0 where it does not say."""
    try:
        return time_of(entry.get("@timestamp") or entry.get("created_at"), "@timestamp")
    except (UnreadableError, AttributeError):
        return 0.0


def _told(entry: Mapping[str, Any], names: AuditNames) -> Activity:
    action = text_of(entry["action"], "action")
    at = audit_time(entry)
    if not action or not at:
        raise UnreadableError("action or time is empty")
    actor = text_of(entry.get("actor"), "actor")
    deed = _DEEDS.get(action, Deed.OTHER)
    is_installation = action.startswith("integration_installation.")
    account = "" if is_installation else text_of(entry.get("user"), "user") or actor
    place = entry.get("actor_location") or {}
    token = text_of(entry.get("token_id"), "token_id")
    method = action
    if action == "api.request":
        method = f"{name_of(entry.get('request_method'))} {name_of(entry.get('route'))}".strip()
    return Activity(
        _key(entry, action, at),
        at,
        deed,
        account=account,
        actor="" if actor == account else actor,
        app=_app(entry, names),
        app_name=name_of(entry.get("integration") or entry.get("oauth_application_name")),
        consent=_consent(deed, is_installation=is_installation),
        scopes=scopes_of(entry.get("token_scopes")),
        method=method,
        object=name_of(entry.get("repo") or entry.get("name")),
        ip=name_of(entry.get("actor_ip"))[:64],
        country=name_of(place.get("country_code"))[:8],
        user_agent=name_of(entry.get("user_agent")),
        items=int(deed is Deed.EXPORT),
        credential=names.tokens.get(token, f"token-number/{token}") if token not in ("", "0") else "",
        agent=actor if entry.get("actor_is_agent") is True else "",
        via=name_of(entry.get("programmatic_access_type")),
    )


def _key(entry: Mapping[str, Any], action: str, at: float) -> str:
    document = text_of(entry.get("_document_id"), "_document_id")
    # Some entries of Git have no id of their own; what they say is one.
    told = key_of(action, repr(at), *(str(entry.get(name)) for name in ("actor", "user", "repo", "hashed_token")))
    return f"audit/{document or told}"


def _app(entry: Mapping[str, Any], names: AuditNames) -> str:
    client = text_of(entry.get("application_client_id"), "application_client_id")
    slug = name_of(entry.get("integration"))
    if known := names.apps.get(client) or names.apps.get(slug):
        return known
    if client or slug:
        return f"client:{client}" if client else f"slug:{slug}"
    oauth = text_of(entry.get("oauth_application_id"), "oauth_application_id")
    return f"oauth:{oauth}" if oauth not in ("", "0") else ""


def _consent(deed: Deed, *, is_installation: bool) -> Consent:
    if deed is not Deed.CONSENT:
        return Consent.UNKNOWN
    return Consent.INSTALLATION if is_installation else Consent.USER
