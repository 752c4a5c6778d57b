"""What is had by a lock: whole locks only, one part at a time, made anew when a lock changes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tools.locked import node_modules, part, run_command, unlocked


def test_a_package_without_a_hash_or_with_an_address_is_named() -> None:
    packages = {"": {}, "a": {"integrity": "sha512-x"}, "b": {"integrity": "sha1-x"}, "c": {}}
    assert unlocked({"packages": packages | {"d": {"integrity": "sha512-x", "resolved": "somewhere"}}}) == [
        "b",
        "c",
        "d",
    ]


def test_a_part_is_made_once_and_again_when_its_lock_changes(tmp_path: Path) -> None:
    lock, made, times = tmp_path / "lock", tmp_path / "made", []

    def make(*, works: bool = True) -> bool:
        times.append(1)
        made.mkdir()
        return works

    lock.write_text("one")
    assert not part(made, (lock,), lambda: make(works=False))
    assert part(made, (lock,), make)
    assert part(made, (lock,), make)
    assert len(times) == 2
    lock.write_text("two")
    assert part(made, (lock,), make)
    assert len(times) == 3


def test_a_lock_without_hashes_is_not_installed(tmp_path: Path, capsys) -> None:
    (tmp_path / "package-lock.json").write_text(json.dumps({"packages": {"": {}, "node_modules/x": {}}}))
    ran: list[object] = []
    assert not node_modules(tmp_path, tmp_path, lambda *asked: bool(ran.append(asked)))
    assert ran == []
    assert "node_modules/x" in capsys.readouterr().err


def test_a_command_that_fails_is_told(tmp_path: Path) -> None:
    assert run_command((sys.executable, "-c", ""), tmp_path)
    assert not run_command((sys.executable, "-c", "raise SystemExit(3)"), tmp_path)
