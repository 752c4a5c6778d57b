"""The folder with vendors' clients: every list and lock that is there, each with hashes and without addresses."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from tools.locked import unlocked
from tools.vendorclients.__main__ import HERE, build, environments, main, modules


def test_the_two_clients_of_google_and_github_are_there() -> None:
    assert {"google", "github"} <= {*environments(HERE)}
    assert main([]) == 2


@pytest.mark.parametrize("path", environments(HERE).values(), ids=lambda path: path.stem)
def test_every_package_of_python_has_a_hash_and_no_address(path: Path) -> None:
    text = path.read_text()
    assert "://" not in text
    packages = re.split(r"^(?=[A-Za-z])", text, flags=re.MULTILINE)[1:]
    assert packages
    assert [one.splitlines()[0] for one in packages if "==" not in one or "--hash=sha256:" not in one] == []
    listed = {one.splitlines()[0].split()[0] for one in packages}
    wanted = [line for line in path.with_suffix(".in").read_text().splitlines() if not line.startswith("#")]
    assert {re.sub(r"\[.*\]", "", line).lower().replace("_", "-") for line in wanted} <= listed


@pytest.mark.parametrize("path", modules(HERE), ids=lambda path: path.name)
def test_every_package_of_npm_has_a_hash_and_no_address(path: Path) -> None:
    assert unlocked(json.loads((path / "package-lock.json").read_text())) == []


def test_each_list_and_each_lock_becomes_a_part_and_one_that_cannot_be_had_is_said(tmp_path: Path, capsys) -> None:
    source, made = tmp_path / "source", tmp_path / "made"
    (source / "server").mkdir(parents=True)
    (source / "requirements-one.txt").write_text("one==1")
    (source / "requirements-two.txt").write_text("two==2")
    (source / "server" / "package.json").write_text("{}")
    (source / "server" / "package-lock.json").write_text('{"packages": {}}')
    ran: list[str] = []

    def run(command: Sequence[str], folder: Path) -> bool:
        ran.append(folder.name)
        return folder.name != "two"

    assert build(made, source, run=run, node=False) == 1
    assert ran == ["one", "two"]
    said = capsys.readouterr().err
    assert "without two" in said
    assert "server (npm is not installed)" in said
    ran.clear()
    assert build(made, source, run=run, node=True) == 1
    assert ran == ["two", "server"]
    assert (made / "server" / "package-lock.json").exists()
