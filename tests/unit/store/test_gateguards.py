"""SOD-3 on real PostgreSQL: direct writes of the owner of the tables and of Wardlaw's own account."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from tests.unit.store.test_dutyguards import base, tried  # noqa: F401 (a fixture)
from wardlaw.console.rolebook import load_role_book
from wardlaw.facts.person import Permission
from wardlaw.store.database import writing
from wardlaw.store.gateguards import _APPROVERS, gate_guard_statements, gate_unguard_statements

pytestmark = [pytest.mark.postgres, pytest.mark.xdist_group("databaseroles")]

GATE = "INSERT INTO gate VALUES ('cv', 1, 'd', '{{}}', 'person:dev', 1, '{signed}', 0)"
SIGN = "UPDATE gate SET signed_by = '{by}', signed_at = 2"
VERDICT = "INSERT INTO gate_verdict VALUES ('vdt_1', 'cv', '{run}', '{{}}', 'k', 's', 1, 9, {revoked}, '', '')"


def run(*answers: str, **more: Any) -> str:
    said = [{"by": f"person:{by}", "role": "risk", "approves": True, "reason": "ok", "at": 1} for by in answers]
    whole = {"id": "grn_1", "requested_by": "person:own", "authors": ["person:com"], "answers": said, **more}
    return json.dumps(whole)


def made(*answers: str) -> str:
    return f"INSERT INTO gate_run VALUES ('grn_1', 'cv', 'cv', 1, {len(answers)}, '{run(*answers)}')"


def answered(*answers: str, **more: Any) -> str:
    return f"UPDATE gate_run SET answers = {len(answers)}, run = '{run(*answers, **more)}'"


BROKEN = [
    (GATE.format(signed="person:ris"),),
    (GATE.format(signed=""), SIGN.format(by="person:dev")),
    (GATE.format(signed=""), SIGN.format(by="person:sec")),
    (GATE.format(signed=""), "UPDATE gate SET gate = '{\"x\":1}'"),
    (GATE.format(signed=""), SIGN.format(by="person:ris"), SIGN.format(by="person:lex")),
    (GATE.format(signed=""), "DELETE FROM gate"),
    (made("ris"),),
    (made(), answered("own")),
    (made(), answered("own2")),  # the second account of who asked, with a role that approves
    (made(), answered("com2")),  # of who made the model
    (made(), answered("sec")),
    (made(), answered("ris", "lex")),
    (made(), answered("ris", requested_by="person:dev")),
    (made(), answered("ris"), answered("lex", "cis")),
    (made(), answered("ris"), answered("ris", "ris2")),  # two accounts, one person
    (made(), "DELETE FROM gate_run"),
    (VERDICT.format(run="grn_1", revoked=0),),
    (made(), VERDICT.format(run="grn_1", revoked=5)),
    (made(), VERDICT.format(run="grn_1", revoked=0), "UPDATE gate_verdict SET ends_at = 99"),
    (made(), VERDICT.format(run="grn_1", revoked=0), "UPDATE gate_verdict SET revoked_at = 1",
     "UPDATE gate_verdict SET revoked_at = 0"),
]  # fmt: skip
KEPT = [
    (GATE.format(signed=""), SIGN.format(by="person:ris")),
    (made(), answered("ris"), answered("ris", "lex")),
    (
        made(),
        VERDICT.format(run="grn_1", revoked=0),
        "UPDATE gate_verdict SET revoked_at = 1, revoked_by = 'person:ris'",
    ),
]


@pytest.fixture(scope="module")
def tables(base: SimpleNamespace) -> SimpleNamespace:  # noqa: F811
    return base


@pytest.mark.parametrize("role", ["", "wardlaw_app"])
def test_a_direct_write_that_breaks_the_rule_is_refused(tables: SimpleNamespace, role: str) -> None:
    for statements in BROKEN:
        assert "SOD-3" in tried(tables.engine, *statements, role=role), statements


@pytest.mark.parametrize("role", ["", "wardlaw_app"])
def test_what_two_persons_did_is_kept(tables: SimpleNamespace, role: str) -> None:
    for statements in KEPT:
        assert tried(tables.engine, *statements, role=role) == "", statements


def test_the_roles_are_those_that_approve_gates() -> None:
    book = load_role_book()
    able = sorted(role.value for role, given in book.roles.items() if Permission.APPROVE_GATE in given)
    assert sorted(msgspec.json.decode(_APPROVERS.removeprefix("ARRAY").replace("'", '"'))) == able


def test_the_guards_come_and_go(tables: SimpleNamespace) -> None:
    for statements in (gate_unguard_statements(), gate_guard_statements()):
        with writing(tables.engine) as connection:
            for statement in statements:
                connection.execute(text(statement))
