"""The reference of all keys as Markdown; ``docs/configuration.md`` carries it and a test compares them."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec

from wardlaw.config import schema
from wardlaw.config.secretref import SecretRef


def key_reference() -> str:
    """One table row for each key: name, type, default, meaning."""
    lines = ["| key | type | default | meaning |", "|---|---|---|---|"]
    for key in schema.every_key():
        cells = (f"`{key.path}`", schema.type_words(key.type), _default(key), key.meaning)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def _default(key: schema.Key) -> str:
    """The default as it would be written in the file; empty for groups and for what is empty."""
    if schema.is_section(schema.bare(key.type)):
        return ""
    if key.default is msgspec.NODEFAULT:
        return "must be set"
    text = plain(key.default)
    return f"`{text}`" if text else ""


def plain(value: Any) -> str:
    """A value as text: the way it is written in the file."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case StrEnum():
            return value.value
        case SecretRef():
            return str(value)
        case tuple() | list():
            return ", ".join(plain(item) for item in value)
        case dict():
            return ", ".join(f"{name}: {plain(item)}" for name, item in value.items())
        case msgspec.Struct():
            return "{" + ", ".join(f"{name}: {plain(getattr(value, name))}" for name in value.__struct_fields__) + "}"
        case _:
            return str(value)
