"""A grant from the moment it is found to the proof that it is gone, by a person in a browser, by keys alone.

The organisation is an Okta of the tests; the house reads it, plans, and takes the grant away with its own processes.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser import LOOKS, PHONE, Look, Screen, violations
from tests.keyboard import Keyboard
from tests.organisations import organisation
from tests.wire.console.installed import Installed
from wardlaw.facts.person import Role
from wardlaw.testing.saas.okta import OktaPlatform
from wardlaw.testing.saas.server import serve
from wardlaw.testing.saas.world import World

pytestmark = pytest.mark.xdist_group("console-grant-story")  # one installation for all of them

DEADLINE_S = 90.0
GRANT = "a grant"
"""Stands for the page of a grant, whose id its platform gives."""
IDENTITY = "/grants/identity?directory=acme&kind=app&id=0oaNotes"


class Connected(Installed):
    """An installation with one organisation, which it reads by itself and may revoke in."""

    def __init__(self, folder: Path, url: str) -> None:
        super().__init__(folder)
        self.url = url
        self.env["OKTA_READ"] = "00read"
        self.env["OKTA_WRITE"] = "00write"

    def up(self, *arguments: str) -> None:
        config = self.folder / "wardlaw.yaml"
        text = config.read_text()
        assert "\ninventory:" not in text
        config.write_text(
            text + "\ninventory:\n  watching: {enabled: true, events_minutes: 1, carry_out: true}\n  directories:\n"
            f'    - {{name: acme, platform: okta, url: "{self.url}", credential: "env:OKTA_READ",'
            ' write_credential: "env:OKTA_WRITE"}\n'
        )
        super().up(*arguments)


@pytest.fixture(scope="module")
def world() -> World:
    return organisation()


@pytest.fixture(scope="module")
def place(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connected]:
    with serve(OktaPlatform(world)) as served:
        made = Connected(tmp_path_factory.mktemp("c"), served.url)
        made.begin()
        try:
            yield made
        finally:
            made.down()


@pytest.fixture(scope="module")
def screen(place: Connected, chromium: Browser) -> Iterator[Screen]:
    keys = place.keys(chromium, place.person("sec", Role.SECOPS, Role.CISO))
    made = keys.screen
    _until(made, "/grants", "text=Notes")
    yield made
    made.close()


@pytest.fixture(scope="module")
def grant(screen: Screen) -> str:
    """The page of what Notes may for Ada."""
    page = screen.go("/grants?find=notes")
    address = page.locator("table[data-walk] tr", has_text="00uAda").locator("a").first.get_attribute("href")
    assert address
    return address


def _until(screen: Screen, path: str, what: str) -> None:
    """Load a page again and again until something stands on it."""
    end = time.monotonic() + DEADLINE_S
    while not screen.go(path).locator("main").locator(what).count():
        assert time.monotonic() < end, (path, what)
        screen.page.wait_for_timeout(500)


def test_a_grant_is_found_looked_at_and_kept_as_a_view(screen: Screen) -> None:
    keys = Keyboard(screen)
    page = keys.page
    keys.go("s")
    keys.write(page.locator("input[name=find]"), "notes")
    keys.follow(page.locator("form.filters button"))
    rows = page.locator("table[data-walk] tbody tr")
    assert rows.count() >= 1
    assert all("Notes" in text for text in rows.all_inner_texts())
    keys.open(page.locator(".views summary"))
    keys.write(page.locator(".views input[name=name]"), "What Notes may")
    keys.follow(page.locator(".views button.strong"))
    page.locator(".chip[aria-current]").wait_for()
    assert page.locator(".chip[aria-current]").inner_text() == "What Notes may"
    assert "find=notes" in page.url


def test_an_identity_is_drawn_and_the_drawing_is_walked_by_keys(screen: Screen) -> None:
    keys = Keyboard(screen)
    page = keys.page
    keys.start(IDENTITY)
    node = page.locator("svg.graph a").first
    address = node.get_attribute("href")
    assert address
    keys.follow(node)
    page.wait_for_url(f"**{address}")
    assert page.locator("h1").count() == 1


@pytest.mark.parametrize(
    "path",
    [
        GRANT,
        IDENTITY,
        "/grants/graph?directory=acme",
        "/grants/identities",
        "/grants/findings",
        "/grants/approvals",
        "/settings",
    ],
)
@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_pages_that_show_something_can_be_used_by_everybody(
    path: str, look: Look, screen: Screen, grant: str, chromium: Browser, axe_script: str
) -> None:
    assert violations(chromium, screen, look, grant if path == GRANT else path, axe_script) == []


@pytest.mark.parametrize(
    "path", [GRANT, IDENTITY, "/grants", "/grants/graph?directory=acme", "/grants/findings", "/settings"]
)
def test_pages_that_show_something_keep_their_policy_and_width(path: str, screen: Screen, grant: str) -> None:
    screen.faults.clear()
    for size in (LOOKS[0].size, PHONE):
        screen.page.set_viewport_size({"width": size[0], "height": size[1]})
        screen.go(grant if path == GRANT else path)
        assert screen.page.locator("h1").count() == 1
        assert screen.width_over() <= 0, (path, size)
    screen.page.set_viewport_size({"width": LOOKS[0].size[0], "height": LOOKS[0].size[1]})
    assert screen.faults == []


def test_the_grant_goes_and_the_page_proves_it(
    screen: Screen, grant: str, world: World, chromium: Browser, axe_script: str
) -> None:
    assert "of-ada" in world.grants
    keys = Keyboard(screen)
    page = keys.page
    keys.go("s")
    keys.write(page.locator("input[name=find]"), "notes")
    keys.leave("Enter")
    keys.follow(page.locator(f"main table[data-walk] a[href='{grant}']").first)
    keys.open(page.locator("summary", has_text="Plan to revoke the whole app"))
    form = page.locator("details[open] form[action='/grants/revoke']")
    keys.write(form.locator("textarea"), "Nobody knows what it is for")
    keys.follow(form.locator("button"))
    page.wait_for_url("**/grants/revocations/rev_*")
    address = page.url.partition("#")[0].removeprefix(screen.address)
    assert violations(chromium, screen, LOOKS[0], address, axe_script) == []
    assert "of-ada" in world.grants  # a plan takes nothing away
    keys.follow(page.locator("button.danger"))
    keys.to(page.locator("#calls .scroll"))
    page.locator(".tag", has_text="Revoked").first.wait_for(timeout=DEADLINE_S * 1000)
    keys.is_somewhere()  # the page went on by itself, around the focus
    assert "of-ada" not in world.grants
    assert page.locator(".tag", has_text="Gone").count() == page.locator("main table tbody tr").count() >= 2
    _until(screen, address, "a:has-text('proof')")
    with page.expect_download() as caught:
        keys.to(page.locator("main a", has_text="proof").first)
        page.keyboard.press("Enter")
    proof = Path(caught.value.path()).read_text()
    assert proof.startswith("c2sp.org/tlog-proof@v1")
    assert screen.faults == []
