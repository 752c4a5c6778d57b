"""The files below some paths, in an order that stays the same, and those that are left out with the reason."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from wardlaw.cli.scanning.excluding import ALWAYS, FILES, Excludes
from wardlaw.facts.errors import InputError

_IGNORE_BYTES = 1_048_576  # an ignore file larger than this is none


class Skipped(msgspec.Struct, frozen=True):
    """Something that was not looked at, and why."""

    path: str
    why: str


def walk(paths: Sequence[str], *, excludes: Sequence[str] = (), heeds: bool = True) -> Iterator[Path | Skipped]:
    """Every file of the paths; what is named itself is taken whatever the ignore files say.

    Args:
        paths: Files and folders.
        excludes: More patterns, as a line of ``.gitignore``.
        heeds: Ignore files are heeded, and folders that nobody wrote by hand left out.

    Raises:
        InputError: A path is not there.
    """
    rules = Excludes().within("", excludes)
    seen: set[Path] = set()
    for name in paths:
        path = Path(name)
        if not path.exists():
            raise InputError("WL-CLI-041", f"There is no {name[:200]}.", "Give files or folders that are there.")
        found = _below(path, "", rules, heeds=heeds) if path.is_dir() else iter((path,))
        for one in found:
            if isinstance(one, Path):
                if one in seen:
                    continue
                seen.add(one)
            yield one


def _below(folder: Path, prefix: str, rules: Excludes, *, heeds: bool) -> Iterator[Path | Skipped]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield Skipped(str(folder), f"it cannot be read: {error.strerror}")
        return
    names = {entry.name for entry in entries}
    for name in FILES:
        if heeds and name in names:
            rules = rules.within(prefix, _lines(folder / name))
    for entry in entries:
        path, inner = folder / entry.name, prefix + entry.name
        if entry.is_symlink():
            # Where it leads may be outside, or above: what is there is scanned by its own name.
            yield Skipped(str(path), "it is a symbolic link")
        elif entry.is_dir(follow_symlinks=False):
            if not (heeds and entry.name in ALWAYS) and not rules.excludes(inner, is_folder=True):
                yield from _below(path, inner + "/", rules, heeds=heeds)
        elif entry.is_file(follow_symlinks=False) and not rules.excludes(inner, is_folder=False):
            yield path


def _lines(path: Path) -> list[str]:
    try:
        with path.open("rb") as file:
            return file.read(_IGNORE_BYTES).decode("utf-8", "replace").splitlines()
    except OSError:
        return []
