"""The entry point. Help and version are answered here; everything heavy waits until a command runs."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence

from wardlaw import __version__
from wardlaw.cli.table import help_text


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; answers the exit code."""
    if arguments is None:
        # Processes started from here must take no module from the folder a person stands in, such as one that is scanned.
        os.environ.setdefault("PYTHONSAFEPATH", "1")
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or words[0] in ("--help", "-h", "help"):
        sys.stdout.write(help_text())
        return 0
    if words[0] == "--version":
        sys.stdout.write(f"wardlaw {__version__}\n")
        return 0
    # The framework costs 0.2 s to import; see docs/decisions/0017-dependencies.md.
    code: int = importlib.import_module("wardlaw.cli.run").run(words)
    return code
