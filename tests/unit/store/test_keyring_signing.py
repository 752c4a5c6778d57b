from __future__ import annotations

import os
from pathlib import Path

import pytest

from wardlaw.audit.note import parse_verifier_key
from wardlaw.facts.errors import ConfigError
from wardlaw.store import keyring_signing
from wardlaw.store.keyring_signing import (
    create_signing_key,
    load_signing_key,
    replace_file,
    rotate_signing_key,
    trusted_keys,
)

NAME = "wardlaw.example/log"


def test_a_key_signs_and_its_public_half_verifies(tmp_path: Path) -> None:
    verifier = create_signing_key(tmp_path / "keys" / "log", NAME)
    key = load_signing_key(tmp_path / "keys" / "log")
    assert (key.name, key.verifier) == (NAME, verifier)
    assert verifier.verify(b"text", key.sign(b"text"))
    assert not verifier.verify(b"other", key.sign(b"text"))
    assert parse_verifier_key((tmp_path / "keys" / "log.pub").read_text()) == verifier


def test_the_private_half_is_private_and_not_shown(tmp_path: Path) -> None:
    create_signing_key(tmp_path / "log", NAME)
    assert (tmp_path / "log").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "log.pub").stat().st_mode & 0o777 == 0o644
    line = (tmp_path / "log").read_text()
    assert line.split("+", 4)[4].strip() not in repr(load_signing_key(tmp_path / "log"))


def test_keys_that_cannot_be_loaded(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="WL-KEY-002"):
        load_signing_key(tmp_path / "log")
    create_signing_key(tmp_path / "log", NAME)
    (tmp_path / "log").chmod(0o640)
    with pytest.raises(ConfigError, match="WL-KEY-005"):
        load_signing_key(tmp_path / "log")
    (tmp_path / "log").chmod(0o600)
    for text in (b"", b"hello", (tmp_path / "log.pub").read_bytes(), b"\xff"):
        (tmp_path / "log").write_bytes(text)
        with pytest.raises(ConfigError, match="WL-KEY-015"):
            load_signing_key(tmp_path / "log")


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    create_signing_key(tmp_path / "log", NAME)
    before = (tmp_path / "log").read_bytes()
    with pytest.raises(ConfigError, match="WL-KEY-014"):
        create_signing_key(tmp_path / "log", NAME)
    assert (tmp_path / "log").read_bytes() == before


def test_rotation_keeps_what_the_old_key_signed_verifiable(tmp_path: Path) -> None:
    path = tmp_path / "log"
    first = create_signing_key(path, NAME)
    assert [one.verifier for one in trusted_keys(path)] == [first]
    signature = load_signing_key(path).sign(b"text")
    second = rotate_signing_key(path, now=100.0)
    third = rotate_signing_key(path, now=200.0)
    assert load_signing_key(path).verifier == third
    assert len({first, second, third}) == 3
    listed = trusted_keys(path)
    assert [(one.verifier, one.since, one.until) for one in listed] == [
        (first, 0.0, 100.0),
        (second, 100.0, 200.0),
        (third, 200.0, 0.0),
    ]
    assert any(one.verifier.verify(b"text", signature) for one in listed)
    assert parse_verifier_key((tmp_path / "log.pub").read_text()) == third
    assert not (tmp_path / "log.new").exists()


@pytest.mark.parametrize("crash_at", [0, 1])
def test_a_rotation_cut_short_leaves_a_key_that_is_trusted_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, crash_at: int
) -> None:
    path = tmp_path / "log"
    create_signing_key(path, NAME)
    real, calls = replace_file, []

    def crashing(target: Path, content: bytes, *, mode: int = 0o600) -> None:
        calls.append(target)
        if len(calls) - 1 == crash_at:
            raise KeyboardInterrupt
        real(target, content, mode=mode)

    with monkeypatch.context() as patch:
        patch.setattr(keyring_signing, "replace_file", crashing)
        with pytest.raises(KeyboardInterrupt):
            rotate_signing_key(path, now=100.0)
    assert load_signing_key(path).verifier in [one.verifier for one in trusted_keys(path)]
    final = rotate_signing_key(path, now=150.0)
    assert load_signing_key(path).verifier == final == trusted_keys(path)[-1].verifier
    assert len({one.key for one in trusted_keys(path)}) == len(trusted_keys(path))


def test_public_keys_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with pytest.raises(ConfigError, match="WL-KEY-017"):
        trusted_keys(path)
    create_signing_key(path, NAME)
    (tmp_path / "log.pub").write_text("nonsense")
    with pytest.raises(ConfigError, match="WL-KEY-017"):
        trusted_keys(path)
    for text in ("[1]", "[]", '[{"key": "nonsense"}]'):  # a key in force must be there
        (tmp_path / "log.trusted").write_text(text)
        with pytest.raises(ConfigError, match="WL-KEY-017"):
            trusted_keys(path)


def test_replacing_a_file_is_all_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x"
    replace_file(path, b"old")

    def fails(_descriptor: int) -> None:
        raise OSError(5, "shim")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fails)
        with pytest.raises(OSError, match="shim"):
            replace_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["x"]
