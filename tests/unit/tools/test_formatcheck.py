"""The folder with checkers of formats: each list has hashes and no addresses, and names the versions the docs name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tools.formatcheck.__main__ import HERE, main
from tools.vendorclients.__main__ import environments


def test_both_checkers_are_there_in_the_versions_that_are_told() -> None:
    assert {*environments(HERE)} == {"oscal", "ocsf"}
    assert main([]) == 2
    wanted = [line.split("==") for one in HERE.glob("*.in") for line in one.read_text().splitlines()]
    told = (HERE / "README.md").read_text()
    assert [name for name, version in wanted if name != "jsonschema" and f"{name} {version}" not in told] == []


@pytest.mark.parametrize("path", environments(HERE).values(), ids=lambda path: path.stem)
def test_every_package_has_a_hash_and_no_address(path: Path) -> None:
    text = path.read_text()
    assert "://" not in text
    packages = re.split(r"^(?=[A-Za-z])", text, flags=re.MULTILINE)[1:]
    assert packages
    assert [one.splitlines()[0] for one in packages if "==" not in one or "--hash=sha256:" not in one] == []
    listed = {one.splitlines()[0].split()[0] for one in packages}
    assert set(path.with_suffix(".in").read_text().splitlines()) <= listed
