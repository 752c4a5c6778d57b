"""Which files are left out: patterns as a ``.gitignore`` has them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import msgspec
import re2

FILES = (".gitignore", ".wardlawignore")
"""Files of a folder that say what in it is left out."""
ALWAYS = frozenset(
    (".git", ".hg", ".svn", ".venv", "venv", "node_modules", "__pycache__", ".mypy_cache", ".ruff_cache", ".tox",
     ".pytest_cache")
)  # fmt: skip
"""Folders nobody wrote by hand."""
# A pattern longer than a path can be is none; matching stays cheap then.
_LONGEST = 1024


class Pattern(msgspec.Struct, frozen=True):
    """One line of an ignore file.

    Attributes:
        matches: Against the path below the folder of the file.
        keeps: Begins with ``!``: takes back what an earlier line left out.
        folders: Ends with a slash: folders alone.
    """

    matches: re2._Regexp
    keeps: bool
    folders: bool


class Excludes(msgspec.Struct, frozen=True):
    """The patterns that hold in a folder and below, each with the folder it was written in."""

    rules: tuple[tuple[str, Pattern], ...] = ()

    def within(self, folder: str, lines: Iterable[str]) -> Excludes:
        """With the lines of an ignore file in ``folder`` added; ``folder`` ends with a slash or is empty."""
        found = tuple((folder, pattern) for line in lines if (pattern := read_pattern(line)) is not None)
        return Excludes(self.rules + found)

    def excludes(self, path: str, *, is_folder: bool) -> bool:
        """Whether a path (with slashes, from where the walk began) is left out; the last line that matches says so."""
        out = False
        for folder, pattern in self.rules:
            if not path.startswith(folder) or (pattern.folders and not is_folder):
                continue
            if pattern.matches.fullmatch(path[len(folder) :]):
                out = not pattern.keeps
        return out


def read_pattern(line: str) -> Pattern | None:
    """A line of an ignore file; None for a remark or nothing. Source: gitignore(5)."""
    text = line.rstrip("\r\n")
    if not text.endswith("\\ "):
        text = text.rstrip()
    if not text or text.startswith("#") or len(text) > _LONGEST:
        return None
    keeps = text.startswith("!")
    text = text[1:] if keeps else text.removeprefix("\\")
    folders = text.endswith("/")
    text = text.rstrip("/")
    anchored = "/" in text
    text = text.removeprefix("/")
    if not text:
        return None
    try:
        # The patterns may be anybody's: an automaton stays linear whatever they say.
        return Pattern(re2.compile(("" if anchored else "(?:.*/)?") + _translated(text), _options()), keeps, folders)
    except re2.error:
        return None  # not a pattern, so it leaves nothing out


def _options() -> re2.Options:
    options = re2.Options()
    options.log_errors = False
    return options


def _translated(text: str) -> str:
    """The regular expression of a pattern."""
    parts: Sequence[str] = re.split(r"(/\*\*/|^\*\*/|/\*\*$|\*+|\?|\[!?\]?[^\]]*\])", text)
    return "".join(_part(part) for part in parts)


def _part(part: str) -> str:
    match part:
        case "/**/":
            return "/(?:.*/)?"
        case "**/":
            return "(?:.*/)?"
        case "/**":
            return "/.*"
        case "?":
            return "[^/]"
        case _ if part and not part.strip("*"):
            return "[^/]*"
        case _ if len(part) > 2 and part[0] == "[" and part[-1] == "]":
            inner = part[1:-1].replace("\\", "\\\\")
            return f"[^{inner[1:]}]" if inner.startswith("!") else f"[{inner}]"
        case _:
            return re.escape(part.replace("\\", ""))
