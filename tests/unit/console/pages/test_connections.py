from __future__ import annotations

from tests.unit.console.api.test_grants import BEGIN
from tests.unit.console.pages.inventoryhouse import InventoryHouse
from wardlaw.facts.person import Role


def test_connections_with_what_they_may_and_the_next_step(house: InventoryHouse) -> None:
    sec = house.browser("sec", Role.CISO)
    text = sec.get("/settings").text
    assert "reads, may revoke" in text
    assert "wardlaw inventory sync later" in text
    assert "1 connection needs" in text
    assert "Nothing to tell yet" in text
    house.api.made.clock.now += 60
    run = house.api.ok("POST", "/inventory/runs", BEGIN, uid=house.uid)["run"]["id"]
    end = {"complete": False, "gaps": ["Nobody may read <mail>."]}
    house.api.ok("POST", f"/inventory/runs/{run}/end", end, uid=house.uid)
    text = sec.get("/settings").text
    assert "Not whole" in text
    assert "Nobody may read &lt;mail&gt;." in text
    assert "2 connections need" in text
    for name in ("feeds", "channels", "receivers"):
        assert f"{name}.csv" in sec.get(f"/settings?table={name}&as=csv").header("content-disposition")


def test_values_are_for_those_who_run_it(house: InventoryHouse) -> None:
    adm = house.browser("adm", Role.ADMIN)
    text = adm.get("/settings/values").text
    assert "/srv/wardlaw" in text
    assert "file wardlaw.yaml:3" in text
    assert "log.example+0badcafe" in text
    assert "/srv/wardlaw" not in adm.get("/settings/values?origin=default").text
    assert "logs.level" not in adm.get("/settings/values?find=DATA").text
    sec = house.browser("sec", Role.CISO)
    assert sec.get("/settings/values").status == 403
    assert "/settings/values" not in sec.get("/settings").text


def test_what_is_kept_and_held(house: InventoryHouse) -> None:
    sec = house.browser("sec", Role.CISO)
    assert "days at least" in sec.get("/settings/keeping").text
    house.api.ok("POST", "/audit/holds", {"subject": "aabbccdd", "reason": "a case"}, uid=house.uid)
    text = sec.get("/settings/keeping").text
    assert "a case" in text
    assert "Stands" in text
