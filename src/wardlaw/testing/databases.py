"""Fresh databases with the whole schema, on SQLite and PostgreSQL."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine, make_url

from wardlaw.store.database import open_database
from wardlaw.store.migrate import upgrade

# Tables on which somebody switched triggers off.
_UNGUARDED = """SELECT DISTINCT quote_ident(c.relname) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
  WHERE NOT t.tgisinternal AND t.tgenabled = 'D' AND c.relnamespace = current_schema()::regnamespace"""


@functools.cache
def migrated_sqlite() -> bytes:
    """A SQLite file with the schema and no rows: migrating takes longer than most tests."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "wardlaw.db"
        engine = open_database(f"sqlite:///{path}")
        upgrade(engine)
        engine.dispose()  # the last connection folds the write-ahead log into the file
        return path.read_bytes()


@contextmanager
def sqlite_database(folder: Path) -> Iterator[Engine]:
    """A SQLite file in ``folder``; one that is there already keeps its rows."""
    path = folder / "wardlaw.db"
    is_new = not path.exists()
    if is_new:
        path.write_bytes(migrated_sqlite())
    engine = open_database(f"sqlite:///{path}")
    try:
        if not is_new:
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


def empty_tables(engine: Engine) -> None:
    """Take every row out of a migrated PostgreSQL schema and guard it again, at a tenth of what making another costs.

    Raises:
        sqlalchemy.exc.OperationalError: Somebody holds a lock for ten seconds: a connection was left open.
    """
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL lock_timeout = '10s'"))
        # Some tables refuse it of everybody, as they should (a trigger); only a superuser may look past that.
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        names = connection.scalars(
            text(
                "SELECT quote_ident(relname) FROM pg_class WHERE relkind = 'r' AND relname <> 'alembic_version'"
                " AND relnamespace = current_schema()::regnamespace ORDER BY relname"
            )
        ).all()
        looks = " UNION ALL ".join(f"(SELECT '{name}' FROM {name} LIMIT 1)" for name in names)  # noqa: S608  # our own names
        if filled := connection.scalars(text(looks)).all():
            connection.execute(text(f"TRUNCATE {', '.join(filled)} RESTART IDENTITY CASCADE"))
        for name in connection.scalars(text(_UNGUARDED)).all():
            connection.execute(text(f"ALTER TABLE {name} ENABLE TRIGGER USER"))
