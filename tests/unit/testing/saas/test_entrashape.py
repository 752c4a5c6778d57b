from __future__ import annotations

import base64
import uuid

from tests.organisations import ADA, HELD, HELPER, LEDGER, LEDGER_SP, NOTES, SECRET, tenant
from wardlaw.testing.saas.entrashape import EntraShapes, guid, stamp


def test_ids_are_guids_and_always_the_same() -> None:
    assert guid(ADA) == ADA
    assert guid("ada") == guid("ada") != guid("bob")
    assert uuid.UUID(guid("ada"))
    assert (stamp(0.0), stamp(1.5)) == (None, "1970-01-01T00:00:01.500000Z")


def test_a_grants_id_joins_those_of_what_it_ties() -> None:
    shapes = EntraShapes(tenant())
    of_ada = [one for one in shapes.delegated() if one["principalId"] == ADA]
    assert len(of_ada) == 2
    raw = base64.urlsafe_b64decode(of_ada[0]["id"] + "=" * (-len(of_ada[0]["id"]) % 4))
    parts = [str(uuid.UUID(bytes_le=raw[start : start + 16])) for start in (0, 16, 32)]
    assert parts == [of_ada[0]["clientId"], of_ada[0]["resourceId"], ADA]


def test_credentials_stand_where_they_are_held() -> None:
    world = tenant()
    world.extras[f"credential {SECRET}"] = {"holder": "principal"}
    shapes = EntraShapes(world)
    ledger = next(one for one in shapes.principals() if one["appId"] == LEDGER)
    assert {one["keyId"] for one in ledger["passwordCredentials"]} == {SECRET, HELD}
    own = {one["appId"]: one for one in shapes.applications()}
    assert (own[LEDGER]["passwordCredentials"], len(own[LEDGER]["keyCredentials"])) == ([], 1)
    assert NOTES not in own  # registered elsewhere
    assert [one["keyId"] for one in shapes.credential_activity()] == [SECRET]
    assert [one["appId"] for one in shapes.sign_in_activity()] == [LEDGER]


def test_who_has_rights_of_its_own() -> None:
    world = tenant()
    shapes = EntraShapes(world)
    own = {name for name, grant in world.grants.items() if shapes.is_application(grant)}
    assert own == {"itself", "of-helper"}
    assert shapes.principal_id(LEDGER) == LEDGER_SP
    assert {one["principalId"] for one in shapes.assignments()} == {LEDGER_SP, shapes.principal_id(HELPER)}
    assert [one["appId"] for one in shapes.principals(derived=True)] == [HELPER]
    assert [one["accountEnabled"] for one in shapes.users()] == [True, False]
