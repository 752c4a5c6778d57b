"""``python -m tools.judge_gates SECTION...``: write sections of ``docs/gates.md``; all of them without a name.

Needs the folder of ``python -m tools.gatepeers`` in ``WARDLAW_TEST_GATEPEERS``, for model files that of
``python -m tools.modelpeers`` in ``WARDLAW_TEST_MODELS``. Each section is a file of this package
with a function ``section(peers)`` that answers Markdown; it stands between its own markers on the page.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.judge_gates.sections import PAGE, replace_section

SECTIONS = ("bias", "limits", "poisoning", "rare", "large", "texts", "wholegate", "modelfiles")


def main(names: Sequence[str]) -> int:
    """Write sections; 2 without the folder, or for a name there is not."""
    peers = os.environ.get("WARDLAW_TEST_GATEPEERS", "")
    if not peers or set(names) - set(SECTIONS):
        print(__doc__, file=sys.stderr)
        return 2
    for name in names or SECTIONS:
        text = importlib.import_module(f"tools.judge_gates.{name}").section(Path(peers))
        replace_section(PAGE, name, text)
        print(f"{PAGE.name}: {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
