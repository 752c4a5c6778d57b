"""``wardlaw secret``: exactly these secrets must never leave; and tripwires, planted to be caught."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from wardlaw.cli.client import quoted
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.session import connect, show_list, show_one, with_prefix
from wardlaw.cli.sources import read_stdin, read_text

app = App(name="secret", help="Secrets that must never leave, and tripwires.")


@app.command
def register(name: str, *, tripwire: bool = False, file: str = "", options: Options = NONE) -> int:
    """Register a secret. It is read from a file, from stdin or asked for; never from the command line.

    Only a keyed digest is kept.

    Args:
        name: Name of the secret, such as billing-db.
        tripwire: It is a planted token that nobody honest would send.
        file: File that holds it.
    """
    body = {"id": with_prefix(name, _kind(tripwire)), "text": _text(file)}
    return show_one(options, "secret", connect(options).post("/secrets", body))


@app.command(name="list")
def list_secrets(*, options: Options = NONE) -> int:
    """List registered secrets and tripwires by name."""
    columns = ("id", "created_by", "created_at", "removal_asked_by")
    return show_list(options, "secrets", connect(options).get("/secrets"), columns=columns)


@app.command
def remove(name: str, *, tripwire: Annotated[bool, Parameter(negative=())] = False, options: Options = NONE) -> int:
    """Stop watching for a secret. Who tunes detectors asks; somebody with the role risk agrees by the same command.

    Args:
        name: Name of the secret.
        tripwire: The name is a tripwire's.
    """
    answer = connect(options).delete(f"/secrets/{quoted(with_prefix(name, _kind(tripwire)))}")
    return show_one(options, "secret", answer)


def _kind(tripwire: bool) -> str:
    return "tripwire" if tripwire else "secret"


def _text(file: str) -> str:
    """The secret without its line end; a process list or a shell's history never sees it."""
    if file:
        return read_text(Path(file)).rstrip("\r\n")
    if sys.stdin.isatty():
        return getpass.getpass("Secret (not shown): ")
    return read_stdin().rstrip("\r\n")
