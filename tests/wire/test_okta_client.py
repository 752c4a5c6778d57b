"""Okta's own client, unmodified, reads of our stand-in what the organisation is, and changes it."""

from __future__ import annotations

from tests.organisations import organisation
from tests.wire.vendorclients import run_client
from wardlaw.testing.saas.okta import OktaPlatform
from wardlaw.testing.saas.server import serve


def test_the_vendors_client_reads_the_organisation_and_takes_things_away() -> None:
    world = organisation()
    with serve(OktaPlatform(world, api_token="word")) as served:
        told = run_client("okta", served.url, "word")
    assert told["users"] == [["00uAda", "ada@acme.example", "ACTIVE"], ["00uBob", "bob@acme.example", "SUSPENDED"]]
    assert told["apps"] == [["0oaNotes", "Notes", "0oaNotes"], ["0oaFiles", "Files", "0oaFiles"]]
    born = "2023-11-14T22:13:20+00:00"
    assert told["grants"]["00uAda"] == [
        ["0oaNotes", "scp0", born],
        ["0oaNotes", "scp1", born],
        ["0oaNotes", "okta.users.read.self", born],
    ]
    assert [scope for _, scope, _ in told["own"]["0oaNotes"]] == ["okta.logs.read", "okta.users.read"]
    assert {source for _, _, source in told["own"]["0oaNotes"]} == {"ADMIN"}
    assert [(one[0], one[1], one[2]) for one in told["tokens"]["0oaNotes"]] == [("rt1", "00uAda", ["openid"])]
    assert told["connections"] == {"0oaNotes": [["across", "0oaFiles", "ACTIVE"]], "0oaFiles": []}
    assert told["api_tokens"] == [["at1", "ci", "00uAda"]]
    assert [word for _, word, _ in told["log"]] == [
        "app.oauth2.as.consent.grant",
        "system.api_token.create",
        "app.oauth2.token.grant.access_token",
    ]
    assert told["again"] == 404
    assert ({*world.grants}, world.credentials) == ({"of-bob", "itself", "of-agent"}, {})
    assert world.grants["itself"].scopes == ("okta.users.read",)
    assert world.extra("account", "00uAda") == {"sessions_ended": True}
