"""Options every command takes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from wardlaw.cli.output import Output
from wardlaw.config.load import FILE_NAME, find_config, read_config
from wardlaw.config.model import Config
from wardlaw.config.parse import Loaded
from wardlaw.facts.errors import ConfigError, InputError


# A dataclass, not a struct: the command-line framework flattens those.
@Parameter(name="*", group="Everywhere")
@dataclass(frozen=True)
class Options:
    """Options every command takes."""

    config: Annotated[str, Parameter(show_default=False)] = ""
    """Configuration file (default: $WARDLAW_CONFIG, ./wardlaw.yaml, ./wardlaw-data/wardlaw.yaml)."""
    set: Annotated[tuple[str, ...], Parameter(negative=(), show_default=False)] = ()
    """KEY=VALUE that wins over environment and file; may be given again."""
    json: Annotated[bool, Parameter(negative=(), show_default=False)] = False
    """One JSON object on stdout."""
    quiet: Annotated[bool, Parameter(negative=(), show_default=False)] = False
    """Only errors on stderr."""

    def output(self) -> Output:
        """Where the command's words go."""
        return Output(as_json=self.json, quiet=self.quiet)

    def flags(self) -> dict[str, str]:
        """The values of ``--set`` by dotted key.

        Raises:
            InputError: One is not KEY=VALUE.
        """
        found = {}
        for text in self.set:
            key, equals, value = text.partition("=")
            if not equals or not key:
                raise InputError("WL-CLI-002", f"--set {text} is not KEY=VALUE.", "Such as --set gateway.workers=2.")
            found[key] = value
        return found

    def config_path(self) -> Path | None:
        """The configuration file in force; None when there is none."""
        return find_config(self.config, os.environ, folder=Path.cwd())

    def load(self) -> Loaded:
        """The checked configuration with origins.

        Raises:
            ConfigError: There is none, or it cannot be used.
        """
        path = self.config_path()
        if path is None:
            hint = "Make one with `wardlaw init`, or name one with --config."
            raise ConfigError("WL-CFG-014", f"There is no {FILE_NAME} here.", hint)
        return read_config(path, env=os.environ, flags=self.flags())

    def configuration(self) -> Config:
        """The checked configuration."""
        return self.load().config


NONE = Options()
"""What a command has when no common option was given."""
