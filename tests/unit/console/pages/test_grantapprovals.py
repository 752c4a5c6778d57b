from __future__ import annotations

from tests.unit.console.api.test_grants import APPROVAL
from tests.unit.console.pages.inventoryhouse import InventoryHouse
from wardlaw.facts.person import Role


def test_approvals_are_decided_anew(house: InventoryHouse) -> None:
    made = house.api.ok("POST", "/grants/approvals", APPROVAL | {"owner": "person:filler", "days": 10}, uid=house.uid)
    sec = house.browser("sec", Role.CISO)
    text = sec.get("/grants/approvals").text
    assert "To be decided anew" in text
    assert "Holds" in text
    where = f"/grants/approvals/{made['id']}"
    form = sec.form_of(text)
    assert (
        sec.post(where, form=form, days="90", reason="still needed").header("location")
        == "/grants/approvals?notice=approved"
    )
    assert "To be decided anew" not in sec.get("/grants/approvals").text
    assert sec.post(where, form=form, days="nine", reason="x").status == 400
    assert sec.post(where, form=form, days="0", reason="over").header("location") == "/grants/approvals?notice=revoked"
    assert "Taken back" in sec.get("/grants/approvals").text
    assert len(house.api.made.recorder.of("grants.recertify")) == 2


def test_without_any_it_says_how(house: InventoryHouse) -> None:
    assert "wardlaw grants approve" in house.browser("sec", Role.CISO).get("/grants/approvals").text
