"""Every page of the console in a real browser: no fault, nothing broader than the window, nothing people cannot use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser import LOOKS, PHONE, Lens, Screen
from tests.wire.cli.test_up import free_port
from tests.wire.console import hostile
from tests.wire.console.installed import Installed
from wardlaw.cli.companyfill import fill_company
from wardlaw.cli.options import NONE
from wardlaw.config.load import load_config
from wardlaw.console.pages.site import PLACES

pytestmark = pytest.mark.xdist_group("console-pages")  # one installation for all of them

# Nobody may have every role; together these see every page.
PEOPLE = ("oncall", "counsel", "owner", "risk", "platform", "auditor", "ciso", "admin")
STARTS = (*(place.href for place in PLACES), "/search?q=a", "/me", "/me/first", "/prove")
_TRIES = 3


class Company(Installed):
    """A company that has worked for some days."""

    def begin(self) -> None:
        filled = fill_company(self.folder / "w", NONE.output(), seed=7, days=3, prefers_usual_ports=False)
        self.tokens = {name: link.partition("#")[2] for name, link in filled.links.items()}
        self.key, self.other_key = filled.keys["desk"], filled.keys["helpdesk"]
        config = self.folder / "w" / "wardlaw.yaml"
        text = config.read_text(encoding="utf-8").replace("  # life: on ", "  life: on ")
        text = text.replace("\ngateway:\n", "\ngateway:\n  files: {upstream: demo}\n")
        text = text.replace("\ntools:\n", "\ntools:\n  - {name: delete_customer, effect: destructive}\n")
        config.write_text(text, encoding="utf-8")
        hostile.write_clause(self.folder / "w")
        self.env = {name: value for name, value in self.env.items() if not name.startswith("WARDLAW_")}
        self.env |= {"WARDLAW_CONFIG": str(config), "WARDLAW_LOGS_FORMAT": "text"}
        for left in reversed(range(_TRIES)):
            read = load_config(config)
            self.port, self._address = int(read.gateway.listen.rpartition(":")[2]), f"http://{read.control.listen}"
            try:
                return self.up()
            except AssertionError:
                # Between filling and starting, others on this machine may have taken a port: then it ends by itself.
                if not left or self.process is None or self.process.poll() is None:
                    raise
                move(config)
        return None

    @property
    def address(self) -> str:
        return self._address


def move(config: Path) -> None:
    """Other ports for an installation."""
    text = config.read_text(encoding="utf-8")
    for port in set(re.findall(r"127\.0\.0\.1:(\d+)", text)):
        text = text.replace(f"127.0.0.1:{port}", f"127.0.0.1:{free_port()}")
    config.write_text(text, encoding="utf-8")


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
def lenses(screens: dict[str, Screen], chromium: Browser, axe_script: str) -> Iterator[dict[str, Lens]]:
    made = {name: Lens(chromium, screen, axe_script) for name, screen in screens.items()}
    yield made
    for one in made.values():
        one.close()


@pytest.mark.parametrize("name", PEOPLE)
def test_places_keep_their_policy_and_width(name: str, screens: dict[str, Screen]) -> None:
    for path in STARTS:
        stays_right(screens[name], path)


@pytest.mark.parametrize("path", STARTS)
def test_a_place_can_be_used_by_everybody(path: str, screens: dict[str, Screen], lenses: dict[str, Lens]) -> None:
    # As the first sees it who may; what others see less of is the same page.
    for name, screen in screens.items():
        if screen.go(path).locator(".gate [role=alert]").count() == 0:
            assert lenses[name].violations(path) == []
            return
    raise AssertionError(f"nobody sees {path}")


def test_the_entrance_keeps_its_policy_and_width(place: Company, chromium: Browser) -> None:
    screen = Screen(chromium, place.address)
    stays_right(screen, "/sign-in")
    screen.close()


def test_texts_of_requests_are_shown_as_text(place: Company, screens: dict[str, Screen]) -> None:
    hostile.ask_at_the_door(place, place.other_key)
    screen = screens["oncall"]
    screen.faults.clear()
    page = screen.go("/decisions?effect=cut")
    links = page.locator("main table[data-walk] tbody a[href^='/decisions/']").all()[:4]
    shown = "".join(texts_of(screen, path) for path in [str(link.get_attribute("href")) for link in links])
    assert "<script>alert(1)</script>" in shown
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


def stays_right(screen: Screen, path: str) -> None:
    """A page has one heading of the first order, is no broader than its window, and does nothing a page must never do."""
    screen.faults.clear()
    page = screen.go(path)
    for size in (PHONE, LOOKS[0].size):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        assert screen.width_over() <= 0, (path, size)
    assert page.locator("h1").count() == 1, path
    assert screen.faults == []


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
