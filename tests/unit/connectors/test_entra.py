from __future__ import annotations

import pytest

from tests.organisations import (
    ADA,
    BEFORE,
    BOB,
    CERTIFICATE,
    HELD,
    HELPER,
    HELPER_SP,
    LEDGER,
    LEDGER_SP,
    NOTES,
    NOW,
    OFFICE,
    SECRET,
    entra_connector,
    gaps,
    pages,
    tenant,
    things,
)
from tests.unit.connectors.scripted import Answer, Platform
from wardlaw.connectors.entra import AGENTS_PATH, PRINCIPALS
from wardlaw.facts.errors import UnavailableError
from wardlaw.inventory.model import Account, AccountKind, AccountState, App, Consent, Credential, Grant, Tristate
from wardlaw.testing.saas.entra import EntraPlatform
from wardlaw.testing.saas.faults import FaultKind, FaultPlan, SaasFault
from wardlaw.testing.saas.server import serve


@pytest.fixture(scope="module")
def told():
    """Everything every feed tells, of pages of two entries."""
    platform = EntraPlatform(tenant())
    platform.page_size = 2
    with serve(platform) as served:
        connector = entra_connector(served.url)
        return {feed.name: pages(connector, feed.name) for feed in connector.feeds()}, served.asked


def test_people_with_their_state(told) -> None:
    assert things(told[0]["users"]) == [
        Account(ADA, AccountKind.HUMAN, "ada@acme.example", "", AccountState.ACTIVE),
        Account(BOB, AccountKind.HUMAN, "bob@acme.example", "", AccountState.SUSPENDED),
    ]


def test_apps_and_who_acts_for_them(told) -> None:
    found = things(told[0]["apps"])
    apps = {one.id: one for one in found if isinstance(one, App)}
    assert apps[NOTES] == App(NOTES, "Notes", "Notes Inc", "notes.example", Tristate.YES, Tristate.NO)
    # Nobody verifies a company's own app, and Microsoft is who it says.
    assert (apps[LEDGER].verified, apps[LEDGER].first_party) == (Tristate.UNKNOWN, Tristate.NO)
    assert apps[OFFICE].first_party is Tristate.YES
    accounts = {one.id: one for one in found if isinstance(one, Account)}
    assert (accounts[LEDGER_SP].acts_as, accounts[LEDGER_SP].owner) == (AccountKind.NHI, "ada@acme.example")
    assert accounts[HELPER_SP].acts_as is AccountKind.AGENT
    assert len(accounts) == 3  # Microsoft's own have nobody to answer for them here


def test_agents_with_blueprint_and_sponsor(told) -> None:
    (agent,) = things(told[0]["agents"])
    assert (agent.id, agent.acts_as, agent.owner) == (HELPER_SP, AccountKind.AGENT, "bob@acme.example")
    assert agent.name == "Helper (blueprint eeeeeeee-0000-4000-8000-000000000001)"


def test_what_apps_may_do_for_people_has_no_date(told) -> None:
    grants = things(told[0]["grants"])
    of_ada = [one for one in grants if one.account == ADA]
    assert len({one.id for one in of_ada}) == 1  # two resources, one grant
    assert {scope for one in of_ada for scope in one.scopes} == {"Mail.Read", "openid", "AllSites.Read"}
    (for_all,) = [one for one in grants if not one.account]
    assert (for_all.consent, for_all.app, for_all.scopes) == (Consent.ADMIN, NOTES, ("User.Read",))
    assert {one.granted_at for one in grants} == {0.0}
    assert {one.usage_known for one in grants if one.account} == {False}


def test_what_apps_may_do_as_themselves_by_the_names_of_their_roles(told) -> None:
    grants = {one.account: one for one in things(told[0]["app-grants"])}
    own = grants[LEDGER_SP]
    assert (own.app, own.consent, own.scopes) == (LEDGER, Consent.ADMIN, ("Files.Read.All", "Mail.Read"))
    assert (own.granted_at, own.last_used_at, own.usage_known) == (BEFORE, NOW - 86_400, True)
    assert (grants[HELPER_SP].last_used_at, grants[HELPER_SP].usage_known) == (0.0, True)


def test_credentials_with_their_ends_and_last_use(told) -> None:
    found = {one.id: one for one in things(told[0]["credentials"])}
    assert found[SECRET] == Credential(
        SECRET, LEDGER_SP, "client secret", "ci", LEDGER, (), BEFORE, NOW + 86_400, NOW - 3_600
    )
    assert (found[CERTIFICATE].type, found[CERTIFICATE].last_used_at) == ("certificate", 0.0)
    (held,) = things(told[0]["principal-credentials"])
    assert (held.id, held.type) == (HELD, "client secret of the service principal")


def test_it_only_reads_and_misses_nothing(told) -> None:
    assert {request.method for request in told[1]} == {"GET"}
    assert [gaps(found) for found in told[0].values() if gaps(found)] == []


def test_without_a_licence_use_is_not_known_and_nothing_is_a_gap() -> None:
    platform = EntraPlatform(tenant())
    platform.licensed = False
    with serve(platform) as served:
        connector = entra_connector(served.url)
        found = pages(connector, "app-grants")
        assert {one.usage_known for one in things(found)} == {False}
        assert gaps(found) == []
        assert "No use was told" in " ".join(note for page in found for note in page.notes)
        assert len(gaps(pages(connector, "sign-ins"))) == 1


def test_a_grant_of_an_app_that_was_not_listed_is_a_gap(platform: Platform) -> None:
    platform.on(PRINCIPALS, Answer({"value": []}))
    platform.on("/v1.0/oauth2PermissionGrants", Answer({"value": [{"clientId": "x", "consentType": "AllPrincipals"}]}))
    assert len(gaps(pages(entra_connector(platform.url), "grants"))) == 1


@pytest.mark.parametrize(
    "entry", [3, {}, {"id": "a"}, {"id": "a", "appId": ["b"]}, {"id": "a", "appId": "b", "owners": 3}]
)
def test_an_app_that_is_not_understood_is_a_gap(platform: Platform, entry: object) -> None:
    platform.on(PRINCIPALS, Answer({"value": [entry]}))
    found = pages(entra_connector(platform.url), "apps")
    assert (len(gaps(found)), things(found)) == (1, [])


def test_a_hostile_name_is_kept_and_cannot_be_obeyed(platform: Platform) -> None:
    name = "<script>\u202e\x1b[31m" + "x" * 1000
    entry = {"id": "p", "appId": "a", "displayName": name, "homepage": "https://[", "accountEnabled": 1}
    platform.on(PRINCIPALS, Answer({"value": [entry]}))
    app, account = things(pages(entra_connector(platform.url), "apps"))
    assert app.name.isprintable()
    assert (len(app.name), app.domain, account.state) == (512, "", AccountState.UNKNOWN)


def test_agents_that_are_not_to_be_had_are_a_gap_and_a_fault_is_an_error(platform: Platform) -> None:
    platform.on(AGENTS_PATH, Answer({}, 403), Answer({}, 401))
    assert len(gaps(pages(entra_connector(platform.url), "agents"))) == 1
    with pytest.raises(UnavailableError):
        pages(entra_connector(platform.url), "agents")


def test_a_role_whose_name_nobody_tells_keeps_its_id(platform: Platform) -> None:
    platform.on(PRINCIPALS, Answer({"value": [{"id": "p", "appId": "a"}]}))
    roles = [
        {"appRoleId": "r", "resourceId": "q"},
        {"appRoleId": "0" * 8 + "-0000-0000-0000-" + "0" * 12, "resourceId": "q"},
    ]
    platform.on(f"{PRINCIPALS}/p/appRoleAssignments", Answer({"value": roles}))
    (grant,) = things(pages(entra_connector(platform.url), "app-grants"))
    assert isinstance(grant, Grant)
    assert grant.scopes == ("default access", "r")


def test_rights_of_one_app_that_seem_gone_for_a_moment_are_asked_for_again() -> None:
    world = tenant()
    path = f"{LEDGER_SP}/appRoleAssignments"
    with serve(EntraPlatform(world), FaultPlan(SaasFault(FaultKind.EMPTY, at=1, path=path))) as served:
        found = things(pages(entra_connector(served.url), "app-grants"))
    assert {one.account for one in found} == {LEDGER_SP, HELPER_SP}
    with serve(EntraPlatform(world), FaultPlan(SaasFault(FaultKind.STATUS, path=path, status=403))) as served:
        assert len(gaps(pages(entra_connector(served.url), "app-grants"))) == 1


def test_feeds_that_are_listings_and_feeds_that_are_events() -> None:
    feeds = {feed.name: feed.kind.value for feed in entra_connector("http://127.0.0.1:1").feeds()}
    assert [name for name, kind in feeds.items() if kind == "events"] == [
        "app-changes",
        "grant-changes",
        "audits",
        "sign-ins",
    ]
    assert HELPER != LEDGER


def test_roles_that_are_none_do_not_stop_the_reading(platform: Platform) -> None:
    roles = [3, {"id": "r"}, {"id": "s", "value": "Mail.Read"}]
    entries = [{"id": "p", "appId": "a", "appRoles": 5}, {"id": "q", "appId": "b", "appRoles": roles}, 7, {"id": ["x"]}]
    platform.on(PRINCIPALS, Answer({"value": entries}))
    given = [{"appRoleId": id_, "resourceId": "q"} for id_ in ("r", "s")]
    platform.on(f"{PRINCIPALS}/p/appRoleAssignments", Answer({"value": given}))
    platform.on(f"{PRINCIPALS}/q/appRoleAssignments", Answer({"value": []}))
    found = pages(entra_connector(platform.url), "app-grants")
    (grant,) = things(found)
    assert (grant.scopes, gaps(found)) == (("Mail.Read", "r"), ["2 service principals were not understood."])
