"""Events are held against our own table of what version 1.6 requires of each class."""

from __future__ import annotations

from typing import Any

import pytest

from wardlaw.inventory.model import App, Grant, Item, Spell
from wardlaw.inventory.ocsf import change_events, finding_event
from wardlaw.inventory.rules import GrantFinding, Weight

EVERY = {
    "activity_id": int, "category_uid": int, "class_uid": int, "type_uid": int, "severity_id": int, "time": int,
    "metadata.version": str, "metadata.product.vendor_name": str,
}  # fmt: skip
REQUIRED = {
    3004: EVERY | {"entity.uid": str, "entity.name": str},
    2004: EVERY | {"finding_info.uid": str, "finding_info.analytic.type_id": int},
}


def held(event: dict[str, Any]) -> None:
    for path, kind in REQUIRED[event["class_uid"]].items():
        value: Any = event
        for name in path.split("."):
            value = value[name]
        assert type(value) is kind, path
        assert value != "", path
    assert event["type_uid"] == event["class_uid"] * 100 + event["activity_id"]
    assert event["category_uid"] == event["class_uid"] // 1_000
    assert event["metadata"]["version"] == "1.6.0"
    assert event["severity_id"] in range(1, 6)
    assert "app_name" not in event.get("actor", {})


def item(thing, *, last: float = 500.0, gone: float = 0.0, past=(), since: float = 100.0) -> Item:
    return Item("acme", "tokens", thing, 100.0, since, last, gone, past)


@pytest.mark.parametrize(
    ("thing", "times"),
    [
        (item(Grant("g", "u", "a", granted_at=50.5)), [(1, 50_500)]),
        (item(Grant("g", "u", "a"), last=200.0, gone=300.0), [(1, 100_000), (4, 300_000)]),
        (item(App("a", ""), past=(Spell(100.0, 150.0),), since=400.0), [(1, 100_000), (4, 150_000), (1, 400_000)]),
    ],
)
def test_what_came_and_went(thing, times) -> None:
    events = [*change_events(thing, version="1")]
    assert [(one["activity_id"], one["time"]) for one in events] == times
    for one in events:
        held(one)
    assert events[0]["unmapped"]["time_is_ours"] is (times[0][1] != 50_500)


@pytest.mark.parametrize(("weight", "severity"), [("low", 2), ("medium", 3), ("high", 4), ("critical", 5)])
def test_what_was_found(weight, severity) -> None:
    found = GrantFinding("owner-gone", Weight(weight), "acme", "grant a b", "u", "a", ("It is <b>so</b>.",), "Act.")
    event = finding_event(found, at=7.0, version="1")
    held(event)
    assert (event["severity_id"], event["resources"][0]["uid"]) == (severity, "a b")
    assert event["finding_info"]["uid"] == finding_event(found, at=9.0, version="2")["finding_info"]["uid"]
