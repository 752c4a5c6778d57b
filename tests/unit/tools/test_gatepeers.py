"""The folder with the gate's oracles and data: whole locks, one part at a time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from tools.gatepeers.__main__ import HERE, build, main


def test_every_package_has_a_hash_and_no_address() -> None:
    for path in HERE.glob("requirements-*.txt"):
        packages = re.split(r"^(?=[a-z])", path.read_text(), flags=re.MULTILINE)[1:]
        assert packages
        assert all("==" in one and "--hash=sha256:" in one for one in packages)


def test_a_part_that_cannot_be_had_is_said_and_the_others_are_made(tmp_path: Path, capsys) -> None:
    (tmp_path / "requirements-good.txt").write_text("a==1\n")
    (tmp_path / "requirements-bad.txt").write_text("b==1\n")
    ran: list[str] = []

    def run(command: Sequence[str], folder: Path) -> bool:
        ran.append(folder.name)
        assert "--require-hashes" in command
        return folder.name == "good"

    assert build(tmp_path / "made", tmp_path, run=run) == 1
    assert capsys.readouterr().err == "gatepeers: without bad\n"
    assert build(tmp_path / "made", tmp_path, run=run) == 1
    assert ran == ["bad", "good", "bad"]


def test_it_says_how_it_is_called(capsys) -> None:
    assert main([]) == 2
    assert "WARDLAW_TEST_GATEPEERS" in capsys.readouterr().err
