from __future__ import annotations

import pytest

from tests.organisations import ADA, LEDGER, LEDGER_SP, NOTES, entra_connector, gaps, pages, tenant
from tests.unit.connectors.scripted import Answer, Platform
from wardlaw.connectors.entra import PRINCIPALS
from wardlaw.connectors.entragrants import GRANTS_PATH
from wardlaw.facts.errors import UnavailableError
from wardlaw.inventory.model import Account, App, Consent, Grant
from wardlaw.testing.saas.entra import EntraPlatform
from wardlaw.testing.saas.server import serve


def place(found: list) -> str:
    return [page.watermark for page in found if page.watermark][-1]


def sightings(found: list) -> list:
    return [one for page in found for one in page.sightings]


def test_what_was_given_changed_and_taken_away_since_the_last_look() -> None:
    world = tenant()
    platform = EntraPlatform(world)
    platform.page_size = 2
    with serve(platform) as served:
        connector = entra_connector(served.url)
        first = pages(connector, "grant-changes")
        assert {one.thing.account for one in sightings(first)} >= {ADA, ""}
        assert sightings(pages(connector, "grant-changes", place(first))) == []
        world.revoke("on-sites")
        world.revoke("of-bob")
        world.revoke("for-all")
        world.consent(Grant("new", ADA, LEDGER, Consent.USER, ("Chat.Read",)))
        since = pages(connector, "grant-changes", place(first))
    told = {(one.thing.account, one.thing.app): one for one in sightings(since)}
    new = told[ADA, LEDGER]
    assert (new.thing.scopes, new.ended) == (("Chat.Read",), False)
    # One of two resources went: the grant is there still, with what is left of it.
    assert (told[ADA, NOTES].thing.scopes, told[ADA, NOTES].ended) == (("Mail.Read", "openid"), False)
    ended = [one.thing.id for one in sightings(since) if one.ended]
    assert sorted(one.rpartition("/")[2] for one in ended) == ["aaaaaaaa-0000-4000-8000-00000000000b", "all"]


def test_a_place_that_was_forgotten_begins_anew() -> None:
    world = tenant()
    platform = EntraPlatform(world)
    with serve(platform) as served:
        connector = entra_connector(served.url)
        first = pages(connector, "app-changes")
        del world.apps[LEDGER]
        gone = pages(connector, "app-changes", place(first))
        assert [(one.thing.id, one.ended) for one in sightings(gone)] == [(LEDGER_SP, True)]
        platform.expire_deltas()
        anew = pages(connector, "app-changes", place(gone))
    assert [one.ended for one in sightings(anew)].count(True) == 0
    assert {type(one.thing) for one in sightings(anew)} == {App, Account}
    assert (gaps(anew), len([note for page in anew for note in page.notes])) == ([], 1)


def test_a_removed_grant_whose_id_says_nothing_is_left_to_the_listing(platform: Platform) -> None:
    platform.on(PRINCIPALS, Answer({"value": [{"id": "p", "appId": "a"}]}))
    ids = ["x", "A" * 43, "A" * 64, "%%%", 3]
    removed = [{"id": one, "@removed": {"reason": "deleted"}} for one in ids]
    body = {"value": removed, "@odata.deltaLink": f"https://g{GRANTS_PATH}/delta?$deltatoken=1"}
    platform.on(f"{GRANTS_PATH}/delta", Answer(body))
    found = pages(entra_connector(platform.url), "grant-changes", "$deltatoken=0")
    assert (sightings(found), gaps(found)) == ([], [])
    assert "5 grants" in found[0].notes[0]


def test_a_place_too_long_to_keep_is_none(platform: Platform) -> None:
    link = f"https://g{PRINCIPALS}/delta?$deltatoken=" + "x" * 5_000
    platform.on(f"{PRINCIPALS}/delta", Answer({"value": [], "@odata.deltaLink": link}))
    assert [page.watermark for page in pages(entra_connector(platform.url), "app-changes")] == [""]


@pytest.mark.parametrize("watermark", ["", "$deltatoken=1"])
def test_a_platform_that_knows_no_place_at_all_is_an_error(platform: Platform, watermark: str) -> None:
    platform.on(f"{PRINCIPALS}/delta", Answer({}, 410))
    with pytest.raises(UnavailableError):
        pages(entra_connector(platform.url), "app-changes", watermark)
