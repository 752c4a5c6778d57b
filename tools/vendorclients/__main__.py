"""``python -m tools.vendorclients FOLDER``: have vendors' own clients in a folder, for ``WARDLAW_TEST_VENDORS``.

Only the standard library is used. Each ``requirements-NAME.txt`` beside this file becomes the environment ``NAME/``, and
each folder beside it with a ``package-lock.json`` becomes ``FOLDER/node_modules/``. A part that cannot be had is said and
left out; the tests that want it are skipped with that reason.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from tools.locked import LOCK, PACKAGES, Run, environment, has_npm, node_modules, part, run_command

HERE = Path(__file__).resolve().parent


def main(arguments: Sequence[str]) -> int:
    """Build the folder; 1 when a part of it could not be had."""
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    return build(Path(arguments[0]).absolute(), HERE, run=run_command, node=has_npm())


def build(folder: Path, source: Path, *, run: Run, node: bool) -> int:
    """Have every part that is not there yet as the locks say.

    Args:
        source: Where the locks are.
        run: Runs a command in a folder; whether it went well.
        node: Whether npm is there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    missing = []
    for name, lock in environments(source).items():
        if not part(folder / name, (lock,), lambda name=name, lock=lock: environment(folder / name, lock, run)):
            missing.append(name)
    for locked in modules(source):
        made, locks = folder / locked.name, (locked / LOCK, locked / PACKAGES)
        if not node:
            missing.append(f"{locked.name} (npm is not installed)")
        elif not part(made, locks, lambda locked=locked, made=made: _modules(locked, made, run)):
            missing.append(locked.name)
    for one in missing:
        print(f"{source.name}: without {one}", file=sys.stderr)
    return 1 if missing else 0


def environments(source: Path) -> dict[str, Path]:
    """The lock of each environment, by its name."""
    return {path.stem.removeprefix("requirements-"): path for path in sorted(source.glob("requirements-*.txt"))}


def modules(source: Path) -> list[Path]:
    """The folders with a lock of npm."""
    return sorted(path.parent for path in source.glob(f"*/{LOCK}"))


def _modules(locked: Path, made: Path, run: Run) -> bool:
    made.mkdir()
    return node_modules(locked, made, run)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
