"""What ``doctor`` asks of the credentials of servers of tools: that each that is named is there, and opens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec
from sqlalchemy.engine import Connection

from wardlaw.config.load import read_reference
from wardlaw.config.model import Config
from wardlaw.config.toolservers import KEYRING, McpServer, kept_names
from wardlaw.facts.errors import WardlawError
from wardlaw.store.credentials import credential_marks, find_credential, open_credential
from wardlaw.store.keyring import Keyring

Problem = tuple[str, str]


def unread(config: Config, env: Mapping[str, str]) -> Iterator[Problem]:
    """Credentials in files and the environment that cannot be read: words, and the next step."""
    for server in config.mcp.servers:
        for kind, values in (("headers", server.headers), ("env", server.env)):
            for name, value in values.items():
                if value.startswith(KEYRING):
                    continue
                try:
                    read_reference(value, env=env, what=f"mcp.servers.{server.name}.{kind}.{name}")
                except WardlawError as error:
                    yield error.message, error.hint


def unkept(servers: tuple[McpServer, ...], connection: Connection, keyring: Keyring) -> Iterator[Problem]:
    """Credentials of the keyring that are named and not kept, or do not open: words, and the next step.

    A value that opens is let go at once.
    """
    for server in servers:
        for name in sorted(kept_names(server)):
            step = f"Set it: `wardlaw mcp credential set {server.name} {name}`."
            try:
                kept = find_credential(connection, server.name, name)
                if kept is None:
                    words = f"The configuration names keyring:{name} for the server {server.name}, and it is not kept."
                    yield words, step
                else:
                    open_credential(keyring, kept)
            except (WardlawError, msgspec.MsgspecError) as error:
                why = error.message if isinstance(error, WardlawError) else "What is kept of it is damaged."
                yield f"The credential {name} of the server {server.name} cannot be read. {why}", step


def unused(servers: tuple[McpServer, ...], connection: Connection) -> Iterator[Problem]:
    """Credentials that are kept and named nowhere: words, and the next step."""
    named = {(server.name, name) for server in servers for name in kept_names(server)}
    for server, name in sorted(credential_marks(connection).keys() - named):
        words = f"The credential {name} of the server {server} is kept, and the configuration does not name it."
        yield words, f"Name it as keyring:{name}, or `wardlaw mcp credential forget {server} {name}`."
