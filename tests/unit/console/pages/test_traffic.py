from __future__ import annotations

import pytest

from tests.console_fakes import Api
from tests.unit.console.api.test_tail import add
from tests.unit.console.pages.browser import Browser
from wardlaw.facts.person import Role

CUT = {"key": "principal:user:of-rec_0", "reason": "seen in the act", "minutes": "60"}


@pytest.fixture
def browser(api: Api) -> Browser:
    add(api, 0)
    made = Browser(api)
    made.sign_in("sec", Role.SECOPS)
    return made


def test_only_what_is_wanted_is_shown_and_streamed(browser: Browser) -> None:
    shown = browser.get("/traffic?wing=security&principal=of-rec").text
    assert "user:of-rec_0" in shown
    assert "/live?cuts=true&amp;wing=security&amp;principal=of-rec" in shown
    none = browser.get("/traffic?effect=deny").text
    assert "user:of-rec_0" not in none
    assert "Nothing like this came lately" in none


def test_somebody_is_cut_off_in_two_steps_and_let_in_again(browser: Browser) -> None:
    asked = browser.get("/traffic/cut?key=principal:user:of-rec_0")
    assert "What will happen" in asked.text
    assert browser.api.made.recorder.of("quarantines.place") == []  # asking does nothing
    form = browser.form_of(asked.text)
    assert browser.post("/traffic/cut", form=form, **CUT).header("location") == "/traffic?notice=cut"
    assert browser.api.made.recorder.of("quarantines.place")[-1]["key"] == CUT["key"]
    page = browser.get("/traffic").text
    assert CUT["key"] in page and "seen in the act" in page
    quarantine = page.split("/traffic/release/")[1].split('"')[0]
    assert browser.post(f"/traffic/release/{quarantine}", form=form).status == 303
    assert CUT["key"] not in browser.get("/traffic").text


def test_a_refusal_keeps_what_was_typed(browser: Browser) -> None:
    form = browser.form_of(browser.get("/traffic/cut").text)
    seen = browser.post("/traffic/cut", form=form, **(CUT | {"key": "nobody <b>"}))
    assert seen.status == 400
    assert "nobody &lt;b&gt;" in seen.text and "seen in the act" in seen.text
    assert browser.post("/traffic/cut", form="0" * 64, **CUT).status == 403
    assert browser.api.made.recorder.of("quarantines.place") == []


def test_whoever_may_not_cut_is_not_offered_it(api: Api) -> None:
    add(api, 0)
    browser = Browser(api)
    browser.sign_in("legal", Role.LEGAL)
    assert "/traffic/cut?key" not in browser.get("/traffic").text
    assert "do not let you" in browser.get("/traffic/cut?key=person:x").text


def test_an_empty_log_says_how_to_begin(api: Api) -> None:
    browser = Browser(api)
    browser.sign_in("aud", Role.AUDITOR)
    assert "wardlaw key create" in browser.get("/traffic").text
