from __future__ import annotations

import html
import re

import pytest

from tests.console_fakes import START, Api
from tests.unit.console.pages.browser import Browser
from tests.unit.console.pages.test_signing import PASSWORD, with_password


@pytest.fixture
def browser(api: Api) -> Browser:
    return Browser(api)


def fields_of(text: str, action: str) -> dict[str, str]:
    """The hidden fields of a page's form, as a browser would send them."""
    form = text[text.index(f'action="{action}"') :]
    found = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form[: form.index("</form>")])
    return {name: html.unescape(value) for name, value in found}


def test_whoever_has_only_a_one_time_token_chooses_first(browser: Browser) -> None:
    browser.sign_in("ann", proven=False)
    form = browser.form_of(browser.get("/me").text)
    seen = browser.post("/me/tokens", form=form, label="x")
    assert (seen.status, seen.header("location")) == (303, "/me/first?notice=choose")


def test_a_fresh_sign_in_needs_no_other_proof(browser: Browser, api: Api) -> None:
    with_password(browser)
    browser.post("/sign-in", person="ann", password=PASSWORD)
    seen = browser.post("/me/tokens", form=browser.form_of(browser.get("/me").text), label="laptop", scope="read")
    assert "wlt_" in seen.text
    assert api.made.recorder.of("tokens.create_own")[0]["scopes"] == "read"


def test_an_old_sign_in_proves_and_what_was_sent_is_sent_again(browser: Browser, api: Api) -> None:
    with_password(browser)
    browser.post("/sign-in", person="ann", password=PASSWORD)
    before = browser.cookies["wardlaw"]
    api.made.clock.now = START + 301
    label = "ünder <b> & a=b"
    asked = browser.post("/me/tokens", form=browser.form_of(browser.get("/me").text), label=label, days="7")
    assert asked.status == 403
    assert "Prove it is you" in asked.text
    assert api.made.recorder.of("tokens.create_own") == []

    wrong = browser.post("/prove", **fields_of(asked.text, "/prove"), password="not it at all")
    assert wrong.status == 401
    assert browser.cookies["wardlaw"] == before
    proven = browser.post("/prove", **fields_of(wrong.text, "/prove"), password=PASSWORD)
    assert proven.status == 200
    assert browser.cookies["wardlaw"] != before

    again = browser.post("/me/tokens", **fields_of(proven.text, "/me/tokens"))
    assert "wlt_" in again.text
    tokens = [one for one in api.ok("GET", "/session/tokens", token=_text(again.text)) if one["label"]]
    assert [one["label"] for one in tokens] == [label]
    assert [facts.get("failed", "") for facts in api.made.recorder.of("session.prove")] == ["password", ""]


def _text(page: str) -> str:
    found = re.search(r"wlt_[A-Za-z0-9_-]+", page)
    assert found
    return found[0]


def test_the_secret_before_the_proof_opens_nothing_later(browser: Browser, api: Api) -> None:
    with_password(browser)
    browser.post("/sign-in", person="ann", password=PASSWORD)
    old = browser.cookies["wardlaw"]
    page = browser.get("/prove")
    assert browser.post("/prove", form=browser.form_of(page.text), again="/me", password=PASSWORD).status == 303
    thief = Browser(api)
    thief.cookies["wardlaw"] = old
    # For requests under way it opens pages a moment longer, and proves nothing.
    page = thief.get("/me")
    assert page.status == 200
    assert thief.post("/me/tokens", form=thief.form_of(page.text), label="x").status == 403
    api.made.clock.now = START + 11
    assert thief.get("/me").status == 303
    assert browser.get("/me").status == 200


def test_a_password_is_never_written_into_a_page(browser: Browser, api: Api) -> None:
    with_password(browser)
    browser.post("/sign-in", person="ann", password=PASSWORD)
    api.made.clock.now = START + 301
    form = browser.form_of(browser.get("/me").text)
    chosen = "gravel sings to nine foxes"
    asked = browser.post("/me/password", form=form, password=chosen, again=chosen)
    assert asked.status == 403
    assert chosen not in asked.text
    assert fields_of(asked.text, "/prove")["again"] == "/me"


def test_guessing_at_the_proof_is_slowed_down(browser: Browser, api: Api) -> None:
    with_password(browser)
    browser.post("/sign-in", person="ann", password=PASSWORD)
    form = browser.form_of(browser.get("/prove").text)
    told = [browser.post("/prove", form=form, again="/me", password=f"guess {n}").status for n in range(8)]
    assert told[0] == 401
    assert told[-1] == 429
    assert Browser(api).post("/sign-in", person="ann", password=PASSWORD).status == 303  # nobody else waits


def test_a_form_of_another_session_proves_nothing(browser: Browser) -> None:
    with_password(browser)
    browser.post("/sign-in", person="ann", password=PASSWORD)
    assert browser.post("/prove", form="0" * 64, again="/me", password=PASSWORD).status == 403


def test_nothing_leads_elsewhere(browser: Browser) -> None:
    with_password(browser)
    browser.post("/sign-in", person="ann", password=PASSWORD)
    form = browser.form_of(browser.get("/prove").text)
    seen = browser.post("/prove", form=form, again="https://evil.example/", sent="a=b", password=PASSWORD)
    assert fields_of(seen.text, "/") == {"form": browser.form_of(seen.text), "a": "b"}


def test_forms_of_other_tabs_stay_good_after_a_proof(browser: Browser, api: Api) -> None:
    with_password(browser)
    browser.post("/sign-in", person="ann", password=PASSWORD)
    other_tab = browser.form_of(browser.get("/me").text)
    proving = browser.form_of(browser.get("/prove").text)
    for _ in range(2):
        before = browser.cookies["wardlaw"]
        assert browser.post("/prove", form=proving, again="/me", password=PASSWORD).status == 303
        assert browser.cookies["wardlaw"] != before
    assert "wlt_" in browser.post("/me/tokens", form=other_tab, label="laptop").text


def test_forms_are_never_good_for_another_sign_in_or_person(browser: Browser, api: Api) -> None:
    with_password(browser)
    browser.post("/sign-in", person="ann", password=PASSWORD)
    form = browser.form_of(browser.get("/me").text)
    assert browser.post("/prove", form=form, again="/me", password=PASSWORD).status == 303
    browser.post("/sign-in", person="ann", password=PASSWORD)  # the same person, another sign-in
    assert browser.post("/me/tokens", form=form, label="x").status == 403
    other = Browser(api)
    with_password(other, "bob")
    other.post("/sign-in", person="bob", password=PASSWORD)
    assert other.post("/me/tokens", form=form, label="x").status == 403
    assert api.made.recorder.of("tokens.create_own") == []
