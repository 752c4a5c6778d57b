"""Running a vendor's own client, in its own environment, against a platform on loopback."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

BUILT = Path(os.environ.get("WARDLAW_TEST_VENDORS", "/nowhere"))
"""A folder made by ``python -m tools.vendorclients``."""

SCRIPTS = Path(__file__).parent / "vendors"


def run_client(name: str, *arguments: str, env: dict[str, str] | None = None) -> Any:
    """What ``tests/wire/vendors/NAME_script.py`` prints as JSON; skipped where the client is not there."""
    python = BUILT / name / "bin" / "python"
    if not python.exists():
        pytest.skip(f"the client of {name} is not there (WARDLAW_TEST_VENDORS, tools/vendorclients)")
    # The environment of the tests stays out: no proxy and no credential of the machine reaches the client.
    clean = {"PATH": os.environ.get("PATH", ""), "HOME": "/nonexistent", "NO_PROXY": "127.0.0.1", **(env or {})}
    command = (str(python), "-I", "-W", "ignore", str(SCRIPTS / f"{name}_script.py"), *arguments)
    done = subprocess.run(command, env=clean, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-4_000:]
    return json.loads(done.stdout)
