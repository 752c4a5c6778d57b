"""The file on disk and the secrets it names."""

from __future__ import annotations

from pathlib import Path

import pytest

from wardlaw.config.load import find_config, load_config, read_config, read_reference, read_secret
from wardlaw.config.secretref import SecretRef
from wardlaw.facts.errors import ConfigError


def test_find_config_in_the_usual_places(tmp_path: Path) -> None:
    assert find_config("", {}, folder=tmp_path) is None
    (tmp_path / "wardlaw-data").mkdir()
    (tmp_path / "wardlaw-data" / "wardlaw.yaml").touch()
    assert find_config("", {}, folder=tmp_path) == tmp_path / "wardlaw-data" / "wardlaw.yaml"
    (tmp_path / "wardlaw.yaml").touch()
    assert find_config("", {}, folder=tmp_path) == tmp_path / "wardlaw.yaml"
    assert find_config("", {"WARDLAW_CONFIG": "x.yaml"}, folder=tmp_path) == tmp_path / "x.yaml"
    assert find_config("y.yaml", {"WARDLAW_CONFIG": "x.yaml"}, folder=tmp_path) == tmp_path / "y.yaml"


def test_a_missing_or_unreadable_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="WL-CFG-014"):
        read_config(tmp_path / "none.yaml", env={})
    (tmp_path / "w.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="WL-CFG-014"):
        read_config(tmp_path / "w.yaml", env={})


def test_load_config_takes_paths_from_the_files_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "w.yaml").write_text("data_dir: d\n")
    monkeypatch.chdir(tmp_path)
    assert load_config(Path("w.yaml"), env={}).data_dir == str(tmp_path / "d")


def test_secrets(tmp_path: Path) -> None:
    path = tmp_path / "kek"
    ref = SecretRef("file", str(path))
    with pytest.raises(ConfigError, match="cannot be read"):
        read_secret(ref, env={}, what="keys.kek")
    path.touch(mode=0o600)
    with pytest.raises(ConfigError, match="is empty"):
        read_secret(ref, env={}, what="keys.kek")
    path.write_text("s3cret\n")
    assert read_secret(ref, env={}, what="keys.kek") == "s3cret"
    path.chmod(0o640)
    assert read_secret(ref, env={}, what="keys.kek") == "s3cret"
    for mode in (0o604, 0o660, 0o644):
        path.chmod(mode)
        with pytest.raises(ConfigError, match="open to other users"):
            read_secret(ref, env={}, what="keys.kek")
    assert read_secret(SecretRef("env", "K"), env={"K": "v"}, what="x") == "v"
    with pytest.raises(ConfigError, match="not set"):
        read_secret(SecretRef("env", "K"), env={}, what="x")
    assert read_reference("plain", env={}, what="x") == "plain"
    assert read_reference("env:K", env={"K": "v"}, what="x") == "v"
