"""Somebody who has just installed Wardlaw follows the link it prints and sees, by keys alone, that what comes to the door is decided."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser import Screen
from tests.keyboard import Keyboard
from tests.wire.cli.test_up import Machine

PASSWORD = "otters paint quiet lanterns"
COUNTED_S = 60.0


@pytest.fixture
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    made = Machine(tmp_path_factory.mktemp("n"))
    try:
        yield made
    finally:
        made.down()


def test_the_printed_link_leads_to_decisions(machine: Machine, chromium: Browser) -> None:
    said = machine.run("init", ".")
    link = re.search(r"(http://localhost:\d+)/sign-in#(wlo_\S+)", said)
    assert link, said
    config = machine.folder / "wardlaw.yaml"
    config.write_text(config.read_text().replace("127.0.0.1:8085/v1", f"127.0.0.1:{machine.model}/v1"))
    machine.up()
    assert "wlo_" not in machine.log  # an old token is never printed into a service's log unasked

    keys = Keyboard(Screen(chromium, link[1]))
    page = keys.page
    keys.start(f"/sign-in#{link[2]}")
    keys.follow(page.locator("form:has(#token) button"))
    keys.write(page.get_by_label("Or a password"), PASSWORD)
    keys.write(page.get_by_label("The same again"), PASSWORD)
    keys.push(page.locator("form[action='/me/password'] [data-shows]"))  # sees what was typed
    assert page.get_by_label("The same again").get_attribute("type") == "text"
    keys.follow(page.get_by_role("button", name="Choose this password"))
    page.wait_for_url("**/?notice=password")

    # Nothing came yet: one button sends something, and it is seen to come, decided.
    keys.follow(page.get_by_role("button", name="Send six sample requests"))
    page.wait_for_url("**/?notice=sent")
    page.locator("#feed tr .dec.cut").first.wait_for(timeout=60_000)
    assert page.locator("#feed tr").count() >= 4

    # The same account goes on in the shell, without another token.
    assert machine.json("person", "whoami")["session"]["roles"] == ["admin"]
    assert [one["method"] for one in machine.json("session", "list")["sessions"]] == ["password"]
    machine.ask(machine.run("key", "create", "app", "--principal", "user:me").strip(), "hello there")
    page.evaluate("sessionStorage.setItem('wardlaw-text-x', 'typed and not handed in')")
    keys.follow(page.get_by_role("button", name="Sign out", exact=True).first)
    page.wait_for_url("**/sign-in")
    assert page.evaluate("sessionStorage.length") == 0
    keys.write(page.get_by_label("Name", exact=True), "admin")
    keys.write(page.get_by_label("Password"), PASSWORD)
    keys.leave("Enter")
    page.wait_for_url(f"{link[1]}/")
    until = time.monotonic() + COUNTED_S
    while "every one decided" not in page.locator("main").inner_text():
        assert time.monotonic() < until
        page.wait_for_timeout(500)
        page.reload()
    keys.close()
    assert "wlo_" not in machine.run("init", ".")  # there is an admin now
