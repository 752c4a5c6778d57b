"""The file on disk and the secrets it names: the only part of the room that reads anything."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from wardlaw.config.model import Config
from wardlaw.config.parse import Loaded, load
from wardlaw.config.secretref import SecretRef
from wardlaw.facts.errors import ConfigError

FILE_NAME = "wardlaw.yaml"
ENV_CONFIG = "WARDLAW_CONFIG"
_OPEN_BITS = stat.S_IRWXG | stat.S_IRWXO


def find_config(given: str, env: Mapping[str, str], *, folder: Path) -> Path | None:
    """The file in force: the one given, ``WARDLAW_CONFIG``, ``./wardlaw.yaml``, ``./wardlaw-data/wardlaw.yaml``.

    Returns:
        Its absolute path; None when none was given and none of the usual ones exists.
    """
    named = given or env.get(ENV_CONFIG, "")
    if named:
        return (folder / named).absolute()
    for candidate in (folder / FILE_NAME, folder / "wardlaw-data" / FILE_NAME):
        if candidate.is_file():
            return candidate.absolute()
    return None


def read_config(path: Path, *, env: Mapping[str, str], flags: Mapping[str, str] | None = None) -> Loaded:
    """Read and check the file.

    Raises:
        ConfigError: It cannot be read, or what it says cannot be used.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        hint = "Give its path with --config, or make one with `wardlaw init`."
        raise ConfigError("WL-CFG-014", f"There is no configuration file {path}.", hint) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("WL-CFG-014", f"{path} cannot be read: {error}.", "Check path and permissions.") from error
    return load(text, source=str(path.absolute()), env=env, flags=flags)


def load_config(path: Path, *, env: Mapping[str, str] | None = None) -> Config:
    """The checked configuration of one file, under the environment of this process when none is given."""
    return read_config(path, env=os.environ if env is None else env).config


def read_secret(ref: SecretRef, *, env: Mapping[str, str], what: str) -> str:
    """The secret a reference names, without the line end of its file.

    Args:
        what: Dotted key, for the message.

    Raises:
        ConfigError: The variable is not set, or the file is missing, empty or open to others.
    """
    if ref.kind == "env":
        value = env.get(ref.name, "")
        if not value:
            raise ConfigError("WL-CFG-013", f"{what}: the variable {ref.name} is not set.", "Set it for this process.")
        return value
    path = Path(ref.name)
    try:
        mode = path.stat().st_mode
        if stat.S_IMODE(mode) & _OPEN_BITS & ~stat.S_IRGRP:
            hint = f"chmod 600 {path} (640 when a group must read it)."
            raise ConfigError("WL-CFG-013", f"{what}: {path} is open to other users.", hint)
        value = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            "WL-CFG-013", f"{what}: {path} cannot be read: {error}.", "Check the path and who owns it."
        ) from error
    if not value:
        raise ConfigError("WL-CFG-013", f"{what}: {path} is empty.", "Put the secret into it.")
    return value


def read_reference(text: str, *, env: Mapping[str, str], what: str) -> str:
    """A text that may be a reference (``env:``, ``file:``); any other text is returned as it stands."""
    kind, colon, name = text.partition(":")
    if colon and kind in ("env", "file"):
        return read_secret(SecretRef(kind, name), env=env, what=what)
    return text
