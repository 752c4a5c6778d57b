from __future__ import annotations

from tests.unit.console.pages.inventoryhouse import MAIL, InventoryHouse
from wardlaw.console.pages.grantshown import clause_choices
from wardlaw.facts.person import Role

ONE = "/grants/one?directory=acme&id=g1"
APPROVAL = {
    "directory": "acme", "grant": "g1", "app": "app-1", "scopes": MAIL, "accounts": "", "where": "directory",
    "clause": "GRT-03", "owner": "filler", "days": "30", "reason": "pilot",
}  # fmt: skip


def test_a_grant_shows_why_it_stands_as_it_does(house: InventoryHouse) -> None:
    text = house.browser("sec", Role.CISO).get(ONE).text
    assert "Change mail" in text
    assert "Nobody has approved it." in text
    assert "Unverified maker, broad access" in text
    assert "needs an approval" in text
    assert 'href="/grants/identity?directory=acme&amp;kind=app&amp;id=app-1"' in text


def test_it_is_approved_with_an_end_and_recorded(house: InventoryHouse) -> None:
    sec = house.browser("sec", Role.CISO)
    form = sec.form_of(sec.get(ONE).text)
    done = sec.post("/grants/approve", form=form, **APPROVAL)
    assert (done.status, done.header("location")) == (303, "/grants/one?directory=acme&id=g1&notice=approved")
    (told,) = house.api.made.recorder.of("grants.approve")
    assert (told["clause"], told["owner"]) == ("GRT-03", "person:filler")
    text = sec.get(ONE).text
    assert "Nobody has approved it." not in text
    assert "pilot" in text


def test_what_was_typed_stays_when_it_is_refused(house: InventoryHouse) -> None:
    sec = house.browser("sec", Role.CISO)
    form = sec.form_of(sec.get(ONE).text)
    seen = sec.post("/grants/approve", form=form, **(APPROVAL | {"owner": "no-such", "reason": "<b>why</b>"}))
    assert seen.status == 404
    assert 'role="alert"' in seen.text
    assert "&lt;b&gt;why&lt;/b&gt;" in seen.text
    assert 'value="no-such"' in seen.text
    assert house.api.made.recorder.of("grants.approve") == []
    assert sec.post("/grants/approve", form="of another session", **APPROVAL).status == 403


def test_buttons_are_for_those_who_may(house: InventoryHouse) -> None:
    owner = house.browser("own", Role.OWNER).get(ONE).text
    assert "/grants/revoke" not in owner
    assert "/grants/approve" not in owner


def test_clauses_on_grants_come_first() -> None:
    told = {"clauses": [{"clause": "ACC-01", "title": "A"}, {"clause": "GRT-02", "title": "B"}]}
    assert clause_choices(told) == [("GRT-02", "GRT-02 B"), ("ACC-01", "ACC-01 A")]
    assert clause_choices(None) == []
