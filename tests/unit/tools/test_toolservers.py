"""The folder with servers of others: whole locks, one part at a time, made anew when a lock changes."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

from tools.locked import unlocked
from tools.toolservers.__main__ import ENVIRONMENTS, HERE, LOCK, build, main


def test_every_package_has_a_hash_and_no_address() -> None:
    lock = json.loads(LOCK.read_text())
    assert unlocked(lock) == []
    wanted = json.loads((HERE / "package.json").read_text())["dependencies"]
    assert lock["packages"][""]["dependencies"] == wanted
    for name, version in wanted.items():
        assert lock["packages"][f"node_modules/{name}"]["version"] == version
    for path in ENVIRONMENTS.values():
        text = path.read_text()
        assert len(re.findall(r"^[a-z].*==", text, re.MULTILINE)) > 1
        assert all("--hash=sha256:" in one for one in re.split(r"^(?=[a-z])", text, flags=re.MULTILINE)[1:])


def test_parts_are_made_once_and_again_after_one_that_failed(tmp_path: Path, capsys) -> None:
    ran: list[str] = []
    failing = {"npm"}

    def run(command: Sequence[str], folder: Path) -> bool:
        ran.append(command[0] if command[0] == "npm" else command[-1])
        if command[0] == "npm":
            assert "--ignore-scripts" in command
            (folder / "node_modules").mkdir(exist_ok=True)
            return command[0] not in failing
        assert "--require-hashes" in command
        return True

    assert build(tmp_path, run=run, node=True) == 1
    assert "without the servers of npm" in capsys.readouterr().err
    failing.clear()
    ran.clear()
    assert build(tmp_path, run=run, node=True) == 0
    assert ran == ["npm"]
    assert build(tmp_path, run=run, node=True) == 0
    assert ran == ["npm"]


def test_a_machine_without_npm_has_the_others(tmp_path: Path, capsys) -> None:
    ran: list[str] = []

    def run(command: Sequence[str], _folder: Path) -> bool:
        ran.append(Path(command[-1]).name)
        return True

    assert build(tmp_path, run=run, node=False) == 1
    assert ran == ["requirements.txt", "requirements-sqlite.txt"]
    assert "npm is not installed" in capsys.readouterr().err
    assert main([]) == 2
