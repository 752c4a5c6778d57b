from __future__ import annotations

import pytest

from tests.unit.connectors.aiworlds import DAY, NOW, openai_at, openai_world
from tests.unit.connectors.scripted import Answer, Platform
from wardlaw.connectors.openaiadmin import ACCOUNTS, ADMIN_KEYS, AUDIT, KEYS, PROJECTS, USE, USERS
from wardlaw.facts.errors import UnavailableError
from wardlaw.inventory.activity import Deed
from wardlaw.inventory.aiapps import ai_vendor_of
from wardlaw.inventory.importing.badrow import day_of
from wardlaw.inventory.model import AccountKind, AccountState, Use
from wardlaw.testing.saas.openai import OpenaiPlatform
from wardlaw.testing.saas.server import serve


def things(pages, kind=object):
    return [one.thing for page in pages for one in page.sightings if isinstance(one.thing, kind)]


@pytest.mark.parametrize("page", [0, 1])
def test_it_reads_what_the_organisation_has(page: int) -> None:
    with serve(OpenaiPlatform(openai_world(), page=page)) as served:
        told = {feed: list(openai_at(served.url).read(feed, "")) for feed in openai_at(served.url).feeds()}
    assert not [gap for pages in told.values() for one in pages for gap in one.gaps]
    assert [(one.id, one.acts_as, one.state) for one in things(told[USERS])] == [
        ("user-1", AccountKind.HUMAN, AccountState.ACTIVE), ("user-2", AccountKind.HUMAN, AccountState.SUSPENDED),
    ]  # fmt: skip
    assert [(one.id, ai_vendor_of(one)) for one in things(told[PROJECTS])] == [
        ("proj_a", "openai"), ("proj_b", "openai"), ("proj_c", "openai"),
    ]  # fmt: skip
    assert [(one.id, one.acts_as, one.name) for one in things(told[ACCOUNTS])] == [
        ("svc_1", AccountKind.NHI, "night\ufffd job")
    ]
    (admin,) = things(told[ADMIN_KEYS])
    assert (admin.type, admin.account, admin.never_expires) == ("admin key", "user-1", True)
    assert [(one.id, one.account, one.type, one.app, one.expires_at, one.last_used_at) for one in things(told[KEYS])] == [
        ("key_1", "user-1", "project key", "proj_a", NOW + DAY, NOW - DAY), ("key_2", "user-2", "project key", "proj_a", 0, 0),
        ("key_3", "svc_1", "service account key", "proj_b", 0, 0),
    ]  # fmt: skip
    assert [(one.account, one.app, one.calls, one.tokens) for one in things(told[USE], Use)] == [
        ("key_1", "proj_a", 7, 1_000), ("none", "proj_a", 1, 10), ("key_3", "proj_b", 40, 9_000),
    ]  # fmt: skip
    assert {one.day for one in things(told[USE], Use)} == {day_of(NOW), day_of(NOW - 9 * DAY), day_of(NOW - 10 * DAY)}
    events = [one for one_page in told[USE] for one in one_page.activities]
    assert [(one.credential, one.calls) for one in events] == [("key_1", 7), ("key_3", 40)]  # today is not over
    role, key = (one for one_page in told[AUDIT] for one in one_page.activities)
    assert (role.deed, role.account, role.actor, role.object) == (Deed.ROLE_ASSIGNED, "user-2", "user-1", "role_1")
    assert (key.deed, key.credential, key.app, key.scopes, key.ip) == (
        Deed.CREDENTIAL_ADDED, "key_3", "proj_b", ("model.request",), "192.0.2.4",
    )  # fmt: skip
    assert "sk-" not in repr(told)


def test_use_is_grouped_and_read_again_for_some_days() -> None:
    with serve(OpenaiPlatform(openai_world())) as served:
        pages = list(openai_at(served.url).read(USE, repr(NOW - DAY)))
        query = served.asked[0].query
    assert int(query["start_time"]) == 20_695 * DAY
    assert query["group_by[]"] == "project_id"
    assert [one.account for one in things(pages, Use)] == ["none"]
    assert pages[-1].covered_until == NOW


@pytest.mark.parametrize(
    "answer", [Answer({}, 403), Answer({"data": 3}), Answer([]), Answer({"data": [{"id": "x"}], "has_more": True})]
)
def test_what_is_no_list_is_never_taken_for_an_empty_one(platform: Platform, answer: Answer) -> None:
    platform.on("/v1/organization/users", answer)
    with pytest.raises(UnavailableError):
        list(openai_at(platform.url).read(USERS, ""))


def test_nonsense_is_a_gap(platform: Platform) -> None:
    platform.on("/v1/organization/projects", Answer({"data": [{"id": "p"}, {}, 7]}))
    platform.on(
        "/v1/organization/projects/p/api_keys",
        Answer({"data": [{"id": ""}, {"id": "k", "created_at": "x"}, {"id": "k", "owner": 3}, {"id": "ok"}]}),
    )
    pages = list(openai_at(platform.url).read(KEYS, ""))
    assert ([one.id for one in things(pages)], sum(len(one.gaps) for one in pages)) == (["ok"], 5)
    for kind in ("completions", "embeddings", "moderations", "images", "audio_speeches", "audio_transcriptions"):
        platform.on(
            f"/v1/organization/usage/{kind}",
            Answer(
                {
                    "data": [
                        {"start_time": "x"},
                        {"start_time": 5, "results": 7},
                        {"start_time": 5, "results": [{"num_model_requests": True}]},
                    ]
                }
            ),
        )
    pages = list(openai_at(platform.url).read(USE, "nonsense"))
    assert (sum(len(one.gaps) for one in pages), things(pages, Use)[0].calls) == (12, 0)
