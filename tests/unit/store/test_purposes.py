from __future__ import annotations

from pathlib import Path

from tests.keyrings import file_keyring
from wardlaw.store.purposes import derive_purposes


def test_every_process_derives_the_same_keys(tmp_path: Path) -> None:
    first, _ = file_keyring(tmp_path)
    second, _ = file_keyring(tmp_path)
    assert derive_purposes(first) == derive_purposes(second)
    first.close()
    second.close()


def test_each_purpose_has_a_key_of_its_own(tmp_path: Path) -> None:
    keyring, _ = file_keyring(tmp_path)
    made = derive_purposes(keyring)
    keyring.close()
    keys = {made.fingerprint, made.subjects, made.sessions, made.state}
    assert len(keys) == 4
    assert {len(key) for key in keys} == {32}


def test_the_base_of_the_rolling_hash_is_odd_and_fits_64_bits(tmp_path: Path) -> None:
    keyring, _ = file_keyring(tmp_path)
    base = derive_purposes(keyring).fingerprint_base
    keyring.close()
    assert base % 2 == 1
    assert 0 < base < 2**64


def test_another_installation_has_other_keys(tmp_path: Path) -> None:
    made = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        keyring, _ = file_keyring(tmp_path / name)
        made.append(derive_purposes(keyring))
        keyring.close()
    assert made[0].state != made[1].state
