"""Files that are text already: plain, Markdown, CSV, HTML, JSON and lines of JSON."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from wardlaw.documents.piece import Bounds, Document, Form, Gathering, unsafe

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CONTROLS = frozenset(chr(code) for code in range(32)) - frozenset("\t\n\r\f\x1b")
_LINES = frozenset((".jsonl", ".ndjson"))
_PAGES = frozenset((".html", ".htm", ".xhtml"))
# Elements that stand inside of words; all others end a text.
_INLINE = frozenset(
    ("a", "abbr", "b", "bdi", "bdo", "cite", "code", "del", "em", "font", "i", "ins", "kbd", "mark", "q", "s", "small",
     "span", "strong", "sub", "sup", "u", "var", "wbr")
)  # fmt: skip


def decode(data: bytes) -> str | None:
    """Bytes as text: UTF-8, or UTF-16 with its mark; ``None`` when they are no text."""
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if _CONTROLS.intersection(text) else text


def read_plain(data: bytes, ending: str, bounds: Bounds) -> Document:
    """The texts of a file of text.

    Args:
        data: The bytes of the file.
        ending: Ending of its name, lower case, with its dot.

    Raises:
        DocumentError: It holds more text than the bounds take.
    """
    out = Gathering(bounds)
    text = decode(data)
    if text is None:
        out.unread("file")
        return out.document(Form.OTHER)
    if ending in _LINES:
        for number, line in enumerate(text.split("\n"), 1):
            out.add(f"line {number}", _spoken(line, bounds))
        return out.document(Form.LINES)
    out.add("", text)
    if ending == ".json":
        spoken = _spoken(text, bounds)
        if spoken != text:
            out.add("values", spoken)
        return out.document(Form.JSON)
    if ending in _PAGES or text.lstrip()[:64].lower().startswith(("<!doctype html", "<html")):
        out.add("shown", _shown(text))
        return out.document(Form.HTML)
    return out.document(Form.TEXT)


def _spoken(text: str, bounds: Bounds) -> str:
    """All strings of a JSON value, unescaped; the text itself when it is none."""
    if not text.strip():
        return ""
    try:
        value = json.loads(text, object_pairs_hook=_Pairs)
    except RecursionError:
        raise unsafe("its JSON is nested too deep") from None
    except ValueError:
        return text
    return "\n".join(_leaves(value, bounds.depth))


class _Pairs(list[tuple[str, Any]]):
    """An object as the list of its members, so that none is lost behind another of the same name."""


def _leaves(value: Any, depth: int) -> Iterator[str]:
    if depth == 0:
        raise unsafe("its JSON is nested too deep")
    if isinstance(value, str):
        yield value
    elif isinstance(value, _Pairs):
        for name, item in value:
            # A credential is often known only by the name it is given to.
            if isinstance(item, str):
                yield f"{name}: {item}"
            else:
                yield name
                yield from _leaves(item, depth - 1)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item, depth - 1)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


class _Page(HTMLParser):
    """Texts of a page, words joined that elements split."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins; its attributes are in the source, which is read as well."""
        if tag not in _INLINE:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """An element ends."""
        if tag not in _INLINE:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        """Text."""
        self.parts.append(data)


def _shown(text: str) -> str:
    page = _Page()
    page.feed(text)
    page.close()
    return "".join(page.parts)
