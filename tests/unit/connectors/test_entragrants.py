from __future__ import annotations

import pytest

from wardlaw.connectors.entragrants import EntraPrincipal, as_one, assignment, delegated_grant
from wardlaw.connectors.entraused import EntraUsage
from wardlaw.connectors.feed import page_of
from wardlaw.inventory.importing.badrow import UnreadableError
from wardlaw.inventory.model import Consent

KNOWN = {
    "sp": EntraPrincipal("sp", "client"),
    "res": EntraPrincipal("res", "graph", {"r1": "Mail.Read", "r2": "Mail.Send"}),
}


def test_for_a_person_and_for_all() -> None:
    entry = {"clientId": "sp", "consentType": "Principal", "principalId": "ada", "scope": " b  a "}
    (one,) = delegated_grant(entry, KNOWN)
    assert (one.thing.id, one.thing.account, one.thing.app) == ("delegated/sp/ada", "ada", "client")
    assert (one.thing.consent, one.thing.scopes, one.thing.granted_at) == (Consent.USER, ("a", "b"), 0.0)
    (one,) = delegated_grant({"clientId": "sp", "consentType": "AllPrincipals", "principalId": None}, KNOWN)
    assert (one.thing.id, one.thing.account, one.thing.consent) == ("delegated/sp/all", "", Consent.ADMIN)


@pytest.mark.parametrize(
    "entry", [{"clientId": "other"}, {"clientId": "sp", "consentType": "Principal", "principalId": ""}]
)
def test_a_grant_of_nobody_is_not_taken_for_one_of_all(entry: dict) -> None:
    with pytest.raises(UnreadableError):
        delegated_grant(entry, KNOWN)


def test_rights_of_an_app_are_one_grant_with_its_earliest_date() -> None:
    entries = [
        {"appRoleId": "r2", "resourceId": "res", "createdDateTime": "2025-02-01T00:00:00Z"},
        {"appRoleId": "r1", "resourceId": "res", "createdDateTime": "2025-01-01T00:00:00Z"},
        {"appRoleId": "r3", "resourceId": "gone"},
        {"appRoleId": "r1", "resourceId": 3.5},
    ]
    page = page_of(entries, lambda one: assignment(one, KNOWN["sp"], KNOWN))
    whole = as_one(page, EntraUsage(itself={"client": 7.0}, is_known=True))
    (one,) = whole.sightings
    assert one.thing.scopes == ("Mail.Read", "Mail.Send", "r3")
    assert (one.thing.granted_at, one.thing.last_used_at, len(whole.gaps)) == (1735689600.0, 7.0, 1)
    assert as_one(page_of([], lambda one: []), EntraUsage()).sightings == ()
