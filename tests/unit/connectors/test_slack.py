from __future__ import annotations

import pytest

from tests.unit.connectors.scripted import Answer, Platform
from tests.unit.connectors.slackworld import DAY, NOW, client_at, connector_at, slack_world
from wardlaw.connectors.slack import (
    APPS,
    AUDIT,
    INTEGRATIONS,
    REQUESTS,
    RESTRICTED,
    RUNS,
    SERVERS,
    USERS,
    SlackConnector,
)
from wardlaw.facts.errors import UnavailableError
from wardlaw.inventory.activity import Deed
from wardlaw.inventory.model import Account, AccountKind, AccountState, App, Consent, Grant, Tristate
from wardlaw.testing.saas.server import serve
from wardlaw.testing.saas.slack import SlackPlatform


def things(pages, kind=object):
    return [one.thing for page in pages for one in page.sightings if isinstance(one.thing, kind)]


def test_it_reads_what_the_organisation_has_over_pages() -> None:
    world = slack_world()
    with serve(SlackPlatform(world, page=1)) as served:
        told = {feed: list(connector_at(served.url).read(feed, "")) for feed in connector_at(served.url).feeds()}
        assert len([one for one in served.asked if one.path == "/api/users.list"]) == 3
        assert {one.form().get("enterprise_id") for one in served.asked if "approved" in one.path} == {"E1"}
    assert not [gap for pages in told.values() for page in pages for gap in page.gaps]
    assert [(one.id, one.acts_as, one.state) for one in things(told[USERS], Account)] == [
        ("U1", AccountKind.HUMAN, AccountState.ACTIVE), ("U2", AccountKind.HUMAN, AccountState.DELETED),
        ("U3", AccountKind.NHI, AccountState.ACTIVE),
    ]  # fmt: skip
    app, grant = things(told[APPS])
    assert (app.name, app.domain, app.verified) == ("Note<b>taker\ufffd", "notes.example", Tristate.NO)
    assert (grant.consent, grant.account, grant.scopes) == (
        Consent.ADMIN, "", ("channels:history", "chat:write", "user:search:read"),
    )  # fmt: skip
    assert [one.id for one in things(told[RESTRICTED])] == ["A2"]
    assert [(one.id, one.consent) for one in things(told[REQUESTS], Grant)] == [("request/Ar9", Consent.REQUESTED)]
    assert things(told[REQUESTS], App)[0].publisher == "this organisation"
    assert things(told[SERVERS]) == [App("mcp/Mcp1", "Notes MCP", "", "mcp.notes.example")]
    assert "whether or not they are installed" in told[SERVERS][0].notes[0]
    assert [(one.id, one.granted_at) for one in things(told[INTEGRATIONS], Grant)] == [
        ("U1/A1", NOW - 20 * DAY), ("U2/A1", NOW - 19 * DAY),
    ]  # fmt: skip
    (run,) = (one for page in told[RUNS] for one in page.activities)
    assert (run.deed, run.app, run.actor, run.object, run.at) == (Deed.USE, "A1", "U1", "notes/search", NOW - 5 * DAY)
    audited = [one for page in told[AUDIT] for one in page.activities]
    assert [one.deed for one in audited] == [Deed.EXPORT, Deed.CONSENT, Deed.CONSENT]
    assert (audited[0].ip, audited[0].user_agent, audited[0].app) == ("192.0.2.7", "python-requests/2.32", "A1")
    assert told[AUDIT][-1].watermark == repr(NOW - 4 * DAY)


def test_a_log_goes_on_where_it_left_off_with_an_hour_of_overlap() -> None:
    with serve(SlackPlatform(slack_world())) as served:
        connector = connector_at(served.url)
        mark = repr(NOW - 4 * DAY + 3_600)
        assert [one.id for page in connector.read(AUDIT, mark) for one in page.activities] == ["dl1"]
        assert served.asked[-1].query["oldest"] == str(int(NOW - 4 * DAY))
        (page,) = connector.read(INTEGRATIONS, repr(NOW - 19 * DAY + 3_600))
        assert [one.account for one in page.activities] == ["U2"]
        list(connector.read(RUNS, mark))
        assert served.asked[-1].form()["min_date_created"] == str(int((NOW - 4 * DAY) * 1_000_000))


def test_another_plan_is_a_gap_and_never_an_empty_list() -> None:
    with serve(SlackPlatform(slack_world(), is_enterprise=False)) as served:
        for feed in (APPS, RESTRICTED, REQUESTS, SERVERS, RUNS, AUDIT):
            pages = list(connector_at(served.url, "T1").read(feed, ""))
            assert "Enterprise" in pages[-1].gaps[0]
            assert not things(pages)
        assert len(things(connector_at(served.url, "T1").read(USERS, ""))) == 3
        assert served.asked[-1].form()["team_id"] == "T1"


@pytest.mark.parametrize("answer", [
    Answer({"ok": False, "error": "invalid_auth"}), Answer({"ok": False}), Answer({"ok": True}), Answer([]), Answer({}, 403),
    Answer({"ok": True, "members": [], "response_metadata": {"next_cursor": "x"}}), Answer({"ok": True, "members": []}, 403),
    Answer({"ok": True, "members": [], "response_metadata": {"next_cursor": 7}}),
])  # fmt: skip
def test_what_is_no_list_is_never_taken_for_an_empty_one(platform: Platform, answer: Answer) -> None:
    platform.on("/api/users.list", answer)
    with pytest.raises(UnavailableError):
        list(connector_at(platform.url).read(USERS, ""))
    platform.on("/audit/v1/logs", answer)
    platform.on("/api/team.integrationLogs", answer)
    for feed in (AUDIT, INTEGRATIONS):
        with pytest.raises(UnavailableError):
            list(connector_at(platform.url).read(feed, ""))


def test_a_quota_is_waited_for(platform: Platform) -> None:
    platform.on(
        "/api/users.list",
        Answer({"ok": False, "error": "ratelimited"}, 429, retry_after="30"),
        Answer({"ok": True, "members": [{"id": "U1"}]}),
    )
    slept: list[float] = []
    connector = SlackConnector(client_at(platform.url, slept), client_at(platform.url), "")
    assert len(things(connector.read(USERS, ""))) == 1
    assert slept[0] == 30


def test_an_entry_that_is_nonsense_is_a_gap(platform: Platform) -> None:
    platform.on(
        "/api/users.list",
        Answer({"ok": True, "members": [{"id": ""}, {"name": "x"}, 7, {"id": "U1", "profile": 3}, {"id": "U2"}]}),
    )
    pages = list(connector_at(platform.url).read(USERS, ""))
    assert (len(pages[0].gaps), [one.id for one in things(pages)]) == (4, ["U2"])
    platform.on(
        "/audit/v1/logs",
        Answer({"entries": [{"id": "1"}, None, {"id": "2", "action": "app_installed", "date_create": "soon"}]}),
    )
    assert len(next(iter(connector_at(platform.url).read(AUDIT, ""))).gaps) == 3
    platform.on(
        "/api/admin.apps.activities.list",
        Answer({"ok": True, "activities": [{"event_type": "x", "created": "x"}, {"event_type": "x", "created": 1e30}]}),
    )
    assert len(next(iter(connector_at(platform.url).read(RUNS, ""))).gaps) == 2


def test_an_address_that_is_none_hides_no_app(platform: Platform) -> None:
    app = {"id": "A1", "app_homepage_url": "https://[x", "name": "n"}
    platform.on("/api/admin.apps.approved.list", Answer({"ok": True, "approved_apps": [{"app": app}]}))
    pages = list(connector_at(platform.url).read(APPS, ""))
    assert [one.id for one in things(pages, App)] == ["A1"]
    platform.on("/api/admin.apps.mcp.servers.list", Answer({"ok": True, "servers": [{"id": "m", "url": "https://[x"}]}))
    assert [one.domain for one in things(connector_at(platform.url).read(SERVERS, ""), App)] == [""]
