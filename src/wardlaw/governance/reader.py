"""Typed reading of YAML nodes: each value is what its field asks for, or a problem with its place."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TypeVar

import msgspec

from wardlaw.governance.problems import Problem, Severity, did_you_mean
from wardlaw.governance.tree import Node, NodeKind

Closed = TypeVar("Closed", bound=StrEnum)
Item = TypeVar("Item")
Place = tuple[int, int]

MAX_LONG = 9_223_372_036_854_775_807  # Cedar's Long is a signed 64-bit number
_SHAPE = {NodeKind.MAPPING: "keys with values", NodeKind.LIST: "a list", NodeKind.SCALAR: "a single value"}


class Located(msgspec.Struct, frozen=True):
    """Where the parts of a value stand, by path (``when.all.0.attribute``); the empty path is the whole."""

    source: str
    places: dict[str, Place]

    def at(self, path: str = "") -> Place:
        """Line and column of a part, or of the nearest part around it."""
        while path not in self.places and "." in path:
            path = path.rpartition(".")[0]
        return self.places.get(path, self.places.get("", (1, 1)))


def hidden_characters(text: str) -> tuple[str, ...]:
    """Characters that make a text read otherwise than it is: controls, invisible and direction marks."""
    return tuple(
        f"U+{ord(c):04X}"
        for c in text
        if c not in "\n\t" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Cn", "Zl", "Zp")
    )


class Reader:
    """Reads the nodes of one file, collecting problems and places."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self.places: dict[str, Place] = {}

    def report(self, code: str, node: Node, message: str, hint: str = "") -> None:
        """Note an error at a node."""
        self.problems.append(Problem(code, Severity.ERROR, self.source, node.line, node.column, message, hint))

    def located(self) -> Located:
        """The places noted since the last call."""
        located = Located(self.source, self.places)
        self.places = {}
        return located

    def fields(self, node: Node, path: str, *, known: Iterable[str], required: Iterable[str] = ()) -> dict[str, Node]:
        """The values of a mapping by key; unknown and missing keys are problems."""
        self.places[path] = (node.line, node.column)
        what = path.rpartition(".")[2] or "clause"
        if node.kind is not NodeKind.MAPPING:
            self.report("WL-POL-006", node, f"Expected keys with values for {what}, found {_SHAPE[node.kind]}.")
            return {}
        names = tuple(known)
        found: dict[str, Node] = {}
        for key, value in node.entries:
            if key.text in names:
                found[key.text] = value
                self.places[f"{path}.{key.text}".lstrip(".")] = (value.line, value.column)
            else:
                self.report("WL-POL-004", key, f'Unknown key "{key.text}".', did_you_mean(key.text, names))
        for name in required:
            if name not in found:
                self.report("WL-POL-005", node, f'The key "{name}" is missing.', f'Add "{name}:".')
        return found

    def text(self, node: Node) -> str | None:
        """A text as it was written, white space at its ends removed; numbers and claims count as their text."""
        if node.kind is not NodeKind.SCALAR or node.is_null:
            self.report("WL-POL-006", node, f"Expected text, found {self._what(node)}.")
            return None
        hidden = hidden_characters(node.text)
        if hidden:
            message = f"The text holds characters nobody sees: {', '.join(hidden[:5])}."
            self.report("WL-POL-029", node, message, "Remove them; a clause must read as what it is.")
            return None
        return node.text.strip()

    def claim(self, node: Node) -> bool | None:
        """``true`` or ``false``."""
        value = node.value() if node.kind is NodeKind.SCALAR else None
        if isinstance(value, bool):
            return value
        self.report("WL-POL-006", node, f"Expected true or false, found {self._what(node)}.")
        return None

    def number(self, node: Node) -> int | None:
        """A whole number that fits Cedar's Long."""
        value = node.value() if node.kind is NodeKind.SCALAR else None
        if isinstance(value, bool) or not isinstance(value, int):
            self.report(
                "WL-POL-006", node, f"Expected a whole number, found {self._what(node)}.", "Write plain digits."
            )
            return None
        if not -MAX_LONG - 1 <= value <= MAX_LONG:
            self.report("WL-POL-006", node, f"The number {value} is too large.", f"The largest is {MAX_LONG}.")
            return None
        return value

    def scalar(self, node: Node) -> str | int | bool | None:
        """Text, number or claim, by how it looks."""
        value = node.value() if node.kind is NodeKind.SCALAR else None
        if isinstance(value, bool):
            return value
        return self.number(node) if isinstance(value, int) else self.text(node)

    def one_of(self, node: Node, closed: type[Closed], *, but: tuple[Closed, ...] = ()) -> Closed | None:
        """A member of a closed set, those in ``but`` excepted."""
        text = self.text(node)
        if text is None:
            return None
        allowed = {member.value: member for member in closed if member not in but}
        if text in allowed:
            return allowed[text]
        self.report("WL-POL-006", node, f'"{text}" is not known here.', did_you_mean(text, allowed))
        return None

    def several(self, node: Node, read: Callable[[Node], Item | None], *, path: str = "") -> tuple[Item, ...]:
        """Every readable item of a list; a single value stands for a list of one."""
        nodes = node.items if node.kind is NodeKind.LIST else (node,)
        items = []
        for place, item in enumerate(nodes):
            if path:
                self.places[f"{path}.{place}"] = (item.line, item.column)
            value = read(item)
            if value is not None:
                items.append(value)
        return tuple(items)

    def _what(self, node: Node) -> str:
        if node.kind is not NodeKind.SCALAR:
            return _SHAPE[node.kind]
        return "nothing" if node.is_null else f'"{node.text[:40]}"'
