"""Logs of Microsoft Entra: what was done to apps and grants (directory audits), and who signed in as an app or agent."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from wardlaw.connectors.entragrants import delegated_id
from wardlaw.connectors.entry import needed
from wardlaw.connectors.feed import FeedPage
from wardlaw.connectors.graphreader import GraphReader, GraphRefusedError
from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.importing.badrow import UnreadableError, count_of, name_of, text_of, time_of
from wardlaw.inventory.model import Consent, Grant, Sighting

AUDITS_PATH = "/v1.0/auditLogs/directoryAudits"
SIGN_INS_PATH = "/beta/auditLogs/signIns"
OVERLAP_S = 3_600.0
"""Entries are written late; each run reads the last hour of the one before again, which changes nothing twice."""

_DEEDS = {
    "consent to application": Deed.CONSENT,
    "add delegated permission grant": Deed.CONSENT,
    "remove delegated permission grant": Deed.REVOKE,
    "remove oauth2permissiongrant": Deed.REVOKE,
    "add app role assignment to service principal": Deed.ROLE_ASSIGNED,
    "remove app role assignment from service principal": Deed.REVOKE,
    "add member to role": Deed.ROLE_ASSIGNED,
    "add eligible member to role": Deed.ROLE_ASSIGNED,
    "add service principal credentials": Deed.CREDENTIAL_ADDED,
    "remove service principal credentials": Deed.CREDENTIAL_REMOVED,
    "set federation settings on domain": Deed.DELEGATION_ADDED,
    "set domain authentication": Deed.DELEGATION_ADDED,
    "add application": Deed.APP_CREATED,
    "add service principal": Deed.APP_CREATED,
    "update application": Deed.APP_CHANGED,
    "update service principal": Deed.APP_CHANGED,
    "add owner to application": Deed.APP_CHANGED,
    "add owner to service principal": Deed.APP_CHANGED,
    "delete application": Deed.APP_DELETED,
    "hard delete application": Deed.APP_DELETED,
    "remove service principal": Deed.APP_DELETED,
}
"""What Entra calls its activities, in lower case; others are told as they are."""

_CREDENTIALS = "certificates and secrets management"  # "Update application – …", with a dash that has changed
_KEY = re.compile(r"KeyIdentifier=([0-9A-Fa-f-]{36})")
_SCOPE = re.compile(r"Scope:\s*([^,\]]*)")
_GUID = re.compile(r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")


def audits(graph: GraphReader, watermark: str) -> Iterator[FeedPage]:
    """What was done, with the date of each consent: nothing else tells it."""
    yield from _logged(graph, AUDITS_PATH, ("activityDateTime", ""), watermark, _audit)


def sign_ins(graph: GraphReader, watermark: str) -> Iterator[FeedPage]:
    """Sign-ins of apps and agents as themselves; only the beta form tells network, credential and agent."""
    kind = "signInEventTypes/any(t: t eq 'servicePrincipal')"
    try:
        yield from _logged(graph, SIGN_INS_PATH, ("createdDateTime", kind), watermark, _sign_in)
    except GraphRefusedError as error:
        if error.status not in (400, 403, 404):
            raise
        yield FeedPage(gaps=(f"Sign-ins are not to be had here: Microsoft Graph answers {error.status}.",))


def _logged(
    graph: GraphReader,
    path: str,
    fields: tuple[str, str],
    watermark: str,
    read: Callable[[Any, float], tuple[Activity, list[Sighting]]],
) -> Iterator[FeedPage]:
    """Entries since the last run; ``fields`` are that of the time, and what else must hold."""
    time_field, condition = fields
    begun = float(watermark) if watermark else 0.0
    conditions = [f"{time_field} ge {_rfc3339(max(begun - OVERLAP_S, 0.0))}"] if begun else []
    wanted = " and ".join([*conditions, condition] if condition else conditions)
    # Oldest first: where a reading ends early, what is not read is later than where the next one goes on.
    query: dict[str, str | int] = {"$top": 999, "$orderby": f"{time_field} asc"}
    query |= {"$filter": wanted} if wanted else {}
    latest = begun
    for entries in graph.logged(path, query):
        activities: list[Activity] = []
        sightings: list[Sighting] = []
        gaps: list[str] = []
        for entry in entries:
            try:
                at = time_of(entry[time_field], time_field)
                activity, told = read(entry, at)
            except (UnreadableError, AttributeError, TypeError, KeyError, ValueError) as error:
                gaps.append(f"An entry was not understood: {str(error)[:100]}.")
                continue
            activities.append(activity)
            sightings += told
            latest = max(latest, at)
        yield FeedPage(tuple(sightings), tuple(activities), tuple(gaps))
    yield FeedPage(watermark=repr(latest) if latest else "", covered_until=latest)


def _audit(entry: Mapping[str, Any], at: float) -> tuple[Activity, list[Sighting]]:
    word = name_of(entry.get("activityDisplayName"))
    targets = [one for one in entry.get("targetResources") or [] if isinstance(one, dict)]
    target = targets[0] if targets else {}
    told = _Told(target)
    deed = _deed(word, told)
    if entry.get("result") == "failure":  # what did not happen is no consent, and no key
        deed = Deed.REFUSAL if deed is Deed.CONSENT else Deed.OTHER
    actor, ip = _actor(entry.get("initiatedBy") or {})
    principal = told.new("ServicePrincipal.ObjectID") or text_of(target.get("id"), "id")
    is_for_all = (
        "true" in (told.new("ConsentContext.OnBehalfOfAll") or told.new("ConsentContext.IsAdminConsent")).lower()
    )
    is_for_all = is_for_all or told.new("DelegatedPermissionGrant.ConsentType") == "AllPrincipals"
    account = _account(deed, told, actor, for_all=is_for_all)
    consent = Consent.UNKNOWN
    if deed in (Deed.CONSENT, Deed.REFUSAL):
        consent = Consent.ADMIN if is_for_all else Consent.USER
    activity = Activity(
        needed(entry, "id"),
        at,
        deed,
        account=account,
        actor=actor if actor != account else "",
        app=told.client(),
        app_name=told.new("ServicePrincipal.DisplayName") or name_of(target.get("displayName")),
        consent=consent,
        scopes=told.scopes(),
        method=word,
        object=told.new("Role.DisplayName") or name_of(target.get("displayName")),
        ip=ip,
        user_agent=_detail(entry, "User-Agent"),
        credential=told.key(),
    )
    return activity, _consented(activity, principal)


def _consented(activity: Activity, principal: str) -> list[Sighting]:
    """A consent as a grant with its date. A revocation ends nothing here: other parts of the grant may be left."""
    if activity.deed is not Deed.CONSENT or not activity.app or not _GUID.match(principal):
        return []
    grant = Grant(
        delegated_id(principal, activity.account),
        activity.account,
        activity.app,
        activity.consent,
        activity.scopes,
        activity.at,
    )
    return [Sighting(grant, activity.at)]


class _Told:
    """The changed properties of an audit entry; their values are JSON in a text."""

    def __init__(self, target: Mapping[str, Any]) -> None:
        self._old: dict[str, str] = {}
        self._new: dict[str, str] = {}
        for one in target.get("modifiedProperties") or []:
            name = str(one.get("displayName"))
            self._old[name], self._new[name] = _plain(one.get("oldValue")), _plain(one.get("newValue"))

    def new(self, name: str) -> str:
        """What a property is now, or was where it is nothing now."""
        return name_of(self._new.get(name) or self._old.get(name))

    def client(self) -> str:
        """The client id; empty where none is named."""
        named = self.new("ServicePrincipal.AppId") or self.new("TargetId.ServicePrincipalNames").split(";")[0]
        return named if _GUID.match(named) else ""

    def scopes(self) -> tuple[str, ...]:
        """Scopes and roles that were given or taken."""
        role = self.new("AppRole.Value")
        texts = [role] if role else [self.new("DelegatedPermissionGrant.Scope")]
        # Only the new half: what stood there before is not given by this.
        texts += _SCOPE.findall(self._new.get("ConsentAction.Permissions", "").rpartition("=>")[2])
        return tuple(sorted({text_of(scope, "scope") for text in texts for scope in text.split()}))

    def key(self) -> str:
        """Id of the key that was added or removed."""
        before = set(_KEY.findall(self._old.get("KeyDescription", "")))
        after = set(_KEY.findall(self._new.get("KeyDescription", "")))
        changed = sorted(after - before) or sorted(before - after)
        return changed[0].lower() if changed else ""

    def adds_key(self) -> bool:
        """Whether a key was added, and not only removed."""
        before = set(_KEY.findall(self._old.get("KeyDescription", "")))
        return bool(set(_KEY.findall(self._new.get("KeyDescription", ""))) - before)


def _deed(word: str, told: _Told) -> Deed:
    name = word.strip().rstrip(".").lower()
    if name.endswith(_CREDENTIALS):
        return Deed.CREDENTIAL_ADDED if told.adds_key() else Deed.CREDENTIAL_REMOVED
    return _DEEDS.get(name, Deed.OTHER)


def _account(deed: Deed, told: _Told, actor: str, *, for_all: bool) -> str:
    """Whose grant it is about; empty for everybody's."""
    if deed not in (Deed.CONSENT, Deed.REFUSAL, Deed.REVOKE) or for_all:
        return ""
    person = told.new("DelegatedPermissionGrant.PrincipalId")
    return person or (actor if deed is not Deed.REVOKE else "")


def _actor(by: Mapping[str, Any]) -> tuple[str, str]:
    user, app = by.get("user") or {}, by.get("app") or {}
    who = (
        text_of(user.get("id"), "id") or text_of(app.get("servicePrincipalId"), "id") or name_of(app.get("displayName"))
    )
    return who, name_of(user.get("ipAddress"))


def _detail(entry: Mapping[str, Any], key: str) -> str:
    found = [one.get("value") for one in entry.get("additionalDetails") or [] if one.get("key") == key]
    return name_of(found[0]) if found else ""


def _sign_in(entry: Mapping[str, Any], at: float) -> tuple[Activity, list[Sighting]]:
    principal = text_of(entry.get("servicePrincipalId"), "servicePrincipalId")
    kind = str((entry.get("agent") or {}).get("agentType") or "notAgentic")
    failed = bool((entry.get("status") or {}).get("errorCode"))
    activity = Activity(
        needed(entry, "id"),
        at,
        Deed.OTHER if failed else Deed.SIGN_IN,
        account=principal,
        app=text_of(entry.get("appId"), "appId"),
        app_name=name_of(entry.get("servicePrincipalName") or entry.get("appDisplayName")),
        method="sign-in refused" if failed else "",
        object=name_of(entry.get("resourceDisplayName")),
        ip=name_of(entry.get("ipAddress")),
        asn=count_of(entry.get("autonomousSystemNumber"), "autonomousSystemNumber"),
        country=name_of((entry.get("location") or {}).get("countryOrRegion")),
        user_agent=name_of(entry.get("userAgent")),
        credential=text_of(entry.get("servicePrincipalCredentialKeyId"), "servicePrincipalCredentialKeyId"),
        agent="" if kind in ("notAgentic", "unknownFutureValue") else principal,
        via="device_code" if entry.get("authenticationProtocol") == "deviceCode" else "",
    )
    return activity, []


def _plain(value: object) -> str:
    """The text of a value that Entra wrote as JSON into a text."""
    if not isinstance(value, str):
        return ""
    try:
        told = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return told if isinstance(told, str) else value


def _rfc3339(at: float) -> str:
    return datetime.fromtimestamp(at, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
