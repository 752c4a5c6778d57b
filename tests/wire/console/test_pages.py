"""The places of the console in a real browser, at an installation in which a company has worked for some days.

Every single page is looked at in ``test_everypage.py``; here stands what real data show, and what outsiders sent by real ways in.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import LOOKS, PHONE, Screen
from tests.wire.console import hostile
from tests.wire.console.company import PEOPLE, Company
from tests.wire.console.tour import stays_right
from wardlaw.console.pages.site import PLACES

pytestmark = pytest.mark.xdist_group("console-pages")  # one installation for all of them

STARTS = (*(place.href for place in PLACES), "/search?q=a", "/me", "/me/first", "/prove")
SHOWN = "\"'><img"
"""How what stands behind each word begins, in whatever letters it is shown."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    made = Company(tmp_path_factory.mktemp("c"))
    made.begin()
    try:
        yield made
    finally:
        made.down()


@pytest.fixture(scope="module")
def screens(place: Company, chromium: Browser) -> Iterator[dict[str, Screen]]:
    """Everybody's browser."""
    made = {name: place.screen(chromium, place.tokens[name]) for name in PEOPLE}
    yield made
    for one in made.values():
        one.close()


@pytest.fixture
def screen(screens: dict[str, Screen]) -> Screen:
    """The browser of whoever is on call."""
    return screens["oncall"]


@pytest.fixture(scope="module")
def told(place: Company, screens: dict[str, Screen]) -> None:
    """What outsiders and people said by every way in."""
    hostile.ask_at_the_door(place, place.other_key)
    hostile.tell_by_events(screens["oncall"])
    hostile.say_by_people(screens)


@pytest.mark.parametrize("name", PEOPLE)
def test_places_keep_their_policy_and_width(name: str, screens: dict[str, Screen]) -> None:
    for path in STARTS:
        opened(screens[name], path)


def test_the_entrance_keeps_its_policy_and_width(place: Company, chromium: Browser) -> None:
    screen = Screen(chromium, place.address)
    opened(screen, "/sign-in")
    screen.close()


@pytest.mark.parametrize("word", hostile.WORDS)
@pytest.mark.usefixtures("told")
def test_what_others_wrote_is_shown_as_text(word: str, screens: dict[str, Screen]) -> None:
    name, path = hostile.WORDS[word]
    page = opened(screens[name], path)
    assert word + SHOWN in page.locator("main").inner_text()
    assert page.locator("main img, main script, main [hx-trigger='load'][href]").count() == 0


@pytest.mark.usefixtures("told")
def test_what_a_held_call_would_do_is_shown_as_text(screen: Screen) -> None:
    page = screen.go("/approvals")
    page = opened(screen, str(page.locator("main table a[href^='/approvals/']").first.get_attribute("href")))
    assert "Zcall" in page.locator("main").inner_text()
    assert page.locator("main img, main script").count() == 0


def test_what_could_be_read_otherwise_is_not_taken(screens: dict[str, Screen]) -> None:
    counsel, owner = screens["counsel"], screens["owner"]
    edit = "/policies/EVL-01/edit"
    refused = hostile.refusal(
        counsel,
        edit,
        edit,
        text=hostile.clause_of(hostile.hostile("Zturned")),
        based_on="",
        reason="why",
        act="hand-in",
    )
    assert "characters nobody sees: U+202E" in refused
    assert "<img" not in refused
    system = {
        "title": "Evil",
        "purpose": "none",
        "owner": "person:owner",
        "principals": "agent:evil",
        "gate_mode": "warn",
    }
    for given in ({"id": hostile.hostile("Zid")}, {"id": "long", "title": hostile.LONG}):
        refused = hostile.refusal(owner, "/systems/new", "/systems/new", **(system | given))
        assert 'role="alert"' in refused
        assert "<img" not in refused


@pytest.mark.usefixtures("told")
def test_texts_of_requests_are_shown_as_text(screen: Screen) -> None:
    screen.faults.clear()
    page = screen.go("/decisions?principal=user%3Ahelpdesk")
    links = page.locator("main table[data-walk] tbody a[href^='/decisions/']").all()
    shown = "".join(texts_of(screen, path) for path in [str(link.get_attribute("href")) for link in links])
    assert [word for word in hostile.SEALED if word not in shown] == []
    assert shown.count("<script>alert(1)</script>") >= len(hostile.SEALED) - 1  # of the call's reason less was sent
    assert screen.faults == []


def texts_of(screen: Screen, path: str) -> str:
    """Open what was judged in one decision."""
    page = screen.go(path)
    page.locator("[name=purpose]").fill("looking at what was sent")
    page.locator("[name=purpose]").press("Enter")
    page.locator("#texts").wait_for()
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    assert screen.width_over() <= 0
    page.set_viewport_size({"width": LOOKS[0].size[0], "height": LOOKS[0].size[1]})
    assert page.locator("main img, main script").count() == 0
    return page.locator("#texts").inner_text()


def opened(screen: Screen, path: str) -> Page:
    """A path, opened, that stays right."""
    screen.faults.clear()
    page = screen.go(path)
    try:
        stays_right(screen)
    except AssertionError as error:
        error.add_note(path)
        raise
    return page


def test_the_pages_are_walked_by_keys(screen: Screen) -> None:
    page = screen.go("/")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("d")
    page.wait_for_url("**/decisions")
    page.keyboard.press("j")
    first = page.evaluate("document.activeElement.getAttribute('href')")
    page.keyboard.press("j")
    assert first.startswith("/decisions/")
    assert page.evaluate("document.activeElement.getAttribute('href')") != first
    page.keyboard.press("Enter")
    page.wait_for_url("**/decisions/dec_*")
    page.keyboard.press("Control+k")
    page.keyboard.type("overv")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url.rstrip("/") == screen.address)


def test_a_decision_arrives_while_somebody_looks(place: Company, screen: Screen) -> None:
    page = screen.go("/")
    place.ask(place.key, "hello again")
    page.locator("#feed tr.row-new").first.wait_for(timeout=90_000)
    assert "user:desk" in page.locator("#feed tr").first.inner_text()


def test_markup_that_came_in_is_inert(screen: Screen) -> None:
    page = screen.go("/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate(
        "document.querySelector('main').insertAdjacentHTML('beforeend',"
        '\'<div id=inj hx-get="/decisions" hx-trigger="load">x</div>\');'
        "window.htmx && htmx.process(document.querySelector('#inj'))"
    )
    page.wait_for_timeout(500)
    assert not any(url.endswith("/decisions") for url in asked)
