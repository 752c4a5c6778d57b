"""Every page of a full house in a browser, each as the first who may read it."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from playwright.sync_api import Browser

from tests.browser import PHONE, WIDE, Screen
from tests.unit.console.pages.fullhouse import FullHouse
from tests.wire.console.nearby import Console


class Tour:
    """The people of a full house, signed in, each with a browser.

    Args:
        house: The house.
        console: Its console.
        spited: What a path is, where its things are called otherwise.
    """

    def __init__(
        self, house: FullHouse, console: Console, browser: Browser, *, spited: Callable[[str], str] = str
    ) -> None:
        self._house = house
        self._spited = spited
        # A report is for the session that asked for it, and kept by the console it was asked in.
        console.site.state["report_shelf"] = house.browsers["aud"].site.state["report_shelf"]
        self._screens = [
            Screen(
                browser,
                console.address,
                cookies=[
                    {"name": name, "value": value, "url": console.address} for name, value in person.cookies.items()
                ],
            )
            for person in house.browsers.values()
        ]

    def open(self, address: str) -> Screen:
        """Open an address; answers the screen of the first who is shown its page."""
        path = self._spited(self._house.path_of(address))
        for screen in self._screens:
            screen.faults.clear()
            screen.page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
            answer = screen.page.goto(path, wait_until="load")
            if answer is not None and answer.status == 200 and path_of(answer.url) == path_of(screen.address + path):
                return screen
        raise AssertionError(f"nobody sees {path}")

    def leave(self) -> None:
        """Close every browser."""
        for screen in self._screens:
            screen.close()


def path_of(url: str) -> str:
    """A path as it is written in addresses."""
    return quote(url, safe="/:?&=%")


def stays_right(screen: Screen) -> None:
    """The page that stands has one heading of the first order, is no broader than its window, and did nothing a page must never do."""
    page = screen.page
    page.locator("[hx-get^='/overview/'] > p.mut").first.wait_for(state="detached")  # parts that come after the page
    for size in (PHONE, WIDE):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        assert screen.width_over() <= 0, size
    assert page.locator("h1").count() == 1
    assert screen.faults == []
