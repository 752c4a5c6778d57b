from __future__ import annotations

from pathlib import Path

import msgspec
from sqlalchemy import update

from tests.keyrings import file_keyring
from wardlaw.cli.toolcredentials import unkept, unread, unused
from wardlaw.config.model import Config
from wardlaw.config.toolservers import Mcp, McpServer
from wardlaw.store.credentials import KeptCredential, keep_credential, seal_credential
from wardlaw.store.database import writing
from wardlaw.store.tables import SERVER_CREDENTIAL
from wardlaw.testing.databases import sqlite_database

TICKETS = McpServer("tickets", url="https://t.example", headers={"authorization": "keyring:token", "x": "plain"})
FILES = McpServer("files", ("a",), env={"A": "env:GIVEN", "B": "file:/nowhere/at-all", "C": "keyring:c"})


def test_files_and_variables_that_cannot_be_read_are_named() -> None:
    config = msgspec.structs.replace(Config(), mcp=Mcp(servers=(TICKETS, FILES)))
    problems = list(unread(config, {}))
    assert ["GIVEN" in words or "/nowhere/at-all" in words for words, _ in problems] == [True, True]
    assert all(step for _, step in problems)
    assert len(list(unread(config, {"GIVEN": "x"}))) == 1


def test_what_is_named_and_not_kept_or_kept_and_not_named_or_damaged_is_told(tmp_path: Path) -> None:
    keyring, _ = file_keyring(tmp_path)
    servers = (TICKETS, FILES)
    with sqlite_database(tmp_path) as engine, writing(engine) as connection:
        told = list(unkept(servers, connection, keyring))
        assert [step for _, step in told] == [
            "Set it: `wardlaw mcp credential set tickets token`.",
            "Set it: `wardlaw mcp credential set files c`.",
        ]
        assert all("is not kept" in words for words, _ in told)
        for server, name in (("tickets", "token"), ("files", "c"), ("files", "old")):
            sealed = seal_credential(keyring, server, name, f"of {name}", nonce=name.encode() * 16, now=1.0)
            keep_credential(connection, KeptCredential(server, name, sealed, "person:a", 1.0))
        assert list(unkept(servers, connection, keyring)) == []
        ((words, step),) = unused(servers, connection)
        assert "old" in words
        assert "forget files old" in step
        for column in ({"ciphertext": b"\x01damaged"}, {"part": "{}"}):
            connection.execute(update(SERVER_CREDENTIAL).values(column))
            found = list(unkept(servers, connection, keyring))
            assert ["cannot be read" in words for words, _ in found] == [True, True]
    keyring.close()
