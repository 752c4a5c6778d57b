"""Classification, register and intake on real PostgreSQL: direct writes of the owner of the tables and of the service."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from tests.unit.register.test_classification import classified
from tests.unit.store.test_dutyguards import ERASING, PEOPLE, base, tried  # noqa: F401 (a fixture)
from wardlaw.console.rolebook import load_role_book
from wardlaw.facts.person import Permission, Person, Role
from wardlaw.facts.tier import Tier
from wardlaw.register.classify import is_milder
from wardlaw.register.intake import AskedGrant, IntakeForm, IntakeKind, IntakeRequest, roles_due
from wardlaw.store.database import writing
from wardlaw.store.people import add_person
from wardlaw.store.registerguards import (
    APPROVERS,
    CLASSIFIERS,
    DECIDERS,
    KEEPERS,
    register_guard_statements,
    register_unguard_statements,
)

pytestmark = [pytest.mark.postgres, pytest.mark.xdist_group("databaseroles")]

GIVEN = msgspec.to_builtins(classified())


def quoted(value: Any) -> str:
    return json.dumps(value).replace("'", "''")


def said(
    by: str = "own", roles: tuple[str, ...] = ("owner",), tier: str = "high", version: int = 1, **more: Any
) -> str:
    answers = {"q1": {"value": "yes", "reason": "Ana", "by": f"person:{by}", "at": 5.0}}
    whole = {
        **GIVEN, "system": "crm-bot", "version": version, "answers": answers, "by": f"person:{by}", "by_roles": roles, "at": 5.0,
        "found": {**GIVEN["found"], "tier": tier}, **more,
    }  # fmt: skip
    return f"INSERT INTO classification VALUES ('crm-bot', {version}, '{tier}', '{quoted(whole)}', 'person:{by}', 5)"


OTHERS = {"q1": {"value": "no", "reason": "x", "by": "person:lex", "at": 5.0}}
KEPT = {"q1": {"value": "yes", "reason": "Ana", "by": "person:own", "at": 5.0}}

FORM = IntakeForm(
    "notes", IntakeKind.TOOL, "Notes", "writes down for Ana", "person:own", ("cv",), principals=("agent:n",)
)
REQUEST = IntakeRequest("itk_1", FORM, "person:own", 1.0, roles_due(FORM))


def request(*answers: tuple[str, str], state: str = "", yes: bool = True, **more: Any) -> dict[str, Any]:
    whole = msgspec.to_builtins(REQUEST)
    whole["answers"] = [
        {"by": f"person:{by}", "role": role, "approves": yes, "reason": "Ana", "at": 2.0} for by, role in answers
    ]
    return {**whole, **more}


ASKED = f"INSERT INTO intake VALUES ('itk_1', 'waiting', 'person:own', 1, 0, '{quoted(request())}')"


def answered(*answers: tuple[str, str], state: str = "waiting", **more: Any) -> str:
    row = quoted(request(*answers, **more))
    return f"UPDATE intake SET state = '{state}', answers = {len(answers)}, request = '{row}'"


RIS, LEX = ("ris", "risk"), ("lex", "legal")
GRANTED = (ASKED, answered(RIS), answered(RIS, LEX, state="granted"))
END = {"by": "person:cis", "reason": "x", "at": 3.0}


def entry(author: str = "", version: int = 1, by: str = "own", **more: Any) -> str:
    whole = {"kind": "model", "id": "m", "title": "Ana", "owner": "person:own", "author": author, **more}
    if version == 1:
        return f"INSERT INTO register_entry VALUES ('model', 'm', 1, '{quoted(whole)}', 'person:{by}', 1, 0)"
    return f"UPDATE register_entry SET version = {version}, entry = '{quoted(whole)}', changed_by = 'person:{by}'"


COPY = "INSERT INTO register_entry_version SELECT * FROM register_entry"
REPORT = "INSERT INTO red_team_report VALUES ('rtr_1', 'm', 'd', 'Ana', '{{\"target\": \"{0}\"}}', 'person:{1}', 1)"


def system(version: int = 2, by: str = "own", **more: Any) -> str:
    change = quoted(more)
    return (
        f"UPDATE ai_system SET version = {version}, changed_by = 'person:{by}', "
        f"system = (system::jsonb || '{change}')::text WHERE id = 'crm-bot'"
    )


ENFORCED = system(gate_mode="enforce", principals=["agent:a"])

FORGED = """INSERT INTO ai_system_version SELECT id, 9, 'changed', replace(system, 'high', 'minimal'), changed_by, 9, ''
    FROM ai_system"""
BEGUN = """INSERT INTO ai_system SELECT 'x', 1, (system::jsonb || '{"id": "x", "lifecycle": "approved"}')::text, changed_by, 1, 0
    FROM ai_system"""

# The rule, what is tried, and the statements of which the last is the one that breaks it.
BROKEN: list[tuple[str, str, tuple[str, ...]]] = [
    ("SOD-8", "lower than the register", (said(tier="minimal"),)),
    ("SOD-8", "lower than the last", (said(), said(tier="limited", version=2, answers=KEPT))),
    ("SOD-8", "in two steps", (said(), said(tier="undetermined", version=2, answers=KEPT),
        said(tier="minimal", version=3, answers=KEPT))),
    ("SOD-8", "by somebody who may not", (said(by="sec", roles=("secops",)),)),
    ("SOD-8", "by nobody", (said(by="ghost", roles=()),)),
    ("SOD-8", "with a role they have not", (said(roles=("owner", "legal")),)),
    ("SOD-8", "another's answer", (said(answers=OTHERS),)),
    ("SOD-8", "an answer taken out", (said(), said(version=2, answers={}))),
    ("SOD-8", "another's answer changed", (said(), said(by="lex", roles=("legal",), version=2,
        answers={"q1": {**KEPT["q1"], "value": "no"}}))),
    ("SOD-8", "a column that says otherwise", (said().replace("'high'", "'minimal'", 1),)),
    ("SOD-8", "a version left out", (said(version=3),)),
    ("SOD-8", "edited", (said(), "UPDATE classification SET tier = 'minimal'")),
    ("SOD-8", "taken out", (said(), "DELETE FROM classification")),
    ("SOD-8", "a history of its own", (FORGED,)),
    ("SOD-8", "a system that begins approved", (BEGUN,)),
    ("SOD-3", "a gate lifted by its owner", (ENFORCED, system(3, gate_mode="warn"))),
    ("SOD-3", "traffic taken from an enforced gate", (ENFORCED, system(3, principals=["agent:b"]))),
    ("SOD-3", "approved without a verdict", (system(lifecycle="approved"),)),
    ("SOD-3", "who made a model takes themselves out", (entry("person:own"), entry("", 2))),
    ("SOD-3", "by their other account", (entry("person:own"), entry("", 2, by="own2"))),
    ("SOD-3", "an entry in place", (entry(), "UPDATE register_entry SET entry = replace(entry, 'Ana', 'Ben')")),
    ("SOD-3", "an entry taken out", (entry(), "DELETE FROM register_entry")),
    ("SOD-8", "a version nobody made", (entry(), COPY.replace("*", "kind, id, 2, entry, changed_by, 9, 0"))),
    ("SOD-8", "a version changed", (entry(), COPY, "UPDATE register_entry_version SET entry = replace(entry, 'Ana', 'B')")),
    ("SOD-4", "granted from the start", (ASKED.replace("'waiting'", "'granted'"),)),
    ("SOD-4", "fewer words than are due", (ASKED.replace(', "legal"]', "]"),)),
    ("SOD-4", "their own wish", (ASKED, answered(("own", "risk")))),
    ("SOD-4", "by their other account", (ASKED, answered(("own2", "legal")))),
    ("SOD-4", "a role they have not", (ASKED, answered(("lex", "risk")))),
    ("SOD-4", "a role that is not due", (ASKED, answered(("cis", "ciso")))),
    ("SOD-4", "two words of one human", (ASKED, answered(RIS),
        answered(RIS, ("ris2", "legal"), state="granted"))),
    ("SOD-4", "two words at once", (ASKED, answered(RIS, LEX, state="granted"))),
    ("SOD-4", "granted by one word", (ASKED, answered(RIS, state="granted"))),
    ("SOD-4", "another form", (ASKED, answered(RIS, form=msgspec.to_builtins(msgspec.structs.replace(FORM, days=366))))),
    ("SOD-4", "what was refused", (ASKED, answered(RIS, state="refused", yes=False), answered(RIS, LEX, state="granted"))),
    ("SOD-4", "longer", (*GRANTED, "UPDATE intake SET request = replace(request, '\"days\": 180', '\"days\": 366')")),
    ("SOD-4", "what was taken back", (*GRANTED, answered(RIS, LEX, state="withdrawn", ended=END),
        answered(RIS, LEX, state="granted"))),
    ("SOD-4", "taken out", (ASKED, "DELETE FROM intake")),
    ("SOD-3", "a report by who may not keep one", (REPORT.format("Ana", "lex"),)),
    ("SOD-3", "a report changed", (REPORT.format("Ana", "own"), "UPDATE red_team_report SET model_digest = 'x'")),
    ("SOD-3", "a report taken out", (REPORT.format("Ana", "own"), "DELETE FROM red_team_report")),
]  # fmt: skip

PASSES: list[tuple[str, tuple[str, ...]]] = [
    ("classified", (said(), said(tier="prohibited", version=2, answers=KEPT))),
    ("milder by legal", (said(), said(by="lex", roles=("legal",), tier="limited", version=2, answers=KEPT))),
    ("granted and taken back", (*GRANTED, answered(RIS, LEX, state="withdrawn", ended=END))),
    ("refused", (ASKED, answered(RIS, state="refused", yes=False))),
    ("an entry changed", (entry("person:own"), COPY, entry("person:com", 2, by="ris"), f"{COPY} WHERE version = 2")),
    ("a gate lifted by risk", (ENFORCED, system(3, by="ris", gate_mode="warn"))),
    ("a report", (REPORT.format("Ana", "own"),)),
]  # fmt: skip


@pytest.fixture(scope="module")
def tables(base: SimpleNamespace) -> SimpleNamespace:  # noqa: F811
    return base


@pytest.mark.parametrize(("rule", "what", "statements"), BROKEN, ids=[f"{rule} {what}" for rule, what, _ in BROKEN])
def test_a_direct_write_that_breaks_a_rule_is_refused(
    tables: SimpleNamespace, rule: str, what: str, statements: tuple[str, ...]
) -> None:
    assert tried(tables.engine, *statements[:-1], role="") == ""
    for role in ("", "wardlaw_app"):
        assert rule in tried(tables.engine, *statements, role=role)


@pytest.mark.parametrize(("what", "statements"), PASSES, ids=[what for what, _ in PASSES])
def test_what_the_people_due_did_is_kept(tables: SimpleNamespace, what: str, statements: tuple[str, ...]) -> None:
    for role in ("", "wardlaw_app"):
        assert tried(tables.engine, *statements, role=role) == "", what


@pytest.mark.parametrize(
    ("rule", "person", "statements"),
    [
        ("SOD-8", "own", (said(by="lex", roles=("legal",)),)),
        ("SOD-8", "own", (system(by="lex", tier="prohibited"),)),
        ("SOD-4", "lex", (ASKED,)),
        ("SOD-4", "own", (ASKED, answered(RIS))),
        ("SOD-3", "sec", (entry(by="own"),)),
        ("SOD-3", "sec", (REPORT.format("Ana", "own"),)),
    ],
)
def test_who_is_connected_writes_in_no_other_name(
    tables: SimpleNamespace, rule: str, person: str, statements: tuple[str, ...]
) -> None:
    account = f"{person}_{tables.name}"
    with writing(tables.engine) as connection:
        connection.exec_driver_sql(f'CREATE ROLE "{account}" IN ROLE wardlaw_app')
        known = Person(f"person:{account}", person, (), identity=PEOPLE[person][1])
        add_person(connection, known, by="init", now=1.0)
    try:
        assert rule in tried(tables.engine, *statements, role=account)
    finally:
        with writing(tables.engine) as connection:
            connection.exec_driver_sql(f'DROP ROLE "{account}"')
            connection.exec_driver_sql("DELETE FROM person WHERE id = %s", (f"person:{account}",))


VEILS = [
    (said(), "UPDATE classification SET classification = replace(classification, 'Ana', 'erased-1')"),
    (ASKED, "UPDATE intake SET request = replace(request, 'Ana', 'erased-1')"),
    (entry(), "UPDATE register_entry SET entry = replace(entry, 'Ana', 'erased-1')"),
    (
        REPORT.format("Ana", "own"),
        "UPDATE red_team_report SET target = 'erased-1', report = replace(report, 'Ana', 'erased-1')",
    ),
    ("SELECT 1", "UPDATE ai_system SET system = replace(system, 'answers', 'erased-1')"),
    ("SELECT 1", "UPDATE ai_system_version SET system = replace(system, 'answers', 'erased-1')"),
]
NEVER = [
    (said(), "UPDATE classification SET classification = replace(classification, 'yes', 'no')"),
    (ASKED, "UPDATE intake SET request = replace(request, '180', '366')"),
    (entry(), "UPDATE register_entry SET entry = replace(entry, 'person:own', 'person:ris')"),
    ("SELECT 1", "UPDATE ai_system SET system = replace(system, 'high', 'minimal')"),
    ("SELECT 1", "UPDATE ai_system_version SET system = replace(system, 'high', 'minimal')"),
]


def test_an_erasure_changes_what_people_wrote_and_nothing_else(tables: SimpleNamespace) -> None:
    with writing(tables.engine) as connection:
        connection.exec_driver_sql(
            "INSERT INTO erasure VALUES ('era_1', 'aa', 'r', 'requested', 'person:com', 1, 9e9, '', 0, 0) "
            "ON CONFLICT DO NOTHING"
        )
    for first, veil in VEILS:
        assert tried(tables.engine, first, ERASING, veil) == "", veil
        assert "SOD-" in tried(tables.engine, first, veil), veil
    for first, change in NEVER:
        assert "SOD-" in tried(tables.engine, first, ERASING, change), change


def test_the_database_and_the_code_say_the_same(tables: SimpleNamespace) -> None:
    book = load_role_book()

    def able(*permissions: Permission) -> set[str]:
        return {role.value for role, given in book.roles.items() if set(permissions) & set(given)}

    assert set(CLASSIFIERS) == able(Permission.CLASSIFY_SYSTEM)
    assert set(DECIDERS) == able(Permission.APPROVE_EXCEPTION)
    assert set(APPROVERS) == able(Permission.APPROVE_GATE)
    assert set(KEEPERS) == able(Permission.REGISTER_SYSTEM, Permission.IMPORT_EVIDENCE)
    for tier in Tier:
        told = tried(tables.engine, said(), said(tier=tier.value, version=2, answers=KEPT))
        assert ("SOD-8" in told) == is_milder(tier, Tier.HIGH), tier
    grant = AskedGrant("app", "GRT-01", ("mail",))
    for kind in IntakeKind:
        for classes in ((), ("cv",)):
            for vendor in ("", "Acme"):
                for asked in (None, grant):
                    form = IntakeForm(
                        "n", kind, "N", "writes it down", "person:own", classes, vendor=vendor, grant=asked
                    )
                    made = msgspec.to_builtins(IntakeRequest("itk_2", form, "person:own", 1.0, roles_due(form)))
                    row = f"INSERT INTO intake VALUES ('itk_2', 'waiting', 'person:own', 1, 0, '{quoted(made)}')"
                    assert tried(tables.engine, row) == "", form
                    assert Role.RISK in roles_due(form)


def test_the_guards_come_and_go(tables: SimpleNamespace) -> None:
    for statements in (register_unguard_statements(), register_guard_statements()):
        with writing(tables.engine) as connection:
            for statement in statements:
                connection.execute(text(statement))
    assert "SOD-4" in tried(tables.engine, ASKED, "DELETE FROM intake")
