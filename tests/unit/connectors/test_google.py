from __future__ import annotations

import pytest

from tests.unit.connectors.scripted import Answer, Platform
from wardlaw.connectors.google import (
    ACTIVITY,
    CONTROLS,
    DIRECTORY,
    LOGS,
    OVERLAP_S,
    PASSWORDS,
    POLICIES,
    REPORTS,
    TOKENS,
    USERS,
    GoogleConnector,
)
from wardlaw.connectors.googletoken import TokenRefusedError
from wardlaw.connectors.vendorclient import VendorClient
from wardlaw.facts.errors import UnavailableError
from wardlaw.inventory.model import Account, App, Grant, Tristate

LOG_FEEDS = {application: feed for feed, application in LOGS.items()}
USER = {"kind": "admin#directory#user", "id": "100", "primaryEmail": "ada@acme.example", "suspended": False}
TOKEN = {
    "kind": "admin#directory#token", "clientId": "c.apps", "displayText": "Notes\u0000", "anonymous": False, "nativeApp": False,
    "userKey": "100", "scopes": ["https://mail.google.com/", "openid"],
}  # fmt: skip


def read(platform: Platform, feed, watermark=""):
    return list(GoogleConnector(platform.client()).read(feed, watermark))


def things(pages):
    return [one.thing for page in pages for one in page.sightings]


def gaps(pages):
    return [gap for page in pages for gap in page.gaps]


def event(name: str, time: str, **parameters) -> dict:
    told = [
        {"name": key, ("multiValue" if isinstance(value, list) else "value"): value}
        for key, value in parameters.items()
    ]
    return {
        "kind": "admin#reports#activity", "id": {"time": time, "uniqueQualifier": "1", "applicationName": "token"},
        "actor": {"profileId": "100", "email": "ada@acme.example"}, "events": [{"type": "auth", "name": name, "parameters": told}],
    }  # fmt: skip


def test_users_over_pages_with_a_cut_in_the_middle(platform: Platform) -> None:
    second = {"id": "101", "primaryEmail": "bob@acme.example", "suspended": True}
    platform.on(
        DIRECTORY,
        Answer({"users": [USER], "nextPageToken": "p2"}),
        Answer({"users": [second]}, cut=True),
        Answer({"users": [second]}),
    )
    pages = read(platform, USERS)
    assert [(one.id, one.state) for one in things(pages) if isinstance(one, Account)] == [
        ("100", "active"),
        ("101", "suspended"),
    ]
    assert [query.get("pageToken") for _, _, query in platform.asked] == [None, "p2", "p2"]
    assert gaps(pages) == []


def test_tokens_of_each_user_and_of_one_deleted_meanwhile(platform: Platform) -> None:
    platform.on(DIRECTORY, Answer({"users": [USER, {"id": "101"}, {"id": "102"}]}))
    platform.on(f"{DIRECTORY}/100/tokens", Answer({"items": [TOKEN, TOKEN | {"clientId": "d", "anonymous": True}]}))
    platform.on(f"{DIRECTORY}/102/tokens", Answer({"kind": "admin#directory#tokenList"}))
    platform.on(f"{DIRECTORY}/101/tokens", Answer(MISSING, 404))
    platform.on(f"{DIRECTORY}/101", Answer(MISSING, 404))
    pages = read(platform, TOKENS)
    grants = [one for one in things(pages) if isinstance(one, Grant)]
    assert [(one.id, one.scopes, one.granted_at) for one in grants] == [
        ("100/c.apps", ("https://mail.google.com/", "openid"), 0), ("100/d", ("https://mail.google.com/", "openid"), 0),
    ]  # fmt: skip
    assert [(one.name, one.verified) for one in things(pages) if isinstance(one, App)] == [
        ("Notes\ufffd", Tristate.UNKNOWN),
        ("Notes\ufffd", Tristate.NO),
    ]
    assert gaps(pages) == []
    assert {method for method, _, _ in platform.asked} == {"GET"}


@pytest.mark.parametrize(
    "answer", [Answer({}, 403), Answer({}, 404), Answer({"items": [{"userKey": "100"}]}), Answer({"items": [3]})]
)
def test_what_could_not_be_read_of_one_user_is_a_gap(platform: Platform, answer: Answer) -> None:
    platform.on(DIRECTORY, Answer({"users": [USER]}))
    platform.on(f"{DIRECTORY}/100/tokens", answer)
    assert len(gaps(read(platform, TOKENS))) == 1


def test_a_user_without_an_id_is_a_gap(platform: Platform) -> None:
    platform.on(DIRECTORY, Answer({"users": [{"primaryEmail": "x"}]}))
    assert gaps(read(platform, TOKENS))
    assert gaps(read(platform, USERS))


@pytest.mark.parametrize(
    "answer", [Answer({}, 401), Answer([1]), Answer({"users": 3}), Answer({"users": [], "nextPageToken": "same"})]
)
def test_a_listing_that_fails_is_never_taken_for_an_empty_one(platform: Platform, answer: Answer) -> None:
    platform.on(DIRECTORY, answer)
    with pytest.raises(UnavailableError):
        read(platform, USERS)


def test_the_log_tells_of_grants_revocations_and_uses(platform: Platform) -> None:
    items = [
        event("activity", "2026-09-20T12:00:00.000Z", client_id="c", app_name="Notes", api_name="drive", method_name="files.get"),
        event("revoke", "2026-09-20T11:00:00.000Z", client_id="d", scope=["a"]),
        event("authorize", "2026-09-20T10:00:00.000Z", client_id="c", app_name="Notes", scope=["b", "a"]),
        event("deny", "2026-09-20T09:00:00.000Z", client_id="e"),
    ]  # fmt: skip
    platform.on(f"{REPORTS}/token", Answer({"items": items, "nextPageToken": "n"}), Answer({"items": items[:1]}))
    pages = read(platform, ACTIVITY)
    sightings = [one for page in pages for one in page.sightings if isinstance(one.thing, Grant)]
    assert [(one.thing.id, one.ended, one.thing.usage_known) for one in sightings] == [
        ("100/c#use", False, True), ("100/d", True, False), ("100/c", False, False), ("100/c#use", False, True),
    ]  # fmt: skip
    assert (sightings[2].thing.granted_at, sightings[2].thing.scopes) == (sightings[2].at, ("a", "b"))
    assert (pages[-1].watermark, pages[-1].covered_until, pages[-1].notes) == (
        repr(sightings[0].at),
        sightings[0].at,
        (),
    )


def test_the_next_run_reads_the_last_hour_again_and_says_what_is_not_licensed(platform: Platform) -> None:
    platform.on(f"{REPORTS}/token", Answer({}))
    (page,) = read(platform, ACTIVITY, "1790000000.5")[1:]
    assert platform.asked[0][2]["startTime"] == "2026-09-21T13:13:20Z"
    assert OVERLAP_S == 3_600
    assert (page.watermark, page.gaps) == ("1790000000.5", ())
    assert "not licensed" in page.notes[0]
    assert GoogleConnector(platform.client()).feeds() == (USERS, TOKENS, PASSWORDS, *LOGS)


MISSING = {"error": {"code": 404, "errors": [{"reason": "notFound", "domain": "global"}]}}


def test_an_empty_list_of_one_person_is_asked_for_twice_and_held_against_one_that_had_something(
    platform: Platform,
) -> None:
    platform.on(DIRECTORY, Answer({"users": [USER, {"id": "101"}]}))
    platform.on(f"{DIRECTORY}/100/tokens", Answer({"items": [TOKEN]}))
    platform.on(f"{DIRECTORY}/101/tokens", Answer({}), Answer({"items": [TOKEN | {"clientId": "late"}]}))
    pages = read(platform, TOKENS)
    assert {one.app for one in things(pages) if isinstance(one, Grant)} == {"c.apps", "late"}
    assert gaps(pages) == []
    platform.on(f"{DIRECTORY}/100/tokens", Answer({"items": [TOKEN]}), Answer({}))
    platform.on(f"{DIRECTORY}/101/tokens", Answer({}))
    assert "empty lists were not believed" in gaps(read(platform, TOKENS))[0]


def test_an_end_that_comes_too_early_is_believed_only_with_a_witness(platform: Platform) -> None:
    first, empty = Answer({"users": [USER], "nextPageToken": "p2"}), Answer({"kind": "admin#directory#users"})
    platform.on(DIRECTORY, first, empty, Answer({"users": [USER | {"id": "101"}]}))
    assert [one.id for one in things(read(platform, USERS))] == ["100", "101"]
    platform.on(DIRECTORY, first, empty, empty, first)
    assert [one.id for one in things(read(platform, USERS))] == ["100"]
    platform.on(DIRECTORY, first, empty)
    with pytest.raises(UnavailableError, match="had entries is empty"):
        read(platform, USERS)


def test_app_passwords_are_credentials_without_an_end(platform: Platform) -> None:
    asp = {
        "codeId": 7,
        "name": "mail\u202e on phone",
        "creationTime": "1790000000000",
        "lastTimeUsed": "0",
        "userKey": "100",
    }
    platform.on(DIRECTORY, Answer({"users": [USER]}))
    platform.on(f"{DIRECTORY}/100/asps", Answer({"items": [asp, {"codeId": ""}, asp | {"creationTime": []}]}))
    pages = read(platform, PASSWORDS)
    (found,) = things(pages)
    assert (found.id, found.account, found.type, found.created_at, found.last_used_at, found.never_expires) == (
        "asp/100/7", "100", "app password", 1790000000.0, 0.0, True,
    )  # fmt: skip
    assert found.name == "mail\ufffd on phone"
    assert len(gaps(pages)) == 2


def test_api_controls_are_told_as_notes_and_a_right_that_was_not_given_too(platform: Platform) -> None:
    policy = {
        "setting": {"type": "settings/api_controls.unconfigured_third_party_apps", "value": {"accessLevel": "BLOCK_ALL"}},
        "policyQuery": {"orgUnit": "orgUnits/1"},
    }  # fmt: skip
    connector = GoogleConnector(platform.client(), platform.client())
    assert connector.feeds()[-1] == CONTROLS
    platform.on(POLICIES, Answer({"policies": [policy, 3, {"setting": {}}]}))
    (page,) = connector.read(CONTROLS, "")
    assert page.notes == ("API control unconfigured_third_party_apps: accessLevel BLOCK_ALL (orgUnits/1).",)
    platform.on(POLICIES, Answer({"policies": [policy] * 30}))
    (page,) = connector.read(CONTROLS, "")
    assert (len(page.notes), page.notes[-1]) == (21, "10 further policies of API controls are not named.")
    platform.on(POLICIES, Answer({}))
    assert "defaults hold" in next(connector.read(CONTROLS, "")).notes[0]

    def refused() -> dict[str, str]:
        raise TokenRefusedError("WL-INV-010", "no token", "")

    closed = VendorClient(platform.url, authorise=refused, clock=lambda: 0.0, sleep=lambda _: None)
    assert "not delegated" in next(GoogleConnector(platform.client(), closed).read(CONTROLS, "")).notes[0]


def test_a_mail_address_in_a_log_becomes_the_id_that_listings_have(platform: Platform) -> None:
    entry = event(
        "ASSIGN_ROLE", "2026-09-20T10:00:00.000Z", USER_EMAIL="bob@acme.example", ROLE_NAME="_SEED_ADMIN_ROLE"
    )
    platform.on(f"{REPORTS}/admin", Answer({"items": [entry, entry]}))
    platform.on(f"{DIRECTORY}/bob%40acme.example", Answer({"id": "101"}))
    connector = GoogleConnector(platform.client())
    told = [one for page in connector.read(LOG_FEEDS["admin"], "") for one in page.activities]
    assert {(one.account, one.actor, one.object) for one in told} == {("101", "100", "_SEED_ADMIN_ROLE")}
    assert platform.paths().count(f"{DIRECTORY}/bob%40acme.example") == 1
    platform.on(f"{DIRECTORY}/bob%40acme.example", Answer({}, 500))
    with pytest.raises(UnavailableError):
        list(GoogleConnector(platform.client()).read(LOG_FEEDS["admin"], ""))
    platform.on(f"{DIRECTORY}/bob%40acme.example", Answer({}, 404))
    told = [one for page in GoogleConnector(platform.client()).read(LOG_FEEDS["admin"], "") for one in page.activities]
    assert told[0].account == "bob@acme.example"
