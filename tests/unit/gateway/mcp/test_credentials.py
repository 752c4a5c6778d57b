from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import text, update
from sqlalchemy.engine import Engine
from tests.keyrings import file_keyring

from wardlaw.facts.errors import UnavailableError
from wardlaw.gateway.mcp.credentials import NoCredentials, TableCredentials
from wardlaw.store.credentials import KeptCredential, forget_credential, keep_credential, seal_credential
from wardlaw.store.database import writing
from wardlaw.store.keyring import Keyring
from wardlaw.store.tables import SERVER_CREDENTIAL
from wardlaw.testing.databases import sqlite_database


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with sqlite_database(tmp_path) as made:
        yield made


@pytest.fixture
def keyring(tmp_path: Path) -> Iterator[Keyring]:
    made = file_keyring(tmp_path)[0]
    yield made
    made.close()


def put(engine: Engine, keyring: Keyring, server: str, name: str, value: str) -> KeptCredential:
    sealed = seal_credential(keyring, server, name, value, nonce=os.urandom(16), now=1_790_000_000.0)
    kept = KeptCredential(server, name, sealed, "person:a", 0.0)
    with writing(engine) as connection:
        keep_credential(connection, kept)
    return kept


def test_it_tells_what_was_set_set_anew_and_forgotten(engine: Engine, keyring: Keyring) -> None:
    made = TableCredentials(engine, keyring)

    def changed() -> frozenset[tuple[str, str]]:
        return asyncio.run(made.load())

    assert changed() == frozenset()
    put(engine, keyring, "a", "one", "1")
    put(engine, keyring, "b", "two", "2")
    assert changed() == {("a", "one"), ("b", "two")}
    assert changed() == frozenset()
    put(engine, keyring, "a", "one", "1")
    with writing(engine) as connection:
        forget_credential(connection, "b", "two")
    assert changed() == {("a", "one"), ("b", "two")}
    assert (made.missing("a", ["one", "x"]), made.missing("b", ["two"])) == (("x",), ("two",))


def test_a_server_gets_its_own_and_nothing_else(engine: Engine, keyring: Keyring) -> None:
    put(engine, keyring, "a", "one", "of a")
    put(engine, keyring, "b", "one", "of b")
    made = TableCredentials(engine, keyring)
    assert asyncio.run(made.values("a", ["one"])) == {"one": "of a"}
    for source in (made, NoCredentials()):
        assert asyncio.run(source.values("a", [])) == {}
        with pytest.raises(UnavailableError, match="credential set c one") as caught:
            asyncio.run(source.values("c", ["one"]))
        assert caught.value.code == "WL-MCP-014"


@pytest.mark.parametrize("damage", ["bytes", "part", "erased", "no table"])
def test_what_cannot_be_read_is_not_used_and_not_told(engine: Engine, keyring: Keyring, caplog, damage: str) -> None:
    kept = put(engine, keyring, "a", "one", "the-value")
    made = TableCredentials(engine, keyring)
    damaged = kept.sealed.ciphertext[:-1] + bytes([kept.sealed.ciphertext[-1] ^ 1])
    with writing(engine) as connection:
        match damage:
            case "bytes":
                connection.execute(update(SERVER_CREDENTIAL).values(ciphertext=damaged))
            case "part":
                connection.execute(update(SERVER_CREDENTIAL).values(part='{"class": 5}'))
            case "erased":
                keyring.erase(kept.sealed.subject)
            case _:
                connection.execute(text("DROP TABLE server_credential"))
    with pytest.raises(UnavailableError) as caught:
        asyncio.run(made.values("a", ["one"]))
    assert caught.value.code == "WL-MCP-015"
    assert caught.value.__cause__ is None
    assert "the-value" not in f"{caught.value} {caplog.text} {msgspec.json.encode(caplog.messages)!r}"
    assert "cannot be read" in caplog.text


def test_a_worker_does_not_take_a_missing_table_for_an_empty_one(engine: Engine, keyring: Keyring) -> None:
    with writing(engine) as connection:
        connection.execute(text("DROP TABLE server_credential"))
    with pytest.raises(UnavailableError, match="WL-MCP-015"):
        asyncio.run(TableCredentials(engine, keyring).load())
