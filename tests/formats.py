"""What checkers that others made say of what we write; a test is skipped where a checker is not there."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

BUILT = Path(os.environ.get("WARDLAW_TEST_FORMATS", "/nowhere"))
"""A folder made by ``python -m tools.formatcheck``."""

OCSF_SCRIPT = Path(__file__).parent / "wire" / "formats" / "ocsf_script.py"
_OSCAL = "assessment-results/report/assessment-results.json"


def has_checker(name: str) -> bool:
    """Whether the checker can be run."""
    return (BUILT / name / "bin" / "python").exists()


def trestle_says(folder: Path, document: bytes) -> tuple[int, str]:
    """Exit code of ``trestle validate`` on OSCAL assessment results, and every word of it.

    Args:
        folder: An empty one, which becomes trestle's.
    """
    _need("oscal")
    (folder / ".trestle").mkdir(parents=True)  # all that makes a folder one of trestle's
    (folder / ".trestle" / "config.ini").write_text("")
    place = folder / _OSCAL
    place.parent.mkdir(parents=True)
    place.write_bytes(document)
    done = _run("oscal", "-m", "trestle", "validate", "-f", _OSCAL, cwd=folder)
    return done.returncode, (done.stdout + done.stderr).decode()


def ocsf_says(lines: bytes) -> Any:
    """The classes of events, one in each line, and what OCSF 1.8.0's own schema says is wrong with them."""
    _need("ocsf")
    done = _run("ocsf", str(OCSF_SCRIPT), "1.8.0", stdin=lines)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _need(name: str) -> None:
    if not has_checker(name):
        pytest.skip(f"the checker of {name} is not there (WARDLAW_TEST_FORMATS, tools/formatcheck)")


def _run(name: str, *words: str, cwd: Path | None = None, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    # The environment of the tests stays out: no proxy and no credential of the machine reaches the checker.
    clean = {"PATH": os.environ.get("PATH", ""), "HOME": "/nonexistent"}
    command = (str(BUILT / name / "bin" / "python"), "-I", *words)
    return subprocess.run(command, cwd=cwd, env=clean, input=stdin, capture_output=True, timeout=120, check=False)
