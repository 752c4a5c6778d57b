"""``python -m tools.formatcheck FOLDER``: have checkers of formats in a folder, for ``WARDLAW_TEST_FORMATS``.

Each ``requirements-NAME.txt`` beside this file becomes the environment ``NAME/``, as ``tools.vendorclients`` makes them: one
that cannot be had is said and left out, and the tests that want it are skipped with that reason.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from tools.locked import run_command
from tools.vendorclients.__main__ import build

HERE = Path(__file__).resolve().parent


def main(arguments: Sequence[str]) -> int:
    """Build the folder; 1 when a part of it could not be had."""
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    return build(Path(arguments[0]).absolute(), HERE, run=run_command, node=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
