"""``python -m tools.gatepeers FOLDER``: have the gate's oracles and data in a folder, for ``WARDLAW_TEST_GATEPEERS``.

Only the standard library is used. Each ``requirements-NAME.txt`` beside this file becomes the environment ``NAME/``.
A part that cannot be had is said and left out; the tests that want it are skipped with that reason.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from tools.locked import Run, environment, part, run_command

HERE = Path(__file__).resolve().parent


def main(arguments: Sequence[str]) -> int:
    """Build the folder; 1 when a part of it could not be had."""
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    return build(Path(arguments[0]).absolute(), HERE, run=run_command)


def build(folder: Path, source: Path, *, run: Run) -> int:
    """Have every part that is not there yet as the locks in ``source`` say."""
    folder.mkdir(parents=True, exist_ok=True)
    missing = []
    for lock in sorted(source.glob("requirements-*.txt")):
        name = lock.stem.removeprefix("requirements-")
        if not part(folder / name, (lock,), lambda name=name, lock=lock: environment(folder / name, lock, run)):
            missing.append(name)
    for one in missing:
        print(f"gatepeers: without {one}", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
