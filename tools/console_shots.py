"""Pictures of every page of the console, of a generated company, into `docs/console/`.

    python -m tools.console_shots [PAGE ...]      # needs Chromium; some minutes, most of them the company's month

Each page is seen by the first person who may, in light; dark and on a phone where that shows something else. Pictures
are JPEG, so that the repository stays small; what is looked at for faults are the tests (tests/wire/console).
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from wardlaw.cli.companyfill import fill_company
from wardlaw.cli.options import NONE
from wardlaw.console.pages.navigation import Place
from wardlaw.console.pages.site import PLACES

OUT = Path(__file__).parents[1] / "docs" / "console"
LOOKS: Mapping[str, tuple[str, tuple[int, int]]] = {
    "light": ("light", (1440, 1000)),
    "dark": ("dark", (1440, 1000)),
    "phone": ("light", (400, 860)),
}
_SEEN_BY = ("counsel", "oncall", "ciso", "owner", "auditor", "admin")
_START_S = 90.0
_PARTS_MS = 30_000
_LOADED = "() => !document.querySelector('[hx-get^=\"/overview/\"] > p.mut, p[hx-get]')"
"""Parts that pages ask for once they are there have come."""
_ROW, _RUN = "main table[data-walk] tbody a[href]", "main a[href^='/gates/runs/']"
# Pages behind another: where the first link to them is found.
_FIRST_OF = {
    "decision": ("/decisions?effect=deny", _ROW),
    "system": ("/systems?find=cv", _ROW),
    "clause": ("/policies?find=GOV-07", _ROW),
    "incident": ("/incidents", _ROW),
    "gate": ("/gates", _ROW),
    "run": ("/systems/cv-ranker/gate", _RUN),
}


def main(wanted: Sequence[str]) -> int:
    """Take the pictures; 1 when a page could not be had."""
    browser_path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if browser_path is None:
        print("console_shots: chromium is not here (Debian: apt-get install chromium)", file=sys.stderr)
        return 1
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        filled = fill_company(Path(folder) / "w", NONE.output(), seed=7)
        address = next(iter(filled.links.values())).partition("/sign-in")[0]
        with _up(Path(folder) / "w", address), sync_playwright() as playwright:
            args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
            browser = playwright.chromium.launch(executable_path=browser_path, args=args)
            missed = [name for look in LOOKS for name in _take(browser, look, filled.links, wanted)]
            browser.close()
    for name in missed:
        print(f"console_shots: nobody could see {name}", file=sys.stderr)
    return 1 if missed else 0


def _take(browser: Browser, look: str, links: dict[str, str], wanted: Sequence[str]) -> list[str]:
    """Pictures of one look; answers the pages nobody could see. Signs each person in once, and keeps the cookies."""
    theme, (width, height) = LOOKS[look]
    people: dict[str, BrowserContext] = {}
    for name in _SEEN_BY:
        if name not in links:
            continue
        state = _STATES.get(name)
        people[name] = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if theme == "dark" else "light",
            reduced_motion="reduce",
            storage_state=state,
        )
        if state is None:
            page = people[name].new_page()
            page.goto(links[name])
            page.locator("form:has(#token) button").click()
            page.wait_for_url(lambda url: "/sign-in" not in url)
            _STATES[name] = people[name].storage_state()
            page.close()
    address = next(iter(links.values())).partition("/sign-in")[0]
    missed = []
    for name, path in _pages(people, address):
        if wanted and name not in wanted:
            continue
        if not any(_shot(context, address + path, OUT / f"{name}-{look}.jpg") for context in people.values()):
            missed.append(name)
    for context in people.values():
        context.close()
    return missed


_STATES: dict[str, object] = {}


def _pages(people: Mapping[str, BrowserContext], address: str) -> Iterator[tuple[str, str]]:
    for place in sorted(PLACES, key=lambda one: (one.area, one.order)):
        yield _name(place), "/?period=30d" if place.href == "/" else place.href
    for name, (listed, found_by) in _FIRST_OF.items():
        for context in people.values():
            page = context.new_page()
            page.goto(address + listed)
            link = page.locator(found_by).first
            found = link.get_attribute("href") if link.count() else None
            page.close()
            if found:
                yield name, found
                break


def _name(place: Place) -> str:
    return re.sub(r"[^a-z]+", "-", place.href.strip("/").lower()) or "overview"


def _shot(context: BrowserContext, address: str, path: Path) -> bool:
    page = context.new_page()
    try:
        answer = page.goto(address, wait_until="load")
        if answer is None or answer.status != 200:
            return False
        page.wait_for_function(_LOADED, timeout=_PARTS_MS)
        page.wait_for_timeout(400)  # charts are drawn after the page is there
        page.screenshot(path=path, type="jpeg", quality=72)
        print(path.name)
        return True
    finally:
        page.close()


@contextmanager
def _up(folder: Path, address: str) -> Iterator[None]:
    command = [sys.executable, "-m", "wardlaw", "up", "--config", str(folder / "wardlaw.yaml"), "--quiet"]
    with (folder / "up.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    try:
        end = time.monotonic() + _START_S
        while True:
            try:
                with urllib.request.urlopen(f"{address}/sign-in", timeout=1):
                    break
            except (urllib.error.URLError, OSError):
                if time.monotonic() > end or process.poll() is not None:
                    raise
                time.sleep(0.2)
        yield
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
