from __future__ import annotations

from tests.unit.console.pages.inventoryhouse import InventoryHouse
from wardlaw.console.pages.views import lasting
from wardlaw.facts.person import Role


def test_filters_are_saved_under_a_name_and_come_back(house: InventoryHouse) -> None:
    sec = house.browser("sec", Role.CISO)
    form = sec.form_of(sec.get("/grants?level=4&idle=").text)
    done = sec.post("/views/save", form=form, place="/grants", query="level=4", name="<b>Risky</b>")
    assert done.header("location") == "/grants?level=4&notice=saved"
    text = sec.get("/grants?level=4").text
    assert '<a class="chip" href="/grants?level=4" aria-current="true">&lt;b&gt;Risky&lt;/b&gt;</a>' in text
    assert 'aria-current="true">&lt;b&gt;' not in sec.get("/grants").text
    assert "Risky" not in house.browser("two", Role.CISO).get("/grants").text
    gone = sec.post("/views/remove", form=form, place="/grants", query="level=4", name="<b>Risky</b>")
    assert gone.header("location") == "/grants?level=4&notice=removed"
    assert "Risky" not in sec.get("/grants").text


def test_a_view_leads_nowhere_else(house: InventoryHouse) -> None:
    sec = house.browser("sec", Role.CISO)
    form = sec.form_of(sec.get("/grants?level=4").text)
    for place in ("//evil.example", "https://evil.example", "/\\evil.example", "/a b"):
        assert sec.post("/views/save", form=form, place=place, query="", name="x").status == 400
    assert sec.post("/views/save", form="another", place="/grants", query="", name="x").status == 403


def test_what_lasts_of_an_address() -> None:
    assert lasting("level=4&after=abc&notice=saved&find=&vendor=%2A&format=csv") == "level=4&vendor=%2A"
    assert lasting("") == ""
