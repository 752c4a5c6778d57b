"""One canonical form for the definition of a tool, the digest it is known by, and what differs between two of them.

The form is RFC 8785 (JSON Canonicalization Scheme), so that members in another order or other spaces are no change,
and any other change of any member is one. It differs in one thing: whole numbers stay whole beyond 2**53, where the
RFC would make one value of two that differ.

Everything the server sends of a tool is pinned (name, title, description, both schemas, annotations, icons, ``_meta``):
what is passed on to a model is what a person saw.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import msgspec

_PLAIN_DIGITS = 21  # ECMA-262, Number::toString: longer whole parts are written with an exponent
_LEADING_ZEROS = 6
_SCHEMAS = ("parameters", "inputSchema", "input_schema", "params")


class DefinitionChange(msgspec.Struct, frozen=True):
    """One difference: where (JSON pointer), and both values as canonical JSON; ``""`` where there is none."""

    pointer: str
    before: str
    after: str


def canonical(value: Any) -> bytes:
    """The canonical JSON of a value of objects, lists, texts, finite numbers, booleans and null.

    Raises:
        TypeError: It holds anything else.
    """
    return "".join(_written(value)).encode("utf-8", "surrogatepass")


def pin_of(definition: Mapping[str, Any]) -> str:
    """SHA-256 of a tool's canonical definition, hex."""
    return hashlib.sha256(canonical(definition)).hexdigest()


def plain_definition(name: str, definition: Mapping[str, Any]) -> dict[str, Any]:
    """A definition in one form for all surfaces: ``name``, ``description``, ``parameters`` and ``annotations``."""
    function = definition.get("function")
    given = function if isinstance(function, Mapping) else definition
    schema: Mapping[str, Any] = next((given[key] for key in _SCHEMAS if isinstance(given.get(key), Mapping)), {})
    plain = {"name": name, "description": given.get("description") or "", "parameters": schema}
    annotations = given.get("annotations")
    return plain | ({"annotations": annotations} if annotations else {})


def definition_pin(name: str, definition: Mapping[str, Any] | None) -> str:
    """What a person confirms: SHA-256 of the definition in its one form, hex; ``""`` when nobody gave one."""
    if definition is None:
        return ""
    try:
        return pin_of(plain_definition(name, definition))
    except (TypeError, RecursionError):
        return ""


def changes(before: Any, after: Any, pointer: str = "") -> Iterator[DefinitionChange]:
    """What differs between two definitions, each difference as deep as it can be placed, in order of the members."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted({*before, *after}):
            below = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
            if name not in before:
                yield DefinitionChange(below, "", canonical(after[name]).decode())
            elif name not in after:
                yield DefinitionChange(below, canonical(before[name]).decode(), "")
            else:
                yield from changes(before[name], after[name], below)
        return
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for place, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from changes(old, new, f"{pointer}/{place}")
        return
    old_text, new_text = canonical(before).decode(), canonical(after).decode()
    if old_text != new_text:
        yield DefinitionChange(pointer, old_text, new_text)


def _written(value: Any) -> Iterator[str]:
    match value:
        case None:
            yield "null"
        case bool():
            yield "true" if value else "false"
        case str():
            yield json.dumps(value, ensure_ascii=False)
        case int():
            yield str(value)
        case float():
            yield _number(value)
        case list():
            yield "["
            for place, item in enumerate(value):
                yield "," if place else ""
                yield from _written(item)
            yield "]"
        case dict():
            yield "{"
            # RFC 8785 section 3.2.3: by UTF-16 code units.
            names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
            for place, name in enumerate(names):
                yield "," if place else ""
                yield json.dumps(name, ensure_ascii=False) + ":"
                yield from _written(value[name])
            yield "}"
        case _:
            raise TypeError(type(value).__name__)


def _number(value: float) -> str:
    """As ECMA-262 writes a double: the shortest digits that read back as the same, which ``repr`` finds too."""
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    if not isinstance(exponent, int):
        raise TypeError("not a finite number")
    if digits == (0,):
        return "0"
    text = "".join(map(str, digits))
    point = len(text) + exponent
    if len(text) <= point <= _PLAIN_DIGITS:
        written = text + "0" * (point - len(text))
    elif 0 < point <= _PLAIN_DIGITS:
        written = f"{text[:point]}.{text[point:]}"
    elif -_LEADING_ZEROS < point <= 0:
        written = "0." + "0" * -point + text
    else:
        tail = f".{text[1:]}" if len(text) > 1 else ""
        written = f"{text[0]}{tail}e{point - 1:+d}"
    return f"-{written}" if sign else written
