"""What entries of the audit log tell, with apps and tokens named as the listings name them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.worlds import github_world
from wardlaw.connectors.githubaudit import AuditNames, audit_page, audit_time
from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.model import Consent
from wardlaw.testing.saas.githubaudit import audit_entry

NAMES = AuditNames.of(
    [{"app_id": 7, "client_id": "Iv1.abc", "app_slug": "deployer"}, {"app_id": None}, 3],
    [{"id": 1, "token_id": 98716}, {"id": 2}, None],
)
ENTRY = {"@timestamp": 1790000000000, "_document_id": "d1", "action": "git.clone", "actor": "ada", "repo": "acme/web"}


def only(entry: Any, names: AuditNames = NAMES) -> Activity:
    page = audit_page([entry], names)
    assert page.gaps == ()
    return page.activities[0]


def test_a_clone_by_a_token_says_who_what_with_what_and_from_where() -> None:
    told = only(ENTRY | {
        "token_id": 98716, "token_scopes": "repo,user", "actor_ip": "192.0.2.1", "user_agent": "git/2", "actor_is_agent": True,
        "actor_location": {"country_code": "DE"}, "programmatic_access_type": "Fine-grained personal access token",
    })  # fmt: skip
    assert (told.id, told.at, told.deed, told.account, told.object, told.items) == (
        "audit/d1", 1790000000.0, Deed.EXPORT, "ada", "acme/web", 1,
    )  # fmt: skip
    assert (told.credential, told.scopes, told.ip, told.country) == ("token/1", ("repo", "user"), "192.0.2.1", "DE")
    assert (told.user_agent, told.via, told.agent) == ("git/2", "Fine-grained personal access token", "ada")


@pytest.mark.parametrize(
    ("facts", "app"),
    [
        ({"application_client_id": "Iv1.abc", "integration": "x"}, "app:7"),
        ({"integration": "deployer"}, "app:7"),
        ({"application_client_id": "Iv1.unknown", "integration": "other"}, "client:Iv1.unknown"),
        ({"integration": "other"}, "slug:other"),
        ({"oauth_application_id": 12}, "oauth:12"),
        ({"oauth_application_id": 0}, ""),
    ],
)
def test_apps_are_named_as_the_listing_names_them_where_it_has_them(facts: dict[str, Any], app: str) -> None:
    assert only(ENTRY | facts).app == app


@pytest.mark.parametrize(
    ("action", "deed", "consent"),
    [
        ("integration_installation.create", Deed.CONSENT, Consent.INSTALLATION),
        ("oauth_authorization.create", Deed.CONSENT, Consent.USER),
        ("integration_installation.destroy", Deed.REVOKE, Consent.UNKNOWN),
        ("audit_log_streaming.destroy", Deed.TRACE_REMOVED, Consent.UNKNOWN),
        ("team.add_member", Deed.OTHER, Consent.UNKNOWN),
    ],
)
def test_actions(action: str, deed: Deed, consent: Consent) -> None:
    told = only(ENTRY | {"action": action})
    assert (told.deed, told.consent, told.method) == (deed, consent, action)


def test_an_unknown_token_keeps_the_number_of_the_log_and_an_entry_without_id_gets_one() -> None:
    assert only(ENTRY | {"token_id": 5}).credential == "token-number/5"
    bare = {name: value for name, value in ENTRY.items() if name != "_document_id"}
    assert only(bare).id == only(dict(bare)).id != only(bare | {"repo": "acme/api"}).id


@pytest.mark.parametrize(
    "bad",
    [
        None,
        7,
        {},
        ENTRY | {"action": ""},
        ENTRY | {"@timestamp": "x"},
        ENTRY | {"actor": "a\u0000"},
        ENTRY | {"actor": []},
    ],
)
def test_an_entry_that_is_not_understood_is_a_gap(bad: Any) -> None:
    page = audit_page([bad, ENTRY], NAMES)
    assert (len(page.gaps), len(page.activities)) == (1, 1)
    assert audit_time(None) == 0


def test_everything_the_organisation_did_comes_back_as_it_was() -> None:
    world = github_world()
    names = AuditNames.of(
        [{"app_id": 7, "client_id": "Iv1.7", "app_slug": "deployer"}], [{"id": 2, "token_id": 90_002}]
    )
    for activity in world.activities:
        back = only(audit_entry(activity, world) | ({"application_client_id": "Iv1.7"} if activity.app else {}), names)
        expected = {name: getattr(activity, name) for name in Activity.__struct_fields__}
        assert back == Activity(**expected | {"id": back.id})
