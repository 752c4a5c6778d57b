from __future__ import annotations

import html
import re

from tests.unit.console.pages.inventoryhouse import InventoryHouse
from wardlaw.console.pages.findinglist import about_href
from wardlaw.facts.person import Role


def first_of(browser) -> str:
    found = re.search(r'href="(/grants/findings/fnd_[0-9a-f]+)"', browser.get("/grants/findings").text)
    assert found
    return found[1]


def test_findings_are_listed_accepted_and_closed(house: InventoryHouse) -> None:
    sec = house.browser("sec", Role.CISO)
    text = sec.get("/grants/findings").text
    assert "Unverified maker, broad access" in text
    where = first_of(sec)
    shown = sec.get(where).text
    form = sec.form_of(shown)
    assert sec.post(f"{where}/accept", form=form, days="30", reason="a pilot").status == 303
    assert "Accepted for a time" in sec.get(where).text
    assert where not in sec.get("/grants/findings").text
    assert where in sec.get("/grants/findings?state=acknowledged").text
    assert sec.post(f"{where}/close", form=form, reason="revoked").status == 303
    assert "Closed" in sec.get(where).text
    assert [one["reason"] for one in house.api.made.recorder.of("inventory.close")] == ["revoked"]


def test_a_refusal_keeps_what_was_typed(house: InventoryHouse) -> None:
    sec = house.browser("sec", Role.CISO)
    where = first_of(sec)
    form = sec.form_of(sec.get(where).text)
    seen = sec.post(f"{where}/accept", form=form, days="9999", reason="<i>for ever</i>")
    assert seen.status == 400
    assert "&lt;i&gt;for ever&lt;/i&gt;" in seen.text
    assert 'value="9999"' in seen.text
    assert sec.post(f"{where}/burn", form=form, reason="x").header("location") == where


def test_a_list_longer_than_a_page_goes_on(house: InventoryHouse, monkeypatch) -> None:
    sec = house.browser("sec", Role.CISO)
    every = set(re.findall(r'href="(/grants/findings/fnd_[0-9a-f]+)"', sec.get("/grants/findings").text))
    monkeypatch.setattr("wardlaw.console.pages.findinglist.MOST", 1)
    seen, where = [], "/grants/findings"
    while where:
        text = sec.get(where).text
        seen += re.findall(r'href="(/grants/findings/fnd_[0-9a-f]+)"', text)
        further = re.search(r'href="(/grants/findings\?[^"]*after=[^"]+)"', text)
        where = html.unescape(further[1]) if further else ""
    assert len(seen) == len(every) > 1
    assert set(seen) == every


def test_whoever_may_only_look_sees_no_buttons(house: InventoryHouse) -> None:
    owner = house.browser("own", Role.OWNER)
    assert "/accept" not in owner.get(first_of(owner)).text


def test_a_finding_leads_to_what_it_is_about() -> None:
    one = {"directory": "acme", "about": "grant g 1", "app": "a"}
    assert about_href(one) == "/grants/one?directory=acme&id=g+1"
    assert about_href(one | {"about": "account ada"}) == "/grants/identity?directory=acme&kind=account&id=ada"
    assert about_href(one | {"about": "app a: a burst"}) == "/grants/identity?directory=acme&kind=app&id=a"
    assert about_href(one | {"about": "vendor openai", "app": ""}) == ""
