"""Writing a document anew with some of its texts replaced."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from wardlaw.facts.errors import Fault
from wardlaw.gateway.wire.body import shown
from wardlaw.gateway.wire.leaves import NAME_MARK


def rewrite(doc: dict[str, Any], replacements: Mapping[str, str]) -> bytes:
    """The document as JSON with the texts at these pointers replaced; ``doc`` itself stays as it is.

    Args:
        doc: The parsed body.
        replacements: Pointer to new text, pointers as segments carry them; one that starts with ``#``
            replaces the member's name.

    Raises:
        Fault: WL-GW-190 when a pointer leads to no text or a new name is taken already. Redaction must not
            be believed done when it was not.
    """
    changed: dict[int, Any] = {}  # id of the original container -> its copy; the originals live in ``doc``
    root: dict[str, Any] = dict(doc)
    changed[id(doc)] = root
    values = [pointer for pointer in replacements if not pointer.startswith(NAME_MARK)]
    # Deepest names first: renaming a member must not hide another pointer.
    names = sorted((p for p in replacements if p.startswith(NAME_MARK)), key=lambda p: -p.count("/"))
    for pointer in values:
        parent, original, name = _parent(doc, changed, pointer, pointer)
        place = _place(original, name, pointer)
        if isinstance(original[place], (dict, list)):
            _refuse(pointer)
        parent[place] = replacements[pointer]
    for pointer in names:
        parent, original, name = _parent(doc, changed, pointer[len(NAME_MARK) :], pointer)
        new = replacements[pointer]
        if type(parent) is not dict or name not in parent or (new != name and new in parent):
            _refuse(pointer)
        members = [(new if known == name else known, value) for known, value in parent.items()]
        parent.clear()
        parent.update(members)
    return orjson.dumps(root)


def _parent(doc: Any, changed: dict[int, Any], path: str, pointer: str) -> tuple[Any, Any, str]:
    """Copy the containers on the way to ``path``; the copied parent, the original one, and the last step."""
    if not path.startswith("/"):
        _refuse(pointer)
    *steps, last = (step.replace("~1", "/").replace("~0", "~") for step in path[1:].split("/"))
    original, copy = doc, changed[id(doc)]
    for step in steps:
        place = _place(original, step, pointer)
        below = original[place]
        if type(below) is not dict and type(below) is not list:
            _refuse(pointer)
        if id(below) not in changed:
            changed[id(below)] = below.copy()
            copy[place] = changed[id(below)]
        original, copy = below, changed[id(below)]
    return copy, original, last


def _place(container: Any, step: str, pointer: str) -> Any:
    if type(container) is dict and step in container:
        return step
    if type(container) is list and step.isdecimal() and int(step) < len(container):
        return int(step)
    return _refuse(pointer)


def _refuse(pointer: str) -> Any:
    raise Fault(
        "WL-GW-190",
        f"No text stands at {shown(pointer)} to be replaced.",
        "The request was refused; report this with the decision id.",
    )
