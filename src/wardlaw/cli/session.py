"""Reaching the management API from a command, and showing what it answers."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.text import Text

from wardlaw.cli.client import ManagementClient
from wardlaw.cli.options import Options
from wardlaw.cli.output import rows

ENV_URL = "WARDLAW_URL"
ENV_TOKEN = "WARDLAW_TOKEN"
ENV_CA = "WARDLAW_CA"


def connect(options: Options) -> ManagementClient:
    """The client: ``WARDLAW_URL`` with ``WARDLAW_TOKEN``, else the Unix socket of the configuration.

    Raises:
        ConfigError: Neither can be used.
    """
    token = os.environ.get(ENV_TOKEN, "")
    authority = os.environ.get(ENV_CA, "")
    if url := os.environ.get(ENV_URL, ""):
        return ManagementClient(url=url, token=token, authority=Path(authority) if authority else None)
    return ManagementClient(socket_path=Path(options.configuration().control.socket), token=token)


def with_prefix(text: str, prefix: str) -> str:
    """An id with its kind before the colon, which people may leave out."""
    return text if ":" in text else f"{prefix}:{text}"


def show_list(options: Options, name: str, items: Sequence[Mapping[str, Any]], *, columns: Sequence[str]) -> int:
    """Print entries as a table of some of their fields; all fields in JSON. A name ending in ``_at`` is a time."""
    lines = [[_cell(column, item.get(column)) for column in columns] for item in items]
    heads = [column.removesuffix("_at").replace("_", " ") for column in columns]
    options.output().result({name: list(items)}, rows(heads, lines) if lines else f"no {name}")
    return 0


def show_one(options: Options, name: str, item: Mapping[str, Any]) -> int:
    """Print one entry field by field; empty fields only in JSON."""
    lines = [
        (field.replace("_", " "), _cell(field, value))
        for field, value in item.items()
        if value not in ("", [], 0, {}, None)
    ]
    options.output().result({name: dict(item)}, rows(("", ""), lines))
    return 0


def show_secret_text(options: Options, data: Mapping[str, Any], *, text: str, what: str) -> int:
    """Print a text that is shown this once: alone on stdout, so that it can be piped into a vault."""
    output = options.output()
    output.result({**data, "text": text}, text)
    output.note(Text(f"This is the only time {what} is shown; only its digest is kept.", style="dim"))
    return 0


def when(seconds: float) -> str:
    """A time as people write it, UTC; empty for 0 (never)."""
    return datetime.fromtimestamp(seconds, tz=UTC).strftime("%Y-%m-%d %H:%M:%SZ") if seconds else ""


_TIMES = ("since", "until")


def _cell(name: str, value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        if name.endswith("_at") or name in _TIMES:
            return when(value)
        if name.endswith("_ms"):
            return when(value / 1000)
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    if isinstance(value, bool):
        return "yes" if value else ""
    return "" if value is None else str(value)
