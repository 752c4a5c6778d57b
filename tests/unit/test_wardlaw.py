from __future__ import annotations

import subprocess
import sys

import pytest

import wardlaw


def test_the_client_is_imported_only_when_asked_for() -> None:
    program = (
        "import sys, wardlaw; before = 'msgspec' in sys.modules or 'pyreqwest' in sys.modules; "
        "from wardlaw import Client; print(before, 'pyreqwest' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


def test_a_name_that_is_not_there_is_said() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = wardlaw.nothing
