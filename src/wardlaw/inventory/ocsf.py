"""Changes of grants and findings as events of the Open Cybersecurity Schema Framework, version 1.6.

Classes: Entity Management (3004) for what came and went; Detection Finding (2004) for what rules find. Texts
of platforms stand in the events as they are: whoever shows them must treat them as data. `actor.app_name`, which 1.9
deprecates, is not used. Source: the classes of ocsf-schema, events/iam/entity_management.json and
events/findings/detection_finding.json with objects/finding_info.json and objects/managed_entity.json.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec

from wardlaw.inventory.model import Item
from wardlaw.inventory.rules import GrantFinding, Weight
from wardlaw.inventory.view import kind_of

SCHEMA = "1.6.0"
_CREATE, _DELETE = 1, 4
_SEVERITY = {Weight.LOW: 2, Weight.MEDIUM: 3, Weight.HIGH: 4, Weight.CRITICAL: 5}
_INFORMATIONAL = 1


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
