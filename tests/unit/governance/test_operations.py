from __future__ import annotations

import pytest

from wardlaw.console.rolebook import load_role_book
from wardlaw.facts.person import Permission, Person, Role
from wardlaw.governance.operations import _ALL, OPERATIONS, Audience, Operation, Service, admit, admit_service
from wardlaw.governance.rights import Circumstances, Permitted, Refusal

BOOK = load_role_book()


def rule(operation: str, *roles: Role, context: Circumstances | None = None) -> str:
    person = Person(id="person:ann", name="Ann", roles=roles)
    answer = admit(person, OPERATIONS[operation], context=context or Circumstances(), book=BOOK)
    return answer.rule if isinstance(answer, Refusal) else ""


def test_only_operations_for_holders_need_a_permission_and_all_of_them_do() -> None:
    for operation in OPERATIONS.values():
        assert bool(operation.permissions) == (operation.audience is Audience.HOLDER), operation.id
        assert not (operation.changes and operation.recorded), operation.id


def test_nobody_without_roles_gets_beyond_themselves() -> None:
    for name, operation in OPERATIONS.items():
        assert (rule(name) == "") == (operation.audience is not Audience.HOLDER), name


@pytest.mark.parametrize(
    ("operation", "able"),
    [
        ("keys.create", {Role.ADMIN, Role.RISK, Role.DEVSECOPS, Role.OWNER}),
        ("keys.revoke", {Role.ADMIN, Role.CISO, Role.SECOPS}),
        ("policy.reload", {Role.DEVSECOPS}),
        ("secrets.register", {Role.SECOPS}),
        ("quarantines.release", {Role.SECOPS}),
        ("quarantines.place", {Role.SECOPS}),
        ("persons.change", {Role.ADMIN}),
        ("habits.accept", {Role.SECOPS, Role.LEGAL, Role.COMPLIANCE, Role.CISO}),
        ("incidents.close", {Role.LEGAL, Role.COMPLIANCE, Role.CISO}),
        ("audit.export", {Role.LEGAL, Role.RISK, Role.COMPLIANCE, Role.CISO, Role.AUDITOR}),
        ("decisions.list", set(Role) - {Role.DEVSECOPS, Role.OWNER, Role.ADMIN}),
        ("erasures.confirm", set()),
    ],
)
def test_who_alone_may_what(operation: str, able: set[Role]) -> None:
    assert {role for role in Role if rule(operation, role) == ""} == able


def test_an_auditor_changes_nothing() -> None:
    for name, operation in OPERATIONS.items():
        if operation.audience is Audience.HOLDER and operation.changes:
            assert rule(name, Role.AUDITOR) != "", name


def test_the_stronger_reason_is_told() -> None:
    assert rule("decisions.content", Role.SECOPS) == "SOD-11"
    assert rule("decisions.content", Role.LEGAL) == "ROLE"
    both = Operation("x", Audience.HOLDER, (Permission.MANAGE_USERS, Permission.VIEW_PROMPT_CONTENT))
    answer = admit(Person("person:a", "A", (Role.SECOPS,)), both, context=Circumstances(), book=BOOK)
    assert isinstance(answer, Refusal)
    assert answer.rule == "SOD-11"


def test_any_of_the_permissions_suffices() -> None:
    answer = admit(
        Person("person:a", "A", (Role.OWNER,)), OPERATIONS["keys.create"], context=Circumstances(), book=BOOK
    )
    assert answer == Permitted(Permission.REGISTER_SYSTEM)


def test_a_process_may_do_only_what_names_it() -> None:
    listener = {name for name, one in OPERATIONS.items() if isinstance(admit_service(Service.LISTENER, one), Permitted)}
    watching = {name for name, one in OPERATIONS.items() if isinstance(admit_service(Service.WATCH, one), Permitted)}
    assert listener == {"inventory.deliver", "signals.waiting", "signals.settle"}
    assert watching == {
        "inventory.status", "inventory.begin", "inventory.take", "inventory.end", "inventory.due", "inventory.channel",
        "grants.judge", "revocations.list", "revocations.get", "revocations.report",
    }  # fmt: skip


def test_no_operation_stands_twice() -> None:
    assert len(_ALL) == len(OPERATIONS)  # the later one would count, and nobody would see which rights that are
