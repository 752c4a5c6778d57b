"""Servers of the Model Context Protocol (MCP): the keys that name them, and the rules that hold between those."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated

import msgspec
from msgspec import Meta

from wardlaw.config.address import is_loopback, is_private, url_parts
from wardlaw.facts.resource import Trust
from wardlaw.security.toolnames import is_server_name

Found = Iterator[tuple[str, str, str, str]]
_CREDENTIAL_WORDS = ("authorization", "key", "token", "secret", "password", "cookie")
# What the transport sets itself (specification 2025-11-25, basic/transports).
_OWN_HEADERS = frozenset(
    ("host", "content-length", "content-type", "transfer-encoding", "connection", "accept", "accept-encoding",
     "mcp-session-id", "mcp-protocol-version")
)  # fmt: skip


KEYRING = "keyring:"
"""Begins a value that is kept in the keyring under the name behind it, for that server alone."""
CREDENTIAL_NAME = r"^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$(?!\n)"
_NAME = re.compile(CREDENTIAL_NAME)


class McpServer(msgspec.Struct, frozen=True):
    """A server of tools: a program that is started, or an address."""

    name: Annotated[
        str,
        Meta(description="Name in lower case, digits and hyphens, at most 32; its tools are seen as `name__tool`."),
    ]
    command: Annotated[
        tuple[str, ...], Meta(description="Program and arguments, spoken to over its standard input and output.")
    ] = ()
    url: Annotated[str, Meta(description="Address of a server that speaks streamable HTTP; this or `command`.")] = ""
    local: Annotated[
        bool, Meta(description="It runs on callers' machines behind `wardlaw mcp wrap`, instead of `command` or `url`.")
    ] = False
    env: Annotated[
        dict[str, str],
        Meta(
            description="Variables of the program, beside `PATH`, `HOME`, `LANG`; credentials as `keyring:NAME`, `env:NAME` or `file:/path`."
        ),
    ] = {}
    headers: Annotated[
        dict[str, str],
        Meta(description="Headers of every request; credentials as `keyring:NAME`, `env:NAME` or `file:/path`."),
    ] = {}
    cwd: Annotated[str, Meta(description="Folder the program runs in; empty for the folder of this file.")] = ""
    region: Annotated[
        str, Meta(pattern=r"^[a-z0-9-]+$", description="Where it processes data, as for an upstream.")
    ] = "unknown"
    trust: Annotated[Trust, Meta(description="How far it is trusted, as for an upstream.")] = Trust.UNKNOWN
    start_timeout_s: Annotated[float, Meta(gt=0, le=300, description="Seconds to start and to name its tools.")] = 20.0
    call_timeout_s: Annotated[float, Meta(gt=0, le=3_600, description="Seconds for one call.")] = 60.0
    message_bytes: Annotated[
        int, Meta(ge=4_096, le=1_073_741_824, description="Largest message it may send, results included, in bytes.")
    ] = 8_388_608


class Mcp(msgspec.Struct, frozen=True):
    """Tools for agents through the door."""

    url: Annotated[
        str, Meta(description="Address callers reach `/mcp` at, for the metadata of RFC 9728; empty: as they asked.")
    ] = ""
    servers: Annotated[
        tuple[McpServer, ...], Meta(description="Servers of tools; without any, `/mcp` is not served.")
    ] = ()


def is_credential_name(name: str) -> bool:
    """Whether a credential of a server may be called so."""
    return _NAME.search(name) is not None


def kept_names(server: McpServer) -> frozenset[str]:
    """The credentials of the keyring that a server needs, by name."""
    values = (*server.headers.values(), *server.env.values())
    return frozenset(value.removeprefix(KEYRING) for value in values if value.startswith(KEYRING))


def toolserver_faults(mcp: Mcp) -> Found:
    """Every rule that is broken: code, key, what is wrong, what to do."""
    names = [server.name for server in mcp.servers]
    for index, server in enumerate(mcp.servers):
        path = f"mcp.servers[{index}]"
        if not is_server_name(server.name):
            hint = "Use lower case, digits and hyphens, at most 32."
            yield "WL-CFG-003", f"{path}.name", f"{server.name[:64]} is no name of a server", hint
        if server.name in names[:index]:
            yield "WL-CFG-010", f"{path}.name", f"{server.name} is defined twice", "Names are unique."
        if bool(server.command) + bool(server.url) + server.local != 1:
            yield "WL-CFG-005", path, "a server needs command, url or local: true, and one alone", "Set one of them."
        if server.url:
            yield from _address(path, server)
        yield from _values(path, server)
    if mcp.url:
        parts = url_parts(mcp.url)
        if (
            parts is None
            or parts.scheme not in ("http", "https")
            or not parts.hostname
            or parts.query
            or parts.fragment
        ):
            yield "WL-CFG-003", "mcp.url", "expected https:// with a host", "Such as https://gateway.example/mcp."


def _address(path: str, server: McpServer) -> Found:
    parts = url_parts(server.url)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        yield (
            "WL-CFG-003",
            f"{path}.url",
            "expected http:// or https:// with a host",
            "Such as https://host.example/mcp.",
        )
        return
    if parts.username or parts.password:
        yield "WL-CFG-006", f"{path}.url", "a secret must not stand in the file", f"Use {path}.headers with env:NAME."
    if parts.query or parts.fragment:
        yield "WL-CFG-003", f"{path}.url", "an address without query and fragment is needed", "End it with the path."
    internal = is_loopback(parts.hostname) or (is_private(parts.hostname) and server.trust is Trust.INTERNAL)
    if parts.scheme == "http" and not internal:
        hint = "Use https, or a loopback address, or a private one with trust: internal."
        yield "WL-CFG-008", f"{path}.url", "plain http would send arguments and results in the clear", hint


def _values(path: str, server: McpServer) -> Found:
    if server.headers and not server.url:
        yield "WL-CFG-005", f"{path}.headers", "a program has no headers", "Use env for what it needs to know."
    if (server.env or server.cwd) and not server.command:
        yield "WL-CFG-005", path, "env and cwd are for programs", "Use headers for an address."
    for name in server.headers:
        if name.lower() in _OWN_HEADERS:
            yield "WL-CFG-003", f"{path}.headers.{name}", "the gateway sets this header itself", "Take it out."
        if not (name.isascii() and name.replace("-", "").replace("_", "").isalnum()):
            yield "WL-CFG-003", f"{path}.headers.{name}", "not a header name", ""
    for kind, values in (("headers", server.headers), ("env", server.env)):
        for name, value in values.items():
            plain = not value.startswith(("env:", "file:", KEYRING))
            if value.startswith(KEYRING) and not is_credential_name(value.removeprefix(KEYRING)):
                hint = "Use lower case, digits and hyphens, at most 64, such as keyring:token."
                yield "WL-CFG-003", f"{path}.{kind}.{name}", "names no credential of the keyring", hint
            if plain and value and any(word in name.lower() for word in _CREDENTIAL_WORDS):
                hint = "Write keyring:NAME, env:NAME or file:/path instead."
                yield "WL-CFG-006", f"{path}.{kind}.{name}", "a secret must not stand in the file", hint
            if not value.isprintable():
                yield "WL-CFG-003", f"{path}.{kind}.{name}", "holds a control character", ""
