from __future__ import annotations

import json

import pytest

from tests.unit.console.pages.inventoryhouse import HOSTILE, InventoryHouse
from wardlaw.facts.person import Role


def test_grants_say_in_words_what_they_may_and_why_they_are_risky(house: InventoryHouse) -> None:
    text = house.browser("sec", Role.CISO).get("/grants").text
    assert "3 grants, each with" in text
    assert "Changes mail" in text
    assert "Unverified maker, broad access" in text
    assert "AI · openai" in text
    assert 'href="/grants/one?directory=acme&amp;id=g1"' in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("find=chat", {"g1", "g2"}), ("find=ada", {"g1", "g3"}), ("level=4", {"g1", "g2"}), ("vendor=*", {"g1", "g2"}),
        ("reaches=identity", {"g3"}), ("standing=approved", set()), ("directory=other", set()), ("idle=1", set()),
    ],
)  # fmt: skip
def test_filters_stand_in_the_address(house: InventoryHouse, query: str, found: set[str]) -> None:
    text = house.browser("sec", Role.CISO).get(f"/grants?{query}").text
    assert {name for name in ("g1", "g2", "g3") if f"id={name}" in text} == found
    if not found:
        assert "No grant fits" in text


def test_lists_are_taken_away_as_files(house: InventoryHouse) -> None:
    seen = house.browser("sec", Role.CISO).get("/grants?level=4&format=json")
    assert [row["app"] for row in json.loads(seen.text)] == ["ChatGPT", "ChatGPT"]
    assert "grants.json" in seen.header("content-disposition")


def test_names_of_others_stay_texts(house: InventoryHouse) -> None:
    text = house.browser("sec", Role.CISO).get("/grants?find=script").text
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)" in text
    assert "\u202e" not in text
    assert HOSTILE not in text


def test_identities_with_points_and_owner(house: InventoryHouse) -> None:
    text = house.browser("sec", Role.CISO).get("/grants/identities").text
    assert "Bot" in text
    assert "nobody is known" in text
    only = house.browser("two", Role.CISO).get("/grants/identities?kind=credential").text
    assert "id=c1" in only
    assert "id=bot" not in only
    assert "No identity fits" in house.browser("three", Role.CISO).get("/grants/identities?find=nosuch").text


def test_whoever_may_not_know_is_told_so_and_has_no_link(house: InventoryHouse) -> None:
    admin = house.browser("admin", Role.ADMIN)
    assert 'href="/grants"' not in admin.get("/settings").text
    assert "needs one of the roles" in admin.get("/grants").text
    assert admin.get("/grants").status == 403


def test_an_empty_house_says_what_fills_it(house: InventoryHouse, tmp_path) -> None:
    (tmp_path / "empty").mkdir()
    seen = house.empty(tmp_path / "empty")
    assert "wardlaw connect google" in seen.get("/grants").text
    seen.api.close()


def test_the_gravest_findings_stand_on_the_first_page_for_those_who_may_know(house: InventoryHouse) -> None:
    sec = house.browser("sec", Role.CISO)
    assert 'hx-get="/overview/grants"' in sec.get("/").text
    part = sec.get("/overview/grants")
    assert part.status == 200
    assert "/grants/findings/fnd_" in part.text
    assert "<html" not in part.text
    law = house.browser("law", Role.LEGAL)
    seen = law.get("/overview/grants").status == 200
    assert seen == ('hx-get="/overview/grants"' in law.get("/").text)
