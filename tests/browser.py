"""A real browser for the console: Chromium, watched for what a page must never do.

Fixtures are used by importing them into a ``conftest.py``. The browser lives as long as a test module: Playwright keeps a
running loop in its thread, and other modules run loops of their own.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Request, sync_playwright

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip
AXE_RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
COLOUR_RULES = ("color-contrast", "link-in-text-block")
WIDE, PHONE = (1440, 1000), (400, 860)
_TELL = """addEventListener("securitypolicyviolation", (event) =>
  console.error(`broke the policy: ${event.effectiveDirective} ${event.blockedURI} ${event.sample}`));"""
_PATIENCE_MS = 90_000.0  # on a machine that does ten other things
PASSWORD = "several words that are easy to keep"


class Look(msgspec.Struct, frozen=True):
    """How a page is looked at: ``size`` in CSS pixels."""

    theme: str = "light"
    size: tuple[int, int] = WIDE

    @property
    def name(self) -> str:
        return "phone" if self.size == PHONE else self.theme


LOOKS = (Look(), Look("dark"), Look(size=PHONE))


def chromium_path() -> str:
    """Where Chromium is; empty when it is not."""
    return os.environ.get("WARDLAW_TEST_CHROMIUM", "") or next(filter(None, map(shutil.which, CHROMIUM)), "")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser without a screen."""
    path = chromium_path()
    if not path:
        pytest.skip("chromium is not here (WARDLAW_TEST_CHROMIUM)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe_script() -> str:
    """The text of axe-core."""
    folder = os.environ.get("WARDLAW_TEST_BROWSER", "")
    path = Path(folder) / "node_modules" / "axe-core" / "axe.min.js"
    if not folder or not path.is_file():
        pytest.skip("axe-core is not here (WARDLAW_TEST_BROWSER; python -m tools.browserpeers)")
    return path.read_text(encoding="utf-8")


class Screen:
    """One person's browser at one console.

    Args:
        browser: The browser.
        address: Of the console, without a slash at its end.

    What a page must never do is gathered in ``faults``: break the content policy, ask another host, throw, open a dialog, or get
    a 5xx.
    """

    def __init__(
        self, browser: Browser, address: str, look: Look | None = None, *, cookies: Sequence[Any] = ()
    ) -> None:
        look = look or Look()
        self.address = address
        self.faults: list[str] = []
        self.context: BrowserContext = browser.new_context(
            base_url=address,
            color_scheme="dark" if look.theme == "dark" else "light",
            viewport={"width": look.size[0], "height": look.size[1]},
            reduced_motion="reduce",
        )
        if cookies:
            self.context.add_cookies(list(cookies))
        self.context.add_init_script(_TELL)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(_PATIENCE_MS)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.faults.append(f"threw: {error}"))
        self.page.on("dialog", self._dialog)
        self.page.on("request", self._request)
        self.page.on("response", lambda answer: self._answer(answer.status, answer.url))

    def go(self, path: str) -> Page:
        """Open a path of the console."""
        self.page.goto(path, wait_until="load")
        return self.page

    def enter(self, token: str) -> Page:
        """Open the console with a one-time link."""
        self.page.goto(f"/sign-in#{token}")
        self.page.locator("form:has(#token) button").click()
        self.page.wait_for_url(lambda url: "/sign-in" not in url)
        return self.page

    def sign_in(self, token: str, *, password: str = PASSWORD) -> Page:
        """Open the console with a one-time link, and choose a password where it is the first time.

        What needs a fresh proof is then proven for some minutes.
        """
        page = self.enter(token)
        if "/me/first" in page.url:
            page.locator("input[name=password]").fill(password)
            page.locator("input[name=again]").fill(password)
            page.locator("form[action='/me/password'] button:not([type=button])").click()
            page.wait_for_url(lambda url: "/me" not in url)
        return page

    def width_over(self) -> int:
        """How many pixels the page is wider than its window."""
        wide: int = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return wide

    def violations(self, axe: str, looks: Sequence[Look] = LOOKS) -> list[str]:
        """What axe-core finds on the page that stands, in some looks.

        Args:
            axe: Its text, put in by the browser's own hand: the content policy forbids scripts from outside.
        """
        self.page.evaluate(axe)
        found, seen = [], set()
        for look in looks:
            self.page.emulate_media(color_scheme="dark" if look.theme == "dark" else "light")
            self.page.set_viewport_size({"width": look.size[0], "height": look.size[1]})
            rules = COLOUR_RULES if look.size in seen else AXE_RULES  # of one size, themes differ in colours alone
            seen.add(look.size)
            told = self.page.evaluate("rules => axe.run({runOnly: rules, resultTypes: ['violations']})", list(rules))
            found += [
                f"{self.page.url} ({look.name}) {one['id']}: {one['help']}: {node['html'][:160]}"
                for one in told["violations"]
                for node in one["nodes"][:3]
            ]
        return found

    def close(self) -> None:
        self.context.close()

    def _console(self, message: ConsoleMessage) -> None:
        # A refusal shown as a page is told as an error too; the answers are judged by their status below.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.faults.append(f"said: {message.text}")

    def _dialog(self, dialog: Dialog) -> None:
        self.faults.append(f"opened a dialog: {dialog.message}")
        dialog.dismiss()

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.address + "/", "data:", "blob:")):
            self.faults.append(f"asked elsewhere: {request.url}")

    def _answer(self, status: int, url: str) -> None:
        if status >= 500:
            self.faults.append(f"answered {status}: {url}")


def violations(browser: Browser, screen: Screen, look: Look, path: str, axe: str) -> list[str]:
    """What axe-core finds on one page in one look, as the person of a screen sees it; their own page stays where it is."""
    other = Screen(browser, screen.address, look, cookies=screen.context.cookies())
    try:
        other.go(path)
        return other.violations(axe, (look,))
    finally:
        other.close()
