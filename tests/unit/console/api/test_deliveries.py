from __future__ import annotations

import pytest

from tests.console_fakes import SERVICE_TOKENS, START, Api
from wardlaw.facts.person import Role
from wardlaw.governance.operations import Service
from wardlaw.inventory.rules import Weight
from wardlaw.store.database import reading
from wardlaw.store.notifications import Event, list_due

DRIVE = "https://www.googleapis.com/auth/drive"
TOKEN = SERVICE_TOKENS[Service.LISTENER]


def event(id_: str, *, account: str = "101", at: float = START - 5, app: str = "evil.apps") -> dict:
    return {
        "id": id_,
        "at": at,
        "deed": "consent",
        "account": account,
        "app": app,
        "consent": "user",
        "scopes": [DRIVE],
    }


def delivery(id_: str, *events: dict, **more) -> dict:
    return {"id": id_, "at": START - 5, "activities": list(events)} | more


def deliver(api: Api, *deliveries: dict, **more) -> dict:
    body = {"directory": "acme", "platform": "google", "deliveries": list(deliveries)} | more
    return api.ok("POST", "/inventory/deliveries", body, uid=1, token=TOKEN)


@pytest.fixture
def uid(api: Api) -> int:
    return api.person("sec", Role.CISO)


def findings(api: Api, uid: int) -> list[tuple[str, str]]:
    found = api.ok("GET", "/inventory/findings?in_state=all", uid=uid)["findings"]
    return [(one["rule"], one["event"]) for one in found if one["event"]]


def test_a_delivery_is_taken_once_and_found_at_once(api: Api, uid: int) -> None:
    assert deliver(api, delivery("google/1", event("token/1")))["findings"] == 1
    assert deliver(api, delivery("google/1", event("token/2"))) == {"taken": 0, "known": 1, "findings": 0}
    assert findings(api, uid) == [("unapproved-powerful-grant", "token/1")]
    status = api.ok("GET", "/inventory", uid=uid)
    (feed,) = [one for one in status["feeds"] if one["directory"] == "acme"]
    assert (feed["feed"], feed["state"], feed["covered_until"], feed["is_cut"]) == (
        "push",
        "complete",
        START - 5,
        False,
    )
    assert {one["outcome"]: one["count"] for one in status["pushes"]} == {"taken": 1, "known": 1}


def test_what_a_delivery_brings_is_told_at_once_and_once(api: Api) -> None:
    api.made.grants.channels = ("ops",)
    api.made.grants.tells = frozenset(Weight)
    for _ in range(2):
        deliver(api, delivery("google/1", event("token/1")))
    with reading(api.made.deps.engine) as connection:
        due = list_due(connection, now=api.made.clock.now + 86_400.0)
    assert [(one.channel, one.event) for one in due] == [("ops", Event.FOUND)]


def test_the_same_event_by_poll_changes_nothing(api: Api, uid: int) -> None:
    deliver(api, delivery("google/1", event("token/1")))
    before = api.ok("GET", "/inventory/findings?in_state=all", uid=uid)["findings"]
    begin = {"directory": "acme", "platform": "google", "feed": "activity", "kind": "events"}
    run = api.ok("POST", "/inventory/runs", begin, uid=uid)["run"]["id"]
    page = {"sightings": [], "activities": [event("token/1")]}
    api.ok("POST", f"/inventory/runs/{run}/page", page, uid=uid)
    api.ok("POST", f"/inventory/runs/{run}/end", {"complete": True}, uid=uid)
    assert api.ok("GET", "/inventory/findings?in_state=all", uid=uid)["findings"] == before


def test_what_has_no_time_is_as_new_as_it_comes_and_an_old_event_ends_nothing_newer(api: Api, uid: int) -> None:
    grant = {"kind": "grant", "id": "g", "account": "101", "app": "a"}
    app = {"kind": "app", "id": "a", "name": "A"}
    api.made.clock.now = START
    deliver(api, delivery("1", at=0, sightings=[{"thing": app}, {"thing": grant}]))
    deliver(api, delivery("2", sightings=[{"thing": grant, "at": START - 900, "ended": True}]))
    assert api.ok("GET", "/inventory/items?kind=grant", uid=uid)["total"] == 1
    api.made.clock.now += 60
    deliver(api, delivery("3", at=0, sightings=[{"thing": grant, "ended": True}]))
    assert api.ok("GET", "/inventory/items?kind=grant", uid=uid)["total"] == 0


def test_mail_addresses_become_ids_or_wait_for_the_log(api: Api, uid: int) -> None:
    begin = {"directory": "acme", "platform": "google", "feed": "users", "kind": "listing"}
    run = api.ok("POST", "/inventory/runs", begin, uid=uid)["run"]["id"]
    ada = {"thing": {"kind": "account", "id": "101", "name": "ada@acme.example"}}
    api.ok("POST", f"/inventory/runs/{run}/page", {"sightings": [ada]}, uid=uid)
    api.ok("POST", f"/inventory/runs/{run}/end", {"complete": True}, uid=uid)
    events = [event("e1", account="ADA@acme.example"), event("e2", account="bob@acme.example", app="b")]
    grants = [
        {"thing": {"kind": "grant", "id": f"{who}/a", "account": who, "app": "a"}, "at": START - 5}
        for who in ("ada@acme.example", "bob@acme.example")
    ]
    deliver(api, delivery("1", *events, sightings=grants), has_ids=True)
    (found,) = api.ok("GET", "/inventory/items?kind=grant", uid=uid)["items"]
    assert (found["thing"]["id"], found["thing"]["account"]) == ("101/a", "101")
    assert findings(api, uid) == [("unapproved-powerful-grant", "e1")]
    deliver(api, delivery("2", event("e3", account="bob@acme.example", app="b")))
    assert len(findings(api, uid)) == 2


def test_wishes_and_channels_are_told_to_whoever_reads(api: Api, uid: int) -> None:
    deliver(api, delivery("1", wishes=["activity"]), outcomes={"forged": 3})
    channel = {
        "directory": "acme",
        "feed": "activity",
        "id": "c",
        "resource": "r",
        "address": "https://x",
        "expires_at": 9.0,
    }
    watch = SERVICE_TOKENS[Service.WATCH]
    for id_ in ("c", "d"):
        api.ok("POST", "/inventory/channels", channel | {"id": id_}, uid=1, token=watch)
    due = api.ok("GET", "/inventory/due", uid=1, token=watch)
    assert due["wishes"] == [{"directory": "acme", "feed": "activity", "asked_at": START}]
    assert [one["id"] for one in due["channels"]] == ["d"]
    assert {one["outcome"]: one["count"] for one in api.ok("GET", "/inventory", uid=uid)["pushes"]} == {
        "forged": 3,
        "taken": 1,
    }


def test_a_process_may_do_what_is_its_own_and_only_on_the_socket(api: Api) -> None:
    body = {"directory": "acme", "platform": "google"}
    watch = SERVICE_TOKENS[Service.WATCH]
    assert api.error("POST", "/inventory/deliveries", body, uid=1, token=watch) == (403, "WL-RGT-010")
    assert api.error("POST", "/inventory/deliveries", body, token=TOKEN) == (401, "WL-API-002")
    for path in ("/inventory", "/session", "/persons", "/inventory/due"):
        assert api.error("GET", path, uid=1, token=TOKEN)[0] in (403, 404)
    api.ok("POST", "/inventory/deliveries", body, uid=1, token=TOKEN)
    assert [actor for _, actor, name, _ in api.made.recorder.records if name == "inventory.deliver"] == [
        "service:watch", "service:listener",
    ]  # fmt: skip


@pytest.mark.parametrize("change", [{"id": ""}, {"id": "a b"}, {"id": "x" * 201}, {"at": -1}, {"wishes": ["A B"]}])
def test_what_is_no_delivery_is_refused_whole(api: Api, uid: int, change: dict) -> None:
    body = {"directory": "acme", "platform": "google", "deliveries": [delivery("1"), delivery("2") | change]}
    assert api.error("POST", "/inventory/deliveries", body, uid=1, token=TOKEN)[0] == 400
    assert api.ok("GET", "/inventory", uid=uid)["pushes"] == []


def test_a_signal_about_an_account_with_live_grants_is_found_and_its_owner_is_gone(api: Api, uid: int) -> None:
    begin = {"directory": "acme", "platform": "okta", "feed": "users", "kind": "listing"}
    run = api.ok("POST", "/inventory/runs", begin, uid=uid)["run"]["id"]
    told = [
        {
            "thing": {
                "kind": "account",
                "id": "00uAda",
                "name": "ada@acme.example",
                "acts_as": "human",
                "state": "active",
            }
        },
        {"thing": {"kind": "grant", "id": "g", "account": "00uAda", "app": "a"}},
    ]
    api.ok("POST", f"/inventory/runs/{run}/page", {"sightings": told}, uid=uid)
    api.ok("POST", f"/inventory/runs/{run}/end", {"complete": True}, uid=uid)
    api.made.clock.now += 5
    for number, name in enumerate(("ada@acme.example", "nobody@acme.example")):
        event_ = {
            "id": f"signal/{number}",
            "at": START + 4,
            "deed": "signalled",
            "account": name,
            "method": "risc.account-disabled",
        }
        account = {"thing": {"kind": "account", "id": name, "state": "suspended"}, "at": START + 4}
        assert (
            deliver(api, delivery(f"s{number}", event_, sightings=[account]), platform="okta")["findings"] == 1 - number
        )
    assert findings(api, uid) == [("account-signal", "signal/0")]
    assert api.ok("GET", "/inventory/items?kind=account", uid=uid)["total"] == 1
    api.made.clock.now += 60
    use = {"id": "u", "at": START + 30, "deed": "use", "account": "00uAda", "app": "a", "method": "m"}
    deliver(api, delivery("s3", use), platform="okta")
    assert ("owner-gone-active", "u") in findings(api, uid)
