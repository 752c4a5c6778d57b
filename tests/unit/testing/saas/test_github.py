"""The stand-in for GitHub: pages, refusals, changes that it carries out, and what the connector reads of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.worlds import NOW, github_world
from wardlaw.connectors.github import MEMBERS, GithubConnector
from wardlaw.connectors.vendorclient import VendorClient
from wardlaw.inventory.activity import Activity
from wardlaw.inventory.model import Account, AccountState, App, Credential, Grant
from wardlaw.testing.saas.github import GithubPlatform, GithubQuota
from wardlaw.testing.saas.message import SaasRequest, read_request
from wardlaw.testing.saas.server import serve


def ask(platform: GithubPlatform, target: str, method: str = "GET", body: Any = None) -> tuple[int, Any]:
    raw = json.dumps(body).encode() if body is not None else b""
    answer = platform.answer(read_request(method, target, {"Host": "x"}, raw))
    return answer.status, answer.body


@pytest.mark.parametrize(
    "target",
    [
        "/x",
        "/orgs/other/members",
        "/orgs/acme/x",
        "/repos/acme/none/keys",
        "/repos/acme/web/keys/99",
        "/repos/acme/web/x",
    ],
)
def test_what_is_not_there_is_said_in_githubs_words(target: str) -> None:
    status, body = ask(GithubPlatform(github_world()), target)
    assert (status, body["message"]) == (404, "Not Found")


@pytest.mark.parametrize(
    ("method", "target", "body", "id_"),
    [
        ("POST", "/orgs/acme/personal-access-tokens/2", {"action": "revoke"}, "token/2"),
        ("POST", "/orgs/acme/personal-access-token-requests/3", {"action": "deny"}, "token-request/3"),
        ("DELETE", "/orgs/acme/credential-authorizations/9", None, "credential/9"),
        ("DELETE", "/repos/acme/web/keys/4", None, "deploy-key/acme/web/4"),
    ],
)
def test_changes_happen_once(method: str, target: str, body: Any, id_: str) -> None:
    platform = GithubPlatform(github_world())
    if body:
        assert ask(platform, target, method, {"action": "approve"})[0] == 422
    assert id_ in {**platform.world.grants, **platform.world.credentials}
    assert [ask(platform, target, method, body)[0] for _ in range(2)] == [204, 404]
    assert id_ not in {**platform.world.grants, **platform.world.credentials}


def test_an_organisation_without_enterprise_cloud_has_no_log_and_no_single_sign_on() -> None:
    world = github_world()
    world.extras["github cloud"] = {"is": False}
    platform = GithubPlatform(world)
    assert [ask(platform, f"/orgs/acme/{one}")[0] for one in ("audit-log", "credential-authorizations", "members")] == [
        404,
        404,
        200,
    ]


def test_empty_answers_are_githubs_own() -> None:
    platform = GithubPlatform(github_world())
    assert platform.empty(SaasRequest("GET", "/orgs/acme/members")).body == []
    assert platform.empty(SaasRequest("GET", "/orgs/acme/installations")).body == {
        "total_count": 0,
        "installations": [],
    }


@pytest.mark.parametrize("is_secondary", [False, True])
def test_more_than_the_quota_waits_until_it_comes_back(is_secondary: bool) -> None:
    now = [NOW]
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    quota = GithubQuota(2, window_s=3_000, clock=lambda: now[0], is_secondary=is_secondary)
    with serve(GithubPlatform(github_world(), page_most=1), quota=quota) as served:
        client = VendorClient(served.url, authorise=dict, clock=lambda: now[0], sleep=sleep)
        connector = GithubConnector(client, "acme")
        pages = list(connector.read(MEMBERS, ""))
    assert len([one for page in pages for one in page.sightings]) == 3
    assert quota.refused == 1
    assert max(slept) == pytest.approx(3_000, abs=2)


def test_what_the_connector_reads_is_the_organisation() -> None:
    world = github_world()
    with serve(GithubPlatform(world, page_most=2)) as served:
        client = VendorClient(served.url, authorise=dict, clock=lambda: NOW, sleep=lambda _: None)
        connector = GithubConnector(client, "acme")
        *listings, audit = connector.feeds()
        things = [one.thing for feed in listings for page in connector.read(feed, "") for one in page.sightings]
        pages = list(connector.read(audit, ""))
        later = list(connector.read(audit, pages[-1].watermark))
    people = {one.id: one for one in things if isinstance(one, Account) and one.state is AccountState.ACTIVE}
    assert people == world.accounts
    assert {one.id: one for one in things if isinstance(one, Grant)} == world.grants
    assert {one.id: one for one in things if isinstance(one, Credential)} == world.credentials
    assert {one.id: one for one in things if isinstance(one, App)} == world.apps
    told = [one for page in pages for one in page.activities]
    assert [one.id for one in told] == [f"audit/{one.id}" for one in world.activities]
    expected = [
        {name: getattr(one, name) for name in Activity.__struct_fields__ if name != "id"} for one in world.activities
    ]
    assert [
        {name: getattr(one, name) for name in Activity.__struct_fields__ if name != "id"} for one in told
    ] == expected
    assert pages[-1].covered_until == max(one.at for one in world.activities)
    assert [one.id for page in later for one in page.activities] == [told[-1].id]  # of the last hour
