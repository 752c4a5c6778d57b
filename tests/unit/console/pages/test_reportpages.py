from __future__ import annotations

import asyncio
import base64
import zipfile
from io import BytesIO

import pytest

from tests.console_fakes import START, Api
from tests.unit.console.pages.browser import Browser
from tests.unit.console.pages.test_questions import uid_of
from tests.unit.store.test_recordsearch import keep
from wardlaw.console.pages.inside import ApiAnswerError
from wardlaw.console.pages.reportshelf import KEPT_S, MOST, ReportShelf, packed
from wardlaw.facts.person import Role

COVERS = ("reportshelf",)
CV = {"id": "cv", "title": "CV ranker", "owner": "person:own", "purpose": "ranks applications"}
ASKED = {"framework": "eu-ai-act", "since": "2026-11-01", "until": "2026-11-30"}


@pytest.fixture
def browser(api: Api) -> Browser:
    found = Browser(api)
    found.sign_in("ris", Role.RISK)
    api.person("own", Role.OWNER)
    api.ok("POST", "/systems", CV, uid=uid_of(api, "ris"))
    return found


async def answer() -> dict:
    return {"files": {"report.json": "{}"}, "binary": {"report.pdf": base64.b64encode(b"%PDF").decode()}, "proven": 3}


def test_a_report_is_made_in_the_background_and_packed() -> None:
    async def run() -> None:
        shelf = ReportShelf(lambda: START)
        build = shelf.begin("me", ASKED, answer)
        assert not build.is_done
        while not build.is_done:
            await asyncio.sleep(0)
        assert build.told == {"proven": 3}
        names = zipfile.ZipFile(BytesIO(packed(build))).namelist()
        assert names == ["report.json", "report.pdf"]
        assert packed(build) == packed(build)
        assert shelf.find(build.id, "me") is build
        assert shelf.find(build.id, "another") is None
        assert shelf.of("another") == ()

    asyncio.run(run())


def test_what_cannot_be_made_says_why_and_old_ones_make_room() -> None:
    async def refuse() -> dict:
        raise ApiAnswerError(409, "WL-RPT-003", "Too many records.", "Ask for a shorter period.")

    async def run() -> None:
        now = [START]
        shelf = ReportShelf(lambda: now[0])
        failed = shelf.begin("me", ASKED, refuse)
        while not failed.is_done:
            await asyncio.sleep(0)
        assert failed.problem == "Too many records. Ask for a shorter period."
        for _ in range(MOST):
            now[0] += 1
            shelf.begin("me", ASKED, answer)
        assert shelf.find(failed.id, "me") is None
        assert len(shelf.of("me")) == MOST
        now[0] += KEPT_S + 1
        assert shelf.of("me") == ()

    asyncio.run(run())


def test_what_was_asked_for_names_no_archive_before_it_was_made(browser: Browser) -> None:
    form = browser.form_of(browser.get("/reports").text)
    begun = browser.post("/reports", form=form, **(ASKED | {"framework": 'x"\r\nx-told: told'}))
    seen = browser.get(begun.header("location") + "/file")
    assert seen.status == 404
    assert not any("told" in value for _, value in seen.headers)


def test_the_form_says_what_is_missing_and_earlier_reports_stand_in_the_log(api: Api, browser: Browser) -> None:
    page = browser.get("/reports").text
    assert "None that you may see" in page
    form = browser.form_of(page)
    refused = browser.post("/reports", form=form, framework="eu-ai-act", since="", until="2026-09-01")
    assert refused.status == 400
    assert "Give both days" in refused.text
    assert 'value="2026-09-01"' in refused.text
    assert browser.post("/reports", form="0" * 64, **ASKED).status == 403
    keep(api.made.engine, kind="control", name="ctl_r", facts={"operation": "reports.build"})
    assert browser.get("/reports").status == 200
    begun = browser.post("/reports", form=form, **ASKED)
    assert begun.status == 303
    other = Browser(api)
    other.sign_in("aud", Role.AUDITOR)
    assert other.get(begun.header("location")).status == 404


def test_people_vouch_and_take_it_back(browser: Browser) -> None:
    page = browser.get("/reports/attestations?clause=annex-iv:1b&system=cv").text
    assert 'value="annex-iv:1b"' in page
    form = browser.form_of(page)
    typed = {"clause": "annex-iv:1b", "system": "cv", "says": "met", "text": "It talks to the HR suite only"}
    refused = browser.post("/reports/attestations", form=form, until="2020-01-01", **typed)
    assert refused.status == 400
    assert "It talks to the HR suite only" in refused.text
    assert browser.post("/reports/attestations", form=form, until="2026-12-31", **typed).status == 303
    given = browser.get("/reports/attestations").text
    assert "It talks to the HR suite only" in given
    assert "Take it back" in given
    ident = given.split('name="id" value="')[1].split('"')[0]
    assert browser.post("/reports/attestations/withdraw", form=form, id=ident).status == 303
    assert "It talks to the HR suite only" not in browser.get("/reports/attestations").text
    assert "Taken back" in browser.get("/reports/attestations?ended=true").text
    assert browser.post("/reports/attestations/withdraw", form=form, id="att_none").status == 404
