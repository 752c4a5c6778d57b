"""The same rules on PostgreSQL, for whoever connects with whatever program: by role and by trigger."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError

from tests.unit.governance.lives import BOOK
from wardlaw.facts.clause import Risk
from wardlaw.store.database import open_database, writing
from wardlaw.store.databaseroles import ROLES, guard_statements, role_script, role_statements
from wardlaw.store.migrate import upgrade

pytestmark = [pytest.mark.postgres, pytest.mark.xdist_group("databaseroles")]  # roles are the whole server's

_VERSION = "INSERT INTO clause_version VALUES ('GOV-20', {n}, 'd{n}', 'form', '{risk}', '{{}}', 'person:{by}', '{by}@x', 1, 'm')"
_SIGN = (
    "INSERT INTO sign_off VALUES ('{by}{n}', 'GOV-20', {n}, 'd{n}', 'person:{by}', '{by}@x', 'legal', true, '', 9, 1, 99,"
    " 'm')"
)
_EVENT = "INSERT INTO clause_event VALUES ('GOV-20', {number}, {n}, '{step}', 'x', 'person:{by}', 2, '', '', 0, 'm')"


@pytest.fixture
def base(postgres_url: str, own_name: str) -> Iterator[SimpleNamespace]:
    """A schema with Wardlaw's tables and roles, and accounts of two people: ann who writes, leo who approves."""
    outer = open_database(postgres_url)
    with writing(outer) as connection:
        connection.execute(text(f'CREATE SCHEMA "{own_name}"'))
    engine = open_database(f"{postgres_url}{'&' if '?' in postgres_url else '?'}options=-csearch_path%3D{own_name}")
    upgrade(engine)
    people = {"ann": f"ann_{own_name}", "leo": f"leo_{own_name}"}
    with writing(engine) as connection:
        for statement in role_statements(schema=own_name):
            connection.exec_driver_sql(statement)
        for name, part in (("ann", "author"), ("leo", "approver")):
            connection.exec_driver_sql(f'CREATE ROLE "{people[name]}" IN ROLE wardlaw_{part}')
        # Ann was made an approver too, as people are who help out: the trigger holds all the same.
        connection.exec_driver_sql(f'GRANT wardlaw_approver TO "{people["ann"]}"')
    try:
        yield SimpleNamespace(engine=engine, people=people)
    finally:
        engine.dispose()
        with writing(outer) as connection:
            connection.execute(text(f'DROP SCHEMA "{own_name}" CASCADE'))
            # Of the roles that all installations share nothing is taken: others use them at this moment.
            for name in people.values():
                connection.exec_driver_sql(f'DROP OWNED BY "{name}"')
                connection.exec_driver_sql(f'DROP ROLE "{name}"')
        outer.dispose()


def do(engine: Engine, role: str, statement: str) -> str:
    """What PostgreSQL says to somebody with this role; empty when it is done."""
    try:
        with writing(engine) as connection:
            if role:
                connection.exec_driver_sql(f'SET LOCAL ROLE "{role}"')
            connection.exec_driver_sql(statement)
    except DBAPIError as error:
        return str(error.orig).splitlines()[0]
    return ""


def versions(base: SimpleNamespace, by: str = "writer", risk: str = "low") -> None:
    assert do(base.engine, "wardlaw_author", _VERSION.format(n=1, by=by, risk=risk)) == ""


def test_each_role_adds_what_is_its_part_and_nothing_else(base: SimpleNamespace) -> None:
    versions(base)
    assert do(base.engine, "wardlaw_approver", _SIGN.format(n=1, by="leo")) == ""
    assert do(base.engine, "wardlaw_publisher", _EVENT.format(number=1, n=1, step="shadow", by="ci")) == ""
    adds = {
        "wardlaw_author": _VERSION.format(n=2, by="x", risk="low"),
        "wardlaw_approver": _SIGN.format(n=1, by="rik"),
        "wardlaw_publisher": _EVENT.format(number=2, n=1, step="enforce", by="ci"),
    }
    for role in (*adds, "wardlaw_auditor"):
        for whose, statement in adds.items():
            refused = do(base.engine, role, statement)
            if role != whose:
                assert refused.startswith("permission denied"), (role, whose)
    for role in ROLES:
        assert do(base.engine, role, "SELECT * FROM sign_off") == ""


@pytest.mark.parametrize("table", ["clause_version", "sign_off", "clause_event", "clause_backtest"])
@pytest.mark.parametrize("role", ["", *ROLES])
def test_nobody_changes_or_removes_what_was_said(base: SimpleNamespace, role: str, table: str) -> None:
    versions(base)
    assert do(base.engine, "", _SIGN.format(n=1, by="leo")) == ""
    assert do(base.engine, "", _EVENT.format(number=1, n=1, step="review", by="writer")) == ""
    backtest = "INSERT INTO clause_backtest VALUES ('b', 'GOV-20', 1, 1, 0, 1, '{}', 'm')"
    assert do(base.engine, "", backtest) == ""
    for statement in (f"UPDATE {table} SET mac = 'x'", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
        said = do(base.engine, role, statement)
        assert "never changed or removed" in said or said.startswith("permission denied"), said
        # The owner is held by the trigger, and so is Wardlaw where an erasure may pass; others by the grant.
        assert said.startswith("permission denied") or role in ("", "wardlaw_app")


def test_sod_1_the_author_of_a_version_cannot_sign_it(base: SimpleNamespace) -> None:
    versions(base)
    assert "SOD-1" in do(base.engine, "wardlaw_approver", _SIGN.format(n=1, by="writer"))
    other_account = _SIGN.format(n=1, by="writer2").replace("writer2@x", "writer@x")
    assert "SOD-1" in do(base.engine, "wardlaw_approver", other_account)
    assert "SOD-1" in do(base.engine, "", other_account)  # nor by the owner of the tables


def test_sod_1_holds_for_the_account_that_is_connected(base: SimpleNamespace) -> None:
    ann, leo = base.people["ann"], base.people["leo"]
    assert do(base.engine, ann, _VERSION.format(n=1, by=ann, risk="low")) == ""
    assert "SOD-1" in do(base.engine, ann, _SIGN.format(n=1, by="somebody"))
    assert do(base.engine, leo, _SIGN.format(n=1, by=leo)) == ""


def test_a_sign_off_is_for_the_digest_of_its_version(base: SimpleNamespace) -> None:
    versions(base)
    assert "digest" in do(base.engine, "wardlaw_approver", _SIGN.format(n=1, by="leo").replace("'d1'", "'d2'"))


@pytest.mark.parametrize(("risk", "needed"), [("low", 1), ("medium", 1), ("high", 2), ("critical", 2)])
def test_sod_2_what_lacks_an_approval_is_not_published(base: SimpleNamespace, risk: str, needed: int) -> None:
    assert needed == len(BOOK.sign_offs[Risk(risk)])
    versions(base, risk=risk)
    publish = _EVENT.format(number=1, n=1, step="enforce", by="ci")
    for name in ("leo", "cis")[:needed]:
        assert "SOD-2" in do(base.engine, "wardlaw_publisher", publish)
        assert do(base.engine, "wardlaw_approver", _SIGN.format(n=1, by=name)) == ""
    assert "SOD-2" in do(base.engine, "wardlaw_publisher", publish.replace("person:ci", "person:writer"))
    assert do(base.engine, "wardlaw_publisher", publish) == ""


def test_an_auditor_reads_what_proves_something_and_no_token(base: SimpleNamespace) -> None:
    assert do(base.engine, "wardlaw_auditor", "SELECT count(*) FROM record") == ""
    for statement in ("SELECT * FROM token", "DELETE FROM record", "SELECT * FROM person"):
        assert do(base.engine, "wardlaw_auditor", statement).startswith("permission denied")


def test_the_application_can_be_held_by_its_role(base: SimpleNamespace) -> None:
    assert do(base.engine, "wardlaw_app", _VERSION.format(n=1, by="writer", risk="low")) == ""
    assert do(base.engine, "wardlaw_app", "DELETE FROM clause_version").startswith("permission denied")
    assert do(base.engine, "wardlaw_app", "DELETE FROM notification") == ""


def test_the_script_can_be_run_again(base: SimpleNamespace) -> None:
    assert role_script().startswith("BEGIN;\n")
    assert all(statement.rstrip().endswith(")") or "$body$" in statement for statement in guard_statements())
    with writing(base.engine) as connection:
        schema = connection.execute(text("SELECT current_schema()")).scalar()
        for statement in role_statements(schema=str(schema)):
            connection.exec_driver_sql(statement)
