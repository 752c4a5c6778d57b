from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from tests.keyrings import all_bytes, file_keyring
from wardlaw.facts.errors import EvidenceError, InputError
from wardlaw.store import generations
from wardlaw.store.credentials import (
    KeptCredential,
    credential_marks,
    find_credential,
    forget_credential,
    keep_credential,
    list_credentials,
    open_credential,
    seal_credential,
)
from wardlaw.store.database import reading, writing
from wardlaw.store.keyring import Keyring, rotate_kek_file
from wardlaw.store.tables import SERVER_CREDENTIAL

NOW = 1_790_000_000.0
VALUE = "Bearer of-nobody-else"


@pytest.fixture
def keyring(tmp_path: Path) -> Iterator[Keyring]:
    made = file_keyring(tmp_path)[0]
    yield made
    made.close()


def kept(keyring: Keyring, server: str = "tickets", name: str = "token", value: str = VALUE) -> KeptCredential:
    sealed = seal_credential(keyring, server, name, value, nonce=os.urandom(16), now=NOW)
    return KeptCredential(server, name, sealed, "person:ann", NOW)


def test_what_is_kept_opens_and_its_value_stands_nowhere(database, keyring: Keyring, tmp_path: Path) -> None:
    one = kept(keyring)
    with writing(database) as connection:
        assert keep_credential(connection, one) == ""
    with reading(database) as connection:
        assert find_credential(connection, "tickets", "token") == one
        assert find_credential(connection, "tickets", "other") is None
        assert list_credentials(connection) == (one,)
        assert credential_marks(connection) == {("tickets", "token"): one.sealed.subject}
        row = connection.execute(select(SERVER_CREDENTIAL)).mappings().one()
    assert open_credential(keyring, one) == VALUE
    assert VALUE.encode() not in all_bytes(tmp_path) + str(dict(row)).encode()
    assert generations.read(database)["credentials"] == 1


def test_one_set_anew_has_another_key_and_the_old_one_is_named_to_be_erased(database, keyring: Keyring) -> None:
    old, new = kept(keyring), kept(keyring, value="two")
    with writing(database) as connection:
        keep_credential(connection, old)
        assert keep_credential(connection, new) == old.sealed.subject != new.sealed.subject
    keyring.erase(old.sealed.subject)
    assert open_credential(keyring, new) == "two"
    with pytest.raises(InputError, match="WL-KEY-010"):
        open_credential(keyring, old)


def test_what_was_forgotten_does_not_open_from_a_copy_of_the_tables(database, keyring: Keyring) -> None:
    one = kept(keyring)
    with writing(database) as connection:
        keep_credential(connection, one)
        keyring.erase(forget_credential(connection, "tickets", "token"))
        assert list_credentials(connection) == ()
        with pytest.raises(InputError, match="WL-MCP-026"):
            forget_credential(connection, "tickets", "token")
    with pytest.raises(InputError, match="WL-KEY-010"):
        open_credential(keyring, one)
    assert generations.read(database)["credentials"] == 2


def test_one_moved_to_another_row_does_not_open(keyring: Keyring) -> None:
    one, other = kept(keyring), kept(keyring, "mail", "token")
    for moved in (
        msgspec.structs.replace(one, server="mail"),
        msgspec.structs.replace(one, name="other"),
        msgspec.structs.replace(one, sealed=other.sealed),
        msgspec.structs.replace(one, sealed=msgspec.structs.replace(one.sealed, subject=other.sealed.subject)),
    ):
        with pytest.raises(EvidenceError, match="WL-KEY-009"):
            open_credential(keyring, moved)


def test_a_part_of_another_class_is_no_credential(keyring: Keyring) -> None:
    one = kept(keyring)
    part = msgspec.structs.replace(one.sealed.part, klass="held")
    with pytest.raises(EvidenceError, match="WL-KEY-009"):
        open_credential(keyring, msgspec.structs.replace(one, sealed=msgspec.structs.replace(one.sealed, part=part)))


def test_it_outlives_retention_and_another_key_encryption_key(tmp_path: Path) -> None:
    keyring, source = file_keyring(tmp_path)
    one = kept(keyring)
    for klass in ("inputs", "content", "held"):
        keyring.expire(klass, before="2099-01")
    rotate_kek_file(keyring, source)
    assert open_credential(keyring, one) == VALUE
    keyring.close()
