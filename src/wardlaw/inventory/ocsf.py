"""Changes of grants, findings and events of logs in the Open Cybersecurity Schema Framework, version 1.8.

Classes: Entity Management (3004) for what came and went; Detection Finding (2004) for what rules find; API Activity (6003)
for what platforms' logs tell. Texts of platforms stand in the events as they are: whoever shows them must treat them as
data. `actor.app_name`, which 1.9 deprecates, is not used. Source: the classes of ocsf-schema,
events/iam/entity_management.json, events/findings/detection_finding.json and events/application/api_activity.json with
objects/finding_info.json, managed_entity.json, api.json, actor.json and network_endpoint.json.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Iterator
from typing import Any

import msgspec

from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.model import Item
from wardlaw.inventory.rules import GrantFinding, Weight
from wardlaw.inventory.view import kind_of

SCHEMA = "1.8.0"
_CREATE, _READ, _UPDATE, _DELETE, _OTHER = 1, 2, 3, 4, 99
_FAILURE = 2
_DEEDS = {
    Deed.CONSENT: _CREATE,
    Deed.CREDENTIAL_ADDED: _CREATE,
    Deed.APP_CREATED: _CREATE,
    Deed.DELEGATION_ADDED: _CREATE,
    Deed.ROLE_ASSIGNED: _UPDATE,
    Deed.APP_CHANGED: _UPDATE,
    Deed.EXPORT: _READ,
    Deed.REVOKE: _DELETE,
    Deed.CREDENTIAL_REMOVED: _DELETE,
    Deed.APP_DELETED: _DELETE,
    Deed.TRACE_REMOVED: _DELETE,
}
"""What a deed is among create, read, update and delete; a use may be any of them, and is told by its name."""
_SEVERITY = {Weight.LOW: 2, Weight.MEDIUM: 3, Weight.HIGH: 4, Weight.CRITICAL: 5}
_INFORMATIONAL = 1
_COUNTRY_LETTERS = 2  # ISO 3166-1 alpha-2


def change_events(item: Item, *, version: str) -> Iterator[dict[str, Any]]:
    """When a thing came and went, each time that is known.

    Args:
        version: Of Wardlaw.
    """
    told = getattr(item.thing, "granted_at", 0.0) or getattr(item.thing, "created_at", 0.0)
    times = [(spell.since, _CREATE) for spell in item.past] + [(spell.until, _DELETE) for spell in item.past]
    times.append((item.since, _CREATE))
    if not item.is_there:
        times.append((item.gone_at, _DELETE))
    for place, (at, activity) in enumerate(sorted(times)):
        # The platform's own date is of the first time only; of the others we know when we saw it.
        exact = told if 0 < told <= at and place == 0 and activity == _CREATE else at
        yield _event(3, 4, activity, at=exact, severity=_INFORMATIONAL, version=version) | {
            "message": f"{kind_of(item.thing)} {item.thing.id} {'came' if activity == _CREATE else 'went'}",
            "entity": {
                "uid": item.thing.id,
                "name": getattr(item.thing, "name", "") or item.thing.id,
                "type": kind_of(item.thing),
                "data": msgspec.to_builtins(item.thing),
            },
            "unmapped": {"directory": item.directory, "feed": item.feed, "time_is_ours": exact != told},
        }


def finding_event(found: GrantFinding, *, at: float, version: str) -> dict[str, Any]:
    """What a rule finds.

    Args:
        at: When it was looked, Unix seconds.
    """
    name = f"{found.rule}\n{found.directory}\n{found.about}"
    kind, _, uid = found.about.partition(" ")
    return _event(2, 4, _CREATE, at=at, severity=_SEVERITY[found.weight], version=version) | {
        "message": " ".join(found.evidence),
        "finding_info": {
            "uid": hashlib.sha256(name.encode()).hexdigest()[:32],
            "title": found.rule,
            "desc": " ".join(found.evidence),
            "analytic": {"type_id": 1, "type": "Rule", "name": found.rule, "uid": found.rule},
            "types": [found.rule],
        },
        "remediation": {"desc": found.remedy},
        "resources": [{"uid": uid, "name": uid, "type": kind, "namespace": found.directory}],
        "status_id": 1,
        "unmapped": {"account": found.account, "app": found.app},
    }


def activity_event(told: Activity, *, directory: str, platform: str, version: str) -> dict[str, Any]:
    """An event of a platform's log.

    Args:
        version: Of Wardlaw.
    """
    activity = _DEEDS.get(told.deed, _OTHER)
    event = _event(6, 3, activity, at=told.at, severity=_INFORMATIONAL, version=version)
    event["metadata"] |= {"uid": told.id, "log_provider": platform}
    if activity == _OTHER:
        event["activity_name"] = told.deed.value
    if told.deed is Deed.REFUSAL:
        event["status_id"] = _FAILURE
    if told.user_agent:
        event["http_request"] = {"user_agent": told.user_agent}
    if told.object:
        event["resources"] = [{"name": told.object, "namespace": directory}]
    rest = {
        "directory": directory, "deed": told.deed.value, "account": told.account, "app_name": told.app_name,
        "scopes": list(told.scopes), "credential": told.credential, "agent": told.agent, "via": told.via,
        "items": told.items, "bytes": told.bytes,
    }  # fmt: skip
    return event | {
        "count": max(told.calls, 1),
        "actor": _actor(told),
        "api": {"operation": told.method or told.deed.value, "service": {"name": platform}},
        "src_endpoint": _source(told),
        "unmapped": {name: value for name, value in rest.items() if value},
    }


def _actor(told: Activity) -> dict[str, Any]:
    """Who did it; the schema wants somebody."""
    who = told.actor or told.account
    actor: dict[str, Any] = {"user": {"uid": who}} if who else {}
    if told.app:
        actor["app_uid"] = told.app
    return actor or {"app_uid": told.agent or "unknown"}


def _source(told: Activity) -> dict[str, Any]:
    """From where, where the platform says so; else the app that called, for the schema wants something."""
    source: dict[str, Any] = {}
    try:
        source["ip"] = str(ipaddress.ip_address(told.ip))
    except ValueError:  # no address, or a text that is none
        source["name"] = told.app_name or told.app or "unknown"
    if told.asn:
        source["autonomous_system"] = {"number": told.asn}
    if len(told.country) == _COUNTRY_LETTERS:
        source["location"] = {"country": told.country.upper()}
    return source


def _event(category: int, number: int, activity: int, *, at: float, severity: int, version: str) -> dict[str, Any]:
    class_uid = category * 1_000 + number
    return {
        "activity_id": activity,
        "category_uid": category,
        "class_uid": class_uid,
        "type_uid": class_uid * 100 + activity,
        "severity_id": severity,
        "time": int(at * 1_000),
        "metadata": {
            "version": SCHEMA,
            "product": {"name": "Wardlaw", "vendor_name": "Wardlaw", "version": version},
        },
    }
