"""``wardlaw connect``: a new organisation of a platform, tried before it is written down."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from wardlaw.cli.exits import Exit
from wardlaw.cli.opening import open_connector
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.output import program, rows
from wardlaw.config.adding import directory_line, with_directory
from wardlaw.config.connected import Directory, Platform
from wardlaw.config.parse import parse_config
from wardlaw.connectors.feed import Connector, Feed
from wardlaw.facts.errors import InputError, UnavailableError
from wardlaw.store.keyring_signing import replace_file

_ENTRY = "version: 1\ninventory: {directories: [ENTRY]}\n"


def connect(
    platform: str = "",
    name: str = "",
    *fields: str,
    check: bool = True,
    write_down: Annotated[bool, Parameter(name="--write", negative=())] = False,
    options: Options = NONE,
) -> int:
    """Connect an organisation of a platform to the inventory: try its credential on each feed, then write it down.

    Nothing is changed on the platform. Exit code 1 where a feed cannot be read. What to create there, and why, stands in
    docs/connectors/PLATFORM.md. For files see `wardlaw inventory import`.

    Args:
        platform: Such as google or github; without one, all are listed.
        name: A name of your own for it, such as acme-google.
        fields: Its settings as KEY=VALUE, such as credential=file:/etc/wardlaw/google.json; see inventory.directories.
        check: Ask for the first page of each feed.
        write_down: Put it into the configuration file; else it is shown.
    """
    output = options.output()
    known = [one.value for one in Platform]
    if not platform:
        lines = [f"{one}: docs/connectors/{one}.md" for one in known]
        output.result({"platforms": known}, *lines, f"then: {program()} connect PLATFORM NAME credential=file:PATH …")
        return Exit.DONE
    if platform not in known:
        hint = f"There are {', '.join(known)}. Exports of others: `wardlaw inventory import`."
        raise InputError("WL-INV-110", f"There is no platform {platform!r}.", hint)
    entry = {"name": name, "platform": platform, **_settings(fields)}
    directory = _checked(entry)
    told = _tried(open_connector(directory, env=os.environ, clock=time.time, sleep=time.sleep)) if check else []
    shown: list[Any] = [rows(["feed", "first page"], [[one["feed"], one["told"]] for one in told])] if told else []
    place = ""
    if write_down:
        place = str(_written(options, entry))
        shown.append(f"written to {place}; read it with `{program()} inventory sync {name}`")
    else:
        shown.append(f"inventory:\n  directories:\n    - {directory_line(entry)}")
    output.result({"feeds": told, "directory": entry, "written": place}, *shown)
    return Exit.DONE if all(one["read"] for one in told) else Exit.FINDINGS


def _settings(fields: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in fields:
        key, equals, value = text.partition("=")
        if not equals or key in ("name", "platform") or key not in Directory.__struct_fields__ or key in found:
            known = ", ".join(one for one in Directory.__struct_fields__ if one not in ("name", "platform"))
            raise InputError("WL-INV-111", f"{text!r} is no setting of a directory.", f"KEY=VALUE, each once: {known}.")
        found[key] = value
    return found


def _checked(entry: Mapping[str, str]) -> Directory:
    """The directory of an entry, by the rules of the configuration."""
    text = _ENTRY.replace("ENTRY", directory_line(entry))
    return parse_config(text, source="the new directory").inventory.directories[0]


def _tried(connector: Connector) -> list[dict[str, Any]]:
    """What the first page of each feed tells."""
    told = []
    for feed in connector.feeds():
        try:
            told.append({"feed": feed.name, "read": True, "told": _first(connector, feed)})
        except UnavailableError as error:
            told.append({"feed": feed.name, "read": False, "told": error.message})
    return told


def _first(connector: Connector, feed: Feed) -> str:
    for page in connector.read(feed, ""):
        words = [f"{len(page.sightings)} entries", *page.gaps, *page.notes]
        return "; ".join(words)
    return "empty"


def _written(options: Options, entry: Mapping[str, str]) -> Path:
    options.load()  # a file that is wrong already is said to be so before it grows
    path = options.config_path()
    assert path is not None
    text = path.read_text(encoding="utf-8")
    changed = with_directory(text, entry, source=str(path))
    replace_file(path, changed.encode(), mode=path.stat().st_mode & 0o777)
    return path
