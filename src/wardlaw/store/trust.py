"""The public keys an installation trusts, carried by its backups.

A restore must not trust a key only because it stands in a backup: whoever can edit the backup could then have a
forged log or foreign policies taken for ours. So a backup carries its lists under a signature of the log's key, and
only what that key, as it is here, vouches for is trusted without asking.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

import msgspec

from wardlaw.audit.note import SignerKey, VerifierKey, parse_note, parse_verifier_key, sign_note, verify_note
from wardlaw.facts.errors import ConfigError, EvidenceError, UnavailableError
from wardlaw.store.keyring_signing import (
    TrustedKey,
    load_signing_key,
    replace_file,
    trusted_keys,
    trusted_list,
    write_trusted,
)

VOUCHER_NAME = "trusted.note"
_DOMAIN = "wardlaw.dev/trusted-keys/v1"  # the first line: no checkpoint of a log begins with it

Lists = dict[str, tuple[TrustedKey, ...]]


class Brought(StrEnum):
    """What a restore did with a key it found in a backup."""

    KNOWN = "known"  # trusted here before
    TRUSTED = "trusted"  # trusted from now on
    LEFT_OUT = "left out"


class BroughtKey(msgspec.Struct, frozen=True):
    """One key of a backup; ``role`` is ``log``, ``gateway`` or ``bundle``."""

    role: str
    key: TrustedKey
    done: Brought


def vouch(paths: Mapping[str, Path], key: SignerKey) -> bytes:
    """The lists of trusted keys as a note signed by the log's key.

    Args:
        paths: Key file by role.
        key: The log's key in force.

    Raises:
        ConfigError: WL-KEY-017, a list cannot be read.
    """
    lists = {role: trusted_keys(path) for role, path in sorted(paths.items())}
    return sign_note(f"{_DOMAIN}\n{msgspec.json.encode(lists).decode()}\n", key).encode()


def bring_back_trust(
    folder: Path, paths: Mapping[str, Path], names: Mapping[str, str], *, now: float, trust_all: bool
) -> tuple[BroughtKey, ...]:
    """Add the keys a backup brought to those trusted here, where the log's key vouches for them.

    Where no key of the installation is here at all there is nothing to compare with: then all are taken. No list
    loses a key, and the key in force here stays the one in force.

    Args:
        folder: Where the restore put the backup's public keys.
        paths: Key file by role.
        names: Name each role's keys sign under; others are left out.
        now: Unix seconds.
        trust_all: The operator looked at the keys and trusts them.

    Raises:
        UnavailableError: A list cannot be written (WL-BKP-007).
        ConfigError: What is here cannot be read (WL-KEY-017).
    """
    here = {role: _here(path) for role, path in paths.items()}
    vouched = _vouched(folder, here["log"][-1].verifier) if here["log"] else None
    may = trust_all or vouched is not None or not any(here.values())
    brought: list[BroughtKey] = []
    for role, path in paths.items():
        found = vouched.get(role, ()) if vouched is not None else _listed(folder / path.name)
        known = {one.key for one in here[role]}
        fresh = tuple(one for one in found if one.key not in known and _is_named(one, names[role]))
        for one in found:
            is_taken = may and one in fresh
            done = Brought.KNOWN if one.key in known else Brought.TRUSTED if is_taken else Brought.LEFT_OUT
            brought.append(BroughtKey(role, one, done))
        if may and fresh:
            try:
                _keep(path, here[role], fresh, now=now)
            except OSError as error:
                raise UnavailableError(
                    "WL-BKP-007",
                    f"The public keys of {path.name} cannot be written: {error.strerror}.",
                    "The data is restored. Make the folder of the keys writable, empty the data directory, restore again.",
                ) from error
    return tuple(brought)


def _keep(path: Path, here: tuple[TrustedKey, ...], fresh: tuple[TrustedKey, ...], *, now: float) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if here:
        # Another key is in force here, so these ended at the latest now.
        fresh = tuple(msgspec.structs.replace(one, until=one.until or now) for one in fresh)
    keys = (*fresh, *here)
    if len(keys) > 1:
        write_trusted(path, keys)
    public = path.with_name(path.name + ".pub")
    if not public.exists():
        replace_file(public, keys[-1].key.encode() + b"\n", mode=0o644)


def _here(path: Path) -> tuple[TrustedKey, ...]:
    """The keys trusted for a key file now; none where none of its files is here."""
    if any(path.with_name(path.name + suffix).exists() for suffix in (".trusted", ".pub")):
        return trusted_keys(path)
    return (TrustedKey(load_signing_key(path).verifier.text),) if path.exists() else ()


def _vouched(folder: Path, key: VerifierKey) -> Lists | None:
    """The backup's lists, if the log's key signed them."""
    try:
        note = parse_note((folder / VOUCHER_NAME).read_bytes())
        verify_note(note, (key,))
        domain, _, text = note.text.partition("\n")
        lists = msgspec.json.decode(text, type=Lists)
        for one in (one for keys in lists.values() for one in keys):
            parse_verifier_key(one.key)
    except (OSError, EvidenceError, ConfigError, msgspec.MsgspecError):
        return None
    return lists if domain == _DOMAIN else None


def _listed(beside: Path) -> tuple[TrustedKey, ...]:
    """The keys of one role as the backup's own files name them; none where they cannot be read."""
    for suffix in (".trusted", ".pub"):
        path = beside.with_name(beside.name + suffix)
        if path.is_file():
            try:
                return trusted_list(path)
            except ConfigError:
                return ()
    return ()


def _is_named(key: TrustedKey, name: str) -> bool:
    return key.verifier.name == name
