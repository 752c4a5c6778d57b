"""The witness's own folder: its key, the logs it knows, and the newest checkpoint it cosigned for each."""

from __future__ import annotations

import fcntl
import os
import secrets
import stat
from pathlib import Path

from wardlaw.audit.checkpoint import Checkpoint, open_checkpoint
from wardlaw.audit.note import KeyType, SignerKey, VerifierKey, parse_signer_key, parse_verifier_key, signer_key
from wardlaw.facts.errors import ConfigError, UnavailableError
from wardlaw.store.logdir import sync_folder, write_durably
from wardlaw.store.secondplace import origin_folder

_KEY = "key"
_LOGS = "logs"


class WitnessFolder:
    """Reads and writes the witness's folder; one process at a time, held by a lock.

    Args:
        path: The folder; ``create_key`` makes it.

    Raises:
        ConfigError: There is no key, or others may read it.
        UnavailableError: Another witness works on the folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.key = _read_key(path / _KEY)
        self._lock = os.open(path / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            raise UnavailableError(
                "WL-AUD-039", f"Another witness already works on {path}.", "Stop it, or give this one its own folder."
            ) from None
        self.logs: dict[str, tuple[VerifierKey, ...]] = {}
        for file in sorted((path / _LOGS).glob("*/keys")):
            keys = tuple(parse_verifier_key(line) for line in file.read_text().splitlines() if line)
            if keys:
                self.logs[keys[0].name] = keys

    def close(self) -> None:
        """Let go of the folder."""
        os.close(self._lock)

    def held(self, origin: str) -> Checkpoint | None:
        """The checkpoint cosigned last for a log; None before the first.

        Raises:
            EvidenceError: The stored checkpoint does not verify: nothing is cosigned until somebody looks.
        """
        data = self.note(origin_folder(origin))
        return None if data is None else open_checkpoint(data, *self.logs[origin]).checkpoint

    def note(self, folder: str) -> bytes | None:
        """The cosigned checkpoint of the log with that folder name."""
        if folder not in {origin_folder(origin) for origin in self.logs}:
            return None
        path = self.path / _LOGS / folder / "checkpoint"
        return path.read_bytes() if path.exists() else None

    def keep(self, origin: str, note: bytes) -> None:
        """Store a cosigned checkpoint; it is on the disk on return.

        Raises:
            UnavailableError: The disk is full or failed; the cosignature must not leave.
        """
        folder = self.path / _LOGS / origin_folder(origin)
        try:
            write_durably(folder / ".checkpoint.tmp", note)
            os.replace(folder / ".checkpoint.tmp", folder / "checkpoint")
            sync_folder(folder)
        except OSError as error:
            raise UnavailableError(
                "WL-AUD-040",
                f"The witness cannot store a checkpoint: {error.strerror}.",
                "Free space or mend the disk.",
            ) from error


def create_key(path: Path, name: str) -> VerifierKey:
    """Make the folder and the witness's key; gives the public key to hand to the log's operator.

    Args:
        name: Name of the witness, like ``witness.example/w1``.

    Raises:
        ConfigError: There is a key already, or the name cannot be used.
    """
    key = signer_key(name, secrets.token_bytes(32), KeyType.COSIGNATURE)
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(path / _KEY, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise ConfigError(
            "WL-AUD-031", f"{path} has a witness key already.", "Use it, or choose another folder."
        ) from None
    try:
        os.write(descriptor, key.text.encode() + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    sync_folder(path)
    return key.verifier


def add_log(path: Path, key: VerifierKey) -> None:
    """Let the witness know a log, or a new key of one it knows (after rotation both count).

    Raises:
        ConfigError: The key is not one a log signs with.
    """
    if key.type is not KeyType.ED25519:
        raise ConfigError("WL-AUD-012", f"{key.name} is not a log's key.", "Give the log's public key line.")
    folder = path / _LOGS / origin_folder(key.name)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "keys"
    lines = file.read_text().splitlines() if file.exists() else []
    if key.text not in lines:
        write_durably(folder / ".keys.tmp", "".join(f"{line}\n" for line in [*lines, key.text]).encode())
        os.replace(folder / ".keys.tmp", file)
        sync_folder(folder)


def _read_key(path: Path) -> SignerKey:
    try:
        mode = path.stat().st_mode
        text = path.read_text()
    except OSError as error:
        raise ConfigError(
            "WL-AUD-031",
            f"The witness key {path} cannot be read: {error.strerror}.",
            "Make one with `wardlaw witness init`.",
        ) from error
    if stat.S_IMODE(mode) & 0o077:
        raise ConfigError(
            "WL-AUD-031", f"Others may read the witness key {path}.", f"Run `chmod 600 {path}`, or make a new key."
        )
    return parse_signer_key(text)
