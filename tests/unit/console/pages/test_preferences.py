from __future__ import annotations

import msgspec
import pytest

from tests.console_fakes import Api
from tests.unit.console.pages.browser import Browser
from tests.unit.console.pages.pseudo import PSEUDO
from wardlaw.console.pages.rendering import Renderer
from wardlaw.console.pages.translations import languages
from wardlaw.facts.person import Role


@pytest.fixture
def browser(api: Api) -> Browser:
    return Browser(api)


def test_what_was_chosen_is_kept_in_this_browser(browser: Browser) -> None:
    browser.sign_in("sec", Role.SECOPS)
    assert "For legal" in browser.get("/").text
    browser.post("/preferences", reading="ids", zone="Europe/Berlin", theme="dark", to="/")
    page = browser.get("/").text
    assert "For SecOps" in page
    assert 'data-theme="dark"' in page
    assert browser.cookies["wardlaw_zone"].strip('"') == "Europe/Berlin"


def test_with_tls_the_choice_is_bound_to_this_host(api: Api) -> None:
    browser = Browser(api, secure=True)
    answer = browser.post("/preferences", theme="dark", to="/")
    assert answer.header("set-cookie").startswith("__Host-wardlaw_theme=")
    assert "; Secure" in answer.header("set-cookie")
    assert "Domain" not in answer.header("set-cookie")
    assert 'data-theme="dark"' in browser.get("/sign-in").text


def test_anything_else_changes_nothing(browser: Browser) -> None:
    answer = browser.post("/preferences", reading="<b>", zone="../x", to="//evil.example")
    assert answer.header("location") == "/"
    assert browser.cookies == {}


def test_a_language_is_chosen_among_those_there_are(browser: Browser) -> None:
    front = browser.front
    spoken = {**languages(), PSEUDO.code: PSEUDO}
    browser.use(msgspec.structs.replace(front, renderer=Renderer(front.assets, spoken)))
    browser.post("/preferences", language="xx", to="/")
    assert "wardlaw_language" not in browser.cookies
    assert '<html lang="en" dir="ltr">' in browser.get("/sign-in").text
    assert '<html lang="qps"' in browser.get("/sign-in", **{"accept-language": "qps, en;q=0.5"}).text
    browser.post("/preferences", language="qps", to="/")
    told = browser.get("/sign-in").text
    assert '<html lang="qps" dir="ltr">' in told
    assert "⟦Sign in⟧" in told
    browser.post("/preferences", language="en", to="/")
    assert '<html lang="en"' in browser.get("/sign-in", **{"accept-language": "qps"}).text


def test_what_was_chosen_is_given_back_to_the_machine(browser: Browser) -> None:
    browser.post("/preferences", theme="dark", to="/")
    browser.post("/preferences", theme="", to="/")
    assert 'data-theme="dark"' not in browser.get("/sign-in").text
