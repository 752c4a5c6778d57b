"""A directory more in the text of a configuration, every other line as it was."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from wardlaw.config.parse import parse_config
from wardlaw.facts.errors import ConfigError

_INVENTORY = re.compile(r"^inventory:[ \t]*(#.*)?$", re.MULTILINE)
_DIRECTORIES = re.compile(r"^( +)directories:[ \t]*(#.*)?$", re.MULTILINE)
_TOP_LEVEL = re.compile(r"^[^\s#]", re.MULTILINE)
_PLAIN = re.compile(r"[a-z0-9][a-z0-9._-]*")


def directory_line(fields: Mapping[str, str]) -> str:
    """One entry of ``inventory.directories``, in the style of YAML that needs no indentation of its own."""
    return "{" + ", ".join(f"{name}: {_scalar(value)}" for name, value in fields.items()) + "}"


def with_directory(text: str, fields: Mapping[str, str], *, source: str) -> str:
    """``text`` with one entry more under ``inventory.directories``.

    Args:
        fields: Keys of the entry with their values, in the order in which they are written.
        source: Path of the file, for messages.

    Raises:
        ConfigProblemsError: The configuration would be wrong with it; every problem is listed.
        ConfigError: The file says ``inventory`` in a way that is not rewritten here (WL-CFG-021).
    """
    line = f"- {directory_line(fields)}"
    inventory = _INVENTORY.search(text)
    if inventory is None:
        changed = f"{text.rstrip()}\ninventory:\n  directories:\n    {line}\n"
    else:
        after = _TOP_LEVEL.search(text, inventory.end())
        end = after.start() if after else len(text)
        listed = _DIRECTORIES.search(text, inventory.end(), end)
        if listed is None:
            changed = f"{text[: inventory.end()]}\n  directories:\n    {line}{text[inventory.end() :]}"
        else:
            item = re.compile(r"^( *)- ", re.MULTILINE).search(text, listed.end(), end)
            indent = item[1] if item else listed[1] + "  "
            changed = f"{text[: listed.end()]}\n{indent}{line}{text[listed.end() :]}"
    # Where the keys stand in another style (`inventory: {…}`), the key would be there twice, which parsing refuses.
    names = [one.name for one in parse_config(changed, source=source).inventory.directories]
    if fields["name"] not in names:
        raise ConfigError(
            "WL-CFG-021", f"{source} could not be extended.", f"Put it under inventory.directories yourself: {line}"
        )
    return changed


def _scalar(value: str) -> str:
    """A value in quotes, unless it is a plain word that YAML takes for text."""
    return (
        value
        if _PLAIN.fullmatch(value) and not value.replace(".", "").isdigit() and value not in _WORDS
        else json.dumps(value)
    )


_WORDS = frozenset(("yes", "no", "on", "off", "true", "false", "null", "y", "n"))
