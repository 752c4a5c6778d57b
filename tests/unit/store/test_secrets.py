from __future__ import annotations

import time

import pytest

from wardlaw.facts.credential import RegisteredSecret
from wardlaw.facts.errors import InputError
from wardlaw.store import generations, secrets
from wardlaw.store.database import reading, writing
from wardlaw.store.loosenings import ask_to_loosen

LARGEST = RegisteredSecret("secret:db", 40, 16, 2**64 - 1, "ab" * 32)
WIRE = RegisteredSecret("tripwire:crm", 20, 8, 0, "cd" * 32, tripwire=True, spaced=True)


def test_fingerprints_come_back_whole(database) -> None:
    with writing(database) as connection:
        secrets.keep_secret(connection, WIRE, by="person:ann", now=1.0)
        secrets.keep_secret(connection, LARGEST, by="person:ann", now=1.0)
    with reading(database) as connection:
        assert secrets.load_secrets(connection) == [LARGEST, WIRE]
        assert secrets.list_secrets(connection)[0].created_by == "person:ann"
    assert generations.read(database)["secrets"] == 2


def test_a_name_is_taken_once_and_free_again_after_removal(database) -> None:
    with writing(database) as connection:
        secrets.keep_secret(connection, WIRE, by="x", now=1.0)
    with pytest.raises(InputError, match="WL-STO-030"), writing(database) as connection:
        secrets.keep_secret(connection, WIRE, by="x", now=1.0)
    with writing(database) as connection:
        ask_to_loosen(connection, WIRE.id, by="person:ann", now=time.time())
        secrets.remove_secret(connection, WIRE.id)
        secrets.keep_secret(connection, WIRE, by="x", now=1.0)
    with pytest.raises(InputError, match="WL-STO-031"), writing(database) as connection:
        secrets.remove_secret(connection, "secret:none")
