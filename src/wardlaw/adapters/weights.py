"""The learned weights that ship with the package, read from the disk."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from wardlaw.facts.errors import ConfigError
from wardlaw.security.learned import Weights, parse_weights

_FILE = "injection-linear.bin"


def load_weights(path: Path | None = None) -> Weights:
    """The weights of the linear model; those that ship unless another file is named.

    Raises:
        ConfigError: The file is missing, cannot be read or was changed. Nothing may serve without it, since it would
            see less than the decisions recorded before.
    """
    place: Path | Traversable = path or files("wardlaw.security").joinpath("weights", _FILE)
    try:
        return parse_weights(place.read_bytes())
    except (OSError, ValueError) as error:
        raise ConfigError(
            "WL-SEC-003",
            f"The weights of the injection detector ({place}) cannot be used: {error}.",
            "Install Wardlaw anew, so that the file is the one that was released.",
        ) from error
