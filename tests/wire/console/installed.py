"""A whole installation on loopback, started as a user starts it, with one person for each role."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser import Look, Screen
from tests.keyboard import Keyboard
from tests.wire.cli.test_up import Machine
from wardlaw.facts.person import Role


class Installed(Machine):
    """One installation and who works with it.

    Args:
        folder: Empty folder.
    """

    def begin(self) -> None:
        """Make it, start it, let its admin in by the account of this machine."""
        made = self.json("init", ".")
        config = self.folder / "wardlaw.yaml"
        config.write_text(config.read_text().replace("127.0.0.1:8085/v1", f"127.0.0.1:{self.model}/v1"))
        self.up()
        self.run("token", "redeem", made["admin_token"])

    @property
    def address(self) -> str:
        """Of the console."""
        return f"http://{self.env['WARDLAW_CONTROL_LISTEN']}"

    def person(self, name: str, *roles: Role) -> str:
        """Add a person; answers a one-time token."""
        given = [word for role in roles for word in ("--role", role.value)]
        self.run("person", "add", name, "--name", name.title(), *given)
        return self.invite(name)

    def invite(self, name: str) -> str:
        """A one-time token of somebody."""
        told = self.run("token", "invite", name)
        found = re.search(r"wlo_\S+", told)
        assert found, told
        return found[0]

    def api_token(self, name: str) -> str:
        """An API token of somebody, for the command line."""
        return self.run("token", "redeem", "-", "--api-token", stdin=self.invite(name) + "\n").strip()

    def screen(self, browser: Browser, token: str, look: Look | None = None) -> Screen:
        """Somebody's browser, signed in."""
        screen = Screen(browser, self.address, look)
        screen.sign_in(token)
        return screen

    def keys(self, browser: Browser, token: str) -> Keyboard:
        """Somebody's keyboard, signed in by it."""
        made = Keyboard(Screen(browser, self.address))
        made.sign_in(token)
        return made


def installed(folder: Path) -> Installed:
    """A running installation."""
    made = Installed(folder)
    made.begin()
    return made
