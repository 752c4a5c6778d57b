"""What a page changes by itself leaves the focus where somebody put it, in a real browser, by keys alone."""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from collections.abc import Iterator

import msgspec
import pytest
from playwright.sync_api import Browser, Page

from tests.browser import Screen
from tests.console_fakes import make_dependencies
from tests.keyboard import Keyboard
from tests.unit.console.api.test_grants import BEGIN, grant
from tests.unit.console.pages.inventoryhouse import plan_steps
from tests.wire.console.nearby import Console
from wardlaw.console.api.house import ConnectedDirectory, House
from wardlaw.console.pages.reportshelf import ReportShelf
from wardlaw.facts.canary import CanaryOutcome, CanaryRun
from wardlaw.facts.person import Role
from wardlaw.store.canaries import CanaryOrders, CanaryRuns
from wardlaw.store.database import writing

pytestmark = pytest.mark.xdist_group("console-focus")  # one console for all of them

STREAM = re.compile(r"/live(\?.*)?$")
ROWS = "retry: 1000\n\n" + "".join(
    f"data: <tr><td><a href='/decisions/dec_{one}'>{one}</a></td></tr>\n\n" for one in range(3)
)
"""Events of the stream of decisions, after which the browser comes back for more."""
NOTE_WHAT_IS_SAID = """() => {
  window.said = [];
  const passed = document.querySelector("#passed");
  new MutationObserver(() => window.said.push(passed.textContent)).observe(passed, {childList: true});
}"""
"""How many wait is said for as long as this stream is open, which is over at once."""
REPORT = {"framework": "eu-ai-act", "since": "2026-11-01", "until": "2026-11-30"}


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    made = make_dependencies(tmp_path_factory.mktemp("console"))
    house = House(
        version="9", mode="enforce", connected=(ConnectedDirectory("acme", "google", revokes=True),), channels=(),
        log_keys=(), settings=(), carries_out=True,
    )  # fmt: skip
    made.deps = msgspec.structs.replace(made.deps, plan_steps=plan_steps, house=house)
    console = Console(made)
    console.begin()
    yield console
    console.end()


@pytest.fixture(scope="module")
def screen(console: Console, chromium: Browser) -> Iterator[Screen]:
    made = Screen(chromium, console.address)
    made.page.set_default_timeout(30_000)
    Keyboard(made).sign_in(console.person("sec", Role.CISO, Role.SECOPS))
    yield made
    assert made.faults == []
    made.close()


@pytest.fixture
def keys(screen: Screen) -> Keyboard:
    return Keyboard(screen)


def test_a_revocation_goes_on_around_the_focus(console: Console, keys: Keyboard) -> None:
    console.made.clock.now += 60
    run = console.call("sec", "/inventory/runs", BEGIN)["run"]["id"]
    things = ({"kind": "app", "id": "app-1", "name": "Notes"}, {"kind": "account", "id": "ada"}, grant("g1"))
    console.call("sec", f"/inventory/runs/{run}/page", {"sightings": [{"thing": one} for one in things]})
    console.call("sec", f"/inventory/runs/{run}/end", {"complete": True, "covered_until": 0.0})
    page = keys.page
    keys.start("/grants/one?directory=acme&id=g1")
    keys.open(page.locator("summary", has_text="Plan to revoke").first)
    form = page.locator("details.act[open] form")
    keys.write(form.locator("textarea"), "not needed")
    keys.follow(form.locator("button"))
    keys.follow(page.locator("button.danger"))
    place = page.locator("#revocation .scroll")
    keys.to(place)
    name = page.url.partition("?")[0].rpartition("/")[2]
    keys.page.evaluate("window.isTheSamePage = true")
    outcome = {"done": True, "status": 204}
    proof = {"presence": "gone", "method": "re-read", "status": 404}
    console.call("sec", f"/revocations/{name}/report", {"step": "grant g1", "outcome": outcome, "proof": proof})
    page.locator("#revocation .tag", has_text="Revoked").first.wait_for()
    keys.is_somewhere()
    assert place.evaluate("e => e === document.activeElement")
    assert page.evaluate("window.isTheSamePage")  # it was not loaded anew
    assert page.locator("#revocation").get_attribute("hx-get") is None  # and asks no more


def test_canaries_come_in_around_the_focus(console: Console, keys: Keyboard) -> None:
    page = keys.page
    keys.start("/canaries")
    keys.follow(page.locator("form[action='/canaries/run'] button").first)
    order = page.url.partition("?")[0].rpartition("/")[2]
    for number in ("1", "2"):
        with writing(console.made.engine) as connection:
            run = CanaryRun(f"crn_{number}", "", f"OPS-0{number}", "scan", "x", 1.0, CanaryOutcome.PASS, order=order)
            CanaryRuns(connection).keep(run)
        row = page.locator("#runs tbody tr", has_text=f"OPS-0{number}")
        row.wait_for()
        keys.to(row.locator("a").first)
    with writing(console.made.engine) as connection:
        CanaryOrders(connection).done(order, now=2.0)
    page.locator("#runs .tag.good", has_text="done").wait_for()
    keys.is_somewhere()
    assert "OPS-02" in page.evaluate("document.activeElement.textContent")


def test_a_report_is_made_while_somebody_waits_on_its_page(console: Console, keys: Keyboard) -> None:
    page = keys.page
    shelf = ReportShelf(console.made.clock)
    console.site.state["report_shelf"] = shelf
    cookies = "; ".join(f"{one['name']}={one['value']}" for one in page.context.cookies())
    line = console.front.entrance.line_of([(b"cookie", cookies.encode())])
    ready = asyncio.Event()

    async def make() -> dict:
        await ready.wait()
        figures = {"applicable": 3, "proven": 3, "attested": 0, "records_proven": 9, "gaps": 0}
        return {"files": {"report.json": "{}"}, "binary": {}, **figures}

    build = console.run(lambda: shelf.begin(hashlib.sha256(line.encode()).hexdigest(), REPORT, make))
    keys.start(f"/reports/{build.id}")
    page.locator("#report progress").wait_for()
    page.evaluate("window.isTheSamePage = true")
    keys.to(page.locator("main nav.seg a").first)
    console.run(ready.set)
    page.locator("#report", has_text="It is made.").wait_for()
    keys.is_somewhere()
    assert page.evaluate("window.isTheSamePage")
    keys.to(page.locator("#report a[download]").first)


def test_rows_wait_while_somebody_stands_on_one(keys: Keyboard) -> None:
    page = keys.page
    page.route(STREAM, lambda route: route.fulfill(content_type="text/event-stream", body=ROWS))
    keys.start("/traffic")
    page.locator("#feed tr a").nth(2).wait_for()
    keys.to(page.locator("#feed tr a").first)
    keys.page.evaluate("document.activeElement.id = 'mine'")
    page.evaluate(NOTE_WHAT_IS_SAID)
    until(page, "window.said.some((text) => /[1-9]/.test(text))")  # so many wait
    keys.is_somewhere()
    assert page.evaluate("document.querySelector('#feed').rows[0].contains(document.activeElement)")
    keys.to(page.locator("#pause"))
    until(page, "document.querySelector('#mine').closest('tr').rowIndex > 2")  # what waited came in
    page.unroute(STREAM)


def until(page: Page, said: str) -> None:
    """Wait for what a script says of the page; asked from outside, since the page may not evaluate texts."""
    end = time.monotonic() + 30.0
    while not page.evaluate(said):
        assert time.monotonic() < end, said
        page.wait_for_timeout(100)
