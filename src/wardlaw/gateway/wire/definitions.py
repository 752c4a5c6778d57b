"""Definitions of the tools that a request offers to its model, whatever the surface calls their parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_LISTS = ("tools", "functions")
_WRAPPED = ("function", "custom")


def read_definitions(doc: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The tools of a parsed body by their names; of two with one name the first, as what has no name is left out.

    A definition is what the caller wrote: it may only make a tool graver (see ``governance.toolclass``).
    """
    found: dict[str, Mapping[str, Any]] = {}
    for member in _LISTS:
        listed = doc.get(member)
        for tool in listed if isinstance(listed, list) else ():
            if not isinstance(tool, dict):
                continue
            inner = next((tool[key] for key in _WRAPPED if isinstance(tool.get(key), dict)), tool)
            name = inner.get("name")
            if isinstance(name, str) and name:
                found.setdefault(name, inner)
    return found
