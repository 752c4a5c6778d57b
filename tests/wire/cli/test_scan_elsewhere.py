"""A scan of a stranger's folder takes none of its modules, whoever starts it and however many processes it has."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from wardlaw.testing.papers import pdf

MARK = "taken.txt"
EVIL = f"open({MARK!r}, 'a').write(__name__)\n"
COMMANDS = {
    "installed": [str(Path(sys.executable).parent / "wardlaw")],
    "launcher": [sys.executable, "-P", "-m", "wardlaw"],  # as ./wardlaw starts it
}


@pytest.mark.parametrize("how", COMMANDS)
def test_no_module_of_the_scanned_folder_is_run(tmp_path: Path, how: str) -> None:
    for name in ("wardlaw", "multiprocessing", "msgspec", "encodings"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(EVIL)
    for name in ("pypdf.py", "resource.py", "sitecustomize.py"):
        (tmp_path / name).write_text(EVIL)
    for number in range(3):
        (tmp_path / f"{number}.pdf").write_bytes(pdf("A page about roses."))
        (tmp_path / f"{number}.txt").write_text("A text about roses.")
    env = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    command = [*COMMANDS[how], "scan", ".", "--jobs", "2", "--detector", "secrets"]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not (tmp_path / MARK).exists(), (tmp_path / MARK).read_text()
