"""Open the database, SQLite or PostgreSQL, and refuse one that would lose what it acknowledged."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, NoSuchModuleError

from wardlaw.facts.errors import ConfigError, InputError, UnavailableError, WardlawError

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

BUSY_TIMEOUT_MS = 5_000
"""How long a SQLite writer waits for another, in milliseconds; the sequencer's batches take well under one second."""

CONNECT_TIMEOUT_S = 5
"""How long to wait for PostgreSQL before it counts as unreachable."""

# What SQLite must answer after our settings: an acknowledged commit survives power loss only with
# synchronous=FULL (2), see "PRAGMA synchronous" in the SQLite documentation.
_PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "busy_timeout": BUSY_TIMEOUT_MS,
    "secure_delete": 1,
}

CHECKPOINT_PAGES = 4_000
"""Pages of the write-ahead log, 16 MB, after which SQLite carries them over; at its own 1,000 each page of a listing did it.

A million grants listed again took 25 s with that and 11 s with this, on a shared disk."""

MOST_REWRITTEN_BYTES = 256 * 2**20
"""A larger file is not written anew while others wait: a laptop's disk takes about two seconds for this one."""

_WRITES = "wardlaw_writes"
_PLAIN = "wardlaw_plain"


def open_database(url: str) -> Engine:
    """Engine for ``sqlite:///path`` or ``postgresql+psycopg://…``, proved usable by one connection.

    Raises:
        ConfigError: The url, the path or the file is wrong (WL-STO-001, -002), or SQLite does not keep
            the settings that make commits durable (WL-STO-003).
        UnavailableError: PostgreSQL cannot be reached (WL-STO-004), or another program holds the SQLite
            file locked (WL-STO-005).
    """
    parsed = _parse(url)
    engine = _sqlite(parsed) if parsed.get_backend_name() == "sqlite" else _postgresql(parsed)
    try:
        # A read-only SQLite file answers every PRAGMA as wished: only taking the write lock tells.
        with writing(engine) as connection:
            if engine.dialect.name == "sqlite":
                _assert_pragmas(connection)
            else:
                connection.execute(text("SELECT 1"))
    except DBAPIError as error:
        engine.dispose()
        raise _cannot_open(parsed, error) from error
    except WardlawError:
        engine.dispose()
        raise
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One write transaction: committed at the end, rolled back on any exception.

    SQLite takes the write lock at once (``BEGIN IMMEDIATE``): a reader that later upgrades could
    fail in the middle with ``SQLITE_BUSY`` without the busy timeout being honoured.
    """
    with engine.connect().execution_options(**{_WRITES: True}) as connection, connection.begin():
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One read transaction: everything read inside belongs to one moment on SQLite."""
    with engine.connect() as connection, connection.begin():
        yield connection


def clear_traces(engine: Engine) -> str:
    """Clear the database's files of what was deleted; says where it may still be read, empty where nowhere.

    The write-ahead log still holds pages as they were; a file of moderate size is written anew as well, because pages
    that were split or freed before keep old bytes.
    """
    if engine.dialect.name != "sqlite":
        return "In PostgreSQL's own files until it vacuums the tables, and in its archived logs for as long as you keep them."
    rest = "In free space of the database's file; stop Wardlaw and run VACUUM on it."
    try:
        with engine.connect().execution_options(**{_PLAIN: True}) as connection:
            size = connection.exec_driver_sql("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
            is_small = size.scalar_one() <= MOST_REWRITTEN_BYTES
            if is_small:
                connection.exec_driver_sql("VACUUM")
            busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
    except DBAPIError:  # another process holds it: what was erased stays erased, and the caller tells of the rest
        return rest
    return "" if is_small and not busy else rest


def store_failure(error: DBAPIError) -> WardlawError:
    """What to tell when the database refuses a statement in the middle of the work."""
    if isinstance(error, DataError):
        return InputError(
            "WL-STO-008", "A value cannot be stored: a number out of range or a character no database takes.", ""
        )
    return UnavailableError(
        "WL-STO-007",
        f"The database refused the work: {_first_line(error)}.",
        "Nothing was changed. Check free disk space, permissions and that the database runs, then try again.",
    )


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise ConfigError(
            "WL-STO-001",
            "The database url cannot be read.",
            "Write sqlite:////absolute/path/wardlaw.db or postgresql+psycopg://user@host/database.",
        ) from error
    if backend == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise ConfigError(
            "WL-STO-001",
            "An in-memory SQLite database keeps nothing.",
            "Name a file: sqlite:////absolute/path/wardlaw.db.",
        )
    if backend not in ("sqlite", "postgresql"):
        raise ConfigError(
            "WL-STO-001", f"The database {backend!r} is not supported.", "Use sqlite or postgresql+psycopg."
        )
    return parsed.set(drivername="postgresql+psycopg") if backend == "postgresql" else parsed


def _sqlite(url: URL) -> Engine:
    path = Path(str(url.database))
    if not path.parent.is_dir():
        raise ConfigError(
            "WL-STO-002",
            f"The folder {path.parent} of the database does not exist.",
            "Run `wardlaw init`, or correct store.url.",
        )
    # Errors must not repeat the values of a statement: they may be prompts or names.
    engine = create_engine(url, hide_parameters=True)
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _postgresql(url: URL) -> Engine:
    return create_engine(
        url, hide_parameters=True, pool_pre_ping=True, connect_args={"connect_timeout": CONNECT_TIMEOUT_S}
    )


def _set_pragmas(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # Transactions are ours to begin: the driver's own rule begins late and only before some statements.
    driver: Any = connection
    driver.isolation_level = None
    cursor = driver.cursor()
    try:
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")
        cursor.execute("PRAGMA foreign_keys=ON")
        # What is deleted is overwritten: an erased name must not lie on in the free space of a page.
        cursor.execute("PRAGMA secure_delete=ON")
    finally:
        cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get(_PLAIN, False):
        return  # VACUUM and checkpoints are no part of a transaction
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _assert_pragmas(connection: Connection) -> None:
    for name, wanted in _PRAGMAS.items():
        found = connection.exec_driver_sql(f"PRAGMA {name}").scalar()
        if found != wanted:
            raise ConfigError(
                "WL-STO-003",
                f"SQLite answers {name}={found} where {wanted} is needed, so that commits would not be durable.",
                "Put the data directory on a local disk (not a network share) that allows a write-ahead log.",
            )


def _cannot_open(url: URL, error: DBAPIError) -> WardlawError:
    if url.get_backend_name() == "sqlite":
        if "locked" in str(error.orig):
            return UnavailableError(
                "WL-STO-005",
                f"The database file {url.database} has been locked by another program for {BUSY_TIMEOUT_MS} ms.",
                "Close the program that holds it open (a shell, a backup), then try again.",
            )
        return ConfigError(
            "WL-STO-002",
            f"The database file {url.database} cannot be opened for writing: {error.orig}.",
            "Check that the path names a file Wardlaw may write, on a disk that is not read-only.",
        )
    return UnavailableError(
        "WL-STO-004",
        f"PostgreSQL at {url.render_as_string(hide_password=True)} cannot be used: {_first_line(error)}.",
        "Check that it runs, that the address is right and that the user may connect.",
    )


def _first_line(error: DBAPIError) -> str:
    lines = str(error.orig).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error.orig).__name__
