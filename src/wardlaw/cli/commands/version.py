"""``wardlaw version``."""

from __future__ import annotations

import importlib.metadata
import platform

from wardlaw import __version__
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.output import rows

# What decisions and evidence rest on; a report of a fault needs their versions.
_PARTS = (
    "cedarpy",
    "cryptography",
    "granian",
    "google-re2",
    "litestar",
    "msgspec",
    "orjson",
    "httptools",
    "sqlalchemy",
)


def version(*, options: Options = NONE) -> int:
    """Version of Wardlaw and of what it stands on."""
    parts = {name: _version_of(name) for name in _PARTS}
    python = platform.python_version()
    data = {"wardlaw": __version__, "python": python, "platform": platform.platform(), "packages": parts}
    table = rows(("part", "version"), [("wardlaw", __version__), ("python", python), *parts.items()])
    options.output().result(data, table)
    return 0


def _version_of(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"
