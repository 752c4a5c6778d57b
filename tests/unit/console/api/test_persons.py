from __future__ import annotations

import pytest

from tests.console_fakes import Api
from wardlaw.facts.person import Role

BOB = {"id": "person:bob", "name": "Bob", "roles": ["secops"]}


@pytest.fixture
def admin(api: Api) -> int:
    return api.person("admin", Role.ADMIN)


def test_a_persons_life(api: Api, admin: int) -> None:
    assert api.ok("POST", "/persons", BOB, uid=admin)["roles"] == ["secops"]
    changed = api.ok("PATCH", "/persons/person:bob", {"name": "Robert", "roles": ["ciso", "secops"]}, uid=admin)
    assert (changed["name"], changed["roles"]) == ("Robert", ["ciso", "secops"])
    assert api.ok("GET", "/persons/person:bob", uid=admin) == changed
    assert [person["id"] for person in api.ok("GET", "/persons", uid=admin)] == ["person:admin", "person:bob"]
    gone = api.ok("DELETE", "/persons/person:bob", uid=admin)
    assert (gone["disabled"], gone["roles"], gone["unix_uid"]) == (True, [], -1)
    told = [operation for _, _, operation, _ in api.made.recorder.records]
    assert told == ["persons.create", "persons.change", "persons.disable"]
    assert api.made.recorder.of("persons.change") == [{"person": "person:bob", "roles": "ciso,secops", "disabled": 0}]


def test_what_is_left_out_stays(api: Api, admin: int) -> None:
    uid = api.person("ann", Role.CISO)
    changed = api.ok("PATCH", "/persons/person:ann", {"name": "Ann B."}, uid=admin)
    assert (changed["roles"], changed["unix_uid"]) == (["ciso"], uid)
    assert api.ok("PATCH", "/persons/person:ann", {"unbind": True}, uid=admin)["unix_uid"] == -1


@pytest.mark.parametrize("roles", [["auditor", "legal"], ["admin", "secops"], ["devsecops", "legal"]])
def test_roles_that_do_not_go_together(api: Api, admin: int, roles: list[str]) -> None:
    assert api.error("POST", "/persons", {**BOB, "roles": roles}, uid=admin) == (403, "WL-RGT-010")
    api.ok("POST", "/persons", {**BOB, "roles": roles[:1]}, uid=admin)
    assert api.error("PATCH", "/persons/person:bob", {"roles": roles}, uid=admin) == (403, "WL-RGT-010")


def test_nobody_grants_themselves_a_role(api: Api, admin: int) -> None:
    asked = {"roles": ["admin", "devsecops"]}
    assert api.error("PATCH", "/persons/person:admin", asked, uid=admin) == (403, "WL-RGT-010")
    assert api.made.recorder.of("persons.change") == [{"refused": "SOD-5"}]
    assert api.ok("GET", "/session", uid=admin)["person"]["roles"] == ["admin"]


def test_the_last_admin_stays(api: Api, admin: int) -> None:
    assert api.error("DELETE", "/persons/person:admin", uid=admin) == (409, "WL-API-007")
    assert api.error("PATCH", "/persons/person:admin", {"disabled": True}, uid=admin) == (409, "WL-API-007")
    assert api.error("PATCH", "/persons/person:admin", {"roles": []}, uid=admin) == (409, "WL-API-007")
    second = api.person("second", Role.ADMIN)
    api.ok("DELETE", "/persons/person:admin", uid=second)


def test_disabling_ends_the_tokens(api: Api, admin: int) -> None:
    ann = api.person("ann", Role.CISO)
    token = api.ok("POST", "/session/tokens", {}, uid=ann)["text"]
    api.ok("PATCH", "/persons/person:ann", {"disabled": True}, uid=admin)
    assert api.error("GET", "/session", token=token) == (401, "WL-API-002")
    assert api.error("GET", "/session", uid=ann) == (403, "WL-RGT-010")


def test_who_may_not_change_learns_nothing_of_what_exists(api: Api, admin: int) -> None:
    ann = api.person("ann", Role.SECOPS)
    assert api.error("PATCH", "/persons/person:nobody", {"name": "x"}, uid=ann) == (403, "WL-RGT-010")
    assert api.error("PATCH", "/persons/person:nobody", {"name": "x"}, uid=admin) == (404, "WL-STO-011")
    assert api.error("POST", "/persons", {**BOB, "id": "person:ann"}, uid=admin) == (409, "WL-STO-010")


def test_roles_that_must_not_meet_do_not_meet_in_two_accounts_of_one_human(api: Api, admin: int) -> None:
    api.ok("PATCH", "/persons/person:admin", {"identity": "root@corp.example"}, uid=admin)
    second = {"id": "person:root2", "name": "R", "roles": ["legal"], "identity": "ROOT@corp.example"}
    assert api.error("POST", "/persons", second, uid=admin) == (403, "WL-RGT-010")
    assert api.made.recorder.of("persons.create")[-1] == {"refused": "SOD-5"}
    # Nor by the way round: two accounts that have such roles cannot be said to be one human's.
    api.ok("POST", "/persons", second | {"identity": ""}, uid=admin)
    change = {"identity": "root@corp.example"}
    assert api.error("PATCH", "/persons/person:root2", change, uid=admin) == (403, "WL-RGT-010")
    # A role for an own second account is a role for oneself.
    api.ok("POST", "/persons", {"id": "person:root3", "name": "R", "identity": "root@corp.example"}, uid=admin)
    assert api.error("PATCH", "/persons/person:root3", {"roles": ["devsecops"]}, uid=admin) == (403, "WL-RGT-010")
    assert api.made.recorder.of("persons.change")[-1] == {"refused": "SOD-5"}


def test_an_identity_is_corrected_and_never_taken_away(api: Api, admin: int) -> None:
    api.ok("POST", "/persons", BOB | {"identity": "b@corp.example"}, uid=admin)
    changed = api.ok("PATCH", "/persons/person:bob", {"identity": "bob@corp.example"}, uid=admin)
    assert changed["identity"] == "bob@corp.example"
    assert api.made.recorder.of("persons.change")[-1]["identity"] == "bob@corp.example"
    assert api.error("PATCH", "/persons/person:bob", {"identity": ""}, uid=admin)[0] == 400


def test_roles_say_what_they_permit_and_which_duties_are_kept_apart(api: Api) -> None:
    auditor = api.person("auditing", Role.AUDITOR)
    book = api.ok("GET", "/roles", uid=auditor)
    assert set(book["roles"]) == {role.value for role in Role}
    assert "manage_users" in book["roles"]["admin"]
    assert "change_retention" not in book["roles"]["auditor"]
    assert "SOD-1" in book["rules"]
    assert all(slots for slots in book["sign_offs"].values())
