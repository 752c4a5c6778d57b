"""Reading policy folders and texts from disk for the commands."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from wardlaw.cli.client import quoted
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.session import connect
from wardlaw.config.load import ENV_CONFIG, FILE_NAME
from wardlaw.facts.errors import ConfigError, InputError, WardlawError
from wardlaw.governance.check import Checked, check
from wardlaw.governance.frameworks.framework import Framework
from wardlaw.governance.problems import Severity
from wardlaw.governance.shipped import shipped_frameworks

ENDINGS = (".yaml", ".cedar")
_UNKNOWN_REFERENCE = "WL-POL-018"
MAX_BYTES = 33_554_432  # a clause file or text larger than 32 MiB is a mistake


def policy_files(given: str, options: Options) -> list[Path]:
    """The policy files of a folder or one file; without one, those of the configuration.

    Raises:
        InputError: There is no such place, or nothing in it.
    """
    place = Path(given) if given else Path(options.configuration().policies.dir)
    if place.is_file():
        return [place]
    if not place.is_dir():
        hint = f"Give a folder with clauses, or set policies.dir in {FILE_NAME} (see --config, {ENV_CONFIG})."
        raise InputError("WL-CLI-003", f"There is no folder {place}.", hint)
    found = sorted(path for path in place.rglob("*") if path.suffix in ENDINGS and path.is_file())
    if not found:
        raise InputError("WL-CLI-003", f"There are no clauses in {place}.", f"Clauses end in {' or '.join(ENDINGS)}.")
    return found


def read_sources(files: list[Path]) -> dict[str, str]:
    """Text by name.

    Raises:
        InputError: A file cannot be read.
    """
    return {str(path): read_text(path) for path in files}


def check_set(files: list[Path], options: Options = NONE) -> Checked:
    """The clauses of these files with everything that is wrong with them.

    Where a reference is not known, the installation is asked for frameworks that packs have changed; one that cannot be
    asked changes nothing, and the reference stays unknown.
    """
    sources, today = read_sources(files), datetime.now(UTC).date()
    checked = check(sources, today=today)
    if all(problem.code != _UNKNOWN_REFERENCE for problem in checked.problems):
        return checked
    try:
        changed = packed_frameworks(options)
    except WardlawError:
        return checked
    return check(sources, today=today, frameworks={**shipped_frameworks(), **changed}) if changed else checked


def packed_frameworks(options: Options) -> dict[str, Framework]:
    """The frameworks that a pack has changed or brought, as the installation has them.

    Raises:
        WardlawError: It cannot be asked.
    """
    client = connect(options)
    names = [one["id"] for one in client.get("/frameworks") if one["origin"].startswith("pack ")]
    found = {}
    for name in names:
        detail = client.get(f"/frameworks/{quoted(name)}")
        whole = {**detail["framework"], "provisions": [line["provision"] for line in detail["lines"]]}
        found[name] = msgspec.convert(whole, Framework)
    return found


def usable_set(files: list[Path], options: Options = NONE) -> Checked:
    """A set without errors.

    Raises:
        ConfigError: It has errors (WL-CLI-006).
    """
    checked = check_set(files, options)
    if not checked.ok:
        errors = [str(problem) for problem in checked.problems if problem.severity is Severity.ERROR]
        raise ConfigError(
            "WL-CLI-006", f"The clauses have {len(errors)} errors; the first: {errors[0]}", "See wardlaw policy check."
        )
    return checked


def read_text(path: Path) -> str:
    """One file as text.

    Raises:
        InputError: It cannot be read, is too large or is not UTF-8.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError("WL-CLI-004", f"{path} is larger than {MAX_BYTES} bytes.", "Give a smaller part of it.")
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            "WL-CLI-004", f"{path} is not UTF-8 text (byte {error.start}).", "Convert it first."
        ) from error
    except OSError as error:
        raise InputError(
            "WL-CLI-004", f"{path} cannot be read: {error.strerror}.", "Check path and permissions."
        ) from error


def read_stdin() -> str:
    """Everything on stdin as text.

    Raises:
        InputError: It is too large or not UTF-8.
    """
    raw = sys.stdin.buffer.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise InputError("WL-CLI-004", f"stdin holds more than {MAX_BYTES} bytes.", "Give a smaller part of it.")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError("WL-CLI-004", f"stdin is not UTF-8 text (byte {error.start}).", "Convert it first.") from error
