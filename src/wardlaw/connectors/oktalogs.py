"""Okta's system log: consents, tokens, credentials, roles and switched-off traces; the same events come by its hooks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from wardlaw.connectors.feed import FeedPage
from wardlaw.connectors.oktareader import OktaReader
from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.importing.badrow import UnreadableError, count_of, name_of, text_of, time_of
from wardlaw.inventory.model import Consent, Grant, Sighting

LOGS_PATH = "/api/v1/logs"
OVERLAP_S = 3_600.0
"""Events are written late; each run reads the last hour of the one before again, which changes nothing twice."""

KEPT_S = 90 * 86_400.0
"""How long Okta keeps its log, in seconds."""

_DEEDS = {
    "app.oauth2.as.consent.grant": Deed.CONSENT,
    "app.oauth2.consent.grant": Deed.CONSENT,
    "app.oauth2.admin.consent.grant": Deed.CONSENT,
    "app.oauth2.as.authorize.scope_denied": Deed.REFUSAL,
    "app.oauth2.authorize.scope_denied": Deed.REFUSAL,
    "app.oauth2.admin.consent.revoke": Deed.REVOKE,
    "app.oauth2.consent.revoke": Deed.REVOKE,
    "app.oauth2.token.revoke": Deed.CREDENTIAL_REMOVED,
    "app.oauth2.as.token.revoke": Deed.CREDENTIAL_REMOVED,
    "app.oauth2.token.grant": Deed.SIGN_IN,
    "app.oauth2.token.grant.access_token": Deed.SIGN_IN,
    "app.oauth2.as.token.grant": Deed.SIGN_IN,
    "app.oauth2.as.token.grant.access_token": Deed.SIGN_IN,
    "app.oauth2.signon": Deed.SIGN_IN,
    "app.oauth2.credentials.lifecycle.create": Deed.CREDENTIAL_ADDED,
    "app.oauth2.credentials.lifecycle.activate": Deed.CREDENTIAL_ADDED,
    "app.oauth2.credentials.lifecycle.delete": Deed.CREDENTIAL_REMOVED,
    "app.oauth2.client.lifecycle.create": Deed.APP_CREATED,
    "app.oauth2.client.lifecycle.update": Deed.APP_CHANGED,
    "app.oauth2.client.lifecycle.delete": Deed.APP_DELETED,
    "app.oauth2.client.privilege.grant": Deed.ROLE_ASSIGNED,
    "application.lifecycle.create": Deed.APP_CREATED,
    "application.lifecycle.update": Deed.APP_CHANGED,
    "application.lifecycle.delete": Deed.APP_DELETED,
    "system.api_token.create": Deed.CREDENTIAL_ADDED,
    "system.api_token.revoke": Deed.CREDENTIAL_REMOVED,
    "user.account.privilege.grant": Deed.ROLE_ASSIGNED,
    "group.privilege.grant": Deed.ROLE_ASSIGNED,
    "event_hook.deactivated": Deed.TRACE_REMOVED,
    "event_hook.deleted": Deed.TRACE_REMOVED,
    "system.log_stream.lifecycle.deactivate": Deed.TRACE_REMOVED,
    "system.log_stream.lifecycle.delete": Deed.TRACE_REMOVED,
}
"""Okta's event types; others are told as they are."""

_REVOKED = "app.oauth2.as.consent.revoke"  # and all that begins so: by user, client, scope, server
_CLIENTS = ("PublicClientApp", "AppInstance", "OAuth2Client", "ConfidentialClientApp")


def log_pages(okta: OktaReader, watermark: str, *, now: float) -> Iterator[FeedPage]:
    """The log from the last run up to now; from what Okta still has for the first."""
    begun = float(watermark) if watermark else 0.0
    since = max(begun - OVERLAP_S, now - KEPT_S)
    query: dict[str, str | int] = {
        "since": _rfc3339(since),
        "until": _rfc3339(now),
        "limit": 1000,
        "sortOrder": "ASCENDING",
    }
    latest = begun
    for events in okta.logged(LOGS_PATH, query):
        page = read_events(events)
        latest = max([latest, *(one.at for one in page.activities)])
        yield page
    lost = (f"Events before {_rfc3339(since)} are no longer kept by Okta.",) if 0 < begun < since else ()
    yield FeedPage(notes=lost, watermark=repr(latest) if latest else "", covered_until=latest)


def read_events(events: list[Any]) -> FeedPage:
    """What events of the log, or of a hook's delivery, tell; one that is not understood is a gap."""
    activities: list[Activity] = []
    sightings: list[Sighting] = []
    gaps: list[str] = []
    for event in events:
        try:
            activity = _activity(event)
        except (UnreadableError, AttributeError, TypeError, KeyError) as error:
            gaps.append(f"An event was not understood: {str(error)[:100]}.")
            continue
        activities.append(activity)
        sightings += _granted(activity)
    return FeedPage(tuple(sightings), tuple(activities), tuple(gaps))


def _activity(event: Mapping[str, Any]) -> Activity:
    word = text_of(event["eventType"], "eventType")
    id_ = text_of(event["uuid"], "uuid")
    if not id_:
        raise UnreadableError("uuid is empty")
    targets = [one for one in event.get("target") or [] if isinstance(one, dict)]
    failed = (event.get("outcome") or {}).get("result") in ("FAILURE", "DENY")
    deed = _deed(word, failed=failed)
    actor, client = event.get("actor") or {}, event.get("client") or {}
    by = text_of(actor.get("id"), "actor")
    app, app_name = _app_of(targets, actor)
    account = _user_of(targets) or (by if actor.get("type") == "User" else "")
    is_admin = word.startswith("app.oauth2.admin.")
    debug = (event.get("debugContext") or {}).get("debugData") or {}
    return Activity(
        id_,
        time_of(event["published"], "published"),
        deed,
        account="" if is_admin else account,
        actor=by if by != account or is_admin else "",
        app=app,
        app_name=app_name,
        consent=_consent(deed, is_admin=is_admin),
        scopes=_scopes(targets, debug),
        method=word,
        object=name_of(targets[0].get("displayName")) if targets else "",
        ip=name_of(client.get("ipAddress")),
        asn=count_of((event.get("securityContext") or {}).get("asNumber"), "asNumber"),
        country=name_of((client.get("geographicalContext") or {}).get("country")),
        user_agent=name_of((client.get("userAgent") or {}).get("rawUserAgent")),
        credential=_credential_of(targets) if deed in (Deed.CREDENTIAL_ADDED, Deed.CREDENTIAL_REMOVED) else "",
        agent=by if str(actor.get("type")) in ("AIAgent", "AiAgent") else "",
        via="device_code" if "device_code" in str(debug.get("grantType")) else "",
    )


def _granted(activity: Activity) -> list[Sighting]:
    """A consent as a grant with its date. A revocation ends nothing here: other scopes of the grant may be left."""
    if activity.deed is not Deed.CONSENT or not activity.app or activity.consent is not Consent.USER:
        return []
    if not activity.account:
        return []
    id_ = f"user/{activity.account}/{activity.app}"
    grant = Grant(id_, activity.account, activity.app, Consent.USER, activity.scopes, activity.at)
    return [Sighting(grant, activity.at)]


def _deed(word: str, *, failed: bool) -> Deed:
    deed = Deed.REVOKE if word.startswith(_REVOKED) else _DEEDS.get(word, Deed.OTHER)
    if failed:  # what did not happen is no consent, and no key
        return Deed.REFUSAL if deed is Deed.CONSENT else Deed.OTHER
    return deed


def _consent(deed: Deed, *, is_admin: bool) -> Consent:
    if deed not in (Deed.CONSENT, Deed.REFUSAL):
        return Consent.UNKNOWN
    return Consent.ADMIN if is_admin else Consent.USER


def _app_of(targets: list[dict[str, Any]], actor: Mapping[str, Any]) -> tuple[str, str]:
    for one in [*targets, actor]:
        if one.get("type") in _CLIENTS:
            return text_of(one.get("id"), "app"), name_of(one.get("displayName"))
    detail = _detail(targets, "publicclientapp")
    return detail, ""


def _user_of(targets: list[dict[str, Any]]) -> str:
    named = [text_of(one.get("id"), "user") for one in targets if one.get("type") == "User"]
    return named[0] if named else _detail(targets, "user")


def _detail(targets: list[dict[str, Any]], name: str) -> str:
    """What the details of a target say; consents of own servers name app and user there."""
    for one in targets:
        detail = one.get("detailEntry")
        if isinstance(detail, dict) and (found := text_of(detail.get(name), name)):
            return found
    return ""


def _scopes(targets: list[dict[str, Any]], debug: Mapping[str, Any]) -> tuple[str, ...]:
    named = {name_of(one.get("displayName")) for one in targets if str(one.get("type")).lower() == "scope"}
    told = debug.get("grantedScopes") or debug.get("scopes")
    named |= set(told.replace(",", " ").split()) if isinstance(told, str) and not named else set()
    return tuple(sorted(text_of(one, "scope") for one in named if one))


def _credential_of(targets: list[dict[str, Any]]) -> str:
    kinds = [one for one in targets if one.get("type") not in ("User", *_CLIENTS)]
    return text_of(kinds[0].get("id"), "credential") if kinds else ""


def _rfc3339(at: float) -> str:
    return datetime.fromtimestamp(at, tz=UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
