from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from wardlaw.config.model import Config, Database, Keys
from wardlaw.config.model import Installation as Name
from wardlaw.config.secretref import SecretRef
from wardlaw.facts.errors import ConfigError
from wardlaw.store.bundle import write_bundle
from wardlaw.store.installation import Installation
from wardlaw.store.keyring_kek import create_kek
from wardlaw.store.keyring_signing import create_signing_key


def config(folder: Path) -> Config:
    return Config(
        data_dir=str(folder / "data"),
        installation=Name(name="test"),
        keys=Keys(kek=SecretRef("file", str(folder / "keys" / "kek")), dir=str(folder / "keys")),
        database=Database(url=f"sqlite:///{folder}/data/wardlaw.db"),
    )


@pytest.fixture
def places(tmp_path: Path) -> Installation:
    made = Installation(config(tmp_path))
    made.data_dir.mkdir()
    create_kek(tmp_path / "keys" / "kek", data_dir=made.data_dir)
    for role, path in (
        ("log", made.log_key_path),
        ("gateway", made.gateway_key_path),
        ("bundle", made.bundle_key_path),
    ):
        create_signing_key(path, made.key_name(role))
    return made


def test_keys_sign_under_the_installations_name(places: Installation) -> None:
    assert places.key_name("log") == places.origin == "wardlaw/test"
    assert places.log_signer().verifier.name == "wardlaw/test"
    assert places.bundle_signer().verifier.name == "wardlaw/test/bundle"
    assert len(places.gateway_signer()(b"receipt")) == 64


def test_no_key_lies_under_the_data_directory(places: Installation) -> None:
    for path in (places.log_key_path, places.gateway_key_path, places.bundle_key_path):
        assert places.data_dir not in path.parents
        assert path.stat().st_mode & 0o077 == 0


def test_data_keys_have_a_file_of_their_own_beside_sqlite(places: Installation) -> None:
    assert places.database_url({}).endswith("wardlaw.db")
    assert places.key_database_url({}).endswith("deks.db")


def test_a_password_is_filled_in_where_it_is_used(tmp_path: Path) -> None:
    database = Database(url="postgresql+psycopg://wardlaw@db/wardlaw", password=SecretRef("env", "DB_PASSWORD"))
    remote = Installation(msgspec.structs.replace(config(tmp_path), database=database))
    env = {"DB_PASSWORD": "p@ss/word"}
    assert remote.database_url(env) == "postgresql+psycopg://wardlaw:p%40ss%2Fword@db/wardlaw"
    assert remote.key_database_url(env) == remote.database_url(env)
    with pytest.raises(ConfigError):
        remote.database_url({})


def test_the_keyring_opens_with_the_key_that_is_named(places: Installation, tmp_path: Path) -> None:
    keyring = places.open_keyring({})
    secret = keyring.derive("anything")
    keyring.close()
    again = places.open_keyring({})
    assert again.derive("anything") == secret
    again.close()
    (tmp_path / "keys" / "kek").unlink()
    with pytest.raises(ConfigError):
        places.open_keyring({})


def test_a_bundle_signed_here_is_read_here(places: Installation) -> None:
    (places.data_dir / "bundle").mkdir()
    write_bundle(places.bundle_path, b"payload", places.bundle_signer().sign, version=3)
    read = places.bundle_reader("gateway-1").read(trusted_keys=places.bundle_keys())
    assert (read.payload, read.version) == (b"payload", 3)
