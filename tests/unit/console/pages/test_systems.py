from __future__ import annotations

import pytest

from tests.console_fakes import Api
from tests.unit.console.pages.browser import Browser
from wardlaw.console.pages.systems import short
from wardlaw.facts.person import Role

COVERS = ("systemshow", "systemwords", "systemchange")
HOSTILE = '<script>alert("x")</script> \u202e🦊' + "n" * 200


@pytest.fixture
def browser(api: Api) -> Browser:
    found = Browser(api)
    found.sign_in("own", Role.OWNER)
    return found


def register(browser: Browser, **changes: str) -> int:
    form = browser.form_of(browser.get("/systems/new").text)
    given = {"id": "cv", "title": "CV ranker", "purpose": "Ranks applications", "owner": "person:own"} | changes
    return browser.post("/systems/new", form=form, principals="agent:cv-*\nuser:recruiter", **given).status


def test_a_system_is_registered_found_and_taken_away_as_a_file(browser: Browser) -> None:
    empty = browser.get("/systems").text
    assert "No system is registered yet" in empty
    assert "wardlaw system add" in empty
    assert register(browser) == 303
    page = browser.get("/systems").text
    assert "CV ranker" in page
    assert "Not classified yet" in page
    assert "no gate has given it a verdict" in page
    assert "Nothing fits these filters" in browser.get("/systems?find=other").text
    assert "CV ranker" in browser.get("/systems?find=RANK&tier=undetermined&door=closed&sort=-title").text
    assert "CV ranker" not in browser.get("/systems?door=open").text
    assert browser.get("/systems?format=csv").text.splitlines()[1].startswith("CV ranker,Ranks applications,person:own")


def test_a_refusal_keeps_what_was_typed(browser: Browser) -> None:
    form = browser.form_of(browser.get("/systems/new").text)
    refused = browser.post("/systems/new", form=form, id="cv", title="CV ranker", purpose="ranks", owner="person:none",
                           data_classes="cv\nspecial-category")  # fmt: skip
    assert refused.status >= 400
    assert 'role="alert"' in refused.text
    assert "special-category" in refused.text
    assert (
        browser.post("/systems/new", form="0" * 64, id="cv", title="x", purpose="x", owner="person:own").status == 403
    )


def test_a_page_shows_the_system_and_escapes_what_others_wrote(browser: Browser) -> None:
    assert register(browser, title=HOSTILE[:200]) == 303
    page = browser.get("/systems/cv").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert "agent:cv-*" in page
    assert "It has no verdict that stands" in page
    assert "Version 1" in page
    assert browser.get("/systems/none").status == 404
    assert len(short("n" * 500)) == 160


def test_two_people_who_change_one_system_both_keep_what_they_typed(api: Api, browser: Browser) -> None:
    register(browser)
    form = browser.form_of(browser.get("/systems/cv/change").text)
    other = api.person("other", Role.OWNER)
    api.ok("PATCH", "/systems/cv", {"purpose": "Sorts applications", "users": ["recruiters"]}, uid=other)
    mine = {"title": "CV sorter", "purpose": "Ranks all applications", "users": "", "owner": "person:own"}
    told = browser.post("/systems/cv/change", form=form, version="1", gate_mode="warn", lifecycle="proposed", **mine)
    assert told.status == 409
    for part in (
        "person:other changed it",
        "Sorts applications",
        "Ranks all applications",
        "CV sorter",
        "changed by both",
    ):
        assert part in told.text, part
    assert 'name="version" value="2"' in told.text
    assert ">recruiters</textarea>" in told.text
    kept = browser.post(
        "/systems/cv/change", form=form, version="2", title="CV sorter", purpose="Ranks all applications"
    )
    assert kept.status == 303
    now = api.ok("GET", "/systems/cv", uid=other)["kept"]
    assert now["version"] == 3
    assert now["system"]["users"] == ["recruiters"]
    assert now["system"]["purpose"] == "Ranks all applications"
    history = browser.get("/systems/cv").text
    assert "<del>Sorts applications</del> <ins>Ranks all applications</ins>" in history


def test_a_refused_change_and_one_that_changes_nothing_are_told_on_the_form(browser: Browser) -> None:
    register(browser)
    form = browser.form_of(browser.get("/systems/cv/change").text)
    same = browser.post("/systems/cv/change", form=form, version="1", title="CV ranker")
    assert same.status == 400
    assert "Nothing is another than before" in same.text
    refused = browser.post(
        "/systems/cv/change", form=form, version="1", title="Other", owner="person:none", reason="moved"
    )
    assert refused.status >= 400
    assert 'value="Other"' in refused.text
    assert 'value="moved"' in refused.text
    assert browser.post("/systems/cv/change", form=form, version="1", digest_model="A" * 64).status == 303
    law = browser.post("/systems/cv/change", form=form, version="2", law="1", roles="deployer", placed_at="2026-09-01")
    assert law.status == 303
    assert "In service since" in browser.get("/systems/cv").text


def test_a_system_is_retired_and_keeps_its_history(browser: Browser) -> None:
    register(browser)
    form = browser.form_of(browser.get("/systems/cv").text)
    assert browser.post("/systems/cv/retire", form=form).status == 303
    page = browser.get("/systems/cv").text
    assert "Retired on" in page
    assert "CV ranker" not in browser.get("/systems").text
    assert "CV ranker" in browser.get("/systems?retired=true").text


def test_files_of_a_system(api: Api, browser: Browser) -> None:
    owner = api.person("reg", Role.OWNER)
    model = {"kind": "model", "id": "ranker", "title": "Ranker 2", "owner": "person:own", "licence": "MIT"}
    api.ok("PUT", "/register", {"entry": model, "version": 0}, uid=owner)
    register(browser, built_on="ranker")
    page = browser.get("/systems/cv").text
    assert "Ranker 2" in page
    bom = browser.get("/systems/cv/bom")
    assert '"CycloneDX"' in bom.text
    assert "attachment" in bom.header("content-disposition")
    card = browser.get("/systems/cv/card/ranker").text
    assert "licence: MIT" in card
    assert "name: Ranker 2" in card
    annex = browser.get("/systems/cv/file").text
    assert "Ranks applications" in annex
    assert "Missing" in annex
    assert "annex-iv:1b" in annex


def test_who_only_reads_is_offered_no_change(api: Api, browser: Browser) -> None:
    register(browser)
    reader = Browser(api)
    reader.sign_in("aud", Role.AUDITOR)
    page = reader.get("/systems/cv").text
    assert "Retire it" not in page
    assert "/systems/cv/change" not in page
    assert "Register a system" not in reader.get("/systems").text
