from __future__ import annotations

import pytest

from tests.unit.connectors.aiworlds import DAY, NOW, anthropic_at, anthropic_world
from tests.unit.connectors.scripted import Answer, Platform
from wardlaw.connectors.anthropicadmin import ACCOUNTS, ACTIVITY, KEYS, USE, USERS, WORKSPACES
from wardlaw.facts.errors import UnavailableError
from wardlaw.inventory.activity import Deed
from wardlaw.inventory.aiapps import ai_vendor_of
from wardlaw.inventory.model import AccountKind, Use
from wardlaw.testing.saas.anthropic import AnthropicPlatform
from wardlaw.testing.saas.server import serve


def things(pages, kind=object):
    return [one.thing for page in pages for one in page.sightings if isinstance(one.thing, kind)]


@pytest.mark.parametrize("page", [0, 1])
def test_it_reads_what_the_organisation_has(page: int) -> None:
    with serve(AnthropicPlatform(anthropic_world(), page=page)) as served:
        told = {feed: list(anthropic_at(served.url).read(feed, "")) for feed in anthropic_at(served.url).feeds()}
    assert not [gap for pages in told.values() for one in pages for gap in one.gaps]
    assert [one.name for one in things(told[USERS])] == ["ada@acme.example", "bob@acme.example"]
    assert [(one.id, ai_vendor_of(one)) for one in things(told[WORKSPACES])] == [
        ("wrkspc_1", "anthropic"), ("wrkspc_2", "anthropic"),
    ]  # fmt: skip
    assert [(one.id, one.acts_as, one.owner) for one in things(told[ACCOUNTS])] == [
        ("svac_1", AccountKind.NHI, "user_1"), ("svac_2", AccountKind.NHI, "user_1"),
    ]  # fmt: skip
    assert [(one.id, one.account, one.app, one.expires_at, one.never_expires) for one in things(told[KEYS])] == [
        ("apikey_1", "user_1", "wrkspc_1", 0, True), ("apikey_2", "user_2", "", NOW + DAY, False),
    ]  # fmt: skip
    assert [(one.account, one.app, one.calls, one.tokens) for one in things(told[USE], Use)] == [
        ("apikey_1", "wrkspc_1", 0, 500), ("apikey_1", "wrkspc_1", 0, 50),
    ]  # fmt: skip
    assert told[USE][0].notes == ("Anthropic counts tokens, and no calls.",)
    (key,) = (one for one_page in told[ACTIVITY] for one in one_page.activities)
    assert (key.deed, key.credential, key.app, key.ip, key.actor) == (
        Deed.CREDENTIAL_ADDED, "apikey_2", "wrkspc_1", "192.0.2.5", "user_2",
    )  # fmt: skip
    # A chat tells nothing, and still moves the mark.
    assert told[ACTIVITY][-1].covered_until == NOW - 2 * DAY


def test_the_feed_of_activities_is_not_everybodys() -> None:
    with serve(AnthropicPlatform(anthropic_world(), has_compliance=False)) as served:
        with pytest.raises(UnavailableError, match="403"):
            list(anthropic_at(served.url).read(ACTIVITY, ""))
        list(anthropic_at(served.url).read(USERS, ""))
    with serve(AnthropicPlatform(anthropic_world())) as served:
        list(anthropic_at(served.url).read(ACTIVITY, repr(NOW)))
        assert served.asked[0].query["created_at.gte"].startswith("20")


def test_nonsense_and_older_shapes(platform: Platform) -> None:
    keys = [
        {"id": ""},
        {"id": "k"},
        7,
        {"id": "k1", "status": "active", "workspace_id": "w"},
        {"id": "k2", "status": "active", "scope": 3},
    ]
    platform.on("/v1/organizations/api_keys", Answer({"data": keys}))
    (page,) = anthropic_at(platform.url).read(KEYS, "")
    assert ([(one.id, one.app) for one in things([page])], len(page.gaps)) == ([("k1", "w")], 2)
    platform.on(
        "/v1/organizations/usage_report/messages",
        Answer({"data": [{}, {"starting_at": "2026-09-01T00:00:00Z", "results": None}]}),
    )
    assert len(next(iter(anthropic_at(platform.url).read(USE, ""))).gaps) == 2
    platform.on("/v1/organizations/workspaces", Answer({"data": [{"id": "w", "archived_at": "2026-01-01T00:00:00Z"}]}))
    assert things(anthropic_at(platform.url).read(WORKSPACES, "")) == []
