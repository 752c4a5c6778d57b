from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.model import Account, App, Consent, Credential, Grant
from wardlaw.testing.saas.world import Charter, World, load_world, save_world


def acme() -> World:
    world = World(Charter("acme", "google", 1_000.0, {"app a1": {"homepage": "https://a1.example"}}))
    world.put(Account("u1"), App("a1", "Notes"), Grant("u1/a1", "u1", "a1", Consent.USER, ("mail",)))
    world.put(Credential("k1", "u1", "key"))
    return world


def test_what_is_saved_is_what_is_loaded(tmp_path: Path) -> None:
    world = acme()
    world.happen(Activity("e1", 2_000.0, Deed.USE, account="u1", app="a1"))
    save_world(world, tmp_path / "acme")
    again = load_world(tmp_path / "acme", tmp_path / "acme" / "events.jsonl")
    assert (again.accounts, again.apps, again.grants) == (world.accounts, world.apps, world.grants)
    assert again.credentials == world.credentials
    assert again.activities == world.activities
    assert again.now == 2_000.0
    assert again.extra("app", "a1") == {"homepage": "https://a1.example"}


def test_a_line_that_is_none_of_the_format_is_named(tmp_path: Path) -> None:
    save_world(acme(), tmp_path / "acme")
    (tmp_path / "acme" / "grant.jsonl").write_text(
        '{"kind":"grant","id":"g","account":"u","app":"a"}\n{"kind":"app"}\n'
    )
    with pytest.raises(msgspec.ValidationError, match=r"grant\.jsonl, line 2"):
        load_world(tmp_path / "acme")


def test_what_is_revoked_is_gone_and_told() -> None:
    world = acme()
    assert world.revoke("u1/a1", actor="admin") is not None
    assert world.revoke("u1/a1") is None
    assert world.grants_of(app="a1") == []
    (told,) = world.since(0.0)
    assert (told.deed, told.account, told.app, told.actor) == (Deed.REVOKE, "u1", "a1", "admin")


def test_consent_and_a_removed_credential_are_told_in_order() -> None:
    world = acme()
    world.consent(Grant("u1/a2", "u1", "a2", Consent.USER, ("files",)), via="device_code")
    world.now += 5
    assert world.remove_credential("k1") is not None
    assert [one.deed for one in world.since(0.0)] == [Deed.CONSENT, Deed.CREDENTIAL_REMOVED]
    assert [one.deed for one in world.since(1_001.0)] == [Deed.CREDENTIAL_REMOVED]
    assert [one.deed for one in world.since(0.0, 1_000.0)] == [Deed.CONSENT]
