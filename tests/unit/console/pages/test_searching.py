from __future__ import annotations

import pytest

from tests.console_fakes import Api
from tests.unit.console.pages.browser import Browser
from wardlaw.console.pages.searching import straight
from wardlaw.facts.person import Role


@pytest.fixture
def browser(api: Api) -> Browser:
    return Browser(api)


def test_an_id_leads_straight_there() -> None:
    assert straight("rec_0") == "/decisions/rec_0"
    assert straight("GOV-07") == "/policies/GOV-07"
    assert straight("inc_1/../../x") == straight("nothing") == ""


def test_words_are_looked_for_where_somebody_may_look(browser: Browser) -> None:
    browser.sign_in("boss", Role.ADMIN)
    browser.api.person("keller", Role.LEGAL)
    page = browser.get("/search?q=KELL")
    assert page.status == 200
    assert 'href="/people/person%3Akeller"' in page.text
    assert "Nothing fits" in browser.get("/search?q=%3Cscript%3E").text
    assert "<script>" not in browser.get("/search?q=%3Cscript%3E").text.replace("<script src", "")
    assert browser.get("/search?q=rec_0").header("location") == "/decisions/rec_0"
    other = Browser(browser.api)
    other.sign_in("nobody")
    assert "keller" not in other.get("/search?q=keller").text.split("<main")[1].split("printed")[0].replace(
        "<p>keller</p>", ""
    )
