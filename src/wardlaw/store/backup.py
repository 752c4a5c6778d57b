"""Backup while everything runs, and restore into an empty place.

A backup holds the data directory: tables, log, spools, published policies. It never holds the
key-encryption key or a signing key, and the data keys only in a second file of their own: whoever keeps
both in one place takes back every erasure. Order matters: what feeds is copied before what is fed (spools,
then the log's files, then the tables), so that a record on its way is in the backup twice rather than never.
"""

from __future__ import annotations

import errno
import gzip
import io
import os
import re
import shutil
import sqlite3
import stat
import tarfile
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import IO

import msgspec

from wardlaw import __version__
from wardlaw.facts.errors import ConfigError, EvidenceError, InputError, UnavailableError
from wardlaw.store.instance import LOCK_NAME
from wardlaw.store.keyring_signing import replace_file
from wardlaw.store.spool_format import list_segments
from wardlaw.store.spool_segment import RESERVE_NAME, sync_directory

FORMAT = 1
DEKS_NAME = "deks.db"
MANIFEST_NAME = "manifest.json"
MARKER_NAME = "restored.json"
EXTRA_FOLDER = "restored-with"

_SQLITE_MAGIC = b"SQLite format 3\0"
_SIDE_FILES = ("-wal", "-shm", "-journal", ".tmp")
_PRIVATE_KEY = re.compile(rb"\A(PRIVATE\+KEY\+|-----BEGIN [A-Z ]*PRIVATE KEY|[A-Za-z0-9+/_-]{43}=\s*\Z)")
_IN_MEMORY_BYTES = 64 * 1024 * 1024
_PIECE_BYTES = 1024 * 1024


class FileEntry(msgspec.Struct, frozen=True):
    """One file of a backup."""

    sha256: str
    size: int


class Manifest(msgspec.Struct, frozen=True):
    """What a backup holds.

    Attributes:
        kind: ``data`` or ``deks``.
        taken_at: Unix seconds.
        version: Version of Wardlaw that took it.
        log_size: Records in the log's checkpoint; -1 when there was none.
        epochs: Newest epoch of every gateway's spool.
        files: All files by name.
    """

    format: int
    kind: str
    taken_at: float
    version: str
    log_size: int
    epochs: dict[str, int]
    files: dict[str, FileEntry]


class Restored(msgspec.Struct, frozen=True):
    """The marker a restored data directory carries; a log that others saw larger is told by it.

    Attributes:
        restored_at: Unix seconds.
        taken_at: When the backup was taken, Unix seconds.
        log_size: Records in the restored log; -1 when there was none.
        epochs: Newest epoch of every gateway's spool in the backup.
        with_deks: Data keys were restored too.
    """

    restored_at: float
    taken_at: float
    log_size: int
    epochs: dict[str, int]
    with_deks: bool


def backup(
    data_dir: Path,
    target: Path,
    *,
    now: float,
    extra: Mapping[str, Path] | None = None,
    deks_target: Path | None = None,
) -> Manifest:
    """Back up a data directory, also while it is in use.

    Args:
        data_dir: The data directory.
        target: File to write; must not exist.
        now: Unix seconds.
        extra: More files by name: configuration, public keys.
        deks_target: Second file for the data keys (``deks.db``); they are left out when None.

    Raises:
        InputError: WL-BKP-001, a target exists already.
        ConfigError: WL-BKP-004, a private key would have got into the backup.
        EvidenceError: WL-BKP-005, a database in the data directory is damaged.
        UnavailableError: WL-BKP-006, reading or writing failed.
    """
    for wanted in (target, deks_target):
        if wanted is not None and wanted.exists():
            raise InputError("WL-BKP-001", f"{wanted} exists already; it is not overwritten.", "Choose another name.")
    with _told(target):
        sources = {name: data_dir / name for name in _members(data_dir)}
        sources |= {f"{EXTRA_FOLDER}/{name}": path for name, path in (extra or {}).items()}
        manifest = _pack(sources, target, kind="data", now=now, data_dir=data_dir)
        if deks_target is not None:
            _pack({DEKS_NAME: data_dir / DEKS_NAME}, deks_target, kind="deks", now=now, data_dir=data_dir)
    return manifest


def restore(source: Path, data_dir: Path, *, now: float, deks_source: Path | None = None) -> Restored:
    """Restore a backup into a data directory that is empty or not there.

    Everything is checked against the manifest in a folder beside it before it takes its place.

    Args:
        source: The backup.
        data_dir: Where to; nothing is overwritten.
        now: Unix seconds.
        deks_source: Backup of the data keys; without it sealed parts cannot be read.

    Raises:
        InputError: WL-BKP-002, the data directory is not empty.
        EvidenceError: WL-BKP-003, a file is damaged, or is no backup.
        UnavailableError: WL-BKP-006, reading or writing failed.
    """
    if data_dir.exists() and (not data_dir.is_dir() or any(data_dir.iterdir())):
        raise InputError(
            "WL-BKP-002",
            f"{data_dir} is not empty; a restore overwrites nothing.",
            "Move it away, or restore into another data directory.",
        )
    with _told(data_dir):
        staging = data_dir.with_name(data_dir.name + ".restoring")
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(parents=True, mode=0o700)
        try:
            manifest = _unpack(source, staging, kind="data")
            if deks_source is not None:
                _unpack(deks_source, staging, kind="deks")
            marker = Restored(now, manifest.taken_at, manifest.log_size, manifest.epochs, deks_source is not None)
            replace_file(staging / MARKER_NAME, msgspec.json.encode(marker))
            if data_dir.exists():
                data_dir.rmdir()
            staging.rename(data_dir)
            sync_directory(data_dir.parent)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    return marker


def restored_marker(data_dir: Path) -> Restored | None:
    """What the data directory was restored from; None when it never was.

    Raises:
        EvidenceError: WL-BKP-003, the marker is damaged.
    """
    try:
        return msgspec.json.decode((data_dir / MARKER_NAME).read_bytes(), type=Restored)
    except FileNotFoundError:
        return None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _damaged(data_dir / MARKER_NAME, "it cannot be read") from error


def _members(data_dir: Path) -> list[str]:
    """Names of the files to copy, feeders first."""
    names = []
    for folder, folders, files in os.walk(data_dir):
        folders.sort()
        for file in files:
            path = Path(folder, file)
            name = path.relative_to(data_dir).as_posix()
            is_left_out = name in (LOCK_NAME, DEKS_NAME, MARKER_NAME) or file == RESERVE_NAME
            if not is_left_out and not file.endswith(_SIDE_FILES) and stat.S_ISREG(path.lstat().st_mode):
                names.append(name)
    return sorted(names, key=lambda name: (_rank(name), name))


def _rank(name: str) -> int:
    if name.endswith(".db"):
        return 3
    # Of the log first the checkpoint: the tiles copied after it then hold at least what it speaks of.
    if PurePosixPath(name).name.startswith("checkpoint"):
        return 1
    return 0 if name.endswith(".seg") or PurePosixPath(name).name == "epoch" else 2


def _pack(sources: Mapping[str, Path], target: Path, *, kind: str, now: float, data_dir: Path) -> Manifest:
    partial = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    files: dict[str, FileEntry] = {}
    log_size = -1
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as raw:
            with (
                gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=1, mtime=0) as packed,
                tarfile.open(fileobj=packed, mode="w|") as archive,
            ):
                for name, path in sources.items():
                    with _copy_of(path, target.parent, with_deks=kind == "deks") as copy:
                        if copy is None:
                            continue
                        if path.name == "checkpoint":
                            log_size = max(log_size, _checkpoint_size(copy))
                        files[name] = _add(archive, name, copy, now)
                manifest = Manifest(FORMAT, kind, now, __version__, log_size, _epochs(data_dir), files)
                _add(archive, MANIFEST_NAME, io.BytesIO(msgspec.json.encode(manifest)), now)
            raw.flush()
            os.fsync(descriptor)
        partial.replace(target)
        sync_directory(target.parent)
    finally:
        partial.unlink(missing_ok=True)
    return manifest


@contextmanager
def _copy_of(path: Path, folder: Path, *, with_deks: bool) -> Iterator[IO[bytes] | None]:
    """A copy that does not change any more; None when the file went away meanwhile."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        yield None
        return
    with file:
        head = file.read(len(_SQLITE_MAGIC))
        if head == _SQLITE_MAGIC:
            with _sqlite_copy(path, folder, with_deks=with_deks) as copy:
                yield copy
            return
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES, dir=str(folder)) as copied:
            copied.write(head)
            shutil.copyfileobj(file, copied)
            copied.seek(0)
            if _PRIVATE_KEY.match(copied.read(64)):
                raise _holds_keys(path, "a private key")
            copied.seek(0)
            yield copied


@contextmanager
def _sqlite_copy(path: Path, folder: Path, *, with_deks: bool) -> Iterator[IO[bytes]]:
    """A copy of a SQLite database as of one moment, checked."""
    with tempfile.TemporaryDirectory(dir=folder, prefix=".backup-") as scratch:
        copy = Path(scratch, "copy.db")
        try:
            with (
                closing(sqlite3.connect(path, timeout=10)) as live,
                closing(sqlite3.connect(copy)) as target,
            ):
                live.backup(target)
                result = target.execute("PRAGMA quick_check").fetchone()[0]
                has_deks = target.execute("SELECT 1 FROM sqlite_master WHERE name = 'keyring_dek'").fetchone()
                target.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError as error:
            raise UnavailableError(
                "WL-BKP-006", f"{path} cannot be copied: {error}.", "Check free disk space and try again."
            ) from error
        except sqlite3.DatabaseError as error:
            result, has_deks = str(error), None
        if result != "ok":
            raise EvidenceError(
                "WL-BKP-005",
                f"The database {path} is damaged: {result}.",
                "Do not overwrite older backups. Restore the newest good one, then `wardlaw audit verify`.",
            )
        if has_deks and not with_deks:
            raise _holds_keys(path, "the data keys")
        with copy.open("rb") as file:
            yield file


def _add(archive: tarfile.TarFile, name: str, file: IO[bytes], now: float) -> FileEntry:
    digest, size = sha256(), 0
    while piece := file.read(_PIECE_BYTES):
        digest.update(piece)
        size += len(piece)
    file.seek(0)
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = size, 0o600, int(now)
    archive.addfile(info, file)
    return FileEntry(digest.hexdigest(), size)


def _unpack(source: Path, folder: Path, *, kind: str) -> Manifest:
    """Unpack into ``folder`` and check every file against the manifest."""
    found: dict[str, FileEntry] = {}
    manifest: Manifest | None = None
    try:
        with gzip.open(source) as packed:
            with tarfile.open(fileobj=packed, mode="r|") as archive:
                for member in archive:
                    content = archive.extractfile(member) if member.isreg() else None
                    if content is None or not _is_safe(member.name) or member.name in found:
                        raise _damaged(source, f"it holds {member.name!r}, which no backup of ours does")
                    if member.name == MANIFEST_NAME:
                        manifest = msgspec.json.decode(content.read(), type=Manifest)
                    else:
                        found[member.name] = _write_out(content, folder / member.name)
            while packed.read(_PIECE_BYTES):
                pass  # to the end, so that its checksum is looked at too
    except (
        tarfile.TarError,
        EOFError,
        zlib.error,
        gzip.BadGzipFile,
        msgspec.MsgspecError,
        UnicodeDecodeError,
    ) as error:
        raise _damaged(source, "it is cut short or no backup") from error
    if manifest is None or manifest.format != FORMAT or manifest.kind != kind:
        raise _damaged(source, f"it is no backup of kind {kind!r} this version can read")
    for name in sorted(manifest.files.keys() | found.keys()):
        if manifest.files.get(name) != found.get(name):
            raise _damaged(source, f"{name} is not as the manifest says")
    return manifest


def _is_safe(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and bool(path.parts) and "\0" not in name


def _write_out(content: IO[bytes], path: Path) -> FileEntry:
    digest, size = sha256(), 0
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        while piece := content.read(_PIECE_BYTES):
            digest.update(piece)
            size += len(piece)
            file.write(piece)
        file.flush()
        os.fsync(descriptor)
    return FileEntry(digest.hexdigest(), size)


def _checkpoint_size(copy: IO[bytes]) -> int:
    """Records a checkpoint speaks of: the number in its second line (C2SP tlog-checkpoint)."""
    lines = copy.read(_PIECE_BYTES).split(b"\n")
    copy.seek(0)
    return int(lines[1]) if len(lines) > 1 and lines[1].isdigit() else -1


def _epochs(data_dir: Path) -> dict[str, int]:
    newest: dict[str, int] = {}
    for segment in data_dir.rglob("*.seg"):
        folder = segment.parent
        newest[folder.name] = max((epoch for epoch, _, _ in list_segments(folder)), default=0)
    return newest


@contextmanager
def _told(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        what = "there is no space left" if error.errno in (errno.ENOSPC, errno.EDQUOT) else error.strerror or str(error)
        raise UnavailableError(
            "WL-BKP-006", f"Backup or restore at {place} failed: {what}.", "Nothing was left half done. Try again."
        ) from error


def _holds_keys(path: Path, what: str) -> ConfigError:
    return ConfigError(
        "WL-BKP-004",
        f"{path} holds {what}; keys do not belong into this backup.",
        "Move it to its place (private keys outside the data directory, data keys to deks.db), and back keys up apart.",
    )


def _damaged(path: Path, why: str) -> EvidenceError:
    return EvidenceError("WL-BKP-003", f"{path} cannot be used: {why}.", "Use another backup; nothing was restored.")
