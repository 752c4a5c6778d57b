from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.keyrings import MONTH, given, places
from wardlaw.facts.errors import ConfigError, InputError, UnavailableError
from wardlaw.store.keyring import Keyring
from wardlaw.store.keyring_db import KeyDatabase, meta, set_meta


def test_settings_that_make_erasure_and_durability_real(tmp_path: Path) -> None:
    database = KeyDatabase(places(tmp_path)[0])
    with database.reading() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "secure_delete")
        }
    assert found == {"journal_mode": "delete", "synchronous": 3, "secure_delete": 1}


def test_the_file_is_private(tmp_path: Path) -> None:
    KeyDatabase(places(tmp_path)[0])
    assert (tmp_path / "data" / "deks.db").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("url", ["nonsense", "sqlite://", "sqlite:///:memory:", "sqlite:////nowhere/at/all/deks.db"])
def test_urls_that_cannot_be(url: str) -> None:
    with pytest.raises(ConfigError, match="WL-KEY-008"):
        KeyDatabase(url)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    url = places(tmp_path)[0]
    (tmp_path / "data" / "deks.db").write_bytes(b"this is not a database" * 100)
    with pytest.raises(UnavailableError, match="WL-KEY-008"):
        KeyDatabase(url)


def test_settings_come_back(tmp_path: Path) -> None:
    database = KeyDatabase(places(tmp_path)[0])
    with database.writing() as connection:
        assert meta(connection, "x") is None
        set_meta(connection, "x", "1")
        set_meta(connection, "x", "2")
    with database.reading() as connection:
        assert meta(connection, "x") == "2"
    database.close()


def test_nothing_is_kept_of_a_transaction_that_fails(tmp_path: Path) -> None:
    database = KeyDatabase(places(tmp_path)[0])
    with pytest.raises(RuntimeError), database.writing() as connection:
        set_meta(connection, "x", "1")
        raise RuntimeError
    with database.reading() as connection:
        assert meta(connection, "x") is None


def test_an_erasure_whose_file_cannot_be_rewritten_says_so(tmp_path: Path) -> None:
    ring = Keyring(places(tmp_path)[0], given())
    sealed, name = ring.seal("user:anna", "inputs", MONTH, b"x"), ring.pseudonym("user:anna", MONTH)
    reader = sqlite3.connect(tmp_path / "data" / "deks.db", isolation_level=None)

    def in_the_way() -> None:
        raise UnavailableError("WL-KEY-018", "the file is being read")

    ring._database.rewrite = in_the_way  # type: ignore[method-assign]
    with pytest.raises(UnavailableError, match="WL-KEY-018"):
        ring.erase("user:anna")
    reader.close()
    again = Keyring(places(tmp_path)[0], given())
    with pytest.raises(InputError, match="WL-KEY-010"):
        again.unseal(name, sealed.part, sealed.blob)


def test_a_rewrite_that_fails_is_told(tmp_path: Path) -> None:
    url = places(tmp_path)[0]
    database = KeyDatabase(url)
    with database._engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=10")
    blocker = sqlite3.connect(tmp_path / "data" / "deks.db", isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    with pytest.raises(UnavailableError, match="WL-KEY-018"):
        database.rewrite()
    blocker.rollback()
    blocker.close()
    database.rewrite()


@pytest.mark.postgres
def test_the_same_on_postgresql(postgres_url: str, own_name: str) -> None:
    from sqlalchemy import create_engine, text

    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {own_name}"))
    try:
        url = f"{postgres_url}?options=-csearch_path%3D{own_name}"
        ring = Keyring(url, given())
        sealed, name = ring.seal("user:anna", "inputs", MONTH, b"text"), ring.pseudonym("user:anna", MONTH)
        again = Keyring(url, given())
        assert again.unseal(name, sealed.part, sealed.blob) == b"text"
        ring.hold("user:anna")
        with pytest.raises(InputError, match="WL-KEY-011"):
            again.erase("user:anna")
        ring.unhold("user:anna")
        assert again.erase("user:anna").links == ((MONTH, name),)
        with pytest.raises(InputError, match="WL-KEY-010"):
            again.unseal(name, sealed.part, sealed.blob)
        ring.close()
        again.close()
    finally:
        with engine.begin() as connection:
            connection.execute(text(f"DROP SCHEMA {own_name} CASCADE"))
        engine.dispose()
