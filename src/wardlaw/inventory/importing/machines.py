"""What stands on people's machines: browser extensions, and clients that start or call servers of tools (MCP)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any

from wardlaw.inventory.importing.badrow import BadRow, UnreadableError, key_of, text_of
from wardlaw.inventory.importing.grants import scopes_of
from wardlaw.inventory.importing.logs import host_of
from wardlaw.inventory.model import App, Consent, Credential, Grant, Sighting

_EXTENSION_ID = re.compile(r"^[a-p]{32}$")
_SECRET_NAME = re.compile(r"key|token|secret|passw|auth|cookie|credential", re.IGNORECASE)


def extensions(text: str, account: str) -> Iterator[Sighting | BadRow]:
    """Extensions of browsers: a JSON list of objects with ``id``, ``name``, ``permissions``, and ``user`` where known.

    Args:
        account: Whose they are where an entry names no ``user``.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        yield BadRow(0, "no JSON; a list of extensions is expected")
        return
    rows = found.get("extensions") if isinstance(found, dict) else found
    if not isinstance(rows, list):
        yield BadRow(0, "neither a list nor an object with a list under extensions")
        return
    for number, row in enumerate(rows, 1):
        try:
            yield from _extension(row, account)
        except UnreadableError as error:
            yield BadRow(0, f"entry {number}: {error}")


def _extension(row: object, account: str) -> list[Sighting]:
    if not isinstance(row, dict):
        raise UnreadableError("not an object")
    extension = text_of(row.get("id"), "id")
    if not _EXTENSION_ID.match(extension) and not re.fullmatch(r"[A-Za-z0-9@._{}-]{3,128}", extension):
        raise UnreadableError("id is no id of an extension")
    who = text_of(row.get("user"), "user") or account
    name = text_of(row.get("name"), "name")
    wide = scopes_of([*_listed(row, "permissions"), *_listed(row, "host_permissions")])
    return [
        Sighting(App(extension, name, text_of(row.get("publisher"), "publisher"))),
        Sighting(Grant(key_of("grant", who, extension), who, extension, Consent.USER, wide)),
    ]


def _listed(row: Mapping[str, Any], name: str) -> list[Any]:
    value = row.get(name) or []
    if not isinstance(value, list):
        raise UnreadableError(f"{name} is not a list")
    return value


def tool_servers(text: str, account: str) -> Iterator[Sighting | BadRow]:
    """Servers of tools in a client's configuration (``mcpServers``, or ``servers``): what a machine starts or calls.

    Values of environment variables and headers are never taken in: only that a secret stands there under this name.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        yield BadRow(0, "no JSON; a file with mcpServers is expected")
        return
    servers = None
    if isinstance(found, dict):
        servers = found.get("mcpServers", found.get("servers"))
    if not isinstance(servers, dict):
        yield BadRow(0, "there is no object mcpServers or servers in it")
        return
    for name, server in servers.items():
        try:
            yield from list(_server(name, server, account))
        except UnreadableError as error:
            yield BadRow(0, f"server {text_of(name[:64], 'name') if name.isprintable() else '?'}: {error}")


def _server(name: str, server: object, account: str) -> Iterator[Sighting]:
    if not isinstance(server, dict):
        raise UnreadableError("not an object")
    address = text_of(server.get("url") or server.get("serverUrl"), "url")
    command = text_of(server.get("command"), "command")
    if not address and not command:
        raise UnreadableError("neither command nor url")
    host = host_of(address) if address else ""
    package = host or _package(command, _listed(server, "args"))
    app = f"mcp:{package}"
    yield Sighting(App(app, text_of(name, "name"), "", host))
    reach = "remote server" if address else "local program"
    yield Sighting(Grant(key_of("grant", account, app), account, app, Consent.USER, (reach,)))
    for place in ("env", "headers"):
        named = server.get(place) or {}
        if not isinstance(named, dict):
            raise UnreadableError(f"{place} is not an object")
        for variable in named:
            label = text_of(variable, place)
            if _SECRET_NAME.search(label):
                id_ = key_of("credential", account, app, place, label)
                yield Sighting(Credential(id_, account, f"secret in a client's {place}", label, app))


def _package(command: str, args: list[Any]) -> str:
    """What a command starts: the package of npx, uvx or docker, else the program. Arguments may be secrets."""
    program = PurePath(command.replace("\\", "/")).name.removesuffix(".exe").removesuffix(".cmd")
    if program in ("npx", "uvx", "bunx", "pnpx"):
        words = [one for one in args if isinstance(one, str)]
        found = next((one for one in words if not one.startswith("-")), "")
        if re.fullmatch(r"[@A-Za-z0-9._/-]{1,128}(@[A-Za-z0-9._-]+)?", found):
            return found
    return program
