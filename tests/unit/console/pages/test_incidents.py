from __future__ import annotations

import json

import pytest

from tests.console_fakes import START, Api
from tests.unit.console.api.test_tail import add
from tests.unit.console.pages.browser import Browser
from wardlaw.facts.incident import Evidence, Incident, Quarantine
from wardlaw.facts.person import Role
from wardlaw.store.database import writing
from wardlaw.store.incidents import open_or_join
from wardlaw.store.quarantines import place

DETAIL = "An injection <script>alert(1)</script> was stopped (dec_1)"


def seed(api: Api, number: int = 1) -> str:
    name = f"inc_{number}"
    incident = Incident(name, f"exc_{number}", "aabbccdd", "SEC-01", START - number, START, detail=DETAIL)
    evidence = Evidence("dec_1", f"exc_{number}", START, "SEC-01", "cut")
    locked = Quarantine("qua_1", "0a" * 16, "principal", "SEC-01", START, incident=name)
    with writing(api.made.engine) as connection:
        open_or_join(connection, incident, marks=(name,), evidence=evidence)
        if number == 1:
            place(connection, locked)
    return name


@pytest.fixture
def browser(api: Api) -> Browser:
    add(api, 0, name="dec_1")
    seed(api)
    made = Browser(api)
    made.sign_in("sec", Role.SECOPS, Role.CISO)
    return made


def test_incidents_by_state_and_as_a_file(browser: Browser) -> None:
    text = browser.get("/incidents").text
    assert "&lt;script&gt;" in text and "<script>alert" not in text
    assert "(dec_1)" not in text
    assert "There is none." in browser.get("/incidents?state=closed").text
    assert "inc_1" in browser.get("/incidents?state=all").text
    rows = json.loads(browser.get("/incidents?format=json").text)
    assert (rows[0]["id"], rows[0]["clause"], rows[0]["opened"][-1]) == ("inc_1", "SEC-01", "Z")


def test_from_the_stop_to_the_release_and_the_close(browser: Browser) -> None:
    page = browser.get("/incidents/inc_1").text
    for words in ("How it went", "/decisions/dec_1", "entry 0 of the log", "locked out", "Let everybody in again"):
        assert words in page, words
    form = browser.form_of(page)
    refused = browser.post("/incidents/inc_1/release", form=form, reason=" ")
    assert refused.status == 400
    done = browser.post("/incidents/inc_1/release", form=form, reason="false alarm")
    assert done.header("location") == "/incidents/inc_1?notice=released"
    assert browser.api.made.recorder.of("incidents.release")[-1]["reason"] == "false alarm"
    freed = browser.get("/incidents/inc_1").text
    assert "false alarm" in freed and "Let everybody in again" not in freed
    assert browser.post("/incidents/inc_1/close", form="0" * 64).status == 403
    assert browser.post("/incidents/inc_1/close", form=form, reason=" ").status == 400
    assert browser.post("/incidents/inc_1/close", form=form, reason="the agent was mended").status == 303
    assert "the agent was mended" in browser.get("/incidents/inc_1").text
    assert "/incidents/inc_1/close" not in browser.get("/incidents/inc_1").text
    assert browser.post("/incidents/inc_1/close", form=form, reason="again").status == 409  # it is closed


def test_a_serious_incident_has_a_clock_and_a_draft(browser: Browser) -> None:
    form = browser.form_of(browser.get("/incidents/inc_1").text)
    told = {"kind": "health", "system": "crm-bot", "description": "Somebody was told <b>the wrong dose</b>."}
    refused = browser.post("/incidents/inc_1/serious", form=form, **(told | {"system": ""}))
    assert refused.status == 400 and "the wrong dose" in refused.text
    made = browser.post("/incidents/inc_1/serious", form=form, **told)
    where = made.header("location").partition("?")[0]
    page = browser.get(where).text
    assert "15 days left" in page and "crm-bot" in page and "&lt;b&gt;the wrong dose" in page
    assert "DRAFT" in browser.get(f"{where}/draft").text
    assert "15 days left" in browser.get("/incidents").text
    assert where in browser.get("/incidents/inc_1").text
    assert browser.post(f"{where}/close", form=form, report_ref="").status == 400
    assert browser.post(f"{where}/close", form=form, report_ref="BNetzA-7").status == 303
    assert "BNetzA-7" in browser.get(where).text


def test_who_may_not_act_is_not_offered_it(browser: Browser) -> None:
    other = Browser(browser.api)
    other.sign_in("aud", Role.AUDITOR)
    page = other.get("/incidents/inc_1").text
    assert "Let everybody in again" not in page and "/incidents/inc_1/close" not in page


def test_a_calm_house_says_so(api: Api) -> None:
    browser = Browser(api)
    browser.sign_in("aud", Role.AUDITOR)
    assert "No incident is open." in browser.get("/incidents").text
    assert browser.get("/incidents/inc_9").status == 404 or browser.get("/incidents/inc_9").status == 400
