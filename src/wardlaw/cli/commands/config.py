"""``wardlaw config``: what is in force and where it comes from."""

from __future__ import annotations

import os
from typing import Any

import msgspec
from cyclopts import App

from wardlaw.cli.options import NONE, Options
from wardlaw.cli.output import rows
from wardlaw.config.model import Origin
from wardlaw.config.parse import unknown_env
from wardlaw.config.reference import key_reference, plain
from wardlaw.config.secretref import SecretRef

app = App(name="config", help="Show the configuration and where it comes from.")


@app.command
def show(*, origin: bool = False, options: Options = NONE) -> int:
    """Show every value in force. Secrets are shown by their place only.

    Args:
        origin: Show where each value comes from: default, file and line, environment or flag.
    """
    loaded = options.load()
    output = options.output()
    lines = []
    for path, value in _leaves(loaded.config, ""):
        came_from = str(loaded.origins.get(path, Origin()))
        lines.append((path, plain(value), came_from) if origin else (path, plain(value)))
    for name, near in unknown_env(os.environ):
        output.warn(f"{name} is no setting; did you mean {near}?")
    columns = ("key", "value", "origin") if origin else ("key", "value")
    data: dict[str, Any] = {"file": str(options.config_path()), "values": {line[0]: line[1] for line in lines}}
    if origin:
        data["origins"] = {line[0]: line[-1] for line in lines}
    output.result(data, rows(columns, lines))
    return 0


@app.command
def keys(*, options: Options = NONE) -> int:
    """List every key with type, default and meaning, as the documentation does."""
    text = key_reference()
    options.output().result({"reference": text}, text)
    return 0


def _leaves(value: Any, path: str) -> list[tuple[str, Any]]:
    """Every single value with its dotted key, in the order of the structs."""
    if isinstance(value, msgspec.Struct) and not isinstance(value, SecretRef):
        prefix = f"{path}." if path else ""
        return [leaf for name in value.__struct_fields__ for leaf in _leaves(getattr(value, name), f"{prefix}{name}")]
    if isinstance(value, tuple) and value and isinstance(value[0], msgspec.Struct):
        return [leaf for index, item in enumerate(value) for leaf in _leaves(item, f"{path}[{index}]")]
    if isinstance(value, dict) and value:
        return [leaf for name, item in value.items() for leaf in _leaves(item, f"{path}.{name}")]
    return [(path, value)]
