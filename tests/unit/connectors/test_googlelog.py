"""What entries of the four logs tell: events with from where and how much, and the grants that follow."""

from __future__ import annotations

from typing import Any

import pytest

from tests.worlds import google_world
from wardlaw.connectors.googlelog import APPLICATIONS, EXPORTS, entry_time, log_page
from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.model import Account, AccountKind, Consent, Grant
from wardlaw.testing.saas import googlelog as fake


def entry(
    name: str, application: str = "token", *, more: dict[str, Any] | None = None, **parameters: Any
) -> dict[str, Any]:
    kinds = {list: "multiValue", int: "intValue", bool: "boolValue"}
    told = [{"name": key, kinds.get(type(one), "value"): one} for key, one in parameters.items()]
    return {
        "id": {"time": "2026-09-20T10:00:00.000Z", "uniqueQualifier": "-5", "applicationName": application},
        "actor": {"profileId": "100", "email": "ada@acme.example"},
        "events": [{"type": "x", "name": name, "parameters": told}],
    } | (more or {})  # fmt: skip


def read(*entries: Any, application: str = "token"):
    return log_page(entries, application, id_of=lambda mail: f"id of {mail}")


def only(page) -> Activity:
    (found,) = page.activities
    return found


def test_a_use_carries_method_bytes_network_and_the_agent_that_acted() -> None:
    actor = {
        "profileId": "100",
        "agentAttributionInfo": {"agentId": "ag-1", "agentName": "Minutes", "agentOwner": {"email": "o@acme.example"}},
    }
    network = {"ipAsn": [64500, 64501], "regionCode": "DE"}
    more = {"actor": actor, "isAgenticAction": True, "ipAddress": "192.0.2.1", "networkInfo": network}
    page = read(entry("activity", more=more, client_id="c", app_name="Notes", api_name="gmail",
                      method_name="users.messages.get", num_response_bytes="5000", client_type="WEB"))  # fmt: skip
    told = only(page)
    assert (told.deed, told.account, told.app, told.method, told.bytes) == (
        Deed.USE, "100", "c", "gmail.users.messages.get", 5000,
    )  # fmt: skip
    assert (told.asn, told.ip, told.country, told.agent, told.via) == (64500, "192.0.2.1", "DE", "ag-1", "WEB")
    assert told.id == "token/2026-09-20T10:00:00.000Z/-5/0"
    accounts = [one.thing for one in page.sightings if isinstance(one.thing, Account)]
    assert [(one.id, one.acts_as, one.name, one.owner) for one in accounts] == [
        ("ag-1", AccountKind.AGENT, "Minutes", "o@acme.example")
    ]


@pytest.mark.parametrize("method", sorted(EXPORTS))
def test_methods_that_carry_data_out_are_exports(method: str) -> None:
    assert only(read(entry("activity", client_id="c", method_name=method))).deed is Deed.EXPORT


def test_a_method_that_calls_itself_authorize_is_no_consent() -> None:
    page = read(entry("activity", client_id="c", method_name="authorize", scope=["x"]))
    (grant,) = [one.thing for one in page.sightings if isinstance(one.thing, Grant)]
    assert (grant.id, grant.granted_at) == ("100/c#use", 0)


def test_an_agentic_action_without_an_id_goes_by_the_client() -> None:
    actor = {"profileId": "100", "applicationInfo": {"oauthClientId": "c"}}
    page = read(entry("edit", "drive", more={"actor": actor, "isAgenticAction": True}, doc_id="d"), application="drive")
    assert (only(page).agent, only(page).app, only(page).method) == ("c", "c", "drive.edit")
    page = read(entry("edit", "drive", more={"isAgenticAction": True}), application="drive")
    assert only(page).agent == "unnamed"


def test_what_persons_do_themselves_is_not_kept() -> None:
    assert read(entry("view", "drive", doc_id="d"), application="drive").activities == ()
    assert read(entry("login_success", "login"), application="login").activities == ()
    page = read(entry("download", "drive", doc_id="d", originating_app_id="123"), application="drive")
    assert (only(page).deed, only(page).app, only(page).object, only(page).items) == (
        Deed.EXPORT,
        "project:123",
        "d",
        1,
    )


def test_domain_wide_delegation_is_an_event_and_a_grant_and_ends_when_it_is_taken_away() -> None:
    page = read(entry("AUTHORIZE_API_CLIENT_ACCESS", "admin", API_CLIENT_NAME="1234", API_SCOPES="b, a", DOMAIN_NAME="acme.example"),
                application="admin")  # fmt: skip
    told = only(page)
    assert (told.deed, told.actor, told.account, told.scopes, told.consent) == (
        Deed.DELEGATION_ADDED, "100", "", ("a", "b"), Consent.ADMIN,
    )  # fmt: skip
    (given,) = [one for one in page.sightings if isinstance(one.thing, Grant)]
    assert (given.thing.id, given.thing.account, given.thing.granted_at, given.ended) == (
        "delegation/1234",
        "",
        told.at,
        False,
    )
    page = read(entry("REMOVE_API_CLIENT_ACCESS", "admin", API_CLIENT_NAME="1234"), application="admin")
    assert [one.ended for one in page.sightings if isinstance(one.thing, Grant)] == [True]
    assert only(page).deed is Deed.REVOKE


@pytest.mark.parametrize(
    ("name", "deed"),
    [
        ("ADD_TO_TRUSTED_OAUTH2_APPS", Deed.CONSENT),
        ("ADD_TO_BLOCKED_OAUTH2_APPS", Deed.REFUSAL),
        ("ASSIGN_ROLE", Deed.ROLE_ASSIGNED),
        ("DELETE_ALERT", Deed.TRACE_REMOVED),
        ("DOWNLOAD_USERLIST_CSV", Deed.EXPORT),
        ("CHANGE_PASSWORD", Deed.OTHER),
    ],
)
def test_events_of_the_admin_log(name: str, deed: Deed) -> None:
    told = only(read(entry(name, "admin", OAUTH2_APP_ID="c", USER_EMAIL="b@acme.example"), application="admin"))
    assert (told.deed, told.method, told.account, told.app) == (deed, name, "id of b@acme.example", "c")


def test_a_removed_app_password_is_named_as_the_listing_names_it() -> None:
    told = only(read(entry("REVOKE_ASP", "admin", USER_EMAIL="b", ASP_ID="7"), application="admin"))
    assert (told.deed, told.credential) == (Deed.CREDENTIAL_REMOVED, "asp/id of b/7")


@pytest.mark.parametrize(
    "bad",
    [
        None,
        7,
        {"events": [{"name": "authorize"}]},
        entry("authorize", more={"id": {"time": "never"}}, client_id="c"),
        entry("authorize", more={"id": {"time": ""}}, client_id="c"),
        entry("authorize", more={"networkInfo": {"ipAsn": 7}}, client_id="c"),
        entry("authorize", more={"actor": []}, client_id="c") | {"actor": ["x"]},
        entry("activity", client_id="c", num_response_bytes="-1"),
        entry("authorize", client_id="c\u0000"),
        entry("authorize", client_id=["c"]),
    ],
)
def test_an_entry_that_is_not_understood_is_a_gap_and_costs_no_other(bad: Any) -> None:
    page = read(bad, entry("authorize", client_id="c", scope=["a"]))
    assert len(page.gaps) == 1
    assert only(page).deed is Deed.CONSENT


def test_names_that_others_chose_are_made_fit_to_keep() -> None:
    told = only(read(entry("authorize", client_id="c", app_name="<b>Go\u202eogle\u0007", scope=["a"])))
    assert told.app_name == "<b>Go\ufffdogle\ufffd"


def test_the_time_of_an_entry() -> None:
    assert entry_time(entry("x")) == 1789898400.0
    assert entry_time({"id": {"time": "soon"}}) == entry_time(None) == entry_time({}) == 0


def test_everything_the_organisation_did_comes_back_as_it_was() -> None:
    world = google_world()
    world.accounts.clear()  # the log then has ids where it otherwise has addresses
    for activity in world.activities:
        told = fake.report_entry(activity, world)
        assert told is not None
        application = told["id"]["applicationName"]
        assert application in APPLICATIONS
        (back,) = log_page([told], application, id_of=lambda mail: mail).activities
        assert back == Activity(
            **{name: getattr(activity, name) for name in Activity.__struct_fields__} | {"id": back.id}
        )


def test_exports_of_vault_are_kept_whoever_makes_them_and_the_rest_only_of_apps_and_agents() -> None:
    made = only(read(entry("create_export_begin", "user_action", matter_id="m-1"), application="vault"))
    assert (made.deed, made.account, made.method, made.object) == (
        Deed.EXPORT, "100", "vault.create_export_begin", "m-1",
    )  # fmt: skip
    assert read(entry("view_investigation", "user_action", matter_id="m-1"), application="vault").activities == ()
    searched = entry("search", "user_action", more={"isAgenticAction": True}, matter_id="m-1")
    assert only(read(searched, application="vault")).deed is Deed.OTHER


@pytest.mark.parametrize("application", ["gemini_in_workspace_apps", "workspace_studio"])
def test_what_an_agent_did_in_gemini_stands_under_the_agent_and_what_persons_ask_does_not(application: str) -> None:
    asked = entry("feature_utilization", "ai_usage_event", action="summarize", app_name="docs")
    assert read(asked, application=application).activities == ()
    agent = {"agentId": "ag-9", "agentName": "Minutes", "agentOwner": {"email": "p1@acme.example"}}
    actor = {"profileId": "100", "agentAttributionInfo": agent}
    acted = entry("feature_utilization", "ai_usage_event", more={"actor": actor}, action="summarize", app_name="docs")
    page = read(acted, application=application)
    told = only(page)
    assert (told.deed, told.agent, told.object) == (Deed.USE, "ag-9", "docs")
    assert told.method == f"{application}.feature_utilization.summarize"
    assert [one.thing.id for one in page.sightings] == ["ag-9"]
