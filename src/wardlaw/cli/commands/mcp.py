"""``wardlaw mcp``: the tools that servers offer, what has changed in them, and that they may be used."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from wardlaw.cli.client import quoted
from wardlaw.cli.commands.credential import app as credential
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.session import connect, show_list, when
from wardlaw.cli.wrapping.editing import edit as edit_text
from wardlaw.cli.wrapping.editing import write
from wardlaw.cli.wrapping.running import Wrapping, run
from wardlaw.cli.wrapping.settings import DEFAULT_GATEWAY, ENV_GATEWAY, ENV_KEY, WRAP_DEFAULTS, WrapOptions
from wardlaw.config.load import read_secret
from wardlaw.config.secretref import SecretRef
from wardlaw.facts.errors import InputError
from wardlaw.security.toolnames import is_server_name, parted

app = App(name="mcp", help="Servers of tools: what they offer, and what of it may be used.")
app.command(credential)
_SHOWN_DIGITS = 16


@app.command(name="list")
def list_tools(*, waiting: bool = False, options: Options = NONE) -> int:
    """List the tools that servers have offered, with their state.

    Args:
        waiting: Only those that are refused until somebody approves them.
    """
    query = {"waiting": "true"} if waiting else {}
    found = connect(options).get("/tools", **query)
    listed = [
        {
            "tool": _plain(f"{one['server']}__{one['tool']}"),
            "state": one["state"],
            "offered": one["offered_pin"][:_SHOWN_DIGITS],
            "changed_at": one["changed_at"],
            "approved_by": one["approved_by"],
            "concerns": "; ".join(_plain(concern) for concern in one["concerns"]),
        }
        for one in found
    ]
    return show_list(
        options, "tools", listed, columns=("tool", "state", "offered", "changed_at", "approved_by", "concerns")
    )


@app.command
def diff(tool: str, *, options: Options = NONE) -> int:
    """Show what differs between the definition that may be used and the one that is offered.

    Args:
        tool: Its name, such as files__read_file.
    """
    server, name = _named(tool)
    detail = connect(options).get(f"/tools/{quoted(server)}", tool=name)
    options.output().result({"tool": detail}, *_lines(detail))
    return 0


@app.command
def approve(tool: str, *, digest: str, reason: str, options: Options = NONE) -> int:
    """Say that a tool may be used as it is offered now; gateways follow within a second.

    Args:
        tool: Its name, such as files__read_file.
        digest: Of the definition you looked at, as diff prints it: 12 digits or more.
        reason: Why; it stands in the log under your name.
    """
    server, name = _named(tool)
    body = {"tool": name, "digest": digest, "reason": reason}
    pin = connect(options).post(f"/tools/{quoted(server)}/approve", body)
    options.output().result({"tool": pin}, f"{_plain(tool)} may be used as offered ({pin['pin'][:_SHOWN_DIGITS]})")
    return 0


@app.command
def add(name: str, *command: str, url: str = "", options: Options = NONE) -> int:
    """Print what to write into the configuration for a server of tools. Nothing is changed or started.

    Args:
        name: Name of the server: lower case, digits and hyphens.
        command: Program and arguments that start it, after --.
        url: Address of a server that speaks streamable HTTP, instead of a program.
    """
    if not is_server_name(name) or bool(url) == bool(command):
        raise InputError(
            "WL-MCP-023",
            "A server needs a name in lower case, and either a command or an address.",
            "Such as `wardlaw mcp add files -- npx server-filesystem /srv/files`.",
        )
    way = f"url: {json.dumps(url)}" if url else f"command: {json.dumps(list(command))}"
    server = f"mcp:\n  servers:\n    - {{name: {name}, {way}}}"
    tools = f"tools:\n  - {{name: {name}__TOOL, effect: read}}"
    note = "# For each tool agents may call; the effect says what it does: read, write, egress, share, payment, …"
    options.output().result({"server": {"name": name, "command": list(command), "url": url}}, server, note, tools)
    return 0


@app.command
def wrap(
    *command: Annotated[str, Parameter(allow_leading_hyphen=True)],
    name: str = "",
    edit: Path | None = None,
    wrapping: WrapOptions = WRAP_DEFAULTS,
    options: Options = NONE,
) -> int:
    """Stand in front of a server of tools on this machine: its client starts this instead of the server.

    Every request goes to the gateway before the server gets it, and every answer before the client does. What the
    gateway does not let pass is refused with the reason; so is everything while it cannot be reached.

    Args:
        command: Program and arguments of the server, after --.
        name: Name of the server in the gateway's configuration, where it stands with local: true.
        edit: Rewrite the mcpServers of this file of a client to go through wrap; a copy of it is kept beside.
    """
    if edit is not None:
        if command or name:
            raise InputError("WL-MCP-038", "--edit takes neither a name nor a command.", "Give the file alone.")
        return _edit(edit, options)
    if not command or not is_server_name(name):
        raise InputError(
            "WL-MCP-038",
            "A name in lower case and a command are needed.",
            "Such as `wardlaw mcp wrap --name files -- npx server-filesystem /srv/files`.",
        )
    made = Wrapping(
        name=name,
        command=command,
        gateway=wrapping.gateway or os.environ.get(ENV_GATEWAY, "") or DEFAULT_GATEWAY,
        key=_key(wrapping.key_file),
        call_s=wrapping.call_timeout_s,
        message_bytes=wrapping.message_bytes,
    )

    def say(raw: bytes) -> None:
        sys.stdout.buffer.write(raw + b"\n")
        sys.stdout.buffer.flush()

    return asyncio.run(run(made, env=os.environ, client=sys.stdin.buffer, say=say))


def _key(file: Path | None) -> str:
    if file is not None:
        return read_secret(SecretRef("file", str(file)), env={}, what="--key-file")
    return read_secret(SecretRef("env", ENV_KEY), env=os.environ, what="the key for the gateway")


def _edit(path: Path, options: Options) -> int:
    try:
        before = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("WL-MCP-037", f"{path} cannot be read: {error}.", "Give the file of a client.") from error
    called = shutil.which("wardlaw")
    # A client starts programs with a path of its own: the command line is named whole.
    wardlaw = (called,) if called else (sys.executable, "-m", "wardlaw")
    edited = edit_text(before, wardlaw=wardlaw, source=path.name)
    lines = [f"{name} stays as it is: {why}" for name, why in edited.left]
    if not edited.wrapped:
        options.output().result({"wrapped": [], "left": dict(edited.left), "backup": ""}, *lines, "nothing to change")
        return 0
    backup = write(path, edited, before=before)
    told = {"wrapped": list(edited.wrapped), "left": dict(edited.left), "backup": str(backup)}
    servers = "; each needs {name: …, local: true} under mcp.servers of the gateway, and its tools under tools"
    options.output().result(
        told, edited.diff, *lines, f"wrapped: {', '.join(edited.wrapped)}{servers}", f"what was there: {backup}"
    )
    return 0


def _named(tool: str) -> tuple[str, str]:
    server, name = parted(tool)
    if not server:
        raise InputError(
            "WL-MCP-024", f"{_plain(tool)} is no name of a tool behind the gateway.", "Such as files__read_file."
        )
    return server, name


def _plain(text: str) -> str:
    """A text of a server's, with nothing a terminal would obey or a person would not see."""
    return "".join(char if char.isascii() and char.isprintable() else f"\\u{{{ord(char):x}}}" for char in text)


def _lines(detail: Mapping[str, Any]) -> Iterator[str]:
    pin = detail["pin"]
    yield f"{_plain(pin['server'] + '__' + pin['tool'])}: {pin['state']} since {when(pin['changed_at'])}"
    yield f"may be used: {pin['pin'] or 'nothing yet'}"
    yield f"is offered:  {pin['offered_pin']}"
    for concern in pin["concerns"]:
        yield f"  look at: {_plain(concern)}"
    for change in detail["changes"]:
        yield f"{_plain(change['pointer']) or '/'}"
        if change["before"]:
            yield f"  - {_plain(change['before'])}"
        if change["after"]:
            yield f"  + {_plain(change['after'])}"
