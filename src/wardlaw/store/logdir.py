"""The log directory: checkpoint, tiles and entry bundles as files in the C2SP tlog-tiles layout.

Everything in it can be rebuilt from the database; it exists so that anybody can verify the log with tools of their
own. Files never change once written, except for the checkpoint, which is replaced as a whole.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from wardlaw.audit.checkpoint import parse_decimal
from wardlaw.audit.merkle import HashReader, perfect_root
from wardlaw.audit.note import MAX_NOTE_BYTES, VerifierKey
from wardlaw.audit.report import VerifyReport
from wardlaw.audit.seen import Seen
from wardlaw.audit.sequence import GatewayKeys
from wardlaw.audit.tiles import (
    TILE_HEIGHT,
    TILE_WIDTH,
    bundle_path,
    encode_bundle,
    split_tile,
    tile_hash_reader,
    tile_path,
)
from wardlaw.audit.verify import Expectations, FormerKey, verify_log
from wardlaw.facts.errors import EvidenceError, UnavailableError

CHECKPOINT = "checkpoint"
WITNESSED = "checkpoint.witnessed"
MINIMUM_INDEX = "minimum-index"
_MAX_FILE_BYTES = TILE_WIDTH * (0xFFFF + 2)  # the largest bundle there can be


class LogDirectory:
    """Reads a log directory; implements ``audit.verify.LogSource``.

    Args:
        path: The folder; it need not exist yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def checkpoint(self) -> bytes | None:
        """The newest checkpoint; None when there is none."""
        return self._read(CHECKPOINT, MAX_NOTE_BYTES)

    def witnessed(self) -> bytes | None:
        """The newest checkpoint that a witness cosigned."""
        return self._read(WITNESSED, MAX_NOTE_BYTES)

    def tile(self, level: int, index: int, width: int) -> bytes | None:
        """A tile; where the partial one is gone, the full one that replaced it."""
        return self._either(tile_path(level, index, width), tile_path(level, index))

    def bundle(self, index: int, width: int) -> bytes | None:
        """An entry bundle; where the partial one is gone, the full one that replaced it."""
        return self._either(bundle_path(index, width), bundle_path(index))

    def minimum_index(self) -> int:
        """Records before this one were pruned; 0 when none were, -1 when the file is damaged."""
        data = self._read(MINIMUM_INDEX, 32)
        if data is None:
            return 0
        number = parse_decimal(data.decode("ascii", "replace").removesuffix("\n"))
        return -1 if number is None else number

    def hash_reader(self, size: int) -> HashReader:
        """Hashes out of the tiles of a log of ``size`` records.

        Raises (when read):
            EvidenceError: A tile is missing or damaged.
        """

        def fetch(level: int, index: int, width: int) -> bytes:
            data = self.tile(level, index, width)
            if data is None:
                raise EvidenceError(
                    "WL-AUD-003",
                    f"The tile {tile_path(level, index, width)} is missing.",
                    "Restart the sequencer: it rebuilds the log directory from the database.",
                )
            return data

        return tile_hash_reader(size, fetch)

    def _either(self, name: str, full: str) -> bytes | None:
        data = self._read(name, _MAX_FILE_BYTES)
        return data if data is not None or name == full else self._read(full, _MAX_FILE_BYTES)

    def _read(self, name: str, limit: int) -> bytes | None:
        try:
            with open(self.path / name, "rb") as file:
                return file.read(limit + 1)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        except OSError as error:
            raise _disk_error(self.path / name, error) from error


class LogWriter:
    """Writes the files of a growing log. One process writes: the sequencer that holds the fence.

    Args:
        directory: Where to write.
        size: Records below the first partial bundle that are written; a multiple of 256.
        partial_hashes: For each tile level from 0, the hashes of its last, partial tile at that size.
    """

    def __init__(self, directory: LogDirectory, *, size: int, partial_hashes: Sequence[Sequence[bytes]]) -> None:
        self._directory = directory
        self._size = size
        self._entries: list[bytes] = []
        self._levels = [list(hashes) for hashes in partial_hashes]
        self._known: set[Path] = set()
        self._superseded: list[str] = []

    @classmethod
    def resume(cls, directory: LogDirectory, size: int) -> LogWriter:
        """Continue after ``size`` records, a multiple of 256, whose tiles are on disk.

        Raises:
            EvidenceError: A tile is missing or damaged.
        """
        partial_hashes: list[list[bytes]] = [[]] if size else []  # level 0 ends with a full tile
        level = 1
        while size >> (TILE_HEIGHT * level):
            index, width = divmod(size >> (TILE_HEIGHT * level), TILE_WIDTH)
            data = directory.tile(level, index, width) if width else b""
            if data is None:
                raise EvidenceError("WL-AUD-003", f"The tile {tile_path(level, index, width)} is missing.")
            partial_hashes.append(split_tile(data, width) if width else [])
            level += 1
        return cls(directory, size=size, partial_hashes=partial_hashes)

    def append(self, entries: Sequence[bytes], leaves: Sequence[bytes]) -> None:
        """Write the files that change when these records are added; durable on return.

        Raises:
            UnavailableError: The disk is full or failed; the same call may be made again after a restart.
        """
        files: dict[str, bytes] = {}
        self._grow_bundles(entries, files)
        self._grow_tiles(leaves, files)
        self._size += len(entries)
        self._write(files)

    def publish(self, note: bytes, *, cosigned: bool) -> None:
        """Replace the checkpoint, with ``cosigned`` also the one kept as witnessed; then drop superseded partial files.

        The files below a checkpoint are always durable before the checkpoint itself.
        """
        names = (WITNESSED, CHECKPOINT) if cosigned else (CHECKPOINT,)
        for name in names:
            self._write({name: note})
        for name in self._superseded:
            shutil.rmtree(self._directory.path / name, ignore_errors=True)
        self._superseded.clear()

    def _grow_bundles(self, entries: Sequence[bytes], files: dict[str, bytes]) -> None:
        first = self._size // TILE_WIDTH
        pending = self._entries + list(entries)
        had_partial = bool(self._entries)
        while len(pending) >= TILE_WIDTH:
            files[bundle_path(first)] = encode_bundle(pending[:TILE_WIDTH])
            if had_partial:
                self._superseded.append(bundle_path(first) + ".p")
                had_partial = False
            del pending[:TILE_WIDTH]
            first += 1
        if pending:
            files[bundle_path(first, len(pending))] = encode_bundle(pending)
        self._entries = pending

    def _grow_tiles(self, leaves: Sequence[bytes], files: dict[str, bytes]) -> None:
        level, fresh = 0, list(leaves)
        while fresh:
            if len(self._levels) == level:
                self._levels.append([])
            pending = self._levels[level] + fresh
            had_partial = bool(self._levels[level])
            index = (self._size >> (TILE_HEIGHT * level)) // TILE_WIDTH
            fresh = []
            while len(pending) >= TILE_WIDTH:
                hashes = pending[:TILE_WIDTH]
                files[tile_path(level, index)] = b"".join(hashes)
                if had_partial:
                    self._superseded.append(tile_path(level, index) + ".p")
                    had_partial = False
                fresh.append(perfect_root(hashes))
                del pending[:TILE_WIDTH]
                index += 1
            if pending:
                files[tile_path(level, index, len(pending))] = b"".join(pending)
            self._levels[level] = pending
            level += 1

    def _write(self, files: Mapping[str, bytes]) -> None:
        for name in files:
            self._make_folder((self._directory.path / name).parent)
        _replace_files(self._directory.path, files)

    def _make_folder(self, folder: Path) -> None:
        if folder in self._known:
            return
        if not folder.is_dir():
            self._make_folder(folder.parent)
            try:
                with contextlib.suppress(FileExistsError):
                    folder.mkdir(mode=0o755)
                sync_folder(folder.parent)
            except OSError as error:
                raise _disk_error(folder, error) from error
        self._known.add(folder)


def write_minimum_index(directory: LogDirectory, index: int) -> None:
    """State, durably, that records before ``index`` are pruned.

    Raises:
        UnavailableError: The disk is full or failed.
    """
    _replace_files(directory.path, {MINIMUM_INDEX: f"{index}\n".encode()})


def verify_directory(
    path: Path,
    *,
    log_public_key: VerifierKey,
    witness_public_keys: Sequence[VerifierKey] = (),
    gateway_keys: GatewayKeys | None = None,
    former_keys: Sequence[FormerKey] = (),
    seen: Sequence[Seen] = (),
    receipts: Sequence[str] = (),
) -> VerifyReport:
    """Verify a whole log directory.

    Args:
        path: The log directory.
        log_public_key: The log's key as it was noted at set-up, not one read beside the log.
        witness_public_keys: Keys of the witnesses.
        gateway_keys: Public keys by gateway id, former ones included; needed for ``receipts``.
        former_keys: The log's keys before rotation.
        seen: Checkpoints kept elsewhere (``store.secondplace``); without them a cut tail cannot be seen.
        receipts: Receipts callers kept.
    """
    directory = LogDirectory(path)
    kept = directory.witnessed()
    own = (Seen(WITNESSED, kept),) if kept is not None else ()
    return verify_log(
        directory,
        Expectations(
            log_key=log_public_key,
            former_keys=tuple(former_keys),
            witness_keys=tuple(witness_public_keys),
            seen=own + tuple(seen),
            receipts=tuple(receipts),
            gateway_keys=gateway_keys or {},
        ),
    )


def lock_directory(path: Path) -> int:
    """Keep every other sequencer out of a log directory; gives a descriptor that holds the lock until closed.

    Raises:
        UnavailableError: Another sequencer works on it (WL-AUD-020), or the disk failed.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise _disk_error(path, error) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise UnavailableError(
            "WL-AUD-020",
            f"Another sequencer already works on the log directory {path}.",
            "Stop one of the two; exactly one may append.",
        ) from None
    return descriptor


def write_durably(path: Path, data: bytes) -> None:
    """Write a file and have its bytes on the disk on return; the kernel may take fewer bytes than asked.

    Raises:
        OSError: The disk is full or failed; a part of the file may stand.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Make new names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _replace_files(root: Path, files: Mapping[str, bytes]) -> None:
    """Write files so that each is there as a whole or not at all, also after a power cut.

    Raises:
        UnavailableError: The disk is full or failed.
    """
    written: list[tuple[Path, Path]] = []
    try:
        for name, data in files.items():
            target = root / name
            temporary = target.with_name(f".{target.name}.tmp")
            written.append((temporary, target))
            write_durably(temporary, data)
        for temporary, target in written:
            os.replace(temporary, target)
        for folder in {target.parent for _, target in written}:
            sync_folder(folder)
    except OSError as error:
        for temporary, _ in written:
            temporary.unlink(missing_ok=True)
        raise _disk_error(root, error) from error


def _disk_error(path: Path, error: OSError) -> UnavailableError:
    return UnavailableError(
        "WL-AUD-034",
        f"The log directory {path} cannot be used: {error.strerror}.",
        "Free space or mend the disk; records wait safely in the spool and the database meanwhile.",
    )
