"""What judges the keyboard stories sees a page that loses somebody, and lets one pass that does not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser import Screen
from tests.keyboard import Keyboard

GOOD = "a:focus-visible,button:focus-visible,input:focus-visible,main:focus{outline:2px solid blue}"
PAGE = (
    """<!doctype html><style>%s</style><a class="skip" href="#main">skip</a>%s<main id="main" tabindex="-1">%s</main>"""
)


@pytest.fixture(scope="module")
def keys(chromium: Browser) -> Iterator[Keyboard]:
    screen = Screen(chromium, "http://127.0.0.1:9")
    yield Keyboard(screen)
    screen.close()


def shown(keys: Keyboard, main: str, *, style: str = GOOD, before: str = "") -> None:
    # A page of its own for each test: what has the focus on the one before is forgotten.
    keys.page.goto("about:blank")
    keys.page.set_content(PAGE % (style, before, main))


def test_links_fields_and_radios_are_reached_both_ways(keys: Keyboard) -> None:
    shown(
        keys,
        '<a href="#a" id=a>one</a><form><input name=w><input type=radio name=r value=x><input type=radio name=r value=y>'
        "<select name=s><option>first<option>second</select><input type=checkbox name=c></form>",
    )
    page = keys.page
    keys.write(page.locator("[name=w]"), "typed")
    keys.tick(page.locator("[value=y]"))
    keys.choose(page.locator("select"), "sec")
    keys.tick(page.locator("[name=c]"))
    keys.to(page.locator("#a"))
    sent = page.evaluate("Object.fromEntries(new FormData(document.forms[0]))")
    assert sent == {"w": "typed", "r": "y", "s": "second", "c": "on"}


def test_focus_that_cannot_be_seen_fails(keys: Keyboard) -> None:
    shown(keys, "<button id=b>b</button>", style=GOOD + "button:focus-visible{outline:none}")
    with pytest.raises(pytest.fail.Exception, match="not to be seen"):
        keys.to(keys.page.locator("#b"))


def test_an_outline_that_is_always_there_says_nothing(keys: Keyboard) -> None:
    shown(keys, "<button id=b>b</button>", style=GOOD + "#b,#b:focus-visible{outline:2px solid red}")
    with pytest.raises(pytest.fail.Exception, match="not to be seen"):
        keys.to(keys.page.locator("#b"))


def test_focus_behind_something_fails(keys: Keyboard) -> None:
    over = "<div style='position:fixed;inset:0;background:white'></div>"
    shown(keys, f"<button id=b>b</button>{over}", before="<style>.skip:focus{position:relative;z-index:9}</style>")
    with pytest.raises(pytest.fail.Exception, match="behind something"):
        keys.to(keys.page.locator("#b"))


def test_a_change_that_takes_the_focus_away_fails(keys: Keyboard) -> None:
    shown(keys, "<div id=d><button id=b>b</button></div>")
    keys.to(keys.page.locator("#b"))
    keys.is_somewhere()
    keys.page.evaluate("document.querySelector('#d').innerHTML = '<button id=b>b</button>'")
    with pytest.raises(AssertionError, match="nothing has the focus"):
        keys.is_somewhere()


def test_what_no_key_reaches_fails(keys: Keyboard) -> None:
    shown(keys, "<a href='#x'>x</a><div id=b onclick='1'>only by pointer</div>")
    with pytest.raises(pytest.fail.Exception):
        keys.to(keys.page.locator("#b"))
