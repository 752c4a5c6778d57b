from __future__ import annotations

from tests.console_fakes import Api
from tests.unit.console.api.test_grants import taken
from wardlaw.facts.incident import Quarantine
from wardlaw.facts.person import Role
from wardlaw.store.database import writing
from wardlaw.store.quarantines import place


def test_the_gateway_is_a_directory_beside_the_others(api: Api) -> None:
    admin, sec = api.person("admin", Role.ADMIN), api.person("sec", Role.CISO)
    api.ok(
        "POST",
        "/keys",
        {"id": "key:bot", "principal": "agent:bot", "owner": "person:admin", "days": 0},
        uid=admin,
    )
    taken(api, sec, {"kind": "account", "id": "ada"})
    status = api.ok("GET", "/inventory", uid=sec)
    assert status["counts"] == {"acme": {"account": 1}, "gateway": {"account": 1, "credential": 1}}
    assert [one["feed"] for one in status["feeds"] if one["directory"] == "gateway"] == [
        "agents",
        "decisions",
        "keys",
        "tools",
    ]
    assert api.ok("GET", "/inventory/items?directory=acme", uid=sec)["total"] == 1
    assert (
        api.ok("GET", "/inventory/items?directory=gateway&kind=credential", uid=sec)["items"][0]["thing"]["id"]
        == "key:bot"
    )
    rules = {one["rule"] for one in api.ok("GET", "/inventory/findings?directory=gateway", uid=sec)["findings"]}
    assert rules == {"credential-never-expires"}


def test_a_gateways_own_quarantine_is_told_by_its_key(api: Api) -> None:
    admin, sec = api.person("admin", Role.ADMIN), api.person("sec", Role.CISO)
    api.ok("POST", "/keys", {"id": "key:bot", "principal": "agent:bot", "owner": "person:admin"}, uid=admin)
    with writing(api.made.engine) as connection:
        key = api.made.grants.door_key("agent:bot")
        place(connection, Quarantine("qua_1", key, "principal", "a secret", api.made.clock.now))
        place(connection, Quarantine("qua_2", "ee" * 16, "session", "a secret", api.made.clock.now))
        place(connection, Quarantine("qua_3", "session:s1", "session", "x", api.made.clock.now))
    assert [one["principal"] for one in api.ok("GET", "/inventory", uid=sec)["locked"]] == ["agent:bot"]
    shown = api.ok("GET", "/inventory/item?id=agent:bot&kind=account", uid=sec)
    assert shown["item"]["thing"]["state"] == "suspended"
    assert "locked-out-at-the-door" in {one["rule"] for one in shown["findings"]}


def test_use_beside_the_door_is_found_from_what_vendors_count(api: Api) -> None:
    sec = api.person("sec", Role.CISO)
    day = "2026-09-21"  # of the clock of the tests
    use = {"kind": "use", "id": "u1", "account": "key-1", "app": "gpt", "day": day, "calls": 900}
    taken(api, sec, use, directory="acme-openai", platform="openai", kind="events")
    api.made.grants.vendors = {"main": "openai"}
    (found,) = api.ok("GET", "/inventory/findings?rule=use-beside-the-door", uid=sec)["findings"]
    assert (found["directory"], found["account"]) == ("acme-openai", "key-1")
