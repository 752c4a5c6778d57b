from __future__ import annotations

import json
import re

import pytest

from tests.console_fakes import Api
from tests.unit.console.pages.browser import Browser
from tests.unit.console.pages.test_signing import PASSWORD, with_password


@pytest.fixture
def browser(api: Api) -> Browser:
    made = Browser(api)
    with_password(made)
    made.post("/sign-in", person="ann", password=PASSWORD)
    return made


def test_the_page_shows_where_one_is_signed_in_and_with_what(browser: Browser) -> None:
    page = browser.get("/me").text
    for heading in ("Passkeys", "Password", "Where I am signed in", "API tokens", "How the pages look"):
        assert heading in page
    assert "This browser" in page


def test_another_session_is_signed_out_from_here(browser: Browser, api: Api) -> None:
    other = Browser(api)
    other.post("/sign-in", person="ann", password=PASSWORD)
    page = browser.get("/me").text
    place = page.index("/me/sessions/") + len("/me/sessions/")
    session = page[place : page.index("/end", place)]
    seen = browser.post(f"/me/sessions/{session}/end", form=browser.form_of(page))
    assert seen.header("location") == "/me?notice=closed"
    assert other.get("/me").status == 303


def test_another_password_ends_the_other_sessions(browser: Browser, api: Api) -> None:
    other = Browser(api)
    other.post("/sign-in", person="ann", password=PASSWORD)
    form = browser.form_of(browser.get("/me").text)
    chosen = "gravel sings to nine foxes"
    assert browser.post("/me/password", form=form, password=chosen, again=chosen).status == 303
    assert browser.get("/me").status == 200
    assert other.get("/me").status == 303
    fresh = Browser(api)
    assert fresh.post("/sign-in", person="ann", password=PASSWORD).status == 401
    assert fresh.post("/sign-in", person="ann", password=chosen).status == 303


@pytest.mark.parametrize(
    ("password", "again", "told"),
    [
        ("short", "short", "fewer than 15"),
        ("password123456789", "password123456789", "tried first"),
        ("otters paint lanterns", "otters paint lantern", "not the same"),
    ],
)
def test_a_password_that_may_not_be_chosen(browser: Browser, password: str, again: str, told: str) -> None:
    form = browser.form_of(browser.get("/me").text)
    seen = browser.post("/me/password", form=form, password=password, again=again)
    assert seen.status == 400
    assert told in seen.text
    assert password not in seen.text.replace("password1", "") or password == "short"


@pytest.mark.parametrize(
    ("password", "level", "says"),
    [
        ("", 0, "fewer than 15"), ("password123456789", 1, "tried first"), ("1q2w3e4r5t6y7u8i9o0p", 1, "most common"),
        ("gravel river ab", 3, "nowhere else"), ("gravel sings to nine quiet foxes", 4, "nowhere else"),
    ],
)  # fmt: skip
def test_the_meter_says_what_the_rule_says(browser: Browser, password: str, level: int, says: str) -> None:
    form = browser.form_of(browser.get("/me").text)
    seen = browser.post("/me/password/strength", form=form, password=password)
    told = json.loads(seen.text)
    assert (seen.status, told["level"]) == (200, level)
    assert says in told["says"]


def test_fields_of_passwords_hide_what_is_typed_and_let_browsers_fill_them(browser: Browser) -> None:
    for path, kinds in (("/me", {"new-password"}), ("/me/first", {"new-password"}), ("/sign-in", {"current-password"})):
        page = browser.get(path).text
        fields = [one for one in re.findall(r"<input[^>]*>", page) if "password" in one]
        assert {re.search(r'autocomplete="([^"]+)"', one)[1] for one in fields} == kinds, path
        assert all('type="password"' in one and "onpaste" not in one for one in fields)


def test_the_meter_answers_pages_of_the_session_alone(browser: Browser) -> None:
    assert browser.post("/me/password/strength", form="0" * 64, password="x").status == 403
    browser.cookies.clear()
    assert browser.post("/me/password/strength", form="", password="x").status in (303, 401, 403)


def test_a_token_of_mine_is_shown_once_and_ended(browser: Browser, api: Api) -> None:
    shown = browser.post("/me/tokens", form=browser.form_of(browser.get("/me").text), label="laptop", scope="read").text
    assert "wlt_" in shown
    page = browser.get("/me").text
    assert "wlt_" not in page
    place = page.index("/me/tokens/") + len("/me/tokens/")
    token = page[place : page.index("/revoke", place)]
    assert browser.post(f"/me/tokens/{token}/revoke", form=browser.form_of(page)).status == 303
    assert "laptop" not in browser.get("/me").text


def test_a_passkey_nobody_has_is_not_removed(browser: Browser) -> None:
    form = browser.form_of(browser.get("/me").text)
    assert browser.post("/me/passkeys/pk_1/remove", form=form).status == 404


def test_what_is_no_passkey_is_not_kept(browser: Browser) -> None:
    form = browser.form_of(browser.get("/me").text)
    assert browser.post("/me/passkeys", form=form, ceremony="x", credential="{}").status == 403
