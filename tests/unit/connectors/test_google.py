from __future__ import annotations

import pytest

from tests.unit.connectors.scripted import Answer, Platform
from wardlaw.connectors.google import ACTIVITY, DIRECTORY, OVERLAP_S, REPORTS, TOKENS, USERS, GoogleConnector
from wardlaw.facts.errors import UnavailableError
from wardlaw.inventory.model import Account, App, Grant, Tristate

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


@pytest.mark.parametrize("answer", [Answer({}, 403), Answer({"items": [{"userKey": "100"}]}), Answer({"items": [3]})])
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
    platform.on(REPORTS, Answer({"items": items, "nextPageToken": "n"}), Answer({"items": items[:1]}))
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
    platform.on(REPORTS, Answer({}))
    (page,) = read(platform, ACTIVITY, "1790000000.5")[1:]
    assert platform.asked[0][2]["startTime"] == "2026-09-21T13:13:20Z"
    assert OVERLAP_S == 3_600
    assert (page.watermark, page.gaps) == ("1790000000.5", ())
    assert "not licensed" in page.notes[0]
    assert GoogleConnector(platform.client()).feeds() == (USERS, TOKENS, ACTIVITY)
