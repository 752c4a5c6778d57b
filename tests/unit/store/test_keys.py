from __future__ import annotations

import hashlib

import msgspec
import pytest
from sqlalchemy import text

from wardlaw.facts.credential import KeyEntry
from wardlaw.facts.errors import InputError
from wardlaw.facts.keytext import Prefix, read_prefix
from wardlaw.facts.person import Person
from wardlaw.facts.principal import Principal, PrincipalKind
from wardlaw.store import generations, keys
from wardlaw.store.database import reading, writing
from wardlaw.store.people import add_person

SECRET = hashlib.sha256(b"a").digest()
OTHER = hashlib.sha256(b"b").digest()
ENTRY = KeyEntry(
    id="key:bot",
    secret_sha256="",
    principal=Principal(id="agent:bot", kind=PrincipalKind.AGENT, team="support", groups=("a", "b")),
    models=("gpt",),
    routes=("chat.completions",),
    expires_at=1000.0,
    persons=("user:ann",),
    signing_key="AAAA",
)


@pytest.fixture
def connection(database):
    with writing(database) as connection:
        add_person(connection, Person(id="person:ann", name="Ann", roles=()), by="x", now=0.0)
        yield connection


def create(connection, entry: KeyEntry = ENTRY, secret: bytes = SECRET):
    return keys.create_key(connection, entry, owner="person:ann", secret=secret, now=10.0)


def test_the_text_is_shown_once_and_only_its_digest_is_kept(connection) -> None:
    key, shown = create(connection)
    assert read_prefix(shown) is Prefix.KEY
    assert key.entry.secret_sha256 == hashlib.sha256(shown.encode()).hexdigest()
    rows = connection.execute(text("SELECT * FROM api_key")).mappings().all()
    assert all(shown not in str(value) for row in rows for value in row.values())


def test_every_field_comes_back(connection) -> None:
    key, _ = create(connection)
    assert keys.get_key(connection, "key:bot") == key
    assert keys.load_entries(connection) == [msgspec.structs.replace(ENTRY, secret_sha256=key.entry.secret_sha256)]


def test_revoking_is_at_once_and_for_good(connection) -> None:
    create(connection)
    assert keys.revoke_key(connection, "key:bot", now=20.0).entry.revoked_at == 20.0
    assert keys.revoke_key(connection, "key:bot", now=30.0).entry.revoked_at == 20.0


def test_rotation_leaves_both_keys_alive_for_the_overlap(connection) -> None:
    old, _ = create(connection)
    successor, shown = keys.rotate_key(connection, "key:bot", secret=OTHER, now=100.0, overlap_s=50.0)
    assert successor.entry.id == "key:bot.2"
    assert successor.entry.secret_sha256 == hashlib.sha256(shown.encode()).hexdigest() != old.entry.secret_sha256
    assert successor.entry.principal == old.entry.principal
    assert successor.entry.expires_at == 1000.0
    assert keys.get_key(connection, "key:bot").entry.expires_at == 150.0
    third, _ = keys.rotate_key(connection, "key:bot.2", secret=hashlib.sha256(b"c").digest(), now=100.0, overlap_s=0.0)
    assert third.entry.id == "key:bot.3"


def test_rotation_never_lengthens_the_old_key(connection) -> None:
    create(connection)
    keys.rotate_key(connection, "key:bot", secret=OTHER, now=990.0, overlap_s=500.0)
    assert keys.get_key(connection, "key:bot").entry.expires_at == 1000.0


@pytest.mark.parametrize("how", ["revoked", "expired"])
def test_an_ended_key_cannot_be_rotated(connection, how: str) -> None:
    create(connection)
    if how == "revoked":
        keys.revoke_key(connection, "key:bot", now=20.0)
    with pytest.raises(InputError, match="WL-STO-022"):
        keys.rotate_key(connection, "key:bot", secret=OTHER, now=30.0 if how == "revoked" else 1000.0, overlap_s=1.0)


def test_ids_and_owners_must_be_right(database) -> None:
    with writing(database) as connection:
        add_person(connection, Person(id="person:ann", name="Ann", roles=()), by="x", now=0.0)
        create(connection)
    with pytest.raises(InputError, match="WL-STO-020"), writing(database) as connection:
        create(connection, secret=OTHER)
    with pytest.raises(InputError, match="WL-STO-020"), writing(database) as connection:
        fresh = msgspec.structs.replace(ENTRY, id="key:fresh")
        keys.create_key(connection, fresh, owner="person:nobody", secret=OTHER, now=1.0)
    with pytest.raises(InputError, match="WL-STO-021"), reading(database) as connection:
        keys.get_key(connection, "key:none")


def test_every_change_raises_the_generation_in_its_own_transaction(database) -> None:
    def value() -> int:
        return generations.read(database)["keys"]

    with writing(database) as connection:
        add_person(connection, Person(id="person:ann", name="Ann", roles=()), by="x", now=0.0)
        create(connection)
    seen = [value()]
    with writing(database) as connection:
        keys.rotate_key(connection, "key:bot", secret=OTHER, now=1.0, overlap_s=1.0)
    seen.append(value())
    with writing(database) as connection:
        keys.revoke_key(connection, "key:bot", now=1.0)
    seen.append(value())
    assert 0 < seen[0] < seen[1] < seen[2]
    with pytest.raises(RuntimeError), writing(database) as connection:
        keys.revoke_key(connection, "key:bot", now=1.0)
        raise RuntimeError
    assert value() == seen[2]
