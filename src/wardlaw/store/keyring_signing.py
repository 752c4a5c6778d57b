"""Signing keys in files: the log's, the gateways' and the bundle's, and how one follows another.

A key is one line in the form of the signed-note format, readable by its owner alone; its public half lies
beside it as ``<name>.pub``. When a key is replaced, the old public half stays in ``<name>.trusted`` with
the time it was in force, so that what it signed still verifies.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from wardlaw.audit.note import VerifierKey, parse_signer_key, parse_verifier_key, signer_key
from wardlaw.facts.errors import ConfigError
from wardlaw.store.keyring_kek import STAGED_SUFFIX, Random, read_secret, write_secret
from wardlaw.store.spool_segment import sync_directory

_SEED_BYTES = 32  # RFC 8032, section 5.1.5


class SigningKey(msgspec.Struct, frozen=True):
    """A loaded key.

    Attributes:
        name: Name it signs under.
        verifier: Its public half.
        sign: Raw Ed25519 signature over a message, 64 bytes; the private key does not leave this function.
    """

    name: str
    verifier: VerifierKey
    sign: Callable[[bytes], bytes]

    def __repr__(self) -> str:
        return f"SigningKey({self.verifier.text!r})"


class TrustedKey(msgspec.Struct, frozen=True, rename={"since": "from"}):
    """A public key and when it was in force.

    Attributes:
        key: The public key line.
        since: Unix seconds; 0 when it was the first.
        until: Unix seconds; 0 while it is in force.
    """

    key: str
    since: float = 0.0
    until: float = 0.0

    @property
    def verifier(self) -> VerifierKey:
        """The key to verify with."""
        return parse_verifier_key(self.key)


def create_signing_key(path: Path, name: str, *, random: Random = os.urandom) -> VerifierKey:
    """Make a key file and its public half; an existing key is never overwritten.

    Raises:
        ConfigError: WL-KEY-014 there is a key already, WL-KEY-002 it cannot be written, or the name is no key name.
    """
    key = signer_key(name, random(_SEED_BYTES))
    write_secret(path, key.text.encode() + b"\n")
    replace_file(_beside(path, ".pub"), key.verifier.text.encode() + b"\n", mode=0o644)
    return key.verifier


def load_signing_key(path: Path) -> SigningKey:
    """Load a key.

    Raises:
        ConfigError: WL-KEY-002 missing, -005 others may read it, -015 no key in it.
    """
    try:
        key = parse_signer_key(read_secret(path).decode("ascii", errors="replace"))
        private = Ed25519PrivateKey.from_private_bytes(key.seed)
    except ConfigError as error:
        if error.code.startswith("WL-KEY"):
            raise
        raise ConfigError(
            "WL-KEY-015",
            f"There is no signing key in {path}: {error.message}",
            "Restore the file from its backup, or replace the key with `wardlaw key rotate`.",
        ) from error
    return SigningKey(key.name, key.verifier, private.sign)


def rotate_signing_key(path: Path, *, now: float, random: Random = os.urandom) -> VerifierKey:
    """Put a new key of the same name into force and keep the old public half as trusted.

    The new key is made durable and trusted before it is used, so a crash at any point leaves a key in force
    that verifiers know; running it again goes on where it stopped.

    Args:
        path: The key file.
        now: Unix seconds of the change.
        random: Source of the new key.

    Returns:
        The new public key.
    """
    old = load_signing_key(path).verifier
    staged = _beside(path, STAGED_SUFFIX)
    if not staged.exists():
        write_secret(staged, signer_key(old.name, random(_SEED_BYTES)).text.encode() + b"\n")
    new = load_signing_key(staged).verifier
    if new.text != old.text:
        kept = [one for one in trusted_keys(path) if one.key not in (old.text, new.text)]
        since = next((one.since for one in trusted_keys(path) if one.key == old.text), 0.0)
        write_trusted(path, (*kept, TrustedKey(old.text, since, now), TrustedKey(new.text, now)))
    staged.replace(path)
    sync_directory(path.parent)
    replace_file(_beside(path, ".pub"), new.text.encode() + b"\n", mode=0o644)
    return new


def trusted_keys(path: Path) -> tuple[TrustedKey, ...]:
    """All public keys that ever were in force for this key file, oldest first; the last one is in force now.

    Needs the public files only.

    Raises:
        ConfigError: WL-KEY-017, the list or the public key cannot be read.
    """
    listed = _beside(path, ".trusted")
    return trusted_list(listed if listed.exists() else _beside(path, ".pub"))


def trusted_list(path: Path) -> tuple[TrustedKey, ...]:
    """The keys in one ``.trusted`` or ``.pub`` file, oldest first; the last one is in force.

    Raises:
        ConfigError: WL-KEY-017, it holds none or cannot be read.
    """
    try:
        if path.suffix == ".pub":
            return (TrustedKey(parse_verifier_key(path.read_text("ascii").strip()).text),)
        keys = msgspec.json.decode(path.read_bytes(), type=tuple[TrustedKey, ...])
        for one in keys:
            parse_verifier_key(one.key)
    except (OSError, UnicodeDecodeError, msgspec.MsgspecError, ConfigError) as error:
        raise _unreadable(path) from error
    if not keys:
        raise _unreadable(path)
    return keys


def _unreadable(path: Path) -> ConfigError:
    return ConfigError(
        "WL-KEY-017", f"The public keys in {path} cannot be read.", f"Restore {path.name} from its backup."
    )


def replace_file(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Write a file so that a reader, or a crash, meets the old content or the new, never half of it."""
    staged = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    descriptor = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        staged.replace(path)
    except OSError:
        staged.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def write_trusted(path: Path, keys: Sequence[TrustedKey]) -> None:
    """Write the list of trusted keys of a key file, oldest first, the one in force last."""
    replace_file(_beside(path, ".trusted"), msgspec.json.format(msgspec.json.encode(keys)) + b"\n", mode=0o644)


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)
