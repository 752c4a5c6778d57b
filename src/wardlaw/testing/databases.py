"""Fresh databases with the whole schema, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine, make_url

from wardlaw.store.database import open_database
from wardlaw.store.migrate import upgrade


@contextmanager
def sqlite_database(folder: Path) -> Iterator[Engine]:
    """A SQLite file in ``folder``."""
    engine = open_database(f"sqlite:///{folder / 'wardlaw.db'}")
    try:
        upgrade(engine)
        yield engine
    finally:
        engine.dispose()


@contextmanager
def postgres_database(url: str, schema: str) -> Iterator[Engine]:
    """A schema of its own in the PostgreSQL at ``url``; dropped at the end."""
    admin = create_engine(make_url(url))
    with admin.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    engine = open_database(
        make_url(url).update_query_dict({"options": f"-csearch_path={schema}"}).render_as_string(hide_password=False)
    )
    try:
        upgrade(engine)
        yield engine
    finally:
        engine.dispose()
        with admin.begin() as connection:
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        admin.dispose()
