"""Findings that are known already: a file of their names, to be kept beside the code."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

from wardlaw.cli.scanning.spotted import Spotted
from wardlaw.facts.errors import InputError

_FORMAT = 1
_BYTES = 33_554_432


class KnownFinding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One finding that was accepted; ``path`` and ``rule`` are for people, the name alone counts."""

    fingerprint: str
    rule: str = ""
    path: str = ""


class Baseline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is accepted."""

    format: int
    findings: tuple[KnownFinding, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """Fingerprints."""
        return frozenset(one.fingerprint for one in self.findings)


def read_baseline(path: Path) -> Baseline:
    """The file of accepted findings.

    Raises:
        InputError: It cannot be read or is none; nothing is accepted then.
    """
    try:
        with path.open("rb") as file:
            found = msgspec.json.decode(file.read(_BYTES), type=Baseline)
    except (OSError, msgspec.DecodeError) as error:
        raise InputError(
            "WL-CLI-043", f"The baseline {path} cannot be used: {error}.", "Write it anew with --write-baseline."
        ) from error
    if found.format != _FORMAT:
        raise InputError("WL-CLI-043", f"The baseline {path} has format {found.format}.", "Write it anew.")
    return found


def write_baseline(path: Path, found: Iterable[Spotted]) -> int:
    """Accept findings; answers how many. The order is fixed, so that a change shows only what changed.

    Raises:
        InputError: The file cannot be written.
    """
    ordered = sorted(found, key=lambda one: (one.path, one.rule, one.fingerprint))
    known = tuple(KnownFinding(one.fingerprint, one.rule, one.path) for one in ordered)
    text = msgspec.json.format(msgspec.json.encode(Baseline(_FORMAT, known)), indent=1) + b"\n"
    write_report(path, text)
    return len(known)


def write_report(path: Path, content: bytes) -> None:
    """Write a file whole or not at all.

    Raises:
        InputError: It cannot be written.
    """
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        beside.write_bytes(content)
        os.replace(beside, path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise InputError(
            "WL-CLI-007", f"{path} cannot be written: {error.strerror}.", "Check the folder and its permissions."
        ) from error
