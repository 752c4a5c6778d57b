from __future__ import annotations

import msgspec
import pytest

from wardlaw.console.rolebook import load_role_book
from wardlaw.facts.errors import ConfigError
from wardlaw.facts.person import Permission, Person, Role
from wardlaw.governance.rights import (
    Circumstances,
    Permitted,
    Refusal,
    authorise,
    authorise_first_admin,
    parse_role_book,
    role_conflict,
    roles_with,
)

BOOK = load_role_book()


def person(*roles: Role, name: str = "ann", disabled: bool = False) -> Person:
    return Person(id=f"person:{name}", name=name, roles=roles, disabled=disabled)


def rule(who: Person, permission: Permission | None, **context: object) -> str:
    """The rule that refuses, ``""`` when permitted."""
    answer = authorise(who, permission, context=Circumstances(**context), book=BOOK)
    return answer.rule if isinstance(answer, Refusal) else ""


def test_nobody_may_anything_without_a_role() -> None:
    assert {rule(person(), permission, purpose="a real purpose") for permission in Permission} == {"ROLE"}
    assert rule(person(), None) == ""


def test_a_disabled_person_may_nothing_at_all() -> None:
    gone = person(Role.CISO, disabled=True)
    assert rule(gone, None) == "DISABLED"
    assert rule(gone, Permission.VIEW_AUDIT_LOG) == "DISABLED"


@pytest.mark.parametrize("role", list(Role))
def test_single_roles_permit_what_the_data_says(role: Role) -> None:
    for permission in set(Permission) - {Permission.CHANGE_RETENTION}:
        permitted = rule(person(role), permission, purpose="a real purpose") == ""
        assert permitted == (permission in BOOK.roles[role]), permission


def test_sod_2_a_publisher_does_not_author() -> None:
    assert rule(person(Role.DEVSECOPS, Role.LEGAL), Permission.PUBLISH_POLICY) == "SOD-2"
    assert rule(person(Role.DEVSECOPS), Permission.PUBLISH_POLICY) == ""


@pytest.mark.parametrize("role", [Role.LEGAL, Role.RISK, Role.CISO, Role.SECOPS, Role.COMPLIANCE, Role.OWNER])
def test_sod_5_an_admin_does_not_author_approve_or_read(role: Role) -> None:
    # Even where such a set of roles got past the API (a hand in the database), it permits nothing.
    both = person(Role.ADMIN, role)
    assert {rule(both, permission, purpose="a real purpose") for permission in Permission} == {"SOD-5"}


def test_sod_5_nobody_grants_a_role_to_themselves() -> None:
    admin = person(Role.ADMIN)
    own = {"target": admin.id, "adds": (Role.DEVSECOPS,), "will_hold": (Role.ADMIN, Role.DEVSECOPS)}
    assert rule(admin, Permission.MANAGE_USERS, **own) == "SOD-5"
    assert rule(admin, Permission.MANAGE_USERS, **(own | {"target": "person:bob"})) == ""
    assert rule(admin, Permission.MANAGE_USERS, target=admin.id) == ""


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ((Role.AUDITOR, Role.LEGAL), "SOD-6"),
        ((Role.ADMIN, Role.AUDITOR), "SOD-6"),
        ((Role.ADMIN, Role.SECOPS), "SOD-5"),
        ((Role.DEVSECOPS, Role.SECOPS), "SOD-2"),
        ((Role.CISO, Role.SECOPS), ""),
        ((Role.ADMIN, Role.DEVSECOPS), ""),
    ],
)
def test_roles_that_do_not_go_together_are_never_granted(roles: tuple[Role, ...], expected: str) -> None:
    conflict = role_conflict(roles, BOOK)
    assert (conflict.rule if conflict else "") == expected
    given = rule(person(Role.ADMIN), Permission.MANAGE_USERS, target="person:b", adds=roles, will_hold=roles)
    assert given == expected


def test_sod_6_an_auditor_reads_exports_and_changes_nothing() -> None:
    auditor = person(Role.AUDITOR)
    assert rule(auditor, Permission.EXPORT_EVIDENCE) == ""
    assert rule(auditor, Permission.EXPORT_EVIDENCE, changes=True) == "SOD-6"


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (person(Role.COMPLIANCE, name="a"), person(Role.CISO, name="b"), ""),
        (person(Role.CISO, name="a"), person(Role.COMPLIANCE, name="b"), ""),
        (person(Role.COMPLIANCE, Role.CISO, name="a"), person(Role.COMPLIANCE, name="b"), ""),
        (None, person(Role.CISO, name="b"), "SOD-7"),
        (None, person(Role.CISO, Role.COMPLIANCE, name="b"), "SOD-7"),
        (person(Role.CISO, name="b"), person(Role.COMPLIANCE, Role.CISO, name="b"), "SOD-7"),
        (person(Role.CISO, name="a"), person(Role.CISO, name="b"), "SOD-7"),
        (person(Role.LEGAL, name="a"), person(Role.CISO, name="b"), "SOD-7"),
        (person(Role.COMPLIANCE, name="a", disabled=True), person(Role.CISO, name="b"), "SOD-7"),
        (person(Role.COMPLIANCE, name="a"), person(Role.LEGAL, name="b"), "ROLE"),
    ],
)
def test_sod_7_retention_needs_two_persons(first: Person | None, second: Person, expected: str) -> None:
    assert rule(second, Permission.CHANGE_RETENTION, first=first, changes=True) == expected


def test_sod_7_one_person_may_ask() -> None:
    for role in Role:
        asked = rule(person(role), Permission.CHANGE_RETENTION, asks=True, changes=True)
        assert (asked == "") == (role in (Role.COMPLIANCE, Role.CISO)), role


@pytest.mark.parametrize(("purpose", "expected"), [("", "SOD-11"), ("  x     ", "SOD-11"), ("incident inc_1", "")])
def test_sod_11_prompts_need_a_purpose(purpose: str, expected: str) -> None:
    assert rule(person(Role.SECOPS), Permission.VIEW_PROMPT_CONTENT, purpose=purpose) == expected


def test_the_first_admin_is_made_once() -> None:
    assert authorise_first_admin(0) == Permitted(Permission.MANAGE_USERS)
    assert isinstance(authorise_first_admin(1), Refusal)


def test_a_refusal_names_the_roles_that_could() -> None:
    answer = authorise(person(Role.LEGAL), Permission.KILL_CONNECTION, context=Circumstances(), book=BOOK)
    assert isinstance(answer, Refusal)
    assert "secops" in answer.reason
    assert roles_with(Permission.CHANGE_RETENTION, BOOK) == (Role.COMPLIANCE, Role.CISO)


@pytest.mark.parametrize(
    "change", ["no json", "role left out", "unknown role", "permission left out", "rule without id"]
)
def test_damaged_data_is_refused(change: str) -> None:
    roles = {role.value: sorted(BOOK.roles[role]) for role in Role}
    data = {"permissions": sorted(Permission), "roles": roles, "separation_of_duties": [{"id": "SOD-1", "rule": "x"}]}
    match change:
        case "role left out":
            del roles["admin"]
        case "unknown role":
            roles["emperor"] = []
        case "permission left out":
            data["permissions"] = sorted(Permission)[1:]
        case "rule without id":
            data["separation_of_duties"] = [{}]
        case _:
            data = "nothing"
    with pytest.raises(ConfigError) as caught:
        parse_role_book(msgspec.json.encode(data))
    assert caught.value.code == "WL-RGT-001"
