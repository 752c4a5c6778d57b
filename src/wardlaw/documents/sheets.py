"""The sheets of a workbook as rows of cells."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from wardlaw.documents.markup import local, parse
from wardlaw.documents.packed import Package
from wardlaw.documents.piece import Bounds, Gathering

WORKBOOK = "xl/workbook.xml"
SHARED = "xl/sharedStrings.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"


def read_sheets(package: Package, bounds: Bounds, out: Gathering) -> frozenset[str]:
    """Add the text of each sheet under its name; gives the parts that were read.

    Raises:
        DocumentError: A part cannot be read.
    """
    strings = _shared(package.read(SHARED), bounds) if SHARED in package else []
    used: set[int] = set()
    done = {SHARED} if SHARED in package else set()
    for name, part in _sheets(package, bounds).items():
        if part in package and part not in done:
            done.add(part)
            out.add(f"sheet {name}", _Sheet(strings, used).read(package.read(part), bounds))
    # What no cell shows stands in the file all the same.
    out.add("strings", "\n".join(text for place, text in enumerate(strings) if place not in used))
    return frozenset(done)


def _sheets(package: Package, bounds: Bounds) -> dict[str, str]:
    """Part of each sheet by its name, in the order of the workbook."""
    targets: dict[str, str] = {}
    named: dict[str, str] = {}

    def relation(name: str, attributes: Mapping[str, str]) -> None:
        if name == "Relationship":
            target = attributes.get("Target", "")
            whole = target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))
            targets[attributes.get("Id", "")] = whole

    def sheet(name: str, attributes: Mapping[str, str]) -> None:
        if name == "sheet":
            identity = next((value for key, value in attributes.items() if ":" in key and local(key) == "id"), "")
            named[attributes.get("name", "")] = identity

    for part, start in ((_RELATIONS, relation), (WORKBOOK, sheet)):
        if part in package:
            parse(package.read(part), start=start, end=_nothing, text=_nothing, depth=bounds.depth)
    return {name: targets.get(identity, "") for name, identity in named.items()}


def _nothing(_: str) -> None:
    """What is of no use here."""


def _shared(data: bytes, bounds: Bounds) -> list[str]:
    """The texts that cells refer to by their place."""
    strings: list[str] = []
    parts: list[str] = []

    def start(name: str, _attributes: Mapping[str, str]) -> None:
        if name == "si":
            parts.clear()

    def end(name: str) -> None:
        if name == "si":
            strings.append("".join(parts))

    parse(data, start=start, end=end, text=parts.append, depth=bounds.depth)
    return strings


class _Sheet:
    """One sheet while it is read.

    Args:
        strings: The shared texts.
        used: Places of those that a cell has shown.
    """

    def __init__(self, strings: list[str], used: set[int]) -> None:
        self._strings = strings
        self._used = used
        self._rows: list[str] = []
        self._cells: list[str] = []
        self._parts: list[str] = []
        self._other: list[str] = []
        self._kind = ""
        self._inside = False

    def read(self, data: bytes, bounds: Bounds) -> str:
        """Rows of cells, and every other text of the part at the end."""
        parse(data, start=self._start, end=self._end, text=self._text, depth=bounds.depth)
        return "\n".join([*self._rows, *self._other])

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "c":
            self._kind, self._inside = attributes.get("t", ""), True
            self._parts.clear()
        elif name == "f" and self._inside:
            self._parts.clear()
        self._other += [value for value in attributes.values() if len(value) >= 16 and " " in value]

    def _text(self, text: str) -> None:
        (self._parts if self._inside else self._other).append(text)

    def _end(self, name: str) -> None:
        said = "".join(self._parts)
        if name == "f" and self._inside:
            self._cells.append("=" + said)
            self._parts.clear()
        elif name == "c":
            self._cells.append(self._value(said))
            self._inside = False
        elif name == "row":
            self._rows.append("\t".join(self._cells))
            self._cells.clear()

    def _value(self, said: str) -> str:
        if self._kind != "s" or not said.strip().isdecimal():
            return said
        place = int(said)
        if place >= len(self._strings):
            return said
        self._used.add(place)
        return self._strings[place]
