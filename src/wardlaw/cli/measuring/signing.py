"""Baselines in files: one line of what is known, and a signature over its digest."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from wardlaw.audit.note import parse_note, parse_signer_key, parse_verifier_key, sign_note, signer_key, verify_note
from wardlaw.facts.errors import DataError, EvidenceError, InputError
from wardlaw.register.poisoning.baseline import Baseline, read_baseline, signed_words, write_baseline

_SEED_BYTES = 32
_PRIVATE = "PRIVATE+KEY+"
_NAME = "wardlaw-baseline"


def keep_baseline(baseline: Baseline, path: Path, key_file: Path) -> str:
    """Write a baseline signed by the key of a file, which is made when it is not there; answers the public key."""
    if not key_file.exists():
        made = signer_key(_NAME, secrets.token_bytes(_SEED_BYTES)).text + "\n"
        with os.fdopen(os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as target:
            target.write(made)
    key = parse_signer_key(_read(key_file).decode())
    line = write_baseline(baseline)
    with path.open("wb") as target:  # one after another: a baseline of texts may be half a gigabyte
        target.write(line)
        target.write(b"\n" + sign_note(signed_words(line), key).encode())
    return key.verifier.text


def open_baseline(path: Path, key_file: Path | None) -> Baseline:
    """A baseline, verified by the key of a file (the private one, or the public line).

    Raises:
        InputError: No key was given (WL-DAT-011).
        DataError: It is no baseline (WL-DAT-004).
        EvidenceError: Another key signed it (WL-AUD-011), or it was changed since (WL-DAT-012).
    """
    line, note = _parts(path)
    if not note or not line.startswith(b"{"):
        raise DataError("WL-DAT-004", f"{path.name} is no baseline.", "Make one with `wardlaw measure baseline`.")
    if key_file is None:
        raise InputError(
            "WL-DAT-011", "A baseline is worth as much as its signature; nobody said by which key.",
            "Give --key with the key it was made with, or the public line it showed.",
        )  # fmt: skip
    words = _read(key_file).decode()
    verifier = parse_signer_key(words).verifier if words.startswith(_PRIVATE) else parse_verifier_key(words)
    found = parse_note(note)
    verify_note(found, [verifier])
    if found.text != signed_words(line):
        raise EvidenceError(
            "WL-DAT-012", f"{path.name} is not what the key {verifier.name} signed.", "Take it from where it was kept."
        )
    return read_baseline(line)


def is_baseline(path: Path) -> bool:
    """Whether a file is a baseline, not rows."""
    try:
        with path.open("rb") as source:
            return source.read(64).startswith((b'{"of":"table"', b'{"of":"texts"'))
    except OSError as error:
        raise DataError("WL-DAT-006", f"{path.name} cannot be read: {error.strerror}.", "Check the path.") from error


def _parts(path: Path) -> tuple[bytes, bytes]:
    """The line of a baseline and what follows it."""
    try:
        with path.open("rb") as source:
            return source.readline().removesuffix(b"\n"), source.read()
    except OSError as error:
        raise DataError("WL-DAT-006", f"{path.name} cannot be read: {error.strerror}.", "Check the path.") from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError("WL-DAT-006", f"{path.name} cannot be read: {error.strerror}.", "Check the path.") from error
