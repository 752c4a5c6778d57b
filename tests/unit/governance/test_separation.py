"""The separation of duties at the choke point, rule by rule.

SOD-2, -5, -6, -7 and -11 stand in test_rights.py too. SOD-3 has no operation yet: what comes later only has to say under
which circumstances. Over the API and the command line: tests/wire/test_separation.py; on PostgreSQL:
tests/unit/store/test_dutyguards.py.
"""

from __future__ import annotations

from wardlaw.console.rolebook import load_role_book
from wardlaw.facts.person import Permission, Person, Role
from wardlaw.governance.rights import Circumstances, Refusal, authorise

BOOK = load_role_book()
P = Permission


def person(*roles: Role, name: str = "ann") -> Person:
    return Person(f"person:{name}", name, roles)


def rule(who: Person, permission: Permission, **context: object) -> str:
    """The rule that refuses, ``""`` when permitted."""
    answer = authorise(who, permission, context=Circumstances(changes=True, **context), book=BOOK)
    return answer.rule if isinstance(answer, Refusal) else ""


def test_sod_1_and_2_nobody_approves_or_publishes_their_own_clause() -> None:
    for permission, role, expected in (
        (P.APPROVE_POLICY, Role.LEGAL, "SOD-1"),
        (P.PUBLISH_POLICY, Role.DEVSECOPS, "SOD-2"),
    ):
        assert rule(person(role), permission, authors=("person:bob", "b@x")) == ""
        assert rule(person(role), permission, authors=("person:ann", "a@x")) == expected
        assert rule(person(role), permission, authors=("person:other",), selves=frozenset({"person:other"})) == expected


def test_sod_2_only_what_is_approved_is_published() -> None:
    assert rule(person(Role.DEVSECOPS), P.PUBLISH_POLICY, lacks_approval=True) == "SOD-2"
    assert rule(person(Role.LEGAL), P.PUBLISH_POLICY, lacks_approval=True) == "ROLE"


def test_sod_3_a_gate_is_approved_by_neither_who_asked_nor_who_made_the_model() -> None:
    gate = {"authors": ("person:requester", "person:modeller")}
    assert rule(person(Role.CISO), P.APPROVE_GATE, **gate) == ""
    for name in ("requester", "modeller"):
        assert rule(person(Role.CISO, name=name), P.APPROVE_GATE, **gate) == "SOD-3"
    assert rule(person(Role.CISO), P.APPROVE_GATE, selves=frozenset({"person:modeller"}), **gate) == "SOD-3"


def test_sod_8_a_milder_classification_is_a_new_version_by_legal() -> None:
    assert rule(person(Role.LEGAL), P.CLASSIFY_SYSTEM, lowers=True) == ""
    for role in (Role.RISK, Role.OWNER):
        assert rule(person(role), P.CLASSIFY_SYSTEM) == ""
        assert rule(person(role), P.CLASSIFY_SYSTEM, lowers=True) == "SOD-8"
    for role in (Role.LEGAL, Role.RISK, Role.OWNER):
        assert rule(person(role), P.CLASSIFY_SYSTEM, edits=True) == "SOD-8"


def test_sod_8_who_registers_does_not_classify_and_who_classifies_does_not_register() -> None:
    assert rule(person(Role.DEVSECOPS), P.REGISTER_SYSTEM, registers=True) == ""
    assert rule(person(Role.DEVSECOPS), P.REGISTER_SYSTEM, classifies=True) == "SOD-8"
    assert rule(person(Role.LEGAL), P.CLASSIFY_SYSTEM, classifies=True) == ""
    assert rule(person(Role.LEGAL), P.CLASSIFY_SYSTEM, registers=True) == "SOD-8"


def test_sod_10_loosening_needs_risk_and_tightening_nobody() -> None:
    secops, asker = person(Role.SECOPS), person(Role.SECOPS, name="bob")
    assert rule(secops, P.TUNE_DETECTOR) == ""
    assert rule(secops, P.TUNE_DETECTOR, loosens=True, asks=True) == ""
    assert rule(secops, P.TUNE_DETECTOR, loosens=True) == "SOD-10"
    assert rule(secops, P.TUNE_DETECTOR, loosens=True, first=asker) == "SOD-10"
    assert rule(person(Role.RISK), P.TUNE_DETECTOR, loosens=True, first=asker) == ""
    assert rule(person(Role.RISK), P.TUNE_DETECTOR, loosens=True) == "SOD-10"
    assert rule(person(Role.RISK), P.TUNE_DETECTOR) == "ROLE"
    assert rule(person(Role.RISK), P.TUNE_DETECTOR, loosens=True, asks=True) == "ROLE"
    both = person(Role.RISK, Role.SECOPS, name="bob")
    assert rule(both, P.TUNE_DETECTOR, loosens=True, first=asker) == "SOD-10"
    one_human = {"first": asker, "selves": frozenset({"person:bob"})}
    assert rule(person(Role.RISK), P.TUNE_DETECTOR, loosens=True, **one_human) == "SOD-10"
    assert rule(person(Role.LEGAL), P.TUNE_DETECTOR, loosens=True, first=asker) == "ROLE"


def test_sod_5_and_7_hold_over_all_accounts_of_a_human() -> None:
    selves = frozenset({"person:ann", "person:ann2"})
    own = {"target": "person:ann2", "adds": (Role.DEVSECOPS,), "will_hold": (Role.DEVSECOPS,)}
    assert rule(person(Role.ADMIN), P.MANAGE_USERS, **own) == ""
    assert rule(person(Role.ADMIN), P.MANAGE_USERS, selves=selves, **own) == "SOD-5"
    first = person(Role.COMPLIANCE, name="ann2")
    assert rule(person(Role.CISO), P.CHANGE_RETENTION, first=first) == ""
    assert rule(person(Role.CISO), P.CHANGE_RETENTION, first=first, selves=selves) == "SOD-7"
