"""What must not stand in the tree."""

from __future__ import annotations

import re

from tests.house.sources import ROOT, tracked

# Written in pieces so that this file does not find itself.
MACHINE_PATH = r"(^|[^A-Za-z0-9_.])/(" + "wo" + "rk|" + "fa" + "rm)/[a-z]|/" + "home/[a-z]|/" + r"Users/[a-z]"
REGISTRY = r"|".join((r"pypi\." + "org", "python" + "hosted", r"registry\." + "npmjs", r"deb\.debian\." + "org"))
FORBIDDEN = re.compile(f"{MACHINE_PATH}|{REGISTRY}", re.MULTILINE)
TEXT = {
    ".py",
    ".md",
    ".toml",
    ".txt",
    ".in",
    ".yaml",
    ".yml",
    ".json",
    ".cedar",
    ".ini",
    ".cfg",
    ".sh",
    ".service",
    ".html",
    ".css",
    ".js",
    "",
}


def test_no_machine_paths_and_no_registry_addresses() -> None:
    found = []
    for path in tracked():
        if path.suffix not in TEXT:
            continue
        text = path.read_bytes().decode("utf-8", errors="replace")
        found += [
            f"{path.relative_to(ROOT)}:{text[: hit.start()].count(chr(10)) + 1}" for hit in FORBIDDEN.finditer(text)
        ]
    assert found == []


def test_changes_are_told_in_fragments() -> None:
    fragments = [path.name for path in (ROOT / "changes").glob("*.md") if path.name != "README.md"]
    assert fragments
    assert [
        name for name in fragments if not re.fullmatch(r"\d+\.(feature|fix|change|security|removal)\.md", name)
    ] == []
