"""Events are held against our own table of what version 1.8 requires of each class."""

from __future__ import annotations

from typing import Any

import pytest

from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.model import App, Grant, Item, Spell
from wardlaw.inventory.ocsf import activity_event, change_events, finding_event
from wardlaw.inventory.rules import GrantFinding, Weight

EVERY = {
    "activity_id": int, "category_uid": int, "class_uid": int, "type_uid": int, "severity_id": int, "time": int,
    "metadata.version": str, "metadata.product.vendor_name": str,
}  # fmt: skip
REQUIRED = {
    3004: EVERY | {"entity.uid": str, "entity.name": str},
    6003: EVERY | {"actor": dict, "src_endpoint": dict, "api.operation": str, "count": int},
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
    assert event["metadata"]["version"] == "1.8.0"
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


@pytest.mark.parametrize("deed", list(Deed))
def test_every_deed_is_an_activity_of_the_schema(deed: Deed) -> None:
    event = activity_event(Activity("e1", 2.5, deed), directory="acme", platform="google", version="1")
    held(event)
    assert event["activity_id"] in {1, 2, 3, 4, 99}
    assert ("activity_name" in event) is (event["activity_id"] == 99)
    assert (event.get("status_id") == 2) is (deed is Deed.REFUSAL)
    assert event["actor"] and event["src_endpoint"]
    assert (event["time"], event["metadata"]["uid"], event["api"]["service"]["name"]) == (2_500, "e1", "google")


def test_what_the_log_told_stands_where_the_schema_has_it() -> None:
    told = Activity(
        "e1", 1.0, Deed.EXPORT, account="ada", actor="bob", app="app-1", app_name="Mail", method="drive.export",
        object="plan.doc", ip="2001:DB8::1", asn=64_500, country="de", user_agent="curl/8", items=7, calls=3, agent="helper",
    )  # fmt: skip
    event = activity_event(told, directory="acme", platform="google", version="1")
    held(event)
    assert event["actor"] == {"user": {"uid": "bob"}, "app_uid": "app-1"}
    assert event["src_endpoint"] == {
        "ip": "2001:db8::1", "autonomous_system": {"number": 64_500}, "location": {"country": "DE"},
    }  # fmt: skip
    assert (event["api"]["operation"], event["count"], event["type_uid"]) == ("drive.export", 3, 600302)
    assert event["resources"] == [{"name": "plan.doc", "namespace": "acme"}]
    assert event["unmapped"].items() >= {"account": "ada", "items": 7, "agent": "helper"}.items()
    bad = activity_event(
        Activity("e", 1.0, Deed.USE, ip="<x>", app="a", country="Utopia"), directory="d", platform="p", version="1"
    )
    assert bad["src_endpoint"] == {"name": "a"}
