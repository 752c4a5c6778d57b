"""A tool's answer taken apart: fields of records, and texts that somebody wrote.

An answer may be JSON, the literal of a Python value, YAML, plain text, huge, broken or not text at all. Reading it is
bounded in bytes, leaves and depth, builds no objects from tags and follows no anchors; what cannot be read is one free
text. A field counts as structured only when it is short, stands on one line and its name promises no prose: a mail's
subject is written by whoever sent it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

import msgspec
import yaml

from wardlaw.facts.toolclass import OutputTrust
from wardlaw.facts.words import name_words

MAX_PARSED = 65_536  # characters that are parsed; more is one free text (YAML takes some 20 µs a leaf)
MAX_TEXT = 65_536  # characters of free text that are kept; the worst ones take 25 µs a character to index
MAX_LEAVES = 5_000
MAX_DEPTH = 40
LONGEST_FIELD = 60  # characters; names, ids and addresses are shorter (99.6 % of the fields in the recorded sessions)
_PROSE = frozenset(
    """body content contents description subject text message messages review reviews note notes title comment comments summary
    details detail html markdown snippet excerpt abstract bio about remark memo caption headline topic reason
    instructions""".split()
)
# A literal or flow text deeper than this is not parsed: the parsers recurse.
_OPENING, _CLOSING = "([{", ")]}"
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Leaf(msgspec.Struct, frozen=True):
    """One value of an answer.

    Attributes:
        key: Name of its field, ``""`` for an element of a list and for a text as a whole.
        free: Prose, written by anybody.
        record: Number of the mapping it stands in; what stands in one mapping is said of one thing.
    """

    key: str
    text: str
    free: bool
    record: int


class Reading(msgspec.Struct, frozen=True):
    """An answer's leaves; ``complete`` is False when some of it was left unread."""

    leaves: tuple[Leaf, ...]
    complete: bool = True


def read_output(text: str, trust: OutputTrust) -> Reading:
    """Take an answer apart; never raises, whatever the text is."""
    complete = len(text) <= MAX_TEXT
    whole = Leaf("", text[:MAX_TEXT], free=True, record=0)
    if trust in (OutputTrust.CONTENT, OutputTrust.WEB) or len(text) > MAX_PARSED or not text.strip():
        return Reading((whole,), complete)
    value = _parsed(text)
    if value is None:
        return Reading((whole,), complete)
    if not isinstance(value, dict | list):
        short = len(text.strip()) <= LONGEST_FIELD and "\n" not in text.strip()
        return Reading((Leaf("", text.strip(), free=not short, record=0),))
    leaves: list[Leaf] = []
    for leaf in _leaves(value):
        if len(leaves) >= MAX_LEAVES:
            return Reading((*leaves, whole), complete=False)
        leaves.append(leaf)
    # An empty object or list has no field, and is still something the tool said.
    return Reading(tuple(leaves) or (whole,))


def _parsed(text: str) -> Any:
    start = text.lstrip()[:1]
    if start in "[{":
        if _depth(text) > MAX_DEPTH:
            return None
        for parse in (_json, _literal):
            found = parse(text)
            if found is not None:
                return found
    return _yaml(text)


def _depth(text: str) -> int:
    depth = deepest = 0
    for char in text:
        if char in _OPENING:
            depth += 1
            deepest = max(deepest, depth)
        elif char in _CLOSING:
            depth -= 1
    return deepest


def _json(text: str) -> Any:
    try:
        return msgspec.json.decode(text.encode("utf-8", "replace"))
    except (msgspec.DecodeError, RecursionError):
        return None


def _literal(text: str) -> Any:
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
        return None


def _yaml(text: str) -> Any:
    """Mappings and lists of a YAML text from its events: no tags, no anchors, no recursion; None when it is none."""
    try:
        return _built(yaml.parse(text, Loader=_LOADER))
    except (yaml.YAMLError, ValueError, RecursionError):
        return None


class _Open:
    """A mapping or list that is being filled."""

    __slots__ = ("key", "value")

    def __init__(self, value: dict[str, Any] | list[Any]) -> None:
        self.value = value
        self.key: str | None = None

    def put(self, child: Any) -> None:
        if isinstance(self.value, list):
            self.value.append(child)
        elif self.key is None:
            self.key = child if isinstance(child, str) else ""
        else:
            self.value[self.key] = child
            self.key = None


def _built(events: Iterator[Any]) -> Any:
    stack: list[_Open] = []
    root: Any = None
    for event in events:
        if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            if len(stack) >= MAX_DEPTH:
                return None
            stack.append(_Open({} if isinstance(event, yaml.MappingStartEvent) else []))
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            closed = stack.pop().value
            if stack:
                stack[-1].put(closed)
            else:
                root = closed
        elif isinstance(event, yaml.ScalarEvent):
            if stack:
                stack[-1].put(event.value)
            else:
                root = event.value
        elif isinstance(event, yaml.AliasEvent) and stack:
            stack[-1].put("")
        elif isinstance(event, yaml.DocumentEndEvent):
            break
    return root


def _leaves(root: Any) -> Iterator[Leaf]:
    """Leaves in order; a list within a record belongs to the record, a mapping is one of its own."""
    records = 0
    pending: list[tuple[str, Any, int, bool, int]] = [("", root, 0, False, 0)]
    while pending:
        key, value, record, prose, depth = pending.pop()
        if isinstance(value, dict) and depth < MAX_DEPTH:
            records += 1
            for name, child in reversed(list(value.items())):
                text = str(name)
                named = _is_field(text)
                if not named:
                    pending.append((text, child, records, prose, depth + 1))
                    yield Leaf("", text, free=_is_free("", text), record=records)
                else:
                    pending.append((text, child, records, _prose(text), depth + 1))
        elif isinstance(value, list | tuple | set | frozenset) and depth < MAX_DEPTH:
            pending.extend((key, child, record, prose, depth + 1) for child in reversed(list(value)))
        elif value is not None:
            text = value if isinstance(value, str) else str(value)
            yield Leaf(key, text, free=prose or _is_free(key, text), record=record)


def _is_field(name: str) -> bool:
    """Whether a mapping's key is a field's name, and not itself a value: ``{"City Hub": "4.3"}``."""
    return name.isascii() and len(name) <= LONGEST_FIELD and " " not in name.strip() and not name.strip().isdigit()


def _prose(key: str) -> bool:
    return not _PROSE.isdisjoint(name_words(key))


def _is_free(key: str, text: str) -> bool:
    return len(text) > LONGEST_FIELD or "\n" in text.strip() or _prose(key)
