from __future__ import annotations

import gzip
import io
import os
import sqlite3
import tarfile
import threading
from base64 import b64encode
from pathlib import Path

import msgspec
import pytest

from tests.keyrings import MONTH, all_bytes, given
from tests.spooling import committer, record
from wardlaw.facts.errors import ConfigError, EvidenceError, InputError, UnavailableError
from wardlaw.store.backup import MARKER_NAME, backup, restore, restored_marker
from wardlaw.store.instance import InstanceLock
from wardlaw.store.keyring import Keyring
from wardlaw.store.spoolread import read_frames, recover

NOW = 1_800_000_000.0


def _installation(tmp_path: Path) -> Path:
    """A data directory with tables, log, spool and data keys."""
    data = tmp_path / "data"
    (data / "log" / "tile").mkdir(parents=True)
    (data / "log" / "checkpoint").write_bytes(b"origin\n42\nroot\n\nsignatures\n")
    (data / "log" / "tile" / "000").write_bytes(b"hashes")
    with sqlite3.connect(data / "wardlaw.db") as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE record (n INTEGER)")
        connection.executemany("INSERT INTO record VALUES (?)", [(n,) for n in range(1000)])
    connection.close()
    writer = committer(data / "spool")
    writer.commit([record(f"dec_{n}") for n in range(10)])
    writer.close()
    return data


def _count(database: Path) -> int:
    connection = sqlite3.connect(database)
    try:
        return int(connection.execute("SELECT count(*) FROM record").fetchone()[0])
    finally:
        connection.close()


def test_a_backup_comes_back_whole_and_is_marked(tmp_path: Path) -> None:
    data = _installation(tmp_path)
    config = tmp_path / "wardlaw.yaml"
    config.write_text("data_dir: data\n")
    with InstanceLock(data):
        manifest = backup(data, tmp_path / "b.tar.gz", now=NOW, extra={"wardlaw.yaml": config})
    assert (manifest.log_size, manifest.epochs, manifest.taken_at) == (42, {"gw": 1}, NOW)
    assert (tmp_path / "b.tar.gz").stat().st_mode & 0o777 == 0o600
    place = tmp_path / "new"
    marker = restore(tmp_path / "b.tar.gz", place, now=NOW + 60)
    assert marker == restored_marker(place)
    assert (marker.restored_at, marker.taken_at, marker.log_size, marker.epochs) == (NOW + 60, NOW, 42, {"gw": 1})
    assert not marker.with_deks
    assert _count(place / "wardlaw.db") == 1000
    assert (place / "log" / "tile" / "000").read_bytes() == b"hashes"
    assert (place / "restored-with" / "wardlaw.yaml").read_text() == "data_dir: data\n"
    assert recover(place / "spool" / "gw").count == 10
    assert not (place / "wardlaw.lock").exists()
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["b.tar.gz", "data", "new", "wardlaw.yaml"]


def test_a_directory_that_was_never_restored_has_no_marker(tmp_path: Path) -> None:
    assert restored_marker(tmp_path) is None
    (tmp_path / MARKER_NAME).write_text("{")
    with pytest.raises(EvidenceError, match="WL-BKP-003"):
        restored_marker(tmp_path)


def test_a_backup_under_load_is_of_one_moment(tmp_path: Path) -> None:
    data = _installation(tmp_path)
    stop = threading.Event()

    def writes() -> None:
        connection = sqlite3.connect(data / "wardlaw.db", isolation_level=None, timeout=10)
        while not stop.is_set():  # always two rows at once: an odd count would be half a transaction
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO record VALUES (1)")
            connection.execute("INSERT INTO record VALUES (2)")
            connection.execute("COMMIT")
        connection.close()

    spool = committer(data / "spool")
    writer = threading.Thread(target=writes)
    writer.start()
    try:
        for number in range(3):
            spool.commit([record(blobs=(b"x" * 500,))])
            backup(data, tmp_path / f"{number}.tar.gz", now=NOW)
    finally:
        stop.set()
        writer.join()
        spool.close()
    for number in range(3):
        restore(tmp_path / f"{number}.tar.gz", tmp_path / f"new-{number}", now=NOW)
        assert _count(tmp_path / f"new-{number}" / "wardlaw.db") % 2 == 0
        assert recover(tmp_path / f"new-{number}" / "spool" / "gw").count == number + 1
        assert len(list(read_frames(tmp_path / f"new-{number}" / "spool" / "gw"))) == 10 + number + 1


def test_data_keys_go_into_a_file_of_their_own_or_nowhere(tmp_path: Path) -> None:
    data = _installation(tmp_path)
    ring = Keyring(f"sqlite:///{data}/deks.db", given())
    sealed, name = ring.seal("user:anna", "inputs", MONTH, b"text"), ring.pseudonym("user:anna", MONTH)
    wrapped = sqlite3.connect(data / "deks.db").execute("SELECT wrapped FROM keyring_dek").fetchone()[0]
    backup(data, tmp_path / "b.tar.gz", now=NOW, deks_target=tmp_path / "k.tar.gz")
    assert wrapped not in gzip.decompress((tmp_path / "b.tar.gz").read_bytes())
    assert wrapped in gzip.decompress((tmp_path / "k.tar.gz").read_bytes())
    assert restore(tmp_path / "b.tar.gz", tmp_path / "without", now=NOW).with_deks is False
    assert not (tmp_path / "without" / "deks.db").exists()
    marker = restore(tmp_path / "b.tar.gz", tmp_path / "with", now=NOW, deks_source=tmp_path / "k.tar.gz")
    assert marker.with_deks
    again = Keyring(f"sqlite:///{tmp_path}/with/deks.db", given())
    assert again.unseal(name, sealed.part, sealed.blob) == b"text"
    with pytest.raises(EvidenceError, match="WL-BKP-003"):
        restore(tmp_path / "k.tar.gz", tmp_path / "wrong", now=NOW)


@pytest.mark.parametrize(
    "content",
    [b64encode(b"k" * 32), b64encode(b"k" * 32) + b"\n", b"PRIVATE+KEY+name+0000+xx", b"-----BEGIN PRIVATE KEY-----\n"],
)
def test_no_private_key_gets_into_a_backup(tmp_path: Path, content: bytes) -> None:
    data = _installation(tmp_path)
    (data / "oops").write_bytes(content)
    with pytest.raises(ConfigError, match="WL-BKP-004"):
        backup(data, tmp_path / "b.tar.gz", now=NOW)
    (data / "oops").unlink()
    (tmp_path / "oops").write_bytes(content)
    with pytest.raises(ConfigError, match="WL-BKP-004"):
        backup(data, tmp_path / "b.tar.gz", now=NOW, extra={"oops": tmp_path / "oops"})
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["data", "oops"]


def test_data_keys_under_another_name_are_found(tmp_path: Path) -> None:
    data = _installation(tmp_path)
    Keyring(f"sqlite:///{data}/other.db", given()).close()
    with pytest.raises(ConfigError, match="WL-BKP-004"):
        backup(data, tmp_path / "b.tar.gz", now=NOW)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    data = _installation(tmp_path)
    backup(data, tmp_path / "b.tar.gz", now=NOW)
    before = (tmp_path / "b.tar.gz").read_bytes()
    with pytest.raises(InputError, match="WL-BKP-001"):
        backup(data, tmp_path / "b.tar.gz", now=NOW)
    with pytest.raises(InputError, match="WL-BKP-001"):
        backup(data, tmp_path / "c.tar.gz", now=NOW, deks_target=tmp_path / "b.tar.gz")
    for taken in (data, tmp_path / "b.tar.gz"):
        with pytest.raises(InputError, match="WL-BKP-002"):
            restore(tmp_path / "b.tar.gz", taken, now=NOW)
    assert (tmp_path / "b.tar.gz").read_bytes() == before
    (tmp_path / "empty").mkdir()
    restore(tmp_path / "b.tar.gz", tmp_path / "empty", now=NOW)
    assert _count(tmp_path / "empty" / "wardlaw.db") == 1000


def test_a_damaged_database_is_not_backed_up(tmp_path: Path) -> None:
    data = _installation(tmp_path)
    raw = bytearray((data / "wardlaw.db").read_bytes())
    raw[4096:6000] = os.urandom(1904)
    (data / "wardlaw.db").write_bytes(raw)
    with pytest.raises(EvidenceError, match="WL-BKP-005"):
        backup(data, tmp_path / "b.tar.gz", now=NOW)
    assert not (tmp_path / "b.tar.gz").exists()


def test_cut_and_changed_backups_restore_nothing(tmp_path: Path) -> None:
    data = _installation(tmp_path)
    backup(data, tmp_path / "b.tar.gz", now=NOW)
    raw = (tmp_path / "b.tar.gz").read_bytes()
    bad = tmp_path / "bad.tar.gz"
    damaged = [raw[: len(raw) * part // 10] for part in range(10)]
    for at in range(20, len(raw), max(1, len(raw) // 40)):
        flipped = bytearray(raw)
        flipped[at] ^= 0x10
        damaged.append(bytes(flipped))
    for content in [b"hello", *damaged]:
        bad.write_bytes(content)
        with pytest.raises(EvidenceError, match="WL-BKP-003"):
            restore(bad, tmp_path / "new", now=NOW)
        assert not (tmp_path / "new").exists()
        assert not (tmp_path / "new.restoring").exists()


def _forged(path: Path, names: dict[str, bytes], *, drop: str = "", add_link: bool = False) -> None:
    """A backup in good form whose files or names somebody chose."""
    from hashlib import sha256

    files = {
        name: {"sha256": sha256(content).hexdigest(), "size": len(content)}
        for name, content in names.items()
        if name != drop
    }
    manifest = {
        "format": 1, "kind": "data", "taken_at": 1.0, "version": "1", "log_size": 0, "epochs": {}, "files": files,
    }  # fmt: skip
    with tarfile.open(path, "w:gz") as archive:
        for name, content in {**names, "manifest.json": msgspec.json.encode(manifest)}.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        if add_link:
            link = tarfile.TarInfo("link")
            link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
            archive.addfile(link)


@pytest.mark.parametrize("name", ["../escaped", "/tmp/wardlaw-escaped", "a/../../escaped"])
def test_a_backup_cannot_write_outside(tmp_path: Path, name: str) -> None:
    _forged(tmp_path / "b.tar.gz", {name: b"x"})
    with pytest.raises(EvidenceError, match="WL-BKP-003"):
        restore(tmp_path / "b.tar.gz", tmp_path / "new", now=NOW)
    assert b"x" not in [path.read_bytes() for path in tmp_path.rglob("escaped")]
    assert not Path("/tmp/wardlaw-escaped").exists()


def test_files_beyond_the_manifest_links_and_doubles_are_refused(tmp_path: Path) -> None:
    _forged(tmp_path / "a.tar.gz", {"x": b"x", "y": b"y"}, drop="y")
    _forged(tmp_path / "b.tar.gz", {"x": b"x"}, add_link=True)
    for name in ("a", "b"):
        with pytest.raises(EvidenceError, match="WL-BKP-003"):
            restore(tmp_path / f"{name}.tar.gz", tmp_path / "new", now=NOW)
    _forged(tmp_path / "c.tar.gz", {"x": b"x"})
    restore(tmp_path / "c.tar.gz", tmp_path / "good", now=NOW)
    assert (tmp_path / "good" / "x").read_bytes() == b"x"


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    data = _installation(tmp_path)
    with pytest.raises(UnavailableError, match="WL-BKP-006"):
        backup(data, tmp_path / "none" / "b.tar.gz", now=NOW)
    with pytest.raises(UnavailableError, match="WL-BKP-006"):
        restore(tmp_path / "none.tar.gz", tmp_path / "new", now=NOW)
    assert b"PRIVATE" not in all_bytes(data)
