"""The key-encryption key: where it comes from, how it wraps, how a new one takes its place.

It stands outside the data directory, so that a stolen or backed-up data directory opens nothing. A
key-management service or a hardware module fits in by the two protocols `Kek` and `KekSource`.
"""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from wardlaw.facts.errors import ConfigError, EvidenceError
from wardlaw.store.spool_segment import sync_directory

KEY_BYTES = 32  # AES-256
NONCE_BYTES = 12  # NIST SP 800-38D, section 5.2.1.1
STAGED_SUFFIX = ".new"

Random = Callable[[int], bytes]
"""Gives as many unpredictable bytes as asked for."""


class Kek(Protocol):
    """A key that wraps other keys; it may live in another machine."""

    @property
    def id(self) -> str:
        """Check value: tells this key from every other, and nothing about it."""

    def wrap(self, key: bytes, *, purpose: str) -> bytes:
        """Encrypt a key; it only comes back for the same purpose."""

    def unwrap(self, wrapped: bytes, *, purpose: str) -> bytes:
        """The key that was wrapped for this purpose."""


class KekSource(Protocol):
    """Where the installation's key comes from; several while one is being replaced."""

    def load(self) -> Sequence[Kek]:
        """All keys that may be the one in use, the likeliest first."""


class LocalKek:
    """A key of 32 bytes in this process's memory.

    Args:
        key: 32 random bytes.
        random: Source of nonces.
    """

    def __init__(self, key: bytes, *, random: Random = os.urandom) -> None:
        if len(key) != KEY_BYTES:
            raise _not_a_key("the given key")
        self._aead = AESGCM(key)
        self._random = random
        self.id = HKDF(SHA256(), 16, salt=None, info=b"wardlaw/kek-check/1").derive(key).hex()

    def wrap(self, key: bytes, *, purpose: str) -> bytes:
        """AES-256-GCM under a random nonce; the purpose is bound as associated data."""
        nonce = self._random(NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, key, _bound(purpose))

    def unwrap(self, wrapped: bytes, *, purpose: str) -> bytes:
        """The key that was wrapped for this purpose.

        Raises:
            EvidenceError: WL-KEY-013, the bytes were changed or moved from another place.
        """
        try:
            return self._aead.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], _bound(purpose))
        except (InvalidTag, ValueError):
            raise EvidenceError(
                "WL-KEY-013",
                f"The wrapped key for {purpose} is damaged.",
                "Restore the key database from its backup; what this key sealed cannot be read without it.",
            ) from None


class FileKek:
    """A key in a file of its own: base64 of 32 bytes, readable by its owner alone.

    Args:
        path: The file.
        data_dir: Where the key must not lie.
    """

    def __init__(self, path: Path, *, data_dir: Path) -> None:
        real = path.resolve()
        if real.is_relative_to(data_dir.resolve()):
            raise ConfigError(
                "WL-KEY-004",
                f"The key-encryption key {path} lies inside the data directory {data_dir}.",
                "Move it elsewhere and set keys.kek: whoever copies the data directory must not get its key.",
            )
        self.path = path
        self._staged = path.with_name(path.name + STAGED_SUFFIX)

    def load(self) -> Sequence[Kek]:
        """The key, and the staged one while a rotation is under way.

        Raises:
            ConfigError: WL-KEY-002 missing, -003 no key in it, -005 others may read it.
        """
        keys = [_read_key(self.path)]
        if self._staged.exists():
            keys.append(_read_key(self._staged))
        return keys

    def stage(self, *, random: Random = os.urandom) -> Kek:
        """Make the next key durable beside the one in use; an unfinished rotation goes on with its own."""
        if not self._staged.exists():
            write_secret(self._staged, b64encode(random(KEY_BYTES)) + b"\n")
        return _read_key(self._staged)

    def promote(self) -> None:
        """Put the staged key in the place of the old one, which is gone then."""
        self._staged.replace(self.path)
        sync_directory(self.path.parent)


class EnvKek:
    """A key in an environment variable: base64 of 32 bytes.

    Args:
        name: Name of the variable.
        environment: Where to look it up.
    """

    def __init__(self, name: str, *, environment: Callable[[str], str | None] = os.environ.get) -> None:
        self._name = name
        self._environment = environment

    def load(self) -> Sequence[Kek]:
        """The key.

        Raises:
            ConfigError: WL-KEY-007 not set, -003 no key in it.
        """
        text = self._environment(self._name)
        if not text:
            raise ConfigError(
                "WL-KEY-007",
                f"The environment variable {self._name} holds no key-encryption key.",
                "Set it to the base64 of 32 random bytes for the service, or use keys.kek: file:/path.",
            )
        return (LocalKek(_decode_key(text, f"the environment variable {self._name}")),)


def kek_source(reference: str, *, data_dir: Path) -> FileKek | EnvKek:
    """The source a setting names.

    Args:
        reference: ``file:/path`` or ``env:NAME``.
        data_dir: Where the key must not lie.

    Raises:
        ConfigError: WL-KEY-001 the reference is neither, WL-KEY-004 the file lies in the data directory.
    """
    kind, _, name = reference.partition(":")
    if kind == "file" and name:
        return FileKek(Path(name), data_dir=data_dir)
    if kind == "env" and name:
        return EnvKek(name)
    raise ConfigError(
        "WL-KEY-001",
        f"keys.kek does not say where the key-encryption key is: {reference!r}.",
        "Write file:/path/outside/the/data/directory or env:NAME.",
    )


def create_kek(path: Path, *, data_dir: Path, random: Random = os.urandom) -> FileKek:
    """Make a new key-encryption key; an existing one is never overwritten.

    Raises:
        ConfigError: WL-KEY-004 inside the data directory, WL-KEY-014 the file is already there.
    """
    source = FileKek(path, data_dir=data_dir)
    write_secret(path, b64encode(random(KEY_BYTES)) + b"\n")
    return source


def write_secret(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Create a file nobody else may read, durable before this returns.

    Raises:
        ConfigError: WL-KEY-014 it exists already; WL-KEY-002 it cannot be written.
    """
    if path.exists():
        raise ConfigError(
            "WL-KEY-014",
            f"{path} already holds a key; it is not overwritten.",
            "Use `wardlaw key rotate`, or move the old file away when it was never used.",
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    except OSError as error:
        raise ConfigError("WL-KEY-002", f"{path} cannot be written: {error.strerror}.", "Check the folder.") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)
    sync_directory(path.parent)


def read_secret(path: Path) -> bytes:
    """Content of a key file that only its owner may read.

    Raises:
        ConfigError: WL-KEY-002 it cannot be read, WL-KEY-005 its permissions are wider than 0600.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise ConfigError(
            "WL-KEY-002",
            f"The key file {path} cannot be read: {error.strerror}.",
            "Check the path in the configuration and who may read it; `wardlaw init` makes the keys.",
        ) from error
    with os.fdopen(descriptor, "rb") as file:
        mode = os.fstat(descriptor).st_mode & 0o777
        if mode & 0o077:
            raise ConfigError(
                "WL-KEY-005",
                f"The key file {path} may be read by others (mode {mode:04o}).",
                f"Run: chmod 600 {path}. If others could read it, rotate the key.",
            )
        return file.read(1 << 16)


def _read_key(path: Path) -> LocalKek:
    return LocalKek(_decode_key(read_secret(path).decode("ascii", errors="replace"), str(path)))


def _decode_key(text: str, where: str) -> bytes:
    try:
        key = b64decode(text.strip().replace("-", "+").replace("_", "/"), validate=True)
    except (Base64Error, ValueError):
        raise _not_a_key(where) from None
    if len(key) != KEY_BYTES:
        raise _not_a_key(where)
    return key


def _not_a_key(where: str) -> ConfigError:
    return ConfigError(
        "WL-KEY-003",
        f"There is no key-encryption key in {where}: the base64 of 32 bytes is expected.",
        "Make one with `wardlaw init`, or: head -c 32 /dev/urandom | base64",
    )


def _bound(purpose: str) -> bytes:
    return b"wardlaw/wrap/1|" + purpose.encode()
