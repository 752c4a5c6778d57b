"""A file as the texts it holds, each with its place; nothing in it is left out because it could not be understood."""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from wardlaw.adapters.apart import read_apart
from wardlaw.documents.piece import Document, DocumentError
from wardlaw.facts.errors import InputError

MAX_BYTES = 8_388_608
"""Files larger than this are skipped with a note; rows of data sets are read one by one and may be many more."""
PAPER_BYTES = 33_554_432
"""The same for PDF and office files, whose pictures are most of them."""
_HEAD = 8192  # a file with a zero byte in its first bytes is no text; git looks at as many
_ROW_CHARS = 1_048_576
# Names of members are short words; a longer one may be a text that somebody put there.
_NAME_CHARS = 32
# A secret is often known only by what it is assigned to.
_ASSIGNED = re.compile(r"(?i)key|token|secret|passw|pwd|auth|credential")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class Text(msgspec.Struct, frozen=True):
    """One text of a file.

    Attributes:
        line: Line of the file it begins on.
        pointer: Place in its row or document (``page 3``, ``sheet Prices``); ``""`` when the text is the file's own and offsets give lines.
        shift: Characters put before it (the name it is assigned to); offsets are counted after them.
    """

    text: str
    line: int = 1
    pointer: str = ""
    shift: int = 0


class UnreadableError(InputError):
    """A file that is not looked at; the message says why."""


def read_file(path: Path, *, limit: int = MAX_BYTES) -> str:
    """A file as text; bytes that are no UTF-8 are read as Latin-1, so that what is ASCII in them is seen.

    Raises:
        UnreadableError: It is binary, too large, or cannot be opened.
    """
    return _decoded(_bytes(path, limit))


def read_paper(path: Path) -> Document:
    """A PDF or an office file, read in a process of its own.

    Raises:
        UnreadableError: It is too large, cannot be opened, or cannot be read safely.
    """
    try:
        return read_apart(_bytes(path, PAPER_BYTES), path.name)
    except DocumentError as error:
        raise _unreadable(error.message) from error


def _bytes(path: Path, limit: int) -> bytes:
    try:
        with path.open("rb") as file:
            raw = file.read(limit + 1)
    except OSError as error:
        raise _unreadable(f"it cannot be read: {error.strerror}") from error
    if len(raw) > limit:
        raise _unreadable(f"it is larger than {limit} bytes")
    return raw


def _decoded(raw: bytes) -> str:
    encoding = next((name for mark, name in _MARKS if raw.startswith(mark)), "")
    if not encoding and b"\0" in raw[:_HEAD]:
        raise _unreadable("it is binary")
    try:
        return raw.decode(encoding or "utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _unreadable(why: str) -> UnreadableError:
    return UnreadableError("WL-CLI-042", why, "It was skipped.")


def read_rows(path: Path) -> Iterator[Text]:
    """The texts of a data set, by its ending: lines of JSON, a JSON document, or rows of CSV.

    Raises:
        UnreadableError: As ``read_file``; for lines and rows only what makes the file no text.
    """
    match path.suffix.lower():
        case ".json":
            whole = read_file(path)
            doc = _parsed(whole)
            yield from _leaves(doc, 1) if isinstance(doc, dict | list) else (Text(whole),)
        case ".csv" | ".tsv" as ending:
            yield from _cells(_physical_lines(path), "\t" if ending == ".tsv" else ",")
        case _:
            for number, line in _physical_lines(path):
                doc = _parsed(line) if line.strip() else None
                # What is no JSON is a text like any other.
                yield from _leaves(doc, number) if doc is not None else iter((Text(line, number, "/"),))


def _physical_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Numbered lines; one that is too long comes in pieces."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
            _decoded(head)  # says when it is binary
            file.seek(0)
            encoding = next((name for mark, name in _MARKS if head.startswith(mark)), "utf-8")
            reader = io.TextIOWrapper(file, encoding, errors="surrogateescape", newline="")
            number, fresh = 0, True
            while line := reader.readline(_ROW_CHARS):
                number += fresh
                fresh = line.endswith("\n")
                yield number, line.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    except (OSError, UnicodeError) as error:
        raise _unreadable(f"it cannot be read: {error}") from error


def _parsed(text: str) -> Any:
    """A JSON value; None when it is none, or when a name stands twice, since then a reader may see either."""
    try:
        return json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _leaves(doc: Any, line: int) -> Iterator[Text]:
    """Every text and name of a JSON value with its pointer."""
    todo: list[tuple[str, Any]] = [("", doc)]
    while todo:
        pointer, value = todo.pop()
        if isinstance(value, str):
            if value:
                yield Text(value, line, pointer or "/")
        elif isinstance(value, list):
            todo += [(f"{pointer}/{place}", item) for place, item in enumerate(value)][::-1]
        elif isinstance(value, dict):
            yield from (Text(name, line, f"{pointer}/") for name in value if len(name) > _NAME_CHARS)
            members = [(name, f"{pointer}/{_escaped(name)}", item) for name, item in value.items()]
            for name, place, item in members:
                if isinstance(item, str) and _ASSIGNED.search(name) and len(name) <= _NAME_CHARS:
                    yield Text(f"{name}={item}", line, place, len(name) + 1)
            named = [
                (place, item)
                for name, place, item in members
                if not (isinstance(item, str) and _ASSIGNED.search(name) and len(name) <= _NAME_CHARS)
            ]
            todo += named[::-1]


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _cells(lines: Iterator[tuple[int, str]], delimiter: str) -> Iterator[Text]:
    """Cells of CSV; a row that is no CSV is a text as it stands."""
    taken: list[str] = []
    at = 1

    def feed() -> Iterator[str]:
        nonlocal at
        for number, line in lines:
            if not taken:
                at = number
            taken.append(line)
            yield line

    reader = csv.reader(feed(), delimiter=delimiter)
    while True:
        taken.clear()
        try:
            row = next(reader, None)
        except csv.Error:
            yield from (Text(line, at + place, "/") for place, line in enumerate(taken))
            continue
        if row is None:
            return
        yield from (Text(cell, at, f"/{place}") for place, cell in enumerate(row) if cell.strip())
