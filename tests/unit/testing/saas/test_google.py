"""The stand-in for Google: pages, refusals, changes that it carries out, and what the connector reads of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.worlds import NOW, google_world
from wardlaw.connectors.google import GoogleConnector
from wardlaw.connectors.vendorclient import VendorClient
from wardlaw.inventory.activity import Deed
from wardlaw.inventory.model import Account, App, Credential, Grant
from wardlaw.testing.saas.google import GooglePlatform, GoogleQuota, code_of
from wardlaw.testing.saas.message import SaasRequest, read_request
from wardlaw.testing.saas.server import serve

USERS = "/admin/directory/v1/users"
LOG = "/admin/reports/v1/activity/users/all/applications"


def ask(platform: GooglePlatform, target: str, method: str = "GET", body: Any = None) -> tuple[int, Any]:
    raw = json.dumps(body).encode() if body is not None else b""
    answer = platform.answer(read_request(method, target, {}, raw))
    return answer.status, answer.body


def test_listings_come_in_pages_that_the_token_leads_through() -> None:
    platform = GooglePlatform(google_world())
    found, target = [], f"{USERS}?maxResults=2"
    while target:
        _, body = ask(platform, target)
        found += [one["id"] for one in body["users"]]
        target = f"{USERS}?maxResults=2&pageToken={body['nextPageToken']}" if "nextPageToken" in body else ""
    assert found == ["100", "101", "102", "103", "104"]
    assert [
        ask(platform, f"{USERS}?{bad}")[0]
        for bad in ("maxResults=501", "maxResults=x", "pageToken=zzz", "pageToken=YXQgOTk=")
    ] == [400] * 4
    assert "items" not in ask(platform, f"{USERS}/101/tokens")[1]


@pytest.mark.parametrize(
    "target",
    [
        "/x",
        f"{USERS}/999/tokens",
        f"{USERS}/100/tokens/none",
        f"{USERS}/100/asps/1",
        f"{USERS}/100/x",
        f"{LOG}/token/x",
    ],
)
def test_what_is_not_there_is_said_in_googles_words(target: str) -> None:
    status, body = ask(GooglePlatform(google_world()), target)
    assert (status, body["error"]["errors"][0]["reason"]) == (404, "notFound")


def test_deletions_and_signing_out_happen_and_stand_in_the_log() -> None:
    platform = GooglePlatform(google_world())
    assert ask(platform, f"{USERS}/p0@acme.example/tokens/notes.apps")[1]["scopes"] == [
        "https://mail.google.com/",
        "openid",
    ]
    assert ask(platform, f"{USERS}/100/tokens/notes.apps", "DELETE")[0] == 204
    assert ask(platform, f"{USERS}/100/tokens/notes.apps", "DELETE")[0] == 404
    assert ask(platform, f"{USERS}/100/asps/7")[1]["creationTime"] == str(int((NOW - 9 * 86400) * 1000))
    assert ask(platform, f"{USERS}/100/asps/7", "DELETE")[0] == 204
    assert ask(platform, f"{USERS}/100/signOut", "POST")[0] == 204
    assert platform.signed_out == ["100"]
    newest = ask(platform, f"{LOG}/token")[1]["items"][0]
    assert newest["events"][0]["name"] == "revoke"
    assert ask(platform, f"{LOG}/admin")[1]["items"][0]["events"][0]["name"] == "REVOKE_ASP"
    assert platform.world.activities[-1].deed is Deed.CREDENTIAL_REMOVED


def test_the_log_keeps_to_times_names_persons_and_what_is_licensed() -> None:
    platform = GooglePlatform(google_world())
    names = [one["events"][0]["name"] for one in ask(platform, f"{LOG}/token")[1]["items"]]
    assert names == ["deny", "activity", "activity", "authorize"]
    assert len(ask(platform, f"{LOG}/token?eventName=activity")[1]["items"]) == 2
    assert len(ask(platform, f"{LOG.replace('all', '104')}/token")[1]["items"]) == 1
    start = "2026-09-20T14:13:25Z"  # five seconds after the first entry
    assert len(ask(platform, f"{LOG}/token?startTime={start}")[1]["items"]) == 3
    assert len(ask(platform, f"{LOG}/token?endTime={start}")[1]["items"]) == 1
    for bad in (
        "startTime=yesterday",
        "startTime=2999-01-01T00:00:00Z",
        f"startTime={start}&endTime=2026-01-01T00:00:00Z",
    ):
        assert ask(platform, f"{LOG}/token?{bad}")[0] == 400
    unlicensed = GooglePlatform(google_world(), tells_use=False)
    assert [one["events"][0]["name"] for one in ask(unlicensed, f"{LOG}/token")[1]["items"]] == ["deny", "authorize"]
    platform.world.now += 200 * 86_400
    assert "items" not in ask(platform, f"{LOG}/token")[1]


def test_agents_stand_in_the_log_in_the_raw_shape() -> None:
    (entry,) = ask(GooglePlatform(google_world()), f"{LOG}/drive")[1]["items"]
    assert entry["isAgenticAction"] is True
    assert entry["actor"]["agentAttributionInfo"] == {
        "agentId": "ag-1", "agentName": "Minutes", "agentType": "GEMINI", "agentOwner": {"email": "p1@acme.example"},
    }  # fmt: skip
    assert entry["actor"]["applicationInfo"]["oauthClientId"] == "sheets.apps"


def test_an_empty_answer_is_googles_own_and_policies_are_filtered() -> None:
    platform = GooglePlatform(google_world())
    assert platform.empty(SaasRequest("GET", USERS)).body == {"kind": "admin#empty"}
    assert platform.empty(SaasRequest("GET", f"{USERS}/100")).body == {}
    filtered = "/v1/policies?filter=setting.type.matches('^settings/api_controls\\..*$')"
    assert len(ask(platform, filtered)[1]["policies"]) == 2
    assert "policies" not in ask(platform, "/v1/policies?filter=setting.type.matches('^settings/gmail.*$')")[1]
    assert ask(platform, "/token", "POST")[1]["token_type"] == "Bearer"


@pytest.mark.parametrize("status", [429, 403])
def test_more_than_the_quota_waits_for_its_window(status: int) -> None:
    now = [NOW]
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    quota = GoogleQuota(2, window_s=60, clock=lambda: now[0], status=status)
    world = google_world()
    with serve(GooglePlatform(world, page_most=2), quota=quota) as served:
        client = VendorClient(served.url, authorise=dict, clock=lambda: now[0], sleep=sleep)
        connector = GoogleConnector(client)
        pages = list(connector.read(connector.feeds()[0], ""))
    assert len([one for page in pages for one in page.sightings]) == 5
    assert quota.refused > 0
    assert sum(slept) > 10


def test_what_the_connector_reads_is_the_organisation() -> None:
    world = google_world()
    with serve(GooglePlatform(world, page_most=2)) as served:
        client = VendorClient(served.url, authorise=dict, clock=lambda: NOW, sleep=lambda _: None)
        connector = GoogleConnector(client, client)
        users, tokens, passwords, *_, controls = connector.feeds()
        things = [
            one.thing
            for feed in (users, tokens, passwords)
            for page in connector.read(feed, "")
            for one in page.sightings
        ]
        (page,) = connector.read(controls, "")
    assert {one.id: one for one in things if isinstance(one, Account)} == world.accounts
    assert {one.id: one for one in things if isinstance(one, Grant)} == world.grants
    assert {one.id: one for one in things if isinstance(one, Credential)} == world.credentials
    names = {one.id: (one.name, one.verified) for one in things if isinstance(one, App)}
    assert names == {
        id_: (app.name.replace("\u202e", "\ufffd").replace("\u0007", "\ufffd"), app.verified)
        for id_, app in world.apps.items()
    }
    assert len(page.notes) == 2


def test_an_app_password_without_a_number_gets_one() -> None:
    assert code_of(Credential("asp/100/7", "100", "x")) == 7
    assert code_of(Credential("anything", "100", "x")) == code_of(Credential("anything", "100", "x")) > 0
