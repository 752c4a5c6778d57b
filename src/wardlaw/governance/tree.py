"""YAML text to a tree of nodes with line and column: a small, safe part of YAML.

Only mappings, lists and scalars. Anchors, aliases, tags, merge keys and several documents are
refused: they let a file say something else than a reader sees, and nested aliases grow without bound.
Only ``true`` and ``false`` are claims and only plain decimals are numbers, so that ``no``, ``on``,
``010`` and ``1:30`` stay the text they look like.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import msgspec
import yaml

from wardlaw.governance.problems import Problem, Severity

MAX_CHARACTERS = 1_000_000  # a clause is some 40 lines; this is room for thousands
MAX_DEPTH = 12  # the deepest field of a clause, a value in an example's list, stands at depth 6

_NUMBER = re.compile(r"[+-]?(0|[1-9][0-9]*(_[0-9]{3})*)\Z")


class NodeKind(StrEnum):
    """The three shapes of a node."""

    MAPPING = "mapping"
    LIST = "list"
    SCALAR = "scalar"


class Node(msgspec.Struct, frozen=True):
    """One node; ``line`` and ``column`` count from 1.

    Attributes:
        text: Text of a scalar.
        plain: A scalar without quotes; only such can be a number, a claim or empty.
        entries: Key and value nodes of a mapping, in order.
        items: Items of a list.
    """

    kind: NodeKind
    line: int
    column: int
    text: str = ""
    plain: bool = False
    entries: tuple[tuple[Node, Node], ...] = ()
    items: tuple[Node, ...] = ()

    @property
    def is_null(self) -> bool:
        """Nothing was written, or a null word."""
        return self.kind is NodeKind.SCALAR and self.plain and self.text in ("", "~", "null")

    def value(self) -> str | int | bool | None:
        """A scalar as the value it looks like; None when it is empty."""
        if self.is_null:
            return None
        if self.plain and self.text in ("true", "false"):
            return self.text == "true"
        if self.plain and len(self.text) <= 30 and _NUMBER.match(self.text):  # Long has at most 20 characters
            return int(self.text.replace("_", ""))
        return self.text


class _Refused(Exception):
    """Carries the one problem that ends the reading of a file."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def read_tree(text: str, *, source: str) -> tuple[Node | None, tuple[Problem, ...]]:
    """Read one YAML document.

    Args:
        text: The file's text.
        source: Its name, for the problems.

    Returns:
        The root (None for an empty or unreadable file) and what is wrong; at most one problem.
    """
    if len(text) > MAX_CHARACTERS:
        message = f"The file has {len(text)} characters; the limit is {MAX_CHARACTERS}."
        return None, (_problem("WL-POL-002", source, (1, 1), message, "Split it into several files."),)
    try:
        return _Builder(text, source).document(), ()
    except _Refused as refused:
        return None, (refused.problem,)
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        place = before.count("\n") + 1, len(before) - before.rfind("\n")
        message = f"A character that YAML does not allow: U+{_code_point(error.character):04X}."
        return None, (_problem("WL-POL-001", source, place, message, "Remove it, or write it as an escape in quotes."),)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        message = f"This is not valid YAML: {error.problem or error.context}."
        return None, (_problem("WL-POL-001", source, place, message, "Check indentation, colons and quotes here."),)


def _code_point(character: Any) -> int:
    """PyYAML gives the character as a number or as text, depending on the input."""
    return character if isinstance(character, int) else ord(character)


def _problem(code: str, source: str, place: tuple[int, int], message: str, hint: str) -> Problem:
    return Problem(code, Severity.ERROR, source, place[0], place[1], message, hint)


class _Builder:
    """Builds nodes from YAML events, refusing what is outside our part of YAML."""

    def __init__(self, text: str, source: str) -> None:
        self._events: Iterator[Any] = iter(yaml.parse(text, Loader=yaml.SafeLoader))
        self._source = source

    def document(self) -> Node | None:
        """The root node of the only document; None when there is none."""
        next(self._events)  # stream start
        event = next(self._events)
        if isinstance(event, yaml.StreamEndEvent):
            return None
        root = self._node(next(self._events), depth=1)
        next(self._events)  # document end
        event = next(self._events)
        if not isinstance(event, yaml.StreamEndEvent):
            raise self._refuse(event, "A second document starts here.", "Write several clauses as one list.")
        return None if root.is_null else root

    def _refuse(self, event: Any, message: str, hint: str, *, code: str = "WL-POL-002") -> _Refused:
        mark = event.start_mark
        return _Refused(_problem(code, self._source, (mark.line + 1, mark.column + 1), message, hint))

    def _node(self, event: Any, *, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise self._refuse(event, f"Nested deeper than {MAX_DEPTH} levels.", "A clause needs far less.")
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise self._refuse(event, "Anchors and aliases (& and *) are not allowed.", "Write the value out.")
        if event.tag is not None:
            raise self._refuse(event, f"Tags are not allowed: {event.tag}.", "Remove the tag.")
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if isinstance(event, yaml.ScalarEvent):
            return Node(NodeKind.SCALAR, line, column, text=event.value, plain=event.style is None)
        if isinstance(event, yaml.SequenceStartEvent):
            items = []
            while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
                items.append(self._node(event, depth=depth + 1))
            return Node(NodeKind.LIST, line, column, items=tuple(items))
        return Node(NodeKind.MAPPING, line, column, entries=self._entries(depth))

    def _entries(self, depth: int) -> tuple[tuple[Node, Node], ...]:
        entries: list[tuple[Node, Node]] = []
        seen: dict[str, Node] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._node(event, depth=depth + 1)
            if key.kind is not NodeKind.SCALAR:
                raise self._refuse(event, "A key must be a word.", "Check indentation and colons here.")
            if key.text in seen:
                first = seen[key.text].line
                message = f'The key "{key.text}" stands twice; the first is in line {first}.'
                raise self._refuse(event, message, "Keep one of them.", code="WL-POL-003")
            seen[key.text] = key
            entries.append((key, self._node(next(self._events), depth=depth + 1)))
        return tuple(entries)
