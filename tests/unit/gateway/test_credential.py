"""A secret from a file is the one that stands in the file now."""

from __future__ import annotations

from pathlib import Path

import pytest

from wardlaw.config.load import read_secret
from wardlaw.config.secretref import SecretRef
from wardlaw.facts.errors import ConfigError
from wardlaw.gateway.credential import Credential


def _of(path: Path) -> Credential:
    ref = SecretRef("file", str(path))
    return Credential(lambda: read_secret(ref, env={}, what="key"), str(path))


def _write(path: Path, text: str) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(text)
    fresh.chmod(0o600)
    fresh.replace(path)


def test_a_renewed_file_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "token"
    _write(path, "one\n")
    credential = _of(path)
    assert credential.current() == "one"
    _write(path, "two\n")
    assert credential.current() == "two"


def test_an_unchanged_file_is_not_read_again(tmp_path: Path) -> None:
    path, reads = tmp_path / "token", []
    _write(path, "one")
    credential = Credential(lambda: str(reads.append(1)), str(path))
    credential.current()
    credential.current()
    assert len(reads) == 1


def test_a_file_that_is_gone_or_open_to_others_is_an_error_and_not_the_old_text(tmp_path: Path) -> None:
    path = tmp_path / "token"
    _write(path, "one")
    credential = _of(path)
    path.unlink()
    with pytest.raises(ConfigError):
        credential.current()
    _write(path, "three")
    assert credential.current() == "three"
    path.write_text("four!")
    path.chmod(0o644)
    with pytest.raises(ConfigError):
        credential.current()


def test_it_does_not_show_itself() -> None:
    credential = Credential.fixed("sk-secret")
    assert "sk-secret" not in repr(credential)
    assert credential.current() == "sk-secret"
