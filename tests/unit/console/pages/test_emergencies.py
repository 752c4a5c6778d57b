from __future__ import annotations

import pytest

from tests.console_fakes import START, TWO_CLAUSES, Api
from tests.unit.console.pages.browser import Browser
from tests.unit.console.pages.test_proving import fields_of
from tests.unit.console.pages.test_signing import PASSWORD, with_password
from wardlaw.console.pages.emergencies import changed_files
from wardlaw.facts.person import Role
from wardlaw.store.database import writing

TIGHTER = TWO_CLAUSES["one.yaml"].replace("over: 1000", "over: 500")
LOOSER = TWO_CLAUSES["one.yaml"].replace("over: 1000", "over: 5000")


@pytest.fixture
def browser(api: Api) -> Browser:
    """Of somebody on call, where clauses have a life."""
    life = api.made.life
    life.is_on = True
    with writing(api.made.engine) as connection:
        plan = life.adopt(connection, at=START)
        life.keep(connection, plan, by="wardlaw", at=START, reason="", record="ctl_0")
    made = Browser(api)
    made.sign_in("sec", Role.SECOPS)
    return made


def other(api: Api, name: str, *roles: Role) -> Browser:
    made = Browser(api)
    made.sign_in(name, *roles)
    return made


def test_the_glass_is_broken_listed_and_ended_by_buttons(browser: Browser, api: Api) -> None:
    api.made.grants.channels = ("pager", "mail")
    assert "Nothing stands open" in browser.get("/emergencies").text
    page = browser.get("/emergencies/glass").text
    for words in ("told at once over: pager, mail", "60 at most", "GOV-07", "Never lifted:"):
        assert words in page, words
    form = browser.form_of(page)
    typed = {"reason": "the desk is out", "minutes": "20", "systems": "agent:desk, agent:two", "clauses": "GOV-07"}
    for wrong in ({"minutes": "61"}, {"minutes": "soon"}, {"reason": " "}, {"systems": ""}, {"clauses": "GOV-0x"}):
        refused = browser.post("/emergencies/glass", form=form, **(typed | wrong))
        assert refused.status == 400, wrong
        assert 'role="alert"' in refused.text
    assert api.made.recorder.of("glass.open") == []
    done = browser.post("/emergencies/glass", form=form, **typed)
    assert (done.status, done.header("location")) == (303, "/emergencies?notice=broken")
    (record,) = api.made.recorder.of("glass.open")
    assert (record["clauses"], record["systems"], record["reason"]) == (
        "GOV-07",
        "agent:desk, agent:two",
        "the desk is out",
    )

    glass = str(record["glass"])
    for path in ("/", "/emergencies"):
        shown = browser.get(path).text
        assert "the desk is out" in shown and f"/emergencies/glass/{glass}/close" in shown, path
        assert "Review it" not in shown  # whoever broke it does not
    assert "Review it" in other(api, "lex", Role.LEGAL).get("/emergencies").text
    assert "which you broke, has not been reviewed" in browser.get("/emergencies/glass").text
    ended = browser.post(f"/emergencies/glass/{glass}/close", form=form, reason="it is over")
    assert ended.header("location") == "/emergencies?notice=closed"
    assert api.made.recorder.of("glass.close")[0]["reason"] == "it is over"
    assert "the desk is out" not in browser.get("/").text
    assert "the desk is out" in browser.get("/emergencies").text  # its review is owed


def test_a_text_that_tightens_is_put_in_force_and_waits_for_a_review(browser: Browser, api: Api) -> None:
    assert "No clause on disk is another" in browser.get("/emergencies").text
    api.made.policies.files["one.yaml"] = TIGHTER
    assert "/emergencies/clause/GOV-20" in browser.get("/emergencies").text
    page = browser.get("/emergencies/clause/GOV-20").text
    assert "over: 500" in page and "tightened" in page
    fields = fields_of(page, "/emergencies/clause/GOV-20")
    assert browser.post("/emergencies/clause/GOV-20", **fields, reason=" ").status == 400
    done = browser.post("/emergencies/clause/GOV-20", **fields, reason="it is being used now")
    assert (done.status, done.header("location")) == (303, "/emergencies?notice=at-once")
    assert api.made.recorder.of("policy.emergency")[0]["reason"] == "it is being used now"
    for path in ("/emergencies", "/emergencies/reviews"):
        assert "/policies/GOV-20/review" in browser.get(path).text, path
    assert 'hx-get="/emergencies/reviews"' in browser.get("/").text


def test_what_was_not_looked_at_is_not_put_in_force(browser: Browser, api: Api) -> None:
    api.made.policies.files["one.yaml"] = TIGHTER
    fields = fields_of(browser.get("/emergencies/clause/GOV-20").text, "/emergencies/clause/GOV-20")
    api.made.policies.files["one.yaml"] = TIGHTER.replace("over: 500", "over: 400")
    seen = browser.post("/emergencies/clause/GOV-20", **fields, reason="now")
    assert seen.status == 400
    assert "has changed since somebody looked" in seen.text and "over: 400" in seen.text
    assert api.made.recorder.of("policy.emergency") == []


def test_a_text_that_loosens_has_no_button(browser: Browser, api: Api) -> None:
    api.made.policies.files["one.yaml"] = LOOSER
    page = browser.get("/emergencies/clause/GOV-20").text
    assert "An emergency only tightens" in page and 'name="digest"' not in page
    form = browser.form_of(browser.get("/emergencies/glass").text)
    assert browser.post("/emergencies/clause/GOV-20", form=form, reason="let them through").status == 400


def test_who_may_not_is_shown_no_button_and_refused(browser: Browser, api: Api) -> None:
    api.made.policies.files["one.yaml"] = TIGHTER
    legal = other(api, "lex", Role.LEGAL)
    page = legal.get("/emergencies").text
    assert 'href="/emergencies/glass"' not in page and "/emergencies/clause/GOV-20" not in page
    assert "Your roles do not let you" in legal.get("/emergencies/glass").text
    form = legal.form_of(page)
    assert legal.post("/emergencies/glass", form=form, reason="r", minutes="5", systems="agent:a").status == 403
    assert legal.post("/emergencies/clause/GOV-20", form=form, reason="r").status == 403
    assert legal.get("/emergencies/clause/GOV-20").status == 403
    assert browser.post("/emergencies/glass", form="0" * 64, reason="r", minutes="5", systems="agent:a").status == 403
    assert api.made.recorder.of("glass.open") == [{"refused": "ROLE"}]


def test_an_old_sign_in_is_asked_for_a_proof_before_the_glass_is_broken(api: Api) -> None:
    browser = Browser(api)
    with_password(browser, "ann", Role.SECOPS)
    browser.post("/sign-in", person="ann", password=PASSWORD)
    form = browser.form_of(browser.get("/emergencies/glass").text)
    api.made.clock.now = START + 301
    asked = browser.post("/emergencies/glass", form=form, reason="now", minutes="5", systems="agent:a")
    assert asked.status == 403 and "Prove it is you" in asked.text
    assert api.made.recorder.of("glass.open") == []
    proven = browser.post("/prove", **fields_of(asked.text, "/prove"), password=PASSWORD)
    again = browser.post("/emergencies/glass", **fields_of(proven.text, "/emergencies/glass"))
    assert again.header("location") == "/emergencies?notice=broken"
    assert api.made.recorder.of("glass.open")[0]["reason"] == "now"


def test_which_files_an_emergency_could_put_in_force() -> None:
    one = {"clause": "A", "on_disk": "same", "state": "enforce"}
    found = [one, one | {"clause": "B", "state": "in review"}, one | {"clause": "C", "on_disk": "edited"}]
    told = {"is_on": True, "clauses": [*found, one | {"clause": "D", "on_disk": "gone"}]}
    assert [one["clause"] for one in changed_files(told)] == ["B", "C"]
    assert changed_files(told | {"is_on": False}) == []
    assert changed_files(None) == []
