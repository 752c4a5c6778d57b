from __future__ import annotations

import re
from pathlib import Path

import pytest

import wardlaw.console.pages
from tests.console_fakes import START, Api
from tests.unit.console.pages.browser import Browser
from wardlaw.facts.person import Role
from wardlaw.store.database import reading
from wardlaw.store.sessions import list_sessions

TEMPLATES = Path(wardlaw.console.pages.__file__).parent / "templates"
BY_ITSELF = ("load", "every")
"""How a trigger of htmx begins that needs nobody."""


def seen_at(api: Api) -> float:
    with reading(api.made.engine) as connection:
        return list_sessions(connection, "person:sec")[0].seen_at


@pytest.fixture
def browser(api: Api) -> Browser:
    made = Browser(api)
    made.sign_in("sec", Role.SECOPS)
    return made


@pytest.mark.parametrize("path", ["/approvals/count", "/overview/coverage"])
def test_what_a_page_asks_by_itself_is_no_activity(browser: Browser, api: Api, path: str) -> None:
    api.made.clock.now = START + 600
    assert browser.get(path, **{"hx-request": "true"}).status == 200
    assert browser.get("/decisions?waits=yes").status == 200
    assert seen_at(api) == START
    assert browser.get(path).status == 200
    assert seen_at(api) == START + 600


def test_a_session_whose_page_renews_itself_goes_idle(browser: Browser, api: Api) -> None:
    limits = api.made.deps.signing.limits
    for passed in range(60, int(limits.idle_s), 60):
        api.made.clock.now = START + passed
        assert browser.get("/approvals/count", **{"hx-request": "true"}).status == 200
    api.made.clock.now = START + limits.idle_s
    assert browser.get("/decisions").status == 303


def test_what_somebody_sends_through_htmx_is_activity(browser: Browser, api: Api) -> None:
    form = browser.form_of(browser.get("/me").text)
    api.made.clock.now = START + 600
    browser.post("/views/save", {"hx-request": "true"}, form=form, place="/grants", query="level=4", name="mine")
    assert seen_at(api) == START + 600


def test_htmx_gets_nothing_that_somebody_pressed() -> None:
    asked = [one for path in TEMPLATES.glob("*.html") for one in re.findall(r"<[^<>]*hx-get=[^<>]*", path.read_text())]
    assert asked
    for one in asked:
        trigger = re.search(r'hx-trigger="([^"]+)"', one)
        assert trigger, one
        assert all(part.strip().startswith(BY_ITSELF) for part in trigger[1].split(",")), one
