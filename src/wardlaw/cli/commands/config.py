"""``wardlaw config``: what is in force and where it comes from."""

from __future__ import annotations

import os
from typing import Any

from cyclopts import App

from wardlaw.cli.options import NONE, Options
from wardlaw.cli.output import rows
from wardlaw.config.parse import unknown_env
from wardlaw.config.reference import key_reference
from wardlaw.config.values import every_value

app = App(name="config", help="Show the configuration and where it comes from.")


@app.command
def show(*, origin: bool = False, options: Options = NONE) -> int:
    """Show every value in force. Secrets are shown by their place only.

    Args:
        origin: Show where each value comes from: default, file and line, environment or flag.
    """
    loaded = options.load()
    output = options.output()
    values = every_value(loaded.config, loaded.origins)
    lines = [(one.key, one.value, one.origin) if origin else (one.key, one.value) for one in values]
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
