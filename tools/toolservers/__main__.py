"""``python -m tools.toolservers FOLDER``: have real servers of tools in a folder, for ``WARDLAW_TEST_MCP``.

Only the standard library is used. ``node_modules/`` comes from ``package-lock.json`` (no scripts are run, npm checks
each SHA-512), ``python/`` and ``sqlite/`` are environments from the two lists of requirements. A part that cannot be
had is said and left out; the tests that want it are skipped with that reason.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from tools.locked import Run, environment, has_npm, node_modules, part, run_command

HERE = Path(__file__).resolve().parent
LOCK = HERE / "package-lock.json"
ENVIRONMENTS = {"python": HERE / "requirements.txt", "sqlite": HERE / "requirements-sqlite.txt"}


def main(arguments: Sequence[str]) -> int:
    """Build the folder; 1 when a part of it could not be had."""
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    return build(Path(arguments[0]).absolute(), run=run_command, node=has_npm())


def build(folder: Path, *, run: Run, node: bool) -> int:
    """Have every part that is not there yet as the locks say.

    Args:
        run: Runs a command in a folder; whether it went well.
        node: Whether npm is there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    missing = []
    if not node:
        missing.append("the servers of npm (npm is not installed)")
    elif not part(folder / "node_modules", (LOCK, HERE / "package.json"), lambda: node_modules(HERE, folder, run)):
        missing.append("the servers of npm")
    for name, lock in ENVIRONMENTS.items():
        if not part(folder / name, (lock,), lambda name=name, lock=lock: environment(folder / name, lock, run)):
            missing.append(name)
    for one in missing:
        print(f"toolservers: without {one}", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
