from __future__ import annotations

import pytest

from tests.unit.connectors.salesforceworld import ADA, BOB, BOT, CHAT, MAIL, NOW, ROGUE, connector_at, salesforce_world
from wardlaw.connectors import salesforce
from wardlaw.connectors.salesforce import APPS, EVENTS, LOGINS, SETUP, TOKENS, USERS
from wardlaw.facts.errors import UnavailableError
from wardlaw.inventory.activity import Deed
from wardlaw.inventory.model import Account, AccountKind, AccountState, App, Consent, Grant
from wardlaw.testing.saas.salesforce import SalesforcePlatform
from wardlaw.testing.saas.server import serve

CHAT_ID, MAIL_ID = "name:Chat helper", "name:Mail sync"
SHOWN = "name:My Ticket's \\ Portal%E2%80%AE"


def things(pages, kind=object):
    return [one.thing for page in pages for one in page.sightings if isinstance(one.thing, kind)]


def activities(pages):
    return [one for page in pages for one in page.activities]


def test_it_reads_what_the_organisation_has_over_pages() -> None:
    with serve(SalesforcePlatform(salesforce_world(), page=1)) as served:
        told = {feed: list(connector_at(served.url).read(feed, "")) for feed in connector_at(served.url).feeds()}
        asked = [one.query.get("q", "") for one in served.asked]
    assert not [gap for pages in told.values() for page in pages for gap in page.gaps]
    assert not any("DeleteToken" in soql or "AccessToken" in soql for soql in asked)  # a reader needs no token's text
    assert [(one.id, one.acts_as, one.state) for one in things(told[USERS], Account)] == [
        (ADA[:15], AccountKind.HUMAN, AccountState.ACTIVE), (BOB[:15], AccountKind.HUMAN, AccountState.SUSPENDED),
        (BOT[:15], AccountKind.NHI, AccountState.ACTIVE),
    ]  # fmt: skip
    assert [(one.id, one.name) for one in things(told[APPS], App)] == [
        (CHAT_ID, "Chat helper"),
        (MAIL_ID, "Mail sync"),
    ]
    assert [(one.app, one.consent) for one in things(told[APPS], Grant)] == [(MAIL_ID, Consent.ADMIN)]
    assert [(one.account, one.app, one.last_used_at, one.usage_known) for one in things(told[TOKENS], Grant)] == [
        (ADA[:15], CHAT_ID, NOW - 60, True), (BOB[:15], CHAT_ID, 0, True), (BOT[:15], MAIL_ID, NOW - 90, True),
        (ADA[:15], SHOWN, 0, True),
    ]  # fmt: skip
    consent, login = activities(told[LOGINS])
    assert (consent.deed, consent.via, consent.app, consent.consent) == (
        Deed.CONSENT,
        "device_code",
        SHOWN,
        Consent.USER,
    )
    assert (login.deed, login.via, login.app, login.country) == (Deed.SIGN_IN, "OauthRefreshToken", MAIL_ID, "DE")
    (change,) = activities(told[SETUP])
    assert (change.deed, change.actor, change.method) == (Deed.ROLE_ASSIGNED, ADA[:15], "PermSetAssign")


def test_an_hour_of_events_is_counted_and_keeps_no_text_of_queries() -> None:
    with serve(SalesforcePlatform(salesforce_world())) as served:
        pages = list(connector_at(served.url).read(EVENTS, ""))
    told = {(one.deed, one.method): one for one in activities(pages)}
    count, query = told[Deed.USE, "select count()"], told[Deed.USE, "query"]
    assert (count.object, count.calls, count.app, count.account) == ("Account", 3, CHAT_ID, BOB[:15])
    assert (query.items, query.bytes, query.user_agent, query.ip) == (
        200,
        9_000,
        "python-requests/2.32.4",
        "203.0.113.7",
    )
    assert (told[Deed.EXPORT, "BulkApi2 query"].items, told[Deed.EXPORT, "BulkApi2 query"].object) == (12_345, "Case")
    assert told[Deed.TRACE_REMOVED, "job deleted"].object == "Case"
    assert told[Deed.EXPORT, "report export"].object.startswith("/00O")
    assert "SELECT" not in repr(pages)
    assert len({one.id for one in activities(pages)}) == 5
    assert float(pages[-1].watermark) == pages[-1].covered_until > NOW - 3_300


def test_the_next_run_reads_only_newer_files_and_logins() -> None:
    with serve(SalesforcePlatform(salesforce_world())) as served:
        mark = list(connector_at(served.url).read(EVENTS, ""))[-1].watermark
        files = [one for one in served.asked if one.path.endswith("LogFile")]
        list(connector_at(served.url).read(EVENTS, repr(float(mark) + 3_601)))
        assert len([one for one in served.asked if one.path.endswith("LogFile")]) == len(files)
        logins = list(connector_at(served.url).read(LOGINS, ""))
        # The login of a browser, which tells nothing, still moves the mark.
        assert logins[-1].covered_until == NOW - 7_900
        assert activities(connector_at(served.url).read(LOGINS, repr(NOW))) == []


def test_more_tokens_than_one_query_shows_are_read_by_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(salesforce, "MOST_TOKENS", 3)
    with serve(SalesforcePlatform(salesforce_world())) as served:
        assert len(things(connector_at(served.url).read(TOKENS, ""), Grant)) == 4
        assert len([one for one in served.asked if "WHERE UserId" in one.query.get("q", "")]) == 3
        served.platform.world.accounts.pop(BOB)  # type: ignore[attr-defined]
        with pytest.raises(UnavailableError, match="3 were shown where 4"):
            list(connector_at(served.url).read(TOKENS, ""))


def test_what_is_not_licensed_is_a_gap() -> None:
    world = salesforce_world()
    world.extras["missing EventLogFile"] = {"code": "INVALID_TYPE"}
    with serve(SalesforcePlatform(world)) as served:
        (page,) = connector_at(served.url).read(EVENTS, "")
        assert "INVALID_TYPE" in page.gaps[0]
    world.activities.clear()
    del world.extras["missing EventLogFile"]
    with serve(SalesforcePlatform(world)) as served:
        assert "not licensed" in list(connector_at(served.url).read(EVENTS, ""))[-1].notes[0]


def test_two_apps_of_one_label_count_as_one_and_it_is_said() -> None:
    world = salesforce_world()
    world.apps[MAIL] = App(MAIL, "Chat helper")
    with serve(SalesforcePlatform(world)) as served:
        (page,) = connector_at(served.url).read(APPS, "")
        assert page.notes == ("Several apps are called Chat helper: they count as one.",)
        assert {one.app for one in things(connector_at(served.url).read(TOKENS, ""), Grant)} == {CHAT_ID, SHOWN}


def test_an_app_stays_the_same_when_somebody_installs_it() -> None:
    world = salesforce_world()
    with serve(SalesforcePlatform(world)) as served:
        before = things(connector_at(served.url).read(TOKENS, ""), Grant)
        world.extras[f"app {ROGUE}"] = {}
        assert things(connector_at(served.url).read(TOKENS, ""), Grant) == before
        world.apps.pop(CHAT)
        world.grants = {key: one for key, one in world.grants.items() if one.app != CHAT}
        events = activities(connector_at(served.url).read(EVENTS, ""))
        assert {one.app for one in events} == {CHAT[:15], SHOWN}
