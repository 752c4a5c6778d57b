"""``wardlaw register``: models, datasets and vendors, which systems are built of and bought from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
from cyclopts import App, Parameter

from wardlaw.cli.client import quoted
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.output import rows
from wardlaw.cli.plaintext import plain
from wardlaw.cli.session import connect, show_list, show_one, when
from wardlaw.facts.errors import InputError
from wardlaw.register.entry import EntryKind

app = App(name="register", help="Models, datasets and vendors: what systems are built of and bought from.")


@app.command(name="list")
def list_register(
    *, kind: Annotated[EntryKind | None, Parameter(show_default=False)] = None, options: Options = NONE
) -> int:
    """List what is registered.

    Args:
        kind: Only these.
    """
    found = connect(options).get("/register", **({} if kind is None else {"kind": kind.value}))
    items = [
        {**kept["entry"], **{name: kept[name] for name in ("version", "changed_by", "changed_at")}} for kept in found
    ]
    columns = ("kind", "id", "title", "owner", "version", "changed_by", "changed_at")
    return show_list(options, "entries", items, columns=columns)


@app.command
def show(kind: EntryKind, entry: str, *, options: Options = NONE) -> int:
    """Show one and every state it was in.

    Args:
        kind: What it is.
        entry: Its id.
    """
    detail = connect(options).get(f"/register/{kind.value}/{quoted(entry)}")
    lines = [
        [name.replace("_", " "), plain(", ".join(value) if isinstance(value, list) else str(value))]
        for name, value in {**detail["kept"]["entry"], "version": detail["kept"]["version"]}.items()
        if value not in ("", [], None, 0)
    ]
    history = [[str(one["version"]), one["changed_by"], when(one["changed_at"])] for one in detail["history"]]
    options.output().result(detail, rows(("", ""), lines), "", rows(("version", "by", "at"), history))
    return 0


@app.command
def put(file: Path, *, if_version: int = 0, options: Options = NONE) -> int:
    """Register or change one from a file.

    Args:
        file: YAML with kind (model, dataset or vendor), id, title, owner and what docs/register.md names.
        if_version: The version it follows; 0 registers a new one.
    """
    try:
        entry = msgspec.yaml.decode(file.read_bytes())
    except (OSError, msgspec.MsgspecError) as error:
        raise InputError("WL-SYS-011", f"{file} cannot be read: {error}.", "Give a YAML file.") from error
    return _show(options, connect(options).put("/register", {"entry": entry, "version": if_version}))


@app.command
def retire(kind: EntryKind, entry: str, *, options: Options = NONE) -> int:
    """Take one out of use; it stays in the history.

    Args:
        kind: What it is.
        entry: Its id.
    """
    return _show(options, connect(options).delete(f"/register/{kind.value}/{quoted(entry)}"))


def _show(options: Options, kept: Mapping[str, Any]) -> int:
    return show_one(options, "entry", {**kept["entry"], "version": kept["version"], "changed_by": kept["changed_by"]})
