"""Passkeys in a real browser with an authenticator of software, at a real listener: made, shown, proven with, copied."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser

from tests.browser import Screen
from tests.console_fakes import START, make_dependencies
from tests.wire.console.nearby import Console
from wardlaw.facts.person import Role

pytestmark = pytest.mark.xdist_group("console-passkeys")  # one installation for all of them

AUTHENTICATOR = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


class Device:
    """A browser with an authenticator that keeps passkeys."""

    def __init__(self, chromium: Browser, console: Console) -> None:
        self.screen = Screen(chromium, console.address)
        self.page = self.screen.page
        self.page.set_default_timeout(20_000)
        self._session = self.screen.context.new_cdp_session(self.page)
        self._session.send("WebAuthn.enable")
        self.id = self.ask("addVirtualAuthenticator", options=AUTHENTICATOR)["authenticatorId"]

    def ask(self, method: str, **values: Any) -> Any:
        return self._session.send(f"WebAuthn.{method}", values)

    def credentials(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask("getCredentials", authenticatorId=self.id)["credentials"]
        return found

    def first(self, token: str) -> None:
        """Come with a one-time link and make a passkey."""
        self.screen.enter(token)
        self.page.get_by_role("button", name="Make a passkey").click()
        self.page.wait_for_url("**/?notice=passkey")

    def sign_out(self) -> None:
        self.page.get_by_role("button", name="Sign out", exact=True).first.click()
        self.page.wait_for_url("**/sign-in")

    def sign_in(self) -> None:
        self.screen.go("/sign-in")
        self.page.get_by_role("button", name="Sign in with a passkey").click()


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    made = Console(make_dependencies(tmp_path_factory.mktemp("console")))
    made.begin()
    yield made
    made.end()


@pytest.fixture
def device(chromium: Browser, console: Console) -> Iterator[Device]:
    made = Device(chromium, console)
    yield made
    assert made.screen.faults == []
    made.screen.close()


def test_a_passkey_is_made_signs_in_and_proves(device: Device, console: Console) -> None:
    console.made.clock.now = START
    device.first(console.person("ann", Role.SECOPS))
    kept = device.credentials()
    assert [(one["rpId"], one["isResidentCredential"]) for one in kept] == [("localhost", True)]
    device.sign_out()
    device.sign_in()
    device.page.wait_for_url(f"{console.address}/")

    console.made.clock.now = START + 301
    device.screen.go("/me")
    device.page.get_by_label("What it is for").fill("laptop of <Ann> & others")
    device.page.get_by_role("button", name="Make a token").click()
    device.page.get_by_role("heading", name="Prove it is you").wait_for()
    device.page.get_by_role("button", name="Show my passkey").click()
    device.page.get_by_text("Your new token").wait_for()
    assert device.page.get_by_role("cell", name="laptop of <Ann> & others").count() == 1
    proofs = console.made.recorder.of("session.prove")
    assert [(one["method"], "failed" in one) for one in proofs] == [("passkey", False)]
    assert device.credentials()[0]["signCount"] > kept[0]["signCount"]


def test_a_passkey_without_its_owner_opens_nothing(device: Device, console: Console) -> None:
    device.first(console.person("bea"))
    device.sign_out()
    device.ask("setUserVerified", authenticatorId=device.id, isUserVerified=False)
    device.sign_in()
    device.page.get_by_text("The browser gave no passkey.").wait_for()
    assert device.page.url.endswith("/sign-in")


def test_a_copy_of_a_passkey_is_noticed(device: Device, console: Console) -> None:
    device.first(console.person("cay"))
    device.sign_out()
    device.sign_in()
    device.page.wait_for_url(f"{console.address}/")
    device.sign_out()
    # A copy does not know how often the other was used since.
    copy = device.credentials()[0] | {"signCount": 0}
    device.ask("clearCredentials", authenticatorId=device.id)
    device.ask("addCredential", authenticatorId=device.id, credential=copy)
    device.sign_in()
    device.page.get_by_text("This passkey does not open this console.").wait_for()
    last = console.made.recorder.of("session.enter_passkey")[-1]
    assert (last["failed"], last["person"]) == ("passkey", "person:cay")


def test_an_answer_opens_once_and_in_its_own_browser(device: Device, console: Console) -> None:
    device.first(console.person("dot"))
    device.sign_out()
    sent: list[str] = []
    device.page.on("request", lambda one: sent.append(one.post_data or "") if "/sign-in/passkey" in one.url else None)
    device.sign_in()
    device.page.wait_for_url(f"{console.address}/")
    assert len(sent) == 1
    cookies = {one["name"]: one["value"] for one in device.screen.context.cookies() if one["name"] == "wardlaw-door"}
    headers = {"origin": console.address, "content-type": "application/x-www-form-urlencoded"}
    again = httpx.post(f"{console.address}/sign-in/passkey", content=sent[0], headers=headers, cookies=cookies)
    assert again.status_code == 403
    assert "set-cookie" not in again.headers

    device.sign_out()
    device.page.route("**/sign-in/passkey", lambda route: route.abort())
    device.sign_in()
    device.page.wait_for_timeout(500)
    assert len(sent) == 2
    stranger = httpx.post(f"{console.address}/sign-in/passkey", content=sent[1], headers=headers)
    assert stranger.status_code == 403


def test_a_second_passkey_needs_the_first(device: Device, console: Console) -> None:
    console.made.clock.now = START
    device.first(console.person("eve"))
    console.made.clock.now = START + 400
    device.screen.context.clear_cookies()
    # An admin's one-time link lets somebody in, and adds no passkey beside the one there is.
    device.screen.go(f"/sign-in#{console.invite('eve')}")
    device.page.locator("main form button").first.click()
    device.page.wait_for_url(lambda url: "/sign-in" not in url)
    other = device.ask("addVirtualAuthenticator", options=AUTHENTICATOR | {"transport": "usb"})["authenticatorId"]
    device.screen.go("/me")
    device.page.get_by_role("button", name="Add a passkey").click()
    device.page.wait_for_load_state()
    assert len(console.made.recorder.of("passkeys.add")) == len(
        {one["passkey"] for one in console.made.recorder.of("passkeys.add")}
    )
    assert device.ask("getCredentials", authenticatorId=other)["credentials"] is not None
    held = [one for one in console.made.recorder.of("passkeys.add") if one["person"] == "person:eve"]
    assert len(held) == 1


def test_passkeys_are_listed_and_removed(device: Device, console: Console) -> None:
    console.made.clock.now = START
    device.first(console.person("fay"))
    device.screen.go("/me")
    device.page.locator("summary", has_text="Remove").click()
    device.page.locator("details.act form button").click()
    device.page.wait_for_url("**/me?notice=removed")
    device.sign_out()
    device.sign_in()
    device.page.get_by_text("This passkey does not open this console.").wait_for()
