"""The files of a model as they lie on a disk: found, read by ranges, digested."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from io import BufferedReader
from pathlib import Path

from wardlaw.facts.errors import ConfigError, InputError
from wardlaw.register.modelfiles.allowed import Allowed
from wardlaw.register.modelfiles.judging import FileLooked
from wardlaw.register.modelfiles.look import look

_FILES = 10_000
_DIGEST_CHUNK = 1 << 20
_NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")


class FileSource:
    """An open file, read by ranges."""

    def __init__(self, file: BufferedReader, size: int) -> None:
        self._file, self.size = file, size

    def read(self, at: int, count: int) -> bytes:
        """Up to ``count`` bytes from an offset."""
        self._file.seek(at)
        return self._file.read(count)


def model_files(paths: Sequence[str]) -> list[tuple[Path, str]]:
    """The files at paths, those in folders too; each with its name below what was given.

    Raises:
        InputError: A path is not there, or there are too many files.
    """
    found: list[tuple[Path, str]] = []
    for text in paths:
        path = Path(text)
        if path.is_dir():
            inside = sorted(one for one in path.rglob("*") if one.is_file() and ".git" not in one.parts)
            found += [(one, one.relative_to(path).as_posix()) for one in inside]
        elif path.is_file():
            found.append((path, path.name))
        else:
            raise InputError("WL-MDL-001", f"{text} is not there.", "Name files or folders of a model.")
        if len(found) > _FILES:
            hint = "Check the folders of one model at a time."
            raise InputError("WL-MDL-002", f"There are more than {_FILES:,} files.", hint)
    return found


def look_at(path: Path, name: str, allowed: Allowed) -> FileLooked:
    """Look into one file.

    Raises:
        InputError: It cannot be read.
    """
    try:
        with path.open("rb") as file:
            digest = hashlib.sha256()
            while piece := file.read(_DIGEST_CHUNK):
                digest.update(piece)
            size = file.tell()
            looked = look(FileSource(file, size), name, allowed=allowed)
    except OSError as error:
        hint = "Check path and permissions."
        raise InputError("WL-MDL-001", f"{path} cannot be read: {error.strerror}.", hint) from error
    return FileLooked(str(path), digest.hexdigest(), size, looked)


def read_allowed(path: str) -> Allowed:
    """The names a company allows, one a line; ``#`` begins a remark.

    Raises:
        ConfigError: The list cannot be read, or a line is no name.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("WL-MDL-003", f"{path} cannot be read as a list of names.", "Check path and form.") from error
    names = {line.partition("#")[0].strip() for line in lines} - {""}
    wrong = sorted(one for one in names if not _NAME.fullmatch(one))
    if wrong:
        hint = "One name a line, such as ourcompany.models.Ranker; no patterns."
        raise ConfigError("WL-MDL-003", f"{path}: {wrong[0]!r} is no name of a class or a function.", hint)
    return Allowed(frozenset(names))
