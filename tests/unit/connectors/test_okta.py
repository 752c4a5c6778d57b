from __future__ import annotations

import pytest

from tests.organisations import BEFORE, NOW, gaps, okta_connector, organisation, pages, things
from tests.unit.connectors.scripted import Answer, Platform
from wardlaw.connectors.okta import API, app_grant, scope_of, user_grants
from wardlaw.facts.errors import UnavailableError
from wardlaw.inventory.model import Account, AccountKind, AccountState, App, Consent, Credential, Grant
from wardlaw.testing.saas.faults import FaultKind, FaultPlan, SaasFault
from wardlaw.testing.saas.okta import OktaPlatform
from wardlaw.testing.saas.server import serve


@pytest.fixture(scope="module")
def told():
    """Everything every feed tells, of pages of one entry."""
    platform = OktaPlatform(organisation())
    platform.page_size = 1
    with serve(platform) as served:
        connector = okta_connector(served.url)
        return {feed.name: pages(connector, feed.name) for feed in connector.feeds()}, served.asked


def test_people_with_those_that_are_off(told) -> None:
    assert things(told[0]["users"]) == [
        Account("00uAda", AccountKind.HUMAN, "ada@acme.example", "", AccountState.ACTIVE),
        Account("00uBob", AccountKind.HUMAN, "bob@acme.example", "", AccountState.SUSPENDED),
    ]
    assert [one.state for one in things(told[0]["deactivated"])] == [AccountState.DELETED]


def test_apps_by_client_id(told) -> None:
    assert things(told[0]["apps"]) == [App("0oaNotes", "Notes"), App("0oaFiles", "Files")]


def test_one_grant_of_many_scopes(told) -> None:
    assert things(told[0]["grants"]) == [
        Grant(
            "user/00uAda/0oaNotes",
            "00uAda",
            "0oaNotes",
            Consent.USER,
            ("notes.read", "notes.write", "okta.users.read.self"),
            BEFORE,
        ),
        Grant("user/00uBob/0oaFiles", "00uBob", "0oaFiles", Consent.USER, ("files.read",), BEFORE),
    ]
    assert things(told[0]["app-grants"]) == [
        Grant("app/0oaNotes/0oaNotes", "", "0oaNotes", Consent.ADMIN, ("okta.logs.read", "okta.users.read"), BEFORE)
    ]


def test_tokens_with_their_ends_and_no_invented_use(told) -> None:
    assert things(told[0]["tokens"]) == [
        Credential("rt1", "00uAda", "refresh token", "", "0oaNotes", ("openid",), BEFORE, NOW + 86_400)
    ]
    assert things(told[0]["api-tokens"]) == [
        Credential("at1", "00uAda", "API token", "ci", "", (), BEFORE, NOW + 86_400)
    ]


def test_cross_app_access_is_a_grant_of_an_app_to_an_app(told) -> None:
    account, grant = things(told[0]["connections"])
    assert account == Account("app:0oaFiles")
    assert grant == Grant("connection/0oaNotes/across", "app:0oaFiles", "0oaNotes", Consent.ADMIN, (), BEFORE)


def test_agents_and_what_they_are_connected_to(told) -> None:
    assert things(told[0]["agents"]) == [
        Account("wlpHelper", AccountKind.AGENT, "Helper", "", AccountState.ACTIVE),
        App("wlpHelper", "Helper"),
    ]
    account, grant = things(told[0]["agent-connections"])
    assert account == Account("app:https://crm.example")
    assert grant == Grant(
        "agent/wlpHelper/of-agent", account.id, "wlpHelper", Consent.ADMIN, ("crm.read", "crm.write"), BEFORE
    )


def test_it_only_reads_and_misses_nothing(told) -> None:
    assert {request.method for request in told[1]} == {"GET"}
    assert [gaps(found) for found in told[0].values() if gaps(found)] == []


def test_a_quota_that_comes_back_costs_time_and_nothing_else() -> None:
    platform = OktaPlatform(organisation())
    platform.limit, slept = 2, []
    with serve(platform) as served:
        connector = okta_connector(served.url)
        connector._okta._client._sleep = lambda seconds: (slept.append(seconds), platform.next_window())
        assert len(things(pages(connector, "grants"))) == 2
    assert max(slept) == 30.0


def test_scopes_are_named_as_their_server_names_them() -> None:
    titled = {"scopeId": "scp1", "_links": {"scope": {"title": "notes.read"}}}
    assert scope_of(titled) == "notes.read"
    assert scope_of({"scopeId": "scp1", "_links": {"scope": {}}}) == "scp1"
    assert scope_of({"scopeId": "okta.users.read", "_links": {"scope": {"title": "Read users"}}}) == "okta.users.read"


def test_what_is_not_active_is_no_grant_and_what_is_not_understood_is_a_gap() -> None:
    entries = [
        {"clientId": "c", "scopeId": "a", "status": "REVOKED"},
        {"clientId": "c", "scopeId": "b", "status": "ACTIVE", "created": "2026-01-02T00:00:00.000Z"},
        {"clientId": "c", "scopeId": "a", "created": "2026-01-01T00:00:00.000Z"},
        {"scopeId": "a"},
        {"clientId": "c", "scopeId": ["a"]},
        {"clientId": "c", "scopeId": "d", "created": "soon"},
        7,
    ]
    page = user_grants("u", entries)
    (one,) = page.sightings
    assert (one.thing.scopes, one.thing.granted_at, len(page.gaps)) == (("a", "b"), 1767225600.0, 4)
    assert app_grant("c", entries).sightings[0].thing.account == ""


@pytest.mark.parametrize(
    ("answer", "missed"),
    [(Answer({}, 403), 1), (Answer({"errorCode": "E0000007"}, 404), 0), (Answer({}, 404), 1), (Answer({}, 401), 1)],
)
def test_the_grants_of_one_person_that_cannot_be_read(platform: Platform, answer: Answer, missed: int) -> None:
    platform.on(f"{API}/users", Answer([{"id": "u"}, {"id": "v"}]))
    platform.on(f"{API}/users/u/grants", answer)
    platform.on(f"{API}/users/v/grants", Answer([{"clientId": "c", "scopeId": "a"}]))
    found = pages(okta_connector(platform.url), "grants")
    assert (len(gaps(found)), [one.account for one in things(found)]) == (missed, ["v"])


def test_a_person_without_an_id_is_a_gap(platform: Platform) -> None:
    platform.on(f"{API}/users", Answer([{"profile": {}}, 3]))
    assert len(gaps(pages(okta_connector(platform.url), "grants"))) == 2


def test_where_there_is_no_cross_app_access_one_gap_says_so(platform: Platform) -> None:
    apps = [{"id": f"a{number}", "signOnMode": "OPENID_CONNECT"} for number in range(5)]
    platform.on(f"{API}/apps", Answer([*apps, {"id": "saml", "signOnMode": "SAML_2_0"}]))
    found = pages(okta_connector(platform.url), "connections")
    assert (len(gaps(found)), len(platform.asked)) == (2, 2)


def test_only_oauth_clients_are_asked_for_tokens(platform: Platform) -> None:
    apps = [
        {"id": "saml", "signOnMode": "SAML_2_0", "credentials": {}},
        {"id": "oidc", "signOnMode": "OPENID_CONNECT"},
        {"id": "strange", "signOnMode": "NEW", "credentials": 3},
        {"id": "odd", "signOnMode": "NEW", "credentials": {"oauthClient": {"client_id": "odd"}}},
    ]
    platform.on(f"{API}/apps", Answer(apps))
    for app in ("oidc", "odd"):
        platform.on(f"{API}/apps/{app}/tokens", Answer([{"id": app, "clientId": app, "status": "REVOKED"}]))
    assert things(pages(okta_connector(platform.url), "tokens")) == []
    assert [path for path in platform.paths() if "saml" in path] == []


def test_a_list_that_is_empty_for_a_moment_is_asked_for_again() -> None:
    path = "/users/00uAda/grants"
    with serve(OktaPlatform(organisation()), FaultPlan(SaasFault(FaultKind.EMPTY, at=1, path=path))) as served:
        assert len(things(pages(okta_connector(served.url), "grants"))) == 2


@pytest.mark.parametrize("answer", [Answer({}, 401), Answer({"errorCode": "E"}), Answer([], 500)])
def test_a_listing_that_fails_is_never_taken_for_an_empty_one(platform: Platform, answer: Answer) -> None:
    platform.on(f"{API}/users", answer)
    with pytest.raises(UnavailableError):
        pages(okta_connector(platform.url), "users")


def test_a_hostile_name_is_kept_and_cannot_be_obeyed(platform: Platform) -> None:
    app = {"id": "a", "label": "<b>\u202eevil\x07", "name": "okta_browser_plugin"}
    platform.on(f"{API}/apps", Answer([app, {"id": "b", "credentials": {"oauthClient": 3}}]))
    found = pages(okta_connector(platform.url), "apps")
    (one,) = things(found)
    assert (one.name, one.first_party.value, len(gaps(found))) == ("<b>\ufffdevil\ufffd", "yes", 1)
