"""``wardlaw mcp wrap --edit``: a client's list of servers, rewritten so that each program is started through wrap."""

from __future__ import annotations

import difflib
import json
import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from wardlaw.facts.errors import InputError
from wardlaw.security.toolnames import is_server_name

# What clients call the member: most of them, and VS Code.
_MEMBERS = ("mcpServers", "servers")
_WRAP = ("mcp", "wrap")


class Edited(msgspec.Struct, frozen=True):
    """A rewritten file.

    Attributes:
        text: The whole of it, as it is to be.
        diff: What changes, without the lines around, since those may hold credentials.
        wrapped: Names of the servers that go through wrap now.
        left: Names of those that stay as they are, with the reason.
    """

    text: str
    diff: str
    wrapped: tuple[str, ...]
    left: tuple[tuple[str, str], ...]


def edit(text: str, *, wardlaw: Sequence[str], source: str) -> Edited:
    """Rewrite a client's configuration; what goes through wrap already stays as it is.

    Args:
        text: JSON.
        wardlaw: Program and arguments that start the command line.
        source: Name of the file, for messages.

    Raises:
        InputError: WL-MCP-037 it is no JSON, or holds no list of servers.
    """
    try:
        doc = json.loads(text)
    except ValueError as error:
        raise _unreadable(source, "it is no plain JSON (comments and trailing commas are not understood)") from error
    members = [doc[name] for name in _MEMBERS if type(doc) is dict and type(doc.get(name)) is dict]
    if not members:
        raise _unreadable(source, "it has no mcpServers")
    wrapped: list[str] = []
    left: list[tuple[str, str]] = []
    for servers in members:
        for name, server in servers.items():
            why = _why_not(server)
            if why:
                left.append((name, why))
                continue
            server["args"] = [*wardlaw[1:], *_WRAP, "--name", _slug(name), "--", server["command"], *server["args"]]
            server["command"] = wardlaw[0]
            wrapped.append(name)
    if not wrapped:
        return Edited(text, "", (), tuple(left))
    made = json.dumps(doc, indent=_indent(text), ensure_ascii=False) + ("\n" if text.endswith("\n") else "")
    lines = difflib.unified_diff(text.splitlines(), made.splitlines(), source, source, lineterm="", n=0)
    return Edited(made, "\n".join(lines), tuple(wrapped), tuple(left))


def write(path: Path, edited: Edited, *, before: str) -> Path:
    """Put a rewritten file in place, in one step; the path of the copy of what was there."""
    mode = path.stat().st_mode & 0o777
    backup = next(
        place
        for number in range(1, 1_000)
        if not (place := path.with_name(f"{path.name}.before-wrap{number if number > 1 else ''}")).exists()
    )
    for place, text in ((backup, before), (path, edited.text)):
        handle, made = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(made).chmod(mode)
        os.replace(made, place)
    return backup


def _why_not(server: Any) -> str:
    """Why a server stays as it is; ``""`` when it is to be wrapped. Also makes its arguments a list."""
    if type(server) is not dict or type(server.get("command")) is not str or not server["command"]:
        return "it is no program; put its address behind the gateway (`wardlaw mcp add`)"
    args = server.setdefault("args", [])
    if type(args) is not list or not all(type(one) is str for one in args):
        return "its args are no list of texts"
    if any(tuple(args[place : place + 2]) == _WRAP for place in range(len(args))):
        return "it goes through wrap already"
    return ""


def _slug(name: str) -> str:
    """The name the gateway knows it by: that of the client, in the letters a server may have."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:32].strip("-")
    if not is_server_name(slug):
        raise InputError(
            "WL-MCP-037", f"No name for the gateway can be made of {name!r}.", "Give the server a name of letters."
        )
    return slug


def _indent(text: str) -> int | str:
    found = re.search(r"^([ \t]+)\S", text, re.MULTILINE)
    if found is None:
        return 2
    return "\t" if found[1].startswith("\t") else len(found[1])


def _unreadable(source: str, why: str) -> InputError:
    return InputError(
        "WL-MCP-037",
        f"{source} cannot be rewritten: {why}.",
        "Give a client's file with mcpServers, or wrap by hand: see docs/mcp.md.",
    )
