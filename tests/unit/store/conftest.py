from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine

from wardlaw.store.database import open_database, writing
from wardlaw.testing.databases import empty_tables, postgres_database, sqlite_database

BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(params=BOTH)
def empty_database(request: pytest.FixtureRequest, tmp_path: Path, own_name: str) -> Iterator[Engine]:
    """A database without tables, once on each of the two."""
    if request.param == "sqlite":
        engine = open_database(f"sqlite:///{tmp_path}/wardlaw.db")
        yield engine
        engine.dispose()
        return
    with _schema(request.getfixturevalue("postgres_url"), own_name) as engine:
        yield engine


@pytest.fixture(scope="session")
def migrated_postgres(postgres_url: str) -> Iterator[Engine]:
    """A schema with the tables, made once: each test that takes it leaves it empty."""
    with postgres_database(postgres_url, f"t{uuid.uuid4().hex[:16]}") as engine:
        yield engine


@pytest.fixture(params=BOTH)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database with the schema, once on each of the two."""
    if request.param == "sqlite":
        with sqlite_database(tmp_path) as engine:
            yield engine
        return
    engine = request.getfixturevalue("migrated_postgres")
    yield engine
    engine.dispose()  # what a test kept open it keeps no longer
    empty_tables(engine)


@contextmanager
def _schema(url: str, name: str) -> Iterator[Engine]:
    outer = open_database(url)
    with writing(outer) as connection:
        connection.execute(text(f'CREATE SCHEMA "{name}"'))
    engine = open_database(f"{url}{'&' if '?' in url else '?'}options=-csearch_path%3D{name}")
    yield engine
    engine.dispose()
    with writing(outer) as connection:
        connection.execute(text(f'DROP SCHEMA "{name}" CASCADE'))
    outer.dispose()
