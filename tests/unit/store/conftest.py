from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine

from wardlaw.store.database import open_database, writing
from wardlaw.store.migrate import upgrade


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path, own_name: str) -> Iterator[Engine]:
    """A database without tables, once on each of the two."""
    if request.param == "sqlite":
        engine = open_database(f"sqlite:///{tmp_path}/wardlaw.db")
        yield engine
        engine.dispose()
        return
    url = request.getfixturevalue("postgres_url")
    outer = open_database(url)
    with writing(outer) as connection:
        connection.execute(text(f'CREATE SCHEMA "{own_name}"'))
    engine = open_database(f"{url}{'&' if '?' in url else '?'}options=-csearch_path%3D{own_name}")
    yield engine
    engine.dispose()
    with writing(outer) as connection:
        connection.execute(text(f'DROP SCHEMA "{own_name}" CASCADE'))
    outer.dispose()


@pytest.fixture
def database(empty_database: Engine) -> Engine:
    """A database with the schema, once on each of the two."""
    upgrade(empty_database)
    return empty_database
