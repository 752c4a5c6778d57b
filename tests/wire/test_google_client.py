"""google-api-python-client, unmodified, reads of our stand-in what the organisation is, and changes it."""

from __future__ import annotations

from tests.wire.vendorclients import run_client
from tests.worlds import google_world
from wardlaw.inventory.model import AccountState, Tristate
from wardlaw.testing.saas.google import GooglePlatform
from wardlaw.testing.saas.server import serve


def test_the_vendors_client_reads_the_organisation_and_takes_things_away() -> None:
    world, before = google_world(), google_world()
    sent: list[str] = []
    platform = GooglePlatform(
        world, send=lambda _address, headers, _body: sent.append(headers["X-Goog-Resource-State"])
    )
    with serve(platform) as served:
        told = run_client("google", served.url, "2026-09-20T14:13:25.000Z")
    people = sorted(before.accounts.values(), key=lambda one: one.id)
    assert told["users"] == [[one.id, one.name, one.state is AccountState.SUSPENDED] for one in people]
    assert told["tokens"] == [
        [
            one.account,
            one.app,
            before.apps[one.app].name,
            list(one.scopes),
            before.apps[one.app].verified is Tristate.NO,
        ]
        for person in people
        for one in before.grants_of(account=person.id)
    ]
    assert told["asps"] == [["100", 7, "mail"], ["104", 8, "old"]]
    assert told["log"] == {
        "token": ["deny", "activity", "activity", "authorize"],
        "admin": ["ASSIGN_ROLE", "AUTHORIZE_API_CLIENT_ACCESS"],
        "drive": ["download"],
        "login": ["login_success"],
    }
    assert told["since"] == ["deny", "activity", "activity"]
    assert (told["channel"], sent) == (["one", True, "api#channel"], ["sync"])
    assert [one["type"] for one in told["policies"]] == [
        "settings/api_controls.internal_apps",
        "settings/api_controls.unconfigured_third_party_apps",
    ]
    assert told["strange"] == []  # held against the descriptions of the interfaces that come with the client
    assert told["after"] == [404, "Resource Not Found: clientId"]
    assert {*before.grants} - {*world.grants} == {"100/notes.apps"}
    assert {*before.credentials} - {*world.credentials} == {"asp/100/7"}
    assert platform.signed_out == ["100"]
