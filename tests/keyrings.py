"""Key-encryption keys and keyrings for tests."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from wardlaw.store.keyring import Keyring
from wardlaw.store.keyring_kek import FileKek, Kek, LocalKek, create_kek

MONTH = "2026-11"


class GivenKek:
    """A source of keys that stand in memory."""

    def __init__(self, *keys: Kek) -> None:
        self.keys: Sequence[Kek] = keys

    def load(self) -> Sequence[Kek]:
        return self.keys


def given(byte: int = 1) -> GivenKek:
    """A source with one key."""
    return GivenKek(LocalKek(bytes([byte]) * 32))


def places(tmp_path: Path) -> tuple[str, Path, Path]:
    """Url of the key database, data directory, file of the KEK."""
    data = tmp_path / "data"
    data.mkdir(exist_ok=True)
    return f"sqlite:///{data}/deks.db", data, tmp_path / "keys" / "kek"


def file_keyring(tmp_path: Path) -> tuple[Keyring, FileKek]:
    """A keyring whose KEK lies in a file, made when it is not there."""
    url, data, kek = places(tmp_path)
    source = FileKek(kek, data_dir=data) if kek.exists() else create_kek(kek, data_dir=data)
    return Keyring(url, source), source


def all_bytes(folder: Path) -> bytes:
    """Content of every file below a folder."""
    return b"\n".join(Path(at, name).read_bytes() for at, _, names in os.walk(folder) for name in names)
