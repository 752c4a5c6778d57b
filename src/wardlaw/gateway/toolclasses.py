"""Classes of tools: what a definition says, joined with what the configuration says of the tool.

A definition comes from whoever wrote the tool, and on the wire from whoever sent the request. So it never softens what
a person confirmed; an entry that nobody stands for, or that was said of another definition, makes the class only graver.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import orjson

from wardlaw.config.tools import OutputWord, RegisteredTool
from wardlaw.facts.toolclass import OutputTrust, ToolClass, ToolConfirmation
from wardlaw.governance.toolclass import confirm, infer, stricter
from wardlaw.security.tooldefinition import definition_pin, plain_definition
from wardlaw.security.toolnames import JOINT

_REMEMBERED = 4_096  # classes, a few kilobytes each
_MOST_ARGUMENTS = 256  # a class with more is not kept: whoever sends definitions must not fill the memory
_NO_DATA = "none"


class ToolClasses:
    """Infers each definition once.

    Args:
        tools: What the configuration says.
        servers: Names of MCP servers: what stands before ``__`` in a tool's name and says nothing of the tool.
    """

    def __init__(self, tools: Sequence[RegisteredTool], *, servers: Sequence[str] = ()) -> None:
        self._words = {tool.name: confirmation(tool) for tool in tools}
        self._servers = frozenset(servers)
        self._known: dict[tuple[str, bytes], ToolClass] = {}

    def of(self, name: str, definition: Mapping[str, Any] | None) -> ToolClass:
        """The class of a tool; total, whatever the definition is.

        Args:
            name: As the configuration has it.
            definition: In the form of any surface or of MCP; ``None`` when nobody gave one.
        """
        key = (name, _digest(definition))
        known = self._known.get(key)
        if known is None:
            known = self._class(name, definition)
            if len(known.arguments) > _MOST_ARGUMENTS:
                return known
            if len(self._known) >= _REMEMBERED:
                for old in list(self._known)[: _REMEMBERED // 4]:
                    self._known.pop(old, None)  # a thread beside may have been faster
            self._known[key] = known
        return known

    def _class(self, name: str, definition: Mapping[str, Any] | None) -> ToolClass:
        plain = plain_definition(name, definition or {})
        server, joint, own = name.partition(JOINT)
        found = infer({**plain, "name": own} if joint and server in self._servers else plain)
        if joint and server not in self._servers:
            # Nobody knows whether what stands before is a server or part of what the tool does.
            found = _graver(found, infer({**plain, "name": own}))
        found = msgspec.structs.replace(found, name=name)
        word = self._words.get(name)
        if word is None:
            return found
        if word.by and word.pin in ("", definition_pin(name, definition)):
            return confirm(found, word)
        return stricter(found, word)


def confirmation(tool: RegisteredTool) -> ToolConfirmation:
    """What an entry of the configuration says."""
    data = frozenset(tool.data) - {_NO_DATA} if tool.data else None
    output = None if tool.output is OutputWord.INFERRED else OutputTrust(tool.output.value)
    return ToolConfirmation(
        tool.confirmed_by,
        tool.definition_sha256,
        effects=tool.said_effects,
        output=output,
        data=data,
        reversible=tool.reversible,
        roles=tool.arguments,
        trusted=tool.trusted,
    )


def _digest(definition: Mapping[str, Any] | None) -> bytes:
    if definition is None:
        return b""
    try:
        written = orjson.dumps(definition, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    except TypeError:  # half a surrogate pair, as JSON may hold
        written = repr(definition).encode("utf-8", "backslashreplace")
    return hashlib.sha256(written).digest()


def _graver(one: ToolClass, other: ToolClass) -> ToolClass:
    effects = other.effects if other.known else None
    return stricter(
        one,
        ToolConfirmation("", "", effects=effects, output=other.output, data=other.data, reversible=other.reversible),
    )
