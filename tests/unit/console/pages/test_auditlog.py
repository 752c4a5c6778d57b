from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace
from typing import Any

import pytest

from tests.console_fakes import Api
from tests.unit.console.pages.browser import Browser
from tests.unit.store.test_recordsearch import keep
from wardlaw.console.pages.auditlog import day_ms, spoken, told_steps
from wardlaw.facts.person import Role


@pytest.fixture
def browser(api: Api) -> Browser:
    found = Browser(api)
    found.sign_in("aud", Role.AUDITOR)
    return found


@pytest.fixture
def filled(api: Api) -> Api:
    for leaf in range(60):
        keep(api.made.engine, kind="control", name=f"ctl_{leaf}", leaf=leaf, facts={"operation": "keys.create"})
    keep(api.made.engine, kind="decision", name="dec_60", leaf=60, subject="ab" * 16)
    return api


def test_the_log_is_searched_page_by_page(filled: Api, browser: Browser) -> None:
    page = browser.get("/audit").text
    assert "dec_60" in page
    assert "GOV-20" in page
    assert "keys: create" in page
    assert "before=11" in page
    assert "ctl_0" in browser.get("/audit?before=11").text
    assert "ctl_" not in browser.get("/audit?kind=decision").text
    nothing = browser.get("/audit?words=%3Cscript%3E").text
    assert "Nothing fits." in nothing
    assert "<script>" not in nothing.split("<main")[1]
    assert browser.get("/audit?kind=decision&format=csv").text.splitlines()[1].startswith("60,")
    assert browser.get("/audit?since=2026-99-99&until=x").status == 200


def test_an_entry_shows_what_was_done_and_gives_its_proof(filled: Api, browser: Browser) -> None:
    page = browser.get("/audit/ctl_3").text
    assert "Entry 3" in page
    assert "Download the proof" in page
    proof = browser.get("/audit/ctl_3/proof")
    assert proof.text == "proof of ctl_3"
    assert "attachment" in proof.header("content-disposition")
    assert "Why it was decided so" in browser.get("/audit/dec_60").text
    assert browser.get("/audit/ctl_none").status == 404


def test_the_log_is_verified_step_by_step_and_the_verifier_is_taken_away(api: Api, browser: Browser) -> None:
    page = browser.get("/audit/verify").text
    assert 'href="/audit/verify/steps"' in page
    lines = steps(browser)
    assert lines[0] == "STEP Records hashed and held against the tree: 3 of 3 bundles"
    assert lines[1] == "SOUND The log verifies: 3 records."
    api.made.log.broken = True
    assert steps(browser) == ["NOT DONE The log is being verified already. Wait."]
    assert browser.get("/audit/verify/steps").header("content-type").startswith("text/plain")
    stranger = Browser(api)
    assert stranger.get("/audit/verify/steps").status == 303
    assert browser.get("/audit/verifier/verify.py").text.startswith('"""')
    assert "<html" in browser.get("/audit/verifier/verify.html").text


def steps(browser: Browser) -> list[str]:
    """The lines as the page gets them, to their end."""

    async def all_of() -> list[bytes]:
        visit: Any = SimpleNamespace(api=browser.front.api, session=browser.cookies["wardlaw"])
        return [part async for part in told_steps(visit)]

    return b"".join(asyncio.run(all_of())).decode().splitlines()


def test_problems_are_spoken_one_a_line() -> None:
    verdict = {"sound": False, "verdict": "It does not verify.", "root": "", "notices": ["No witness."],
               "problems": [{"where": "record 3", "message": "changed\nhere"}]}  # fmt: skip
    assert spoken({"verdict": verdict}).splitlines() == [
        "UNSOUND It does not verify.", "PROBLEM record 3: changed here", "NOTE No witness.",
    ]  # fmt: skip
    assert spoken({"step": {"what": "Keys read", "done": 0, "of": 0}}) == "STEP Keys read"


def test_holds_and_exports_are_made_and_refusals_told_beside_them(api: Api, browser: Browser) -> None:
    page = browser.get("/audit/keeping").text
    assert "Nothing is held." in page
    assert "Place the hold" not in page
    written = browser.post("/audit/keeping/export", form=browser.form_of(page), since="2026-01-01", until="")
    assert written.status == 200
    assert "3 records written to exports/1.jsonl" in written.text
    keeper = Browser(api)
    keeper.sign_in("com", Role.COMPLIANCE)
    form = keeper.form_of(keeper.get("/audit/keeping").text)
    assert keeper.post("/audit/keeping/hold", form=form, subject="ab" * 16, reason="case 7").status == 303
    assert "case 7" in browser.get("/audit/keeping").text
    refused = keeper.post("/audit/keeping/hold", form=form, subject="not hex", reason="x")
    assert refused.status == 400
    assert 'value="not hex"' in refused.text
    assert keeper.post("/audit/keeping/prune", form=form, before="2026-08-01", reason="old").status == 303
    assert "old" in browser.get("/audit/keeping").text


def test_days_are_whole_days_of_utc() -> None:
    assert day_ms("1970-01-02") == 86_400_000
    assert day_ms("1970-01-02", after=True) == 2 * 86_400_000
    assert day_ms("yesterday") == 0


def test_a_file_holds_what_the_page_shows_in_parts(filled: Api, browser: Browser) -> None:
    rows = json.loads(browser.get("/audit?table=audit-log&as=json").text)
    assert [one["place"] for one in rows] == list(range(60, -1, -1))
    assert len(browser.get("/audit?format=csv&kind=control").text.splitlines()) == 61
