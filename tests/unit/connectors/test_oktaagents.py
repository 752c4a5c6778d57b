from __future__ import annotations

import pytest

from tests.organisations import gaps, okta_connector, organisation, pages, things
from tests.unit.connectors.scripted import Answer, Platform
from wardlaw.connectors.oktaagents import AGENTS
from wardlaw.facts.errors import UnavailableError
from wardlaw.inventory.model import AccountState
from wardlaw.testing.saas.okta import OktaPlatform
from wardlaw.testing.saas.server import serve


@pytest.mark.parametrize("feed", ["agents", "agent-connections"])
def test_where_there_are_none_a_gap_says_so_and_nothing_is_taken_for_gone(feed: str) -> None:
    platform = OktaPlatform(organisation())
    platform.has_agents = False
    with serve(platform) as served:
        found = pages(okta_connector(served.url), feed)
    assert (gaps(found), things(found)) == (["AI agents are not to be had here: Okta answers 403."], [])


@pytest.mark.parametrize("feed", ["agents", "agent-connections"])
def test_a_refusal_of_another_kind_is_an_error(platform: Platform, feed: str) -> None:
    platform.on(AGENTS, Answer({}, 401))
    with pytest.raises(UnavailableError):
        pages(okta_connector(platform.url), feed)


def test_pages_that_are_told_beside_the_entries(platform: Platform) -> None:
    onward = {"next": {"href": f"https://acme.okta.com{AGENTS}?after=1"}}
    first = {"data": [{"id": "a", "status": "INACTIVE"}], "_links": onward}
    platform.on(AGENTS, Answer(first), Answer({"data": [{"id": "b", "status": "STAGED", "profile": {"name": "B"}}]}))
    found = [one for one in things(pages(okta_connector(platform.url), "agents")) if hasattr(one, "state")]
    assert [(one.id, one.state) for one in found] == [("a", AccountState.SUSPENDED), ("b", AccountState.UNKNOWN)]


def test_connections_by_what_they_lead_to(platform: Platform) -> None:
    platform.on(AGENTS, Answer({"data": [{"id": "a"}, {"id": "gone"}, {"name": "nobody"}]}))
    platform.on(f"{AGENTS}/gone/connections", Answer({"errorCode": "E0000007"}, 404))
    entries = [
        {"id": "1", "resource": {"orn": "orn:x"}, "scopes": ["b", "a"]},
        {"id": "2", "app": {"orn": "orn:y"}, "status": "ACTIVE"},
        {"id": "3", "resourceIndicator": "z", "status": "STAGED"},
        {"id": "4"},
        {"id": "5", "resource": 3},
    ]
    platform.on(f"{AGENTS}/a/connections", Answer({"data": entries}))
    found = pages(okta_connector(platform.url), "agent-connections")
    grants = [one for one in things(found) if hasattr(one, "scopes")]
    assert [(one.account, one.scopes) for one in grants] == [("app:orn:x", ("a", "b")), ("app:orn:y", ())]
    assert len(gaps(found)) == 3
