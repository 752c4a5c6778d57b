from __future__ import annotations

from tests.unit.console.pages.inventoryhouse import InventoryHouse
from wardlaw.facts.person import Role

PLAN = {"directory": "acme", "ids": "g1", "reason": "not needed"}


def planned(house: InventoryHouse, browser, **plan: str) -> str:
    form = browser.form_of(browser.get("/grants/one?directory=acme&id=g1").text)
    done = browser.post("/grants/revoke", form=form, **(PLAN | plan))
    assert done.status == 303, done.text
    return done.header("location")


def test_from_the_plan_to_the_proof(house: InventoryHouse) -> None:
    sec = house.browser("sec", Role.CISO)
    where = planned(house, sec)
    (told,) = house.api.made.recorder.of("revocations.draft")
    assert (told["steps"], told["reason"]) == (1, "not needed")
    text = sec.get(where).text
    assert "DELETE /g1" in text
    assert "Planned, waits for a yes" in text
    done = sec.post(f"{where}/confirm", form=sec.form_of(text))
    assert done.header("location") == f"{where}?notice=started"
    shown = sec.get(where).text
    assert "Confirmed, not begun" in shown
    assert "wardlaw grants revoke --resume" in shown
    name = where.rpartition("/")[2]
    body = {
        "step": "grant g1",
        "outcome": {"done": True, "status": 204},
        "proof": {"presence": "gone", "method": "re-read", "status": 404},
    }
    house.api.ok("POST", f"/revocations/{name}/report", body, uid=house.uid)
    text = sec.get(where).text
    assert "Revoked: everything was found gone" in text
    assert "1 of 1 found gone" in text
    assert "not in the log yet" in text
    listed = sec.get("/grants/revocations").text
    assert f'href="{where}"' in listed
    assert "Nothing was revoked" in sec.get("/grants/revocations?state=planned").text
    part = sec.get(f"{where}?part=state").text
    assert part.lstrip().startswith('<div id="revocation" class="stack">'), part[:200]  # it asks no more


def test_much_needs_four_eyes(house: InventoryHouse) -> None:
    house.api.made.grants.confirm_above = 0
    first, second = house.browser("one", Role.CISO), house.browser("two", Role.SECOPS)
    where = planned(house, first, ids="", app="app-1")
    text = first.get(where).text
    assert "needs four eyes" in text
    assert f'action="{where}/confirm"' not in text
    form = first.form_of(first.get("/grants/one?directory=acme&id=g1").text)
    assert first.post(f"{where}/confirm", form=form).status == 400
    text = second.get(where).text
    assert second.post(f"{where}/confirm", form=second.form_of(text)).status == 303


def test_nothing_is_planned_by_those_who_may_not_or_from_elsewhere(house: InventoryHouse) -> None:
    owner = house.browser("own", Role.OWNER)
    form = owner.form_of(owner.get("/grants").text)
    assert owner.post("/grants/revoke", form=form, **PLAN).status == 403
    assert owner.post("/grants/revoke", form="another", **PLAN).status == 403
    sec = house.browser("sec", Role.CISO)
    form = sec.form_of(sec.get("/grants").text)
    assert sec.post("/grants/revoke", form=form, **(PLAN | {"ids": "no-such"})).status == 400
    assert house.api.ok("GET", "/revocations", uid=house.uid) == []


def test_proofs_are_of_this_revocation_alone(house: InventoryHouse) -> None:
    sec = house.browser("sec", Role.CISO)
    where = planned(house, sec)
    name = where.rpartition("/")[2]
    record = house.api.ok("GET", f"/revocations/{name}", uid=house.uid)["records"][0]["record"]["record"]
    seen = sec.get(f"{where}/proof/{record}")
    assert (seen.status, seen.text) == (200, f"proof of {record}")
    assert sec.get(f"{where}/proof/rec_999").status == 404
