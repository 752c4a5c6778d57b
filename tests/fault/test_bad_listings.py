"""What organisations really do to a directory: people get other names, apps are deleted and made again, names are hostile, scopes
are such as nobody has heard of. Through each platform's own answers and the real store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import Engine
from tests.fault.test_resumed_listings import ALL, client_at
from tests.storeclient import StoreClient
from tests.worlds import github_world, google_world

from wardlaw.cli.syncing import sync_feed
from wardlaw.connectors.feed import Connector
from wardlaw.connectors.github import MEMBERS, GithubConnector
from wardlaw.connectors.google import TOKENS, USERS, GoogleConnector
from wardlaw.inventory.model import Account, App, FeedKind, Item
from wardlaw.inventory.risk import Privilege, scope_risk
from wardlaw.store.database import reading
from wardlaw.store.inventory import list_items
from wardlaw.testing.databases import sqlite_database
from wardlaw.testing.saas.github import GithubPlatform
from wardlaw.testing.saas.google import GooglePlatform
from wardlaw.testing.saas.server import serve

HOSTILE = "<script>alert(1)</script>\u202egpj.exe\u2066\x1b[2J\u0000\r\n'; DROP TABLE x; -- \ud83d"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with sqlite_database(tmp_path) as made:
        yield made


def items(engine: Engine, kind: type) -> dict[str, Item]:
    with reading(engine) as connection:
        return {one.thing.id: one for one in list_items(connection) if isinstance(one.thing, kind)}


def sync(connector: Connector, client: Any, *feeds: Any) -> None:
    for feed in feeds or [feed for feed in connector.feeds() if feed.kind is FeedKind.LISTING]:
        assert sync_feed(connector, feed, "acme", client)["state"] == "complete"


def test_a_person_with_another_name_is_the_same_where_the_platform_has_an_id(engine: Engine) -> None:
    world, client = google_world(), StoreClient(engine)
    with serve(GooglePlatform(world)) as served:
        connector = GoogleConnector(client_at(served.url))
        sync(connector, client, USERS, TOKENS)
        before = items(engine, Account)
        world.put(msgspec.structs.replace(world.accounts["100"], name="married@acme.example"))
        sync(connector, client, USERS, TOKENS)
    after = items(engine, Account)
    assert after.keys() == before.keys()
    assert (getattr(after["100"].thing, "name", ""), after["100"].is_there) == ("married@acme.example", True)
    assert after["100"].first_seen_at == before["100"].first_seen_at
    assert after["100"].past == ()


def test_a_person_with_another_login_is_another_account_of_github(engine: Engine) -> None:
    """GitHub's listings of tokens name people by login alone: so the old account is gone, and told as gone."""
    world, client = github_world(), StoreClient(engine)
    with serve(GithubPlatform(world)) as served:
        connector = GithubConnector(client_at(served.url), "acme")
        sync(connector, client, MEMBERS)
        del world.accounts["ada"]
        world.put(Account("ada-lovelace", name="ada-lovelace"))
        sync(connector, client, MEMBERS)
    told = items(engine, Account)
    assert (told["ada"].is_there, told["ada-lovelace"].is_there) == (False, True)


def test_an_app_that_was_deleted_and_made_again_is_another_app_and_one_that_came_back_the_same(engine: Engine) -> None:
    world, client = google_world(), StoreClient(engine)
    with serve(GooglePlatform(world)) as served:
        connector = GoogleConnector(client_at(served.url))
        sync(connector, client, TOKENS)
        granted = {key: one for key, one in world.grants.items() if one.app == "sheets.apps"}
        for key in granted:
            del world.grants[key]
        sync(connector, client, TOKENS)
        assert not items(engine, App)["sheets.apps"].is_there
        (key, old), *_ = granted.items()
        world.put(msgspec.structs.replace(world.apps["sheets.apps"], id="sheets-2.apps"))  # of the same name
        world.put(msgspec.structs.replace(old, id="102/sheets-2.apps", app="sheets-2.apps"))
        sync(connector, client, TOKENS)
        apps = items(engine, App)
        assert (apps["sheets.apps"].is_there, apps["sheets-2.apps"].is_there) == (False, True)
        world.put(old)
        sync(connector, client, TOKENS)
    back = items(engine, App)["sheets.apps"]
    assert back.is_there
    assert len(back.past) == 1  # it says that it was gone in between
    assert back.since > back.past[0].until >= back.first_seen_at
    assert key


@pytest.mark.parametrize("name", ALL)
def test_a_hostile_name_is_kept_as_a_text_that_nothing_obeys(name: str, engine: Engine) -> None:
    one, client = ALL[name], StoreClient(engine)
    platform: Any = one.make()
    hostile = HOSTILE.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    for id_, app in [*platform.world.apps.items()]:
        platform.world.apps[id_] = msgspec.structs.replace(app, name=f"{hostile}{id_}")
    for id_, account in [*platform.world.accounts.items()]:
        platform.world.accounts[id_] = msgspec.structs.replace(account, name=f"{hostile}{account.name}")
    with serve(platform) as served:
        connector = one.connect(served.url)
        for feed in connector.feeds():
            if feed.kind is FeedKind.LISTING:
                sync_feed(connector, feed, "acme", client)  # type: ignore[arg-type]
    told = [item.thing for kind in (App, Account) for item in items(engine, kind).values()]
    names = [thing.name for thing in told if isinstance(thing, App | Account) and "script" in thing.name]
    assert names
    assert all(text.isprintable() for text in names)


@pytest.mark.parametrize("platform", ["google", "entra", "okta", "github", "slack", "salesforce"])
@pytest.mark.parametrize("scope", ["scope.nobody.knows", "", "<b>", "x" * 5_000, "Mail.Read\u202e"])
def test_a_scope_nobody_has_heard_of_counts_as_high_and_says_so(platform: str, scope: str) -> None:
    risk = scope_risk(platform, scope)
    assert (risk.privilege >= Privilege.HIGH, risk.known) == (True, False)
