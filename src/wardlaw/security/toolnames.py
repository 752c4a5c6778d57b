"""Names of tools behind the gateway: ``server__tool``, each of them unmistakable.

Models choose tools by name, people approve them by name, clauses permit them by name. So a name is refused when
another one looks like it: the same letters in another case, another joint (``-``, ``.``, ``/`` for ``_``), a digit
for the letter it resembles, or any character outside of ASCII.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

import msgspec

JOINT = "__"
RESERVED = ("resources/read", "prompts/get")
"""Names under which clauses and the configuration speak of a server's resources and prompts."""

_SERVER = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")
# The characters and length the protocol asks for (specification 2025-11-25, server/tools, "Tool Names").
_TOOL = re.compile(r"[A-Za-z0-9_./-]{1,128}")
# What one takes for another in common typefaces; the joints that programs use for one another.
_SAME = str.maketrans({"0": "o", "1": "l", "i": "l", "5": "s", "8": "b", "-": "_", ".": "_", "/": "_"})


class RefusedName(msgspec.Struct, frozen=True):
    """A tool that is not served because of its name, and why in words."""

    server: str
    tool: str
    why: str


def is_server_name(name: str) -> bool:
    """Whether a server may be called so: lower case, digits and hyphens, so that ``__`` ends it without doubt."""
    return _SERVER.fullmatch(name) is not None


def qualified(server: str, tool: str) -> str:
    """What callers see, clauses name and records tell."""
    return f"{server}{JOINT}{tool}"


def parted(name: str) -> tuple[str, str]:
    """Server and tool of a qualified name; ``("", "")`` when it is none."""
    server, joint, tool = name.partition(JOINT)
    return (server, tool) if joint and is_server_name(server) and tool else ("", "")


def refused_names(offered: Iterable[tuple[str, str]]) -> tuple[RefusedName, ...]:
    """Which of all tools of all servers cannot be told from another by name; both of a pair are refused.

    Args:
        offered: Server and tool, one for each definition a server sent.
    """
    alike: dict[str, list[tuple[str, str]]] = defaultdict(list)
    refused: list[RefusedName] = []
    for server, tool in offered:
        if tool in RESERVED:
            refused.append(RefusedName(server, tool, f"{tool} stands for what is no tool"))
        elif _TOOL.fullmatch(tool):
            alike[qualified(server, tool).lower().translate(_SAME)].append((server, tool))
        else:
            shown = tool[:128].encode("ascii", "backslashreplace").decode()
            refused.append(RefusedName(server, tool, f"{shown} is no name of a tool: letters, digits and _ - . / only"))
    for group in alike.values():
        if len(group) > 1:
            names = ", ".join(qualified(*one) for one in group)
            refused.extend(RefusedName(*one, f"these names cannot be told apart: {names}") for one in group)
    return tuple(refused)
