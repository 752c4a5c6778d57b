from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.engine import create_engine

import wardlaw.store.dutytables
import wardlaw.store.inventorytables
import wardlaw.store.lifetables  # noqa: F401 (as those)
from wardlaw.store.tables import METADATA
from wardlaw.testing.databases import empty_tables, postgres_database, sqlite_database


def test_a_sqlite_database_has_every_table(tmp_path: Path) -> None:
    with sqlite_database(tmp_path) as engine:
        assert set(METADATA.tables) <= set(inspect(engine).get_table_names())


@pytest.mark.postgres
def test_a_postgres_schema_has_every_table_and_goes_afterwards(postgres_url: str, own_name: str) -> None:
    with postgres_database(postgres_url, own_name) as engine:
        assert set(METADATA.tables) <= set(inspect(engine).get_table_names(schema=own_name))
    after = create_engine(postgres_url)
    assert own_name not in inspect(after).get_schema_names()
    after.dispose()


@pytest.mark.postgres
def test_an_emptied_schema_has_its_tables_and_no_rows(postgres_url: str, own_name: str) -> None:
    with postgres_database(postgres_url, own_name) as engine:
        with engine.begin() as connection:
            connection.execute(text("INSERT INTO generation (name, value) VALUES ('policies', 7)"))
        empty_tables(engine)
        empty_tables(engine)
        with engine.begin() as connection:
            assert connection.scalars(text("SELECT value FROM generation")).all() == []
            assert connection.scalars(text("SELECT version_num FROM alembic_version")).all() != []


def test_a_file_that_is_there_keeps_its_rows(tmp_path: Path) -> None:
    for count in (0, 1, 2):
        with sqlite_database(tmp_path) as engine, engine.begin() as connection:
            assert len(connection.scalars(text("SELECT value FROM generation")).all()) == count
            connection.execute(text(f"INSERT INTO generation (name, value) VALUES ('n{count}', 7)"))
