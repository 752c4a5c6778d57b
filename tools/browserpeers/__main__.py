"""``python -m tools.browserpeers FOLDER``: have axe-core in a folder for the tests, for ``WARDLAW_TEST_BROWSER``.

Only the standard library is used; ``node_modules/`` comes from ``package-lock.json`` (no scripts are run, npm checks each
SHA-512). The browser itself is the system's Chromium.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from tools.locked import Run, has_npm, node_modules, part, run_command

HERE = Path(__file__).resolve().parent
LOCK = HERE / "package-lock.json"


def main(arguments: Sequence[str]) -> int:
    """Build the folder; 1 when it could not be had."""
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    return build(Path(arguments[0]).absolute(), run=run_command, node=has_npm())


def build(folder: Path, *, run: Run, node: bool) -> int:
    """Have axe-core as the lock says.

    Args:
        run: Runs a command in a folder; whether it went well.
        node: Whether npm is there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    locks = (LOCK, HERE / "package.json")
    if node and part(folder / "node_modules", locks, lambda: node_modules(HERE, folder, run)):
        return 0
    print("browserpeers: without axe-core" + ("" if node else " (npm is not installed)"), file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
