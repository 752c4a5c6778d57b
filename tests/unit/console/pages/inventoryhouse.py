"""A browser at a house that knows some grants, for the tests of the pages about them."""

from __future__ import annotations

from pathlib import Path

import msgspec

from tests.console_fakes import Api, api_of
from tests.unit.console.api.test_grants import MAIL, grant, taken
from tests.unit.console.pages.browser import Browser
from wardlaw.config.values import SettingValue
from wardlaw.console.api.house import ConnectedDirectory, House
from wardlaw.facts.person import Role
from wardlaw.inventory.revocation import RevocationStep, StepKind

HOSTILE = "<script>alert(1)</script>" + "\u202e" + "x" * 10_000


def plan_steps(directory, things, app):
    """Steps as a platform's revoker would plan them."""
    return tuple(
        RevocationStep(
            f"grant {one.id}", StepKind.GRANT, one.id, one.account, one.app, f"DELETE /{one.id}", "Let it in."
        )
        for one in things
    )


class InventoryHouse:
    """An API with grants, and browsers of persons with roles.

    Args:
        folder: Empty folder.
    """

    def __init__(self, folder: Path) -> None:
        self.api = Api(folder)
        house = House(
            version="9.9", mode="enforce", connected=(ConnectedDirectory("acme", "google", revokes=True),
            ConnectedDirectory("later", "okta")), channels=("ops",), log_keys=("log.example+0badcafe",),
            settings=(SettingValue("data_dir", "/srv/wardlaw", "file wardlaw.yaml:3"), SettingValue("logs.level", "info", "default")),
        )  # fmt: skip
        self.api.made.deps = msgspec.structs.replace(self.api.made.deps, plan_steps=plan_steps, house=house)
        self.api.app = api_of(self.api.made.deps)
        self.uid = self.api.person("filler", Role.CISO)
        taken(
            self.api, self.uid, {"kind": "app", "id": "app-1", "name": "ChatGPT", "publisher": "Maker", "verified": "no"},
            {"kind": "app", "id": "app-2", "name": HOSTILE}, {"kind": "account", "id": "ada", "acts_as": "human"},
            {"kind": "account", "id": "bot", "acts_as": "nhi", "name": "Bot"}, grant("g1"), grant("g2", account="bob"),
            grant("g3", "app-2", scopes=("openid",)), {"kind": "credential", "id": "c1", "account": "bot", "type": "key"},
        )  # fmt: skip

    def browser(self, name: str, *roles: Role) -> Browser:
        """Somebody's browser, signed in."""
        made = Browser(self.api)
        self.api.made.clock.now = max(self.api.made.clock.now, made.front.clock())
        made.sign_in(name, *roles)
        return made

    def empty(self, folder: Path) -> Browser:
        """A browser at a house that knows nothing."""
        made = Browser(Api(folder))
        made.sign_in("nobody", Role.CISO)
        return made


__all__ = ["HOSTILE", "MAIL", "InventoryHouse"]
