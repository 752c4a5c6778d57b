"""A house for the commands about grants: the API itself, and a revoker over an organisation of the tests."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import msgspec
import pytest
from tests.console_fakes import Api
from tests.unit.cli.worldrevoker import ApiClient, WorldRevoker
from tests.unit.console.api.test_grants import MAIL, taken

from wardlaw.cli import opening
from wardlaw.cli.commands import grantrevoking, grants
from wardlaw.facts.person import Role
from wardlaw.inventory.model import App, Credential, Grant
from wardlaw.testing.saas.world import Charter, World

CONFIG = """version: 1
inventory:
  directories:
    - {name: acme, platform: google, subject: a@b.example, credential: "env:X", write_credential: "env:Y"}
"""


@pytest.fixture
def house(tmp_path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    (tmp_path / "api").mkdir()
    api = Api(tmp_path / "api")
    world = World(Charter("acme", "google", 5.0))
    world.put(
        App("app-1", "ChatGPT\x1b[2J"), Grant("g1", "ada", "app-1", scopes=(MAIL,)), Grant("g2", "bob", "app-1", scopes=(MAIL,)),
        Grant("g3", "ada", "app-3", scopes=("openid",)), Credential("c1", "ada", "key"),
    )  # fmt: skip
    revoker = WorldRevoker(world)
    sec, ops = api.person("sec", Role.CISO), api.person("ops", Role.SECOPS)
    made = SimpleNamespace(
        api=api, world=world, revoker=revoker, sec=sec, ops=ops, client=ApiClient(api, sec), slept=[]
    )
    (tmp_path / "wardlaw.yaml").write_text(CONFIG)
    for module in (grants, grantrevoking):
        monkeypatch.setattr(module, "connect", lambda _options: made.client)
    monkeypatch.setattr(opening, "open_revoker", lambda *_args, **_more: revoker, raising=False)
    monkeypatch.setattr(grantrevoking.time, "sleep", made.slept.append)
    listed(made)
    yield made
    api.close()


def listed(house: SimpleNamespace) -> None:
    """What a reading of the world tells."""
    shelves = (house.world.apps, house.world.grants, house.world.credentials)
    tags = {App: "app", Grant: "grant", Credential: "credential"}
    things = [msgspec.to_builtins(thing) | {"kind": tags[type(thing)]} for shelf in shelves for thing in shelf.values()]
    taken(house.api, house.sec, *things)
