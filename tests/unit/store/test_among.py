from __future__ import annotations

import pytest
from sqlalchemy import bindparam, event, select, update

from wardlaw.store.among import MOST, among, change_among, run_among
from wardlaw.store.database import writing
from wardlaw.store.tables import METADATA
from wardlaw.testing.databases import sqlite_database

SETTING = METADATA.tables["setting"]
NAMED = select(SETTING.c.name, SETTING.c.value).where(among(SETTING.c.name))
CHANGE = update(SETTING).where(among(SETTING.c.name), SETTING.c.value != bindparam("to")).values(value=bindparam("to"))
ODD = ["plain", "o'clock", 'quo"ted', "back\\slash", "line\nbreak", "é😀\u202e", "", "null", "1"]


def found(connection, names: list[str]) -> set[str]:
    return {row.name for rows in run_among(connection, NAMED, names) for row in rows}


def test_values_are_found_whatever_stands_in_them(database) -> None:
    with writing(database) as connection:
        connection.execute(SETTING.insert(), [{"name": name, "value": "a"} for name in ODD])
        assert found(connection, [*ODD, "missing"]) == {*ODD}
        assert found(connection, []) == set()
        change_among(connection, CHANGE, ["plain", "1", "missing"], to="b")
        rows = connection.execute(select(SETTING.c.name).where(SETTING.c.value == "b")).scalars()
        assert {*rows} == {"plain", "1"}


def test_many_values_go_in_portions_of_one_statement(database) -> None:
    texts: list[str] = []
    with writing(database) as connection:
        connection.execute(SETTING.insert(), [{"name": "n1", "value": "a"}, {"name": f"n{MOST + 1}", "value": "a"}])
        event.listen(connection, "before_cursor_execute", lambda _c, _u, text, *_: texts.append(text))
        assert found(connection, [f"n{number}" for number in range(MOST + 2)]) == {"n1", f"n{MOST + 1}"}
        assert len(texts) == 2
        assert len(set(texts)) == 1


@pytest.fixture
def lite(tmp_path):
    """SQLite alone: PostgreSQL reads a table of a few rows whole, and takes no NUL in a text."""
    with sqlite_database(tmp_path) as made:
        yield made


def test_an_index_is_used(lite) -> None:
    database = lite
    with writing(database) as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {NAMED.compile(database)}", ("[]",)).all()
        assert any(row[3].startswith("SEARCH setting USING") for row in plan)


def test_a_nul_does_not_end_a_value(lite) -> None:
    with writing(lite) as connection:
        names = ["a\0b", "a", "b"]
        connection.execute(SETTING.insert(), [{"name": name, "value": "a"} for name in names])
        assert found(connection, ["a\0b", "b"]) == {"a\0b", "b"}
        change_among(connection, CHANGE, ["a\0b"], to="b")
        assert connection.execute(select(SETTING.c.name).where(SETTING.c.value == "b")).scalars().all() == ["a\0b"]
