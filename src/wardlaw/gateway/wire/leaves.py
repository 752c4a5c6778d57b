"""Every text of a JSON value with its pointer: string values, member names nobody fixed, long numbers."""

from __future__ import annotations

import re
from collections.abc import Callable

from wardlaw.gateway.wire.names import ENUM_NAMES, PLAIN_NAMES, PLAIN_WORDS

NAME_MARK = "#"
"""Prefix of a pointer that means the member's *name*, not its value. Pointers proper start with ``/``."""

LONG_NUMBER = 10**8
"""Numbers of nine digits and more are read as text as well: the shortest national ids have nine digits."""

_TIME_NAMES = frozenset({"created", "expires_at"})
_TIME_LIMIT = 10**11  # Unix seconds stay below it until the year 5138; a card number does not

_BINARY = re.compile(
    r"data:(?:image/(?!svg)|audio/|video/|application/(?:pdf|octet-stream))[a-z0-9.+-]*;base64,", re.IGNORECASE
)
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_"


def child(pointer: str, name: str) -> str:
    """Pointer to the member ``name`` below ``pointer`` (RFC 6901 section 3 escapes)."""
    if "~" in name or "/" in name:
        name = name.replace("~", "~0").replace("/", "~1")
    return f"{pointer}/{name}"


def collect(value: object, pointer: str, add: Callable[[str, str], None]) -> None:
    """Call ``add(pointer, text)`` once for every text in ``value``; empty strings have nothing to read.

    The depth of ``value`` is bounded by the reader (:func:`body.read_json`), so plain recursion is safe.
    """
    if type(value) is str:
        if value:
            add(pointer, value)
    elif type(value) is dict:
        for name, member in value.items():
            collect_member(name, member, pointer, add)
    elif type(value) is list:
        for place, item in enumerate(value):
            kind = type(item)
            if kind is float and -LONG_NUMBER < item < LONG_NUMBER:
                continue  # embedding vectors: thousands of small numbers
            collect(item, f"{pointer}/{place}", add)
    elif (type(value) is int or type(value) is float) and not -LONG_NUMBER < value < LONG_NUMBER:
        add(pointer, number_text(value))


def collect_member(name: str, member: object, pointer: str, add: Callable[[str, str], None]) -> None:
    """The same for one member of an object: its name, unless the protocol fixes it, and its value."""
    if name in PLAIN_NAMES:
        # The commonest members hold nothing to read: told at once.
        kind = type(member)
        if member is None or kind is bool or (kind is int and -LONG_NUMBER < member < LONG_NUMBER):  # type: ignore[operator]
            return
        below = child(pointer, name)
    else:
        below = child(pointer, name)
        if name:
            add(NAME_MARK + below, name)
    if type(member) is str:
        if member and not (name in ENUM_NAMES and member in PLAIN_WORDS):
            add(below, member)
    elif type(member) is dict or type(member) is list:
        collect(member, below, add)
    elif type(member) is int and name in _TIME_NAMES and 0 <= member < _TIME_LIMIT:
        return
    else:
        collect(member, below, add)


def number_text(value: float) -> str:
    """The digits of a number as a reader would see them, never in exponent form."""
    return str(value) if isinstance(value, int) else format(value, ".0f")


def is_binary_url(text: str) -> bool:
    """Whether the text is a data URL of an image, a sound, a film or a PDF and nothing but base64.

    A data URL of text (``text/plain``, SVG) or with anything else in it is text and stays inspected.
    """
    head = _BINARY.match(text)
    return head is not None and is_base64(text[head.end() :])


def is_base64(text: str) -> bool:
    """Whether the text consists of base64 characters only (either alphabet)."""
    return text.isascii() and not text.encode("ascii").translate(None, _BASE64)
