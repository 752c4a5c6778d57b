from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from pathlib import Path

import pytest

from wardlaw.facts.errors import ConfigError, EvidenceError
from wardlaw.store.keyring_kek import (
    EnvKek,
    FileKek,
    LocalKek,
    create_kek,
    kek_source,
    read_secret,
    write_secret,
)

KEY = bytes(range(32))


def _file(path: Path, content: bytes, mode: int = 0o600) -> Path:
    path.write_bytes(content)
    path.chmod(mode)
    return path


def test_a_wrapped_key_comes_back_for_its_purpose_only() -> None:
    kek = LocalKek(KEY)
    wrapped = kek.wrap(b"k" * 32, purpose="dek|a")
    assert b"k" * 32 not in wrapped
    assert kek.unwrap(wrapped, purpose="dek|a") == b"k" * 32
    for purpose, blob, key in [
        ("dek|b", wrapped, kek),
        ("dek|a", wrapped[:-1] + bytes([wrapped[-1] ^ 1]), kek),
        ("dek|a", wrapped[:5], kek),
        ("dek|a", wrapped, LocalKek(b"x" * 32)),
    ]:
        with pytest.raises(EvidenceError, match="WL-KEY-013"):
            key.unwrap(blob, purpose=purpose)


def test_the_check_value_tells_keys_apart_and_is_no_key() -> None:
    assert LocalKek(KEY).id == LocalKek(KEY).id != LocalKek(b"x" * 32).id
    assert KEY.hex()[:16] not in LocalKek(KEY).id


@pytest.mark.parametrize(
    "text", [b64encode(KEY), urlsafe_b64encode(KEY), b64encode(KEY) + b"\n", b" " + b64encode(KEY)]
)
def test_a_key_file(tmp_path: Path, text: bytes) -> None:
    source = FileKek(_file(tmp_path / "kek", text), data_dir=tmp_path / "data")
    assert [kek.id for kek in source.load()] == [LocalKek(KEY).id]


@pytest.mark.parametrize("text", [b"", b"hello", b64encode(KEY[:31]), b64encode(KEY + b"x"), b"\xff\xfe", b"!" * 44])
def test_a_file_without_a_key(tmp_path: Path, text: bytes) -> None:
    with pytest.raises(ConfigError, match="WL-KEY-003"):
        FileKek(_file(tmp_path / "kek", text), data_dir=tmp_path / "data").load()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620, 0o601])
def test_a_key_others_may_reach_is_refused(tmp_path: Path, mode: int) -> None:
    source = FileKek(_file(tmp_path / "kek", b64encode(KEY), mode), data_dir=tmp_path / "data")
    with pytest.raises(ConfigError, match="WL-KEY-005") as caught:
        source.load()
    assert "chmod 600" in caught.value.hint


def test_a_key_may_be_read_only(tmp_path: Path) -> None:
    assert FileKek(_file(tmp_path / "kek", b64encode(KEY), 0o400), data_dir=tmp_path / "data").load()


def test_a_missing_key(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="WL-KEY-002"):
        FileKek(tmp_path / "kek", data_dir=tmp_path / "data").load()


def test_a_key_inside_the_data_directory_is_refused_by_any_way_there(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "sub").mkdir(parents=True)
    (tmp_path / "link").symlink_to(data / "sub" / "kek")
    for path in (data / "kek", data / "sub" / ".." / "kek", tmp_path / "link"):
        with pytest.raises(ConfigError, match="WL-KEY-004"):
            FileKek(path, data_dir=data)
        with pytest.raises(ConfigError, match="WL-KEY-004"):
            create_kek(path, data_dir=data)


def test_a_key_from_the_environment() -> None:
    values = {"GOOD": b64encode(KEY).decode(), "BAD": "x", "EMPTY": ""}
    assert EnvKek("GOOD", environment=values.get).load()[0].id == LocalKek(KEY).id
    with pytest.raises(ConfigError, match="WL-KEY-003"):
        EnvKek("BAD", environment=values.get).load()
    for name in ("EMPTY", "NONE"):
        with pytest.raises(ConfigError, match="WL-KEY-007"):
            EnvKek(name, environment=values.get).load()


def test_references(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_KEK", b64encode(KEY).decode())
    assert kek_source("env:SOME_KEK", data_dir=tmp_path).load()[0].id == LocalKek(KEY).id
    assert isinstance(kek_source(f"file:{tmp_path}/k", data_dir=tmp_path / "data"), FileKek)
    for reference in ("", "file:", "env:", "/path", "vault:x"):
        with pytest.raises(ConfigError, match="WL-KEY-001"):
            kek_source(reference, data_dir=tmp_path)


def test_a_new_key_is_private_and_never_overwrites(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "kek"
    source = create_kek(path, data_dir=tmp_path / "data")
    assert path.stat().st_mode & 0o777 == 0o600
    first = source.load()[0].id
    with pytest.raises(ConfigError, match="WL-KEY-014"):
        create_kek(path, data_dir=tmp_path / "data")
    assert source.load()[0].id == first


def test_staging_and_promoting(tmp_path: Path) -> None:
    source = create_kek(tmp_path / "kek", data_dir=tmp_path / "data")
    old = source.load()[0].id
    new = source.stage().id
    assert source.stage().id == new
    assert [kek.id for kek in source.load()] == [old, new]
    source.promote()
    assert [kek.id for kek in source.load()] == [new]


def test_secrets_that_cannot_be_written_or_read(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="WL-KEY-002"):
        write_secret(tmp_path / "file" / "kek", b"x")
    with pytest.raises(ConfigError, match="WL-KEY-002"):
        read_secret(tmp_path / "none")


def test_a_local_key_has_the_right_size() -> None:
    with pytest.raises(ConfigError, match="WL-KEY-003"):
        LocalKek(b"short")
