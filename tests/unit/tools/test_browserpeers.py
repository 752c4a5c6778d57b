"""What looks at the console's pages: a whole lock, made once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from tools.browserpeers.__main__ import HERE, LOCK, build, main
from tools.locked import unlocked


def test_every_package_has_a_hash_and_no_address() -> None:
    lock = json.loads(LOCK.read_text())
    assert unlocked(lock) == []
    wanted = json.loads((HERE / "package.json").read_text())["dependencies"]
    assert {name: lock["packages"][f"node_modules/{name}"]["version"] for name in wanted} == wanted


def test_it_is_made_once_and_what_cannot_be_had_is_said(tmp_path: Path, capsys) -> None:
    ran: list[str] = []

    def run(command: Sequence[str], folder: Path) -> bool:
        ran.append(command[0])
        (folder / "node_modules").mkdir(exist_ok=True)
        return True

    assert build(tmp_path, run=run, node=False) == 1
    assert "npm is not installed" in capsys.readouterr().err
    assert [build(tmp_path, run=run, node=True), build(tmp_path, run=run, node=True)] == [0, 0]
    assert ran == ["npm"]
    assert main([]) == 2
