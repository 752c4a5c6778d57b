from __future__ import annotations

import json

import pytest

from tests.console_fakes import Api
from tests.unit.console.api.test_tail import add
from tests.unit.console.pages.browser import Browser
from wardlaw.console.pages.decided import PAGE_ROWS, Wanted
from wardlaw.facts.person import Role


@pytest.fixture
def browser(api: Api) -> Browser:
    for leaf in range(3):
        add(api, leaf)
    made = Browser(api)
    made.sign_in("sec", Role.SECOPS)
    return made


def test_filters_become_a_question_and_an_address() -> None:
    wanted = Wanted(effect="deny", principal="user:ana", period="1h")
    assert wanted.address == "/decisions?effect=deny&principal=user%3Aana&period=1h"
    assert wanted.asked(5_000_000) == {"effect": "deny", "principal": "user:ana", "since_ms": 1_400_000}
    day = Wanted(day="1970-01-02", period="7d").asked(9)
    assert day == {"since_ms": 86_400_000, "until_ms": 172_800_000}
    assert (Wanted().address, Wanted(period="no").asked(9)) == ("/decisions", {})


@pytest.mark.parametrize(
    ("query", "shown"),
    [("", 3), ("?effect=cut", 3), ("?effect=allow", 0), ("?clause=SEC-05", 3), ("?clause=GOV-01", 0), ("?route=chat.completions", 3),
     ("?code=clause", 3), ("?code=gate", 0), ("?principal=aabb", 3), ("?day=1970-01-01", 3), ("?day=1970-01-02", 0),
     ("?day=nonsense", 3), ("?principal=nobody", 0)],
)  # fmt: skip
def test_the_list_shows_what_fits(browser: Browser, query: str, shown: int) -> None:
    text = browser.get(f"/decisions{query}").text
    assert text.count('href="/decisions/rec_') == shown
    assert ("No decision fits" in text) is (shown == 0)


def test_names_are_for_those_who_may_stop_callers(browser: Browser) -> None:
    assert "user:of-rec_0" in browser.get("/decisions").text
    other = Browser(browser.api)
    other.sign_in("legal", Role.LEGAL)
    assert "user:of-rec_0" not in other.get("/decisions").text


def test_it_is_taken_away_as_a_file(browser: Browser) -> None:
    rows = json.loads(browser.get("/decisions?effect=cut&format=json").text)
    assert [one["id"] for one in rows] == ["rec_2", "rec_1", "rec_0"]
    assert rows[0]["time"] == "1970-01-01T00:00:01.000Z"
    lines = browser.get("/decisions?format=csv").text.splitlines()
    assert lines[0] == "time,decision,who,what,reason,route,id"
    assert len(lines) == 4


def test_one_goes_on_to_older_ones(browser: Browser) -> None:
    for leaf in range(3, PAGE_ROWS + 2):
        add(browser.api, leaf)
    text = browser.get("/decisions?effect=cut").text
    assert "/decisions?effect=cut&amp;before=2" in text
    older = browser.get("/decisions?effect=cut&before=2").text
    assert older.count('href="/decisions/rec_') == 2
    assert "Newest" in older


def test_an_empty_log_says_how_to_begin(api: Api) -> None:
    browser = Browser(api)
    browser.sign_in("aud", Role.AUDITOR)
    assert "wardlaw key create" in browser.get("/decisions").text
