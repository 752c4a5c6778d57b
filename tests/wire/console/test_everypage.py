"""Every page of the console in a real browser: no fault, nothing broader than the window, nothing people cannot use.

Whatever address is added is a page that is looked at here, or is named in ``fullhouse.NO_PAGES`` with what it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser import PHONE, WIDE
from tests.unit.console.pages.fullhouse import FullHouse, page_addresses
from tests.unit.console.pages.spiteful import LONG, SPITE, SpitefulApi, spited
from tests.wire.console.nearby import Console
from tests.wire.console.tour import Tour, stays_right

pytestmark = pytest.mark.xdist_group("console-everypage")  # one house for all of them


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FullHouse]:
    made = FullHouse(Path(tmp_path_factory.mktemp("full")), "en")
    yield made
    made.api.close()


@pytest.fixture(scope="module")
def console(house: FullHouse) -> Iterator[Console]:
    made = Console(house.api.made, api=house.api.app)
    made.begin()
    yield made
    made.end()


@pytest.fixture(scope="module")
def spiteful_console(house: FullHouse) -> Iterator[Console]:
    """The same house, in which every text of others is long and would be markup."""
    made = Console(
        house.api.made, api=house.api.app, inside=lambda api: SpitefulApi(api, lambda text: text + SPITE + LONG)
    )
    made.begin()
    yield made
    made.end()


@pytest.fixture(scope="module")
def tour(house: FullHouse, console: Console, chromium: Browser) -> Iterator[Tour]:
    made = Tour(house, console, chromium)
    yield made
    made.leave()


@pytest.fixture(scope="module")
def spiteful_tour(house: FullHouse, spiteful_console: Console, chromium: Browser) -> Iterator[Tour]:
    made = Tour(house, spiteful_console, chromium, spited=lambda path: spited(path, SPITE + LONG))
    yield made
    made.leave()


@pytest.mark.parametrize("address", page_addresses())
def test_a_page_stays_right_and_can_be_used_by_everybody(address: str, tour: Tour, axe_script: str) -> None:
    screen = tour.open(address)
    stays_right(screen)
    assert screen.violations(axe_script) == []


@pytest.mark.parametrize("address", page_addresses())
def test_a_page_full_of_spite_stays_right(address: str, spiteful_tour: Tour) -> None:
    screen = spiteful_tour.open(address)
    stays_right(screen)
    page = screen.page
    assert page.locator("main img, main script, main [onload], main [onerror]").count() == 0


def test_a_window_that_is_made_wider_has_its_menu(tour: Tour) -> None:
    page = tour.open("/").page
    for size, is_shown in ((WIDE, True), (PHONE, False), (WIDE, True)):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.locator("nav.side li a").first.wait_for(state="visible" if is_shown else "hidden")
