"""``wardlaw mcp credential``: what servers of tools are spoken to with, kept in the keyring."""

from __future__ import annotations

import getpass
import sys

from cyclopts import App

from wardlaw.cli.client import quoted
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.session import connect, show_list
from wardlaw.cli.sources import read_stdin
from wardlaw.config.toolservers import is_credential_name
from wardlaw.facts.errors import InputError
from wardlaw.security.toolnames import is_server_name

app = App(name="credential", help="Credentials of servers, kept encrypted under the keyring.")


@app.command(name="set")
def set_credential(server: str, name: str, *, options: Options = NONE) -> int:
    """Keep a credential for a server. It is read from stdin or asked for; never from the command line.

    The configuration names it as keyring:NAME in headers or env of that server. It is sealed, and never shown again.
    Gateways begin their sessions anew with it within a second.

    Args:
        server: Name of the server in mcp.servers.
        name: Name of the credential: lower case, digits and hyphens.
    """
    _check(server, name)
    value = _value()
    if not value:
        raise InputError("WL-MCP-025", "The credential is empty.", "Give it on standard input, or type it when asked.")
    connect(options).post("/credentials", {"server": server, "name": name, "value": value})
    told = f"{name} is kept for the server {server}; the configuration names it as keyring:{name}"
    options.output().result({"credential": {"server": server, "name": name}}, told)
    return 0


@app.command(name="list")
def list_credentials(*, options: Options = NONE) -> int:
    """List kept credentials by server and name."""
    columns = ("server", "name", "set_by", "set_at")
    return show_list(options, "credentials", connect(options).get("/credentials"), columns=columns)


@app.command
def forget(server: str, name: str, *, options: Options = NONE) -> int:
    """Forget a credential and destroy its key; sessions begun with it end within a second.

    Args:
        server: Name of the server.
        name: Name of the credential.
    """
    _check(server, name)
    gone = connect(options).delete(f"/credentials/{quoted(server)}/{quoted(name)}")
    options.output().result({"credential": gone}, f"{name} of the server {server} is forgotten")
    return 0


def _check(server: str, name: str) -> None:
    if not is_server_name(server) or not is_credential_name(name):
        raise InputError(
            "WL-MCP-025",
            "A server and a credential are named in lower case, digits and hyphens.",
            "Such as `wardlaw mcp credential set tickets token`, with the value on standard input.",
        )


def _value() -> str:
    """The value without its line end; a process list or a shell's history never sees it."""
    if sys.stdin.isatty():
        return getpass.getpass("Credential (not shown): ")
    return read_stdin().rstrip("\r\n")
