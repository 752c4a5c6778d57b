"""``python -m tools.modelpeers FOLDER``: have scanners, libraries that write models and a validator, for ``WARDLAW_TEST_MODELS``.

Only the standard library is used. Each ``requirements-NAME.txt`` beside this file becomes the environment ``NAME/``: its
tests are skipped with that reason where it could not be had.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tools.locked import run_command
from tools.vendorclients.__main__ import build

HERE = Path(__file__).resolve().parent

if __name__ == "__main__":
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    sys.exit(build(Path(sys.argv[1]).absolute(), HERE, run=run_command, node=False))
