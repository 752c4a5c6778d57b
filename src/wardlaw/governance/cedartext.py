"""Cedar text: literals that cannot break out, and a file cut into its statements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

_PLAIN = frozenset(chr(code) for code in range(0x20, 0x7F)) - frozenset('"\\')


def quote(text: str) -> str:
    """A text as a Cedar string literal.

    Everything but printable ASCII is written as an escape, so that no character of the text can end
    the literal, and none can make the policy read otherwise than it is.

    Raises:
        ValueError: A lone surrogate, which Cedar cannot hold.

    Source: Cedar policy grammar, STR.
    """
    if any(0xD800 <= ord(char) <= 0xDFFF for char in text):
        raise ValueError("a lone surrogate cannot be written as Cedar text")
    return '"' + "".join(char if char in _PLAIN else f"\\u{{{ord(char):x}}}" for char in text) + '"'


def quote_set(texts: Iterable[str]) -> str:
    """Texts as a Cedar set literal, sorted so that the order they were written in does not matter."""
    return "[" + ", ".join(quote(text) for text in sorted(set(texts))) + "]"


def quote_pattern(pattern: str) -> str:
    """A pattern for Cedar's ``like``, in which ``*`` stands for any characters.

    Raises:
        ValueError: A lone surrogate.
    """
    return quote(pattern)


class Statement(msgspec.Struct, frozen=True):
    """One statement of a Cedar file; ``line`` and ``column`` of its first character, from 1."""

    text: str
    line: int
    column: int


def split_statements(text: str) -> tuple[Statement, ...]:
    """Cut a Cedar file at its semicolons, those in strings and comments left alone.

    Cedar itself names no line, so each statement is parsed alone. What follows the last semicolon is
    a statement too; the parser then says what is wrong with it.
    """
    return tuple(_statements(text))


def _statements(text: str) -> Iterator[Statement]:
    start, place = -1, 0
    while place < len(text):
        char = text[place]
        if text.startswith("//", place):
            place = _line_end(text, place)
            continue
        if start < 0 and not char.isspace():
            start = place
        if char == '"':
            place = _string_end(text, place)
            continue
        place += 1
        if char == ";":
            yield _statement(text, start, place)
            start = -1
    if start >= 0:
        yield _statement(text, start, len(text))


def _statement(text: str, start: int, end: int) -> Statement:
    line = text.count("\n", 0, start) + 1
    return Statement(text[start:end], line, start - text.rfind("\n", 0, start))


def _line_end(text: str, place: int) -> int:
    end = text.find("\n", place)
    return len(text) if end < 0 else end


def _string_end(text: str, place: int) -> int:
    """Index after the closing quote; the end of the text when there is none."""
    place += 1
    while place < len(text) and text[place] != '"':
        place += 2 if text[place] == "\\" else 1
    return min(place + 1, len(text))
