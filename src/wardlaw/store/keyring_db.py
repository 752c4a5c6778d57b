"""The key database: wrapped keys in a small file of their own, so that erased really is gone.

It is separate from the tables because backups are the usual way crypto-shredding fails: this file has a
backup, and a retention of backups, of its own. Persons stand in it only as keyed tags.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Column,
    Index,
    LargeBinary,
    MetaData,
    String,
    Table,
    create_engine,
    delete,
    event,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from wardlaw.facts.errors import ConfigError, UnavailableError
from wardlaw.store.database import open_database

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

_METADATA = MetaData()
META = Table("keyring_meta", _METADATA, Column("name", String(32), primary_key=True), Column("value", String(512)))
MONTH = Table("keyring_month", _METADATA, Column("month", String(7), primary_key=True), Column("wrapped", LargeBinary))
# Deleting a row here cuts the link between a person and the pseudonym of that month.
SUBJECT = Table(
    "keyring_subject",
    _METADATA,
    Column("tag", String(64), primary_key=True),
    Column("month", String(7), primary_key=True),
    Column("pseudonym", String(64), nullable=False),
    Index("keyring_subject_pseudonym", "pseudonym", unique=True),
)
DEK = Table(
    "keyring_dek",
    _METADATA,
    Column("pseudonym", String(64), primary_key=True),
    Column("klass", String(32), primary_key=True),
    Column("month", String(7), nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
)
HELD = Table("keyring_held", _METADATA, Column("tag", String(64), primary_key=True))

# EXTRA also syncs the folder after the rollback journal is gone: with FULL a power cut right after a commit
# may bring the journal back and undo it ("PRAGMA synchronous", SQLite documentation). The journal mode is
# DELETE, not WAL, so that no second file can keep old pages. cache_spill off: readers are shut out only for
# the moment of the commit, also while all keys are wrapped anew.
_PRAGMAS = ("journal_mode=DELETE", "synchronous=EXTRA", "secure_delete=ON", "cache_spill=OFF", "busy_timeout=5000")
_WRITES = "keyring_writes"


class KeyDatabase:
    """Connections to the key database; rows are for `keyring.Keyring` to understand.

    Args:
        url: ``sqlite:///path/deks.db`` or ``postgresql+psycopg://…``.

    Raises:
        ConfigError: WL-KEY-008, the url or the file is wrong.
        UnavailableError: The database cannot be used now.
    """

    def __init__(self, url: str) -> None:
        self._is_sqlite = False
        self._engine = self._open(url)
        with self.writing() as connection:
            _METADATA.create_all(connection)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One write transaction, durable when it ends."""
        with (
            _told(),
            self._engine.connect().execution_options(**{_WRITES: True}) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One read transaction."""
        with _told(), self._engine.connect() as connection, connection.begin():
            yield connection

    def rewrite(self) -> None:
        """Write the whole database anew, so that no deleted byte is left in its file.

        Raises:
            UnavailableError: WL-KEY-018; the rows are deleted, but traces may remain until it is done.
        """
        try:
            with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                if self._is_sqlite:
                    connection.exec_driver_sql("VACUUM")
                else:
                    for table in (DEK, SUBJECT):
                        connection.execute(text(f"VACUUM FULL {table.name}"))
        except DBAPIError as error:
            raise UnavailableError(
                "WL-KEY-018",
                f"The keys are deleted, but the key database could not be written anew: {_first_line(error)}.",
                "Traces may remain in its file. Check free disk space and run the erasure again.",
            ) from error

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def _open(self, url: str) -> Engine:
        try:
            parsed = make_url(url)
            backend = parsed.get_backend_name()
        except (ArgumentError, NoSuchModuleError, ValueError) as error:
            raise _bad_url("its url cannot be read") from error
        if backend != "sqlite":
            return open_database(url)
        self._is_sqlite = True
        return _open_sqlite(parsed)


def meta(connection: Connection, name: str) -> str | None:
    """One setting of the database."""
    return connection.execute(select(META.c.value).where(META.c.name == name)).scalar_one_or_none()


def set_meta(connection: Connection, name: str, value: str) -> None:
    """Set one setting of the database."""
    if connection.execute(update(META).where(META.c.name == name).values(value=value)).rowcount == 0:
        connection.execute(insert(META).values(name=name, value=value))


def is_held(connection: Connection, tag: str) -> bool:
    """A legal hold stands on the subject."""
    return connection.execute(select(HELD.c.tag).where(HELD.c.tag == tag)).first() is not None


def delete_subject(connection: Connection, tag: str, *, before: str | None) -> tuple[tuple[str, str], ...]:
    """Delete the keys of a subject; gives (month, pseudonym) of what is gone."""
    query = select(SUBJECT.c.month, SUBJECT.c.pseudonym).where(SUBJECT.c.tag == tag).order_by(SUBJECT.c.month)
    if before is not None:
        query = query.where(SUBJECT.c.month < before)
    gone = tuple((row.month, row.pseudonym) for row in connection.execute(query))
    for month, pseudonym in gone:
        connection.execute(delete(DEK).where(DEK.c.pseudonym == pseudonym))
        connection.execute(delete(SUBJECT).where(SUBJECT.c.tag == tag, SUBJECT.c.month == month))
    return gone


def delete_class(connection: Connection, klass: str, *, before: str) -> int:
    """Delete the data keys of a class in months before ``before``, and the links that then lead nowhere.

    Subjects under a legal hold keep both.
    """
    held = select(SUBJECT.c.pseudonym).join(HELD, HELD.c.tag == SUBJECT.c.tag)
    gone = connection.execute(
        delete(DEK).where(DEK.c.klass == klass, DEK.c.month < before, DEK.c.pseudonym.not_in(held))
    ).rowcount
    connection.execute(
        delete(SUBJECT).where(
            SUBJECT.c.month < before,
            SUBJECT.c.pseudonym.not_in(select(DEK.c.pseudonym)),
            SUBJECT.c.tag.not_in(select(HELD.c.tag)),
        )
    )
    return gone


def wrap_anew(connection: Connection, again: Callable[[bytes, str], bytes]) -> int:
    """Replace every wrapped data key by what ``again(wrapped, purpose)`` gives; returns how many there are."""
    rows = connection.execute(select(DEK.c.pseudonym, DEK.c.klass, DEK.c.wrapped)).all()
    for pseudonym, klass, wrapped in rows:
        connection.execute(
            update(DEK)
            .where(DEK.c.pseudonym == pseudonym, DEK.c.klass == klass)
            .values(wrapped=again(wrapped, dek_purpose(klass, pseudonym)))
        )
    return len(rows)


def dek_purpose(klass: str, pseudonym: str) -> str:
    """What a data key is wrapped for: it cannot be moved to another row."""
    return f"dek|{klass}|{pseudonym}"


def _open_sqlite(url: URL) -> Engine:
    path = Path(url.database or "")
    if not url.database or url.database == ":memory:" or not path.parent.is_dir():
        raise _bad_url(f"the folder {path.parent} does not exist")
    if not path.exists():
        path.touch(mode=0o600)
    engine = create_engine(url)
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _set_pragmas(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    driver: Any = connection
    driver.isolation_level = None
    cursor = driver.cursor()
    try:
        for pragma in _PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
    finally:
        cursor.close()


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(_WRITES, False) else "BEGIN")


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise UnavailableError(
            "WL-KEY-008",
            f"The key database cannot be used: {_first_line(error)}.",
            "Check that its file is there and writable, that the disk has space, and that no other program holds it.",
        ) from error


def _bad_url(why: str) -> ConfigError:
    return ConfigError(
        "WL-KEY-008",
        f"The key database cannot be opened: {why}.",
        "Name a file, sqlite:////path/deks.db, in an existing folder, or a PostgreSQL url.",
    )


def _first_line(error: DBAPIError) -> str:
    lines = str(error.orig).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error.orig).__name__
