"""From bytes to one JSON object, refusing everything that two parsers could read differently."""

from __future__ import annotations

import json
import re
from json.decoder import JSONDecoder
from typing import Any, NoReturn

import msgspec
import orjson

from wardlaw.facts.errors import InputError, WardlawError
from wardlaw.gateway.wire.failure import TooLargeError
from wardlaw.gateway.wire.leaves import child


class BodyLimits(msgspec.Struct, frozen=True):
    """How large a body may be.

    Attributes:
        max_bytes: Size as received.
        max_depth: Levels of objects and arrays; real requests stay below 20, schemas of tools included.
        max_leaves: Texts to inspect; a long agent history with a hundred tools has a few thousand.
    """

    max_bytes: int = 4 * 1024 * 1024
    max_depth: int = 64
    max_leaves: int = 50_000


DEFAULT_LIMITS = BodyLimits()

_SHOWN = 120  # characters of a pointer shown in a message
_CONSTANT = re.compile(r"-?(?:NaN|Infinity|inf|nan)", re.IGNORECASE)


class _DuplicateFound(Exception):  # a signal inside this file, never seen outside
    """An object has two members of one name."""


class _Pairs(list[tuple[str, Any]]):
    """An object as the list of its members, so that a duplicate can be located."""


def _check_pairs(pairs: list[tuple[str, Any]]) -> None:
    if len(dict(pairs)) != len(pairs):
        raise _DuplicateFound


# The C scanner of the standard library hands over each object as pairs, after unescaping: the only parser at
# hand that still sees a duplicate. Its values are thrown away.
_SCAN = JSONDecoder(object_pairs_hook=_check_pairs, parse_int=float).scan_once  # type: ignore[attr-defined]


def read_json(raw: bytes, *, limits: BodyLimits = DEFAULT_LIMITS) -> dict[str, Any]:
    """The JSON object in ``raw``.

    Returns:
        The object as orjson reads it. Since no object in it has two members of one name, every parser that
        follows RFC 8259 reads the same from the bytes.

    Raises:
        TooLargeError: WL-GW-101 too many bytes, WL-GW-106 too deep.
        InputError: WL-GW-102 not UTF-8, 103 not JSON, 104 not a finite number, 105 half a surrogate pair,
            107 a duplicate name, 109 not an object.

    Source: RFC 8259 sections 4 (names should be unique), 8.1 (UTF-8), 8.2 (surrogates); RFC 7493.
    """
    if len(raw) > limits.max_bytes:
        raise TooLargeError(
            "WL-GW-101",
            f"The body has {len(raw)} bytes; the limit is {limits.max_bytes}.",
            "Send less, or ask the operator to raise the limit.",
        )
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            "WL-GW-102", f"The body is not UTF-8 at byte {error.start}.", "Encode the body as UTF-8."
        ) from None
    try:
        doc = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        _refuse_syntax(error, text, limits)
    if type(doc) is not dict:
        raise InputError("WL-GW-109", "The body is not a JSON object.", "Send one object: {…}.")
    check_depth(raw, doc, limits.max_depth)
    # Written again it is the same: then nothing was lost in reading, as the first of two members of one name would be.
    # The official clients write without spaces, as orjson does; anything else takes the slower look.
    if orjson.dumps(doc) != raw:
        _check_duplicates(text)
    return doc


def check_depth(raw: bytes, doc: Any, max_depth: int) -> None:
    """Refuse a document that is nested deeper than ``max_depth``; ``doc`` is what ``raw`` says.

    Raises:
        TooLargeError: WL-GW-106.
    """
    if raw.count(b"{") + raw.count(b"[") <= max_depth:
        return  # not even all brackets together could be deeper
    level = [doc]
    for _ in range(max_depth):
        level = [
            item
            for container in level
            for item in (container.values() if type(container) is dict else container)
            if type(item) is dict or type(item) is list
        ]
        if not level:
            return
    _refuse_depth(max_depth)


def _refuse_depth(max_depth: int) -> NoReturn:
    raise TooLargeError("WL-GW-106", f"The body is nested deeper than {max_depth} levels.", "Flatten it.")


def _refuse_syntax(error: orjson.JSONDecodeError, text: str, limits: BodyLimits) -> NoReturn:
    """Say what is wrong with a text that is not JSON, as exactly as the parser knows."""
    at = error.pos
    if "surrogate" in error.msg:
        raise InputError(
            "WL-GW-105",
            f"A string holds half a surrogate pair at character {at}.",
            "Write characters beyond U+FFFF as themselves or as both halves.",
        )
    if "depth" in error.msg:
        _refuse_depth(limits.max_depth)
    if "infinity" in error.msg or _CONSTANT.match(text, at) or _CONSTANT.match(text, at - 1 if at else 0):
        raise InputError("WL-GW-104", f"A number is not finite at character {at}.", "JSON has no NaN and no Infinity.")
    raise InputError(
        "WL-GW-103", f"The body is not JSON at character {at}: {error.msg.split(':')[0]}.", "Mend the JSON there."
    )


def _check_duplicates(text: str) -> None:
    start = 0 if text[0] == "{" else len(text) - len(text.lstrip(" \t\r\n"))
    try:
        _SCAN(text, start)
    except _DuplicateFound:
        pointer = shown(_duplicate_pointer(text))
        raise InputError(
            "WL-GW-107",
            f"The name at {pointer} stands twice in one object.",
            "Parsers differ on which one wins; send it once.",
        ) from None
    except (ValueError, StopIteration, RecursionError):
        # orjson took it and this scanner did not: two readings, so none
        raise InputError("WL-GW-103", "The body is not plain JSON.", "Send strict RFC 8259 JSON.") from None


def _duplicate_pointer(text: str) -> str:
    """Pointer to the first member whose name its object already has; the text is known to hold one."""
    todo: list[tuple[str, Any]] = [("", json.loads(text, object_pairs_hook=_Pairs, parse_int=float))]
    while todo:
        pointer, value = todo.pop()
        if isinstance(value, _Pairs):
            names: set[str] = set()
            for name, member in value:
                if name in names:
                    return child(pointer, name)
                names.add(name)
                todo.append((child(pointer, name), member))
        elif isinstance(value, list):
            todo.extend((f"{pointer}/{place}", item) for place, item in enumerate(value))
    return ""


def shown(pointer: str) -> str:
    """A pointer fit for a message: short, printable, ``the top`` for the whole document."""
    if not pointer:
        return "the top"
    text = pointer if len(pointer) <= _SHOWN else pointer[:_SHOWN] + "…"
    return text if text.isprintable() else ascii(text)[1:-1]


def wrong(pointer: str, expected: str) -> WardlawError:
    """The error for a member that is missing or has the wrong type."""
    return InputError("WL-GW-110", f"{shown(pointer)} must be {expected}.", "See the API reference of the route.")
