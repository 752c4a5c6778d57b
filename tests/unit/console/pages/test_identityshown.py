from __future__ import annotations

import re

from tests.unit.console.pages.inventoryhouse import InventoryHouse
from wardlaw.facts.person import Role

APP = "/grants/identity?directory=acme&kind=app&id=app-1"


def test_an_app_with_points_story_and_drawing(house: InventoryHouse) -> None:
    seen = house.browser("sec", Role.CISO).get(APP)
    assert seen.status == 200
    assert "of 100 points" in seen.text
    assert "the platform has not verified who made it" in seen.text
    assert "first seen" in seen.text
    assert "The same as a table" in seen.text


def test_the_drawing_obeys_the_policy_and_links_its_nodes(house: InventoryHouse) -> None:
    text = house.browser("sec", Role.CISO).get("/grants/graph?directory=acme").text
    drawing = text[text.index('<svg class="graph"') : text.index("</svg>", text.index('<svg class="graph"'))]
    assert "style" not in drawing
    assert "<script" not in drawing
    assert 'href="/grants/identity?directory=acme&amp;kind=account&amp;id=ada"' in drawing
    assert 'href="/grants?directory=acme&amp;reaches=mail"' in drawing
    assert all(one.startswith("/grants") for one in re.findall(r'href="([^"]*)"', drawing))


def test_a_key_and_an_account_have_their_pages(house: InventoryHouse) -> None:
    sec = house.browser("sec", Role.CISO)
    key = sec.get("/grants/identity?directory=acme&kind=credential&id=c1").text
    assert "Plan to revoke this key" in key
    bot = sec.get("/grants/identity?directory=acme&kind=account&id=bot").text
    assert "Nobody answers for it" in bot
    assert "/grants/revoke" not in bot
    assert sec.get("/grants/identity?directory=acme&kind=app&id=none").status == 400


def test_nobody_else_may_revoke(house: InventoryHouse) -> None:
    assert "/grants/revoke" not in house.browser("own", Role.OWNER).get(APP).text
