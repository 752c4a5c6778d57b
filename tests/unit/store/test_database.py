from __future__ import annotations

import os
import sqlite3
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from wardlaw.facts.errors import ConfigError, InputError, UnavailableError
from wardlaw.store import database as database_module
from wardlaw.store.database import clear_traces, open_database, reading, store_failure, writing


def test_sqlite_is_durable_and_keeps_foreign_keys(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/w.db")
    with reading(engine) as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    engine.dispose()
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("not a url", "WL-STO-001"),
        ("mysql://host/x", "WL-STO-001"),
        ("sqlite://", "WL-STO-001"),
        ("sqlite:///:memory:", "WL-STO-001"),
        ("sqlite:////no/such/folder/w.db", "WL-STO-002"),
        ("sqlite:////proc/w.db", "WL-STO-002"),
    ],
)
def test_a_wrong_address_says_so(url: str, code: str) -> None:
    with pytest.raises(ConfigError) as caught:
        open_database(url)
    assert caught.value.code == code
    assert caught.value.hint


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    path.write_bytes(b"this is not a database, it is a letter " * 100)
    with pytest.raises(ConfigError) as caught:
        open_database(f"sqlite:///{path}")
    assert caught.value.code == "WL-STO-002"


def test_a_read_only_file_is_refused() -> None:
    # Not tmp_path: an ordinary account cannot enter the folders above it.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "w.db"
        open_database(f"sqlite:///{path}").dispose()
        path.chmod(0o444)
        path.parent.chmod(0o555)
        child = os.fork()
        if child == 0:  # permissions mean nothing to root, so the child becomes somebody else
            code = 1
            try:
                if os.geteuid() == 0:
                    os.setgroups([])
                    os.setgid(65534)
                    os.setuid(65534)
                open_database(f"sqlite:///{path}")
            except ConfigError as error:
                code = 3 if error.code == "WL-STO-002" else 2
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        path.parent.chmod(0o755)
    assert os.waitstatus_to_exitcode(status) == 3


def test_postgresql_out_of_reach_is_unavailable_and_hides_the_password() -> None:
    with pytest.raises(UnavailableError) as caught:
        open_database("postgresql+psycopg://somebody:hunter22@127.0.0.1:1/x")
    assert caught.value.code == "WL-STO-004"
    assert "hunter22" not in str(caught.value)


def test_a_plain_postgresql_url_gets_the_driver_we_ship() -> None:
    with pytest.raises(UnavailableError):
        open_database("postgresql://somebody@127.0.0.1:1/x")


def test_writing_rolls_back_on_any_exception(empty_database) -> None:
    with writing(empty_database) as connection:
        connection.execute(text("CREATE TABLE t (x INTEGER)"))
    with pytest.raises(RuntimeError), writing(empty_database) as connection:
        connection.execute(text("INSERT INTO t VALUES (1)"))
        raise RuntimeError
    with reading(empty_database) as connection:
        assert connection.execute(text("SELECT count(*) FROM t")).scalar() == 0


def test_a_second_sqlite_writer_waits_and_then_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wardlaw.store.database.BUSY_TIMEOUT_MS", 20)
    monkeypatch.setitem(database_module._PRAGMAS, "busy_timeout", 20)
    url = f"sqlite:///{tmp_path}/w.db"
    engine = open_database(url)
    with writing(engine):
        with pytest.raises(UnavailableError) as caught:
            open_database(url)
        assert caught.value.code == "WL-STO-005"
    engine.dispose()


def test_failures_in_the_middle_tell_nothing_of_the_values(database) -> None:
    with pytest.raises(DBAPIError) as caught, writing(database) as connection:
        connection.execute(text("INSERT INTO setting (name, value) VALUES ('a', :secret)"), {"secret": "s3cret"})
        connection.execute(text("INSERT INTO setting (name, value) VALUES ('a', :secret)"), {"secret": "s3cret"})
    assert "s3cret" not in str(caught.value)
    assert store_failure(caught.value).code == "WL-STO-007"


@pytest.mark.postgres
def test_values_no_database_takes_are_the_callers_fault(postgres_url: str) -> None:
    engine = open_database(postgres_url)
    with pytest.raises(DBAPIError) as caught, reading(engine) as connection:
        connection.execute(text("SELECT CAST(:x AS TEXT)"), {"x": "nul\x00"})
    engine.dispose()
    assert isinstance(store_failure(caught.value), InputError)


def test_what_was_deleted_is_in_no_file_any_more(empty_database) -> None:
    database = empty_database
    with writing(database) as connection:
        connection.execute(text("CREATE TABLE note (words TEXT)"))
        for number in range(200):
            connection.execute(text("INSERT INTO note VALUES (:w)"), {"w": f"anna gruenwald {number} " * 20})
    with writing(database) as connection:
        connection.execute(text("DELETE FROM note"))
    if database.dialect.name != "sqlite":
        assert "vacuum" in clear_traces(database)
        return
    path = Path(str(database.url.database))
    assert clear_traces(database) == ""
    for file in path.parent.glob(f"{path.name}*"):
        assert b"gruenwald" not in file.read_bytes()


def test_a_reader_that_looks_on_is_told(empty_database, monkeypatch) -> None:
    if empty_database.dialect.name != "sqlite":
        assert "PostgreSQL" in clear_traces(empty_database)
        return
    with writing(empty_database) as connection:
        connection.execute(text("CREATE TABLE note (words TEXT)"))
    other = sqlite3.connect(str(empty_database.url.database))
    other.execute("BEGIN")
    other.execute("SELECT * FROM note").fetchall()  # holds an old moment of the write-ahead log
    monkeypatch.setattr("wardlaw.store.database.BUSY_TIMEOUT_MS", 50)
    empty_database.dispose()  # so that new connections wait no longer than that
    with writing(empty_database) as connection:
        connection.execute(text("INSERT INTO note VALUES ('x')"))
    assert "VACUUM" in clear_traces(empty_database)
    other.close()
    assert clear_traces(empty_database) == ""
