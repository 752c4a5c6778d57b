"""Reading policy folders and texts from disk for the commands."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from wardlaw.cli.options import Options
from wardlaw.config.load import ENV_CONFIG, FILE_NAME
from wardlaw.facts.errors import ConfigError, InputError
from wardlaw.governance.check import Checked, check
from wardlaw.governance.problems import Severity

ENDINGS = (".yaml", ".cedar")
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


def check_set(files: list[Path]) -> Checked:
    """The clauses of these files with everything that is wrong with them."""
    return check(read_sources(files), today=datetime.now(UTC).date())


def usable_set(files: list[Path]) -> Checked:
    """A set without errors.

    Raises:
        ConfigError: It has errors (WL-CLI-006).
    """
    checked = check_set(files)
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
