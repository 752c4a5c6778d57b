from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import inspect
from sqlalchemy.engine import create_engine

import wardlaw.store.dutytables
import wardlaw.store.inventorytables
import wardlaw.store.lifetables  # noqa: F401 (as those)
from wardlaw.store.tables import METADATA
from wardlaw.testing.databases import postgres_database, sqlite_database


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
