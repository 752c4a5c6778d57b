from __future__ import annotations

from pathlib import Path

import pytest

from wardlaw.cli.scanning.excluding import Excludes, read_pattern
from wardlaw.cli.scanning.walking import Skipped, walk
from wardlaw.facts.errors import InputError

COVERS = ("excluding",)


@pytest.mark.parametrize(
    ("line", "path", "out"),
    [
        ("*.log", "a.log", True),
        ("*.log", "x/y/a.log", True),
        ("*.log", "a.log.txt", False),
        ("/a.txt", "a.txt", True),
        ("/a.txt", "x/a.txt", False),
        ("x/a.txt", "x/a.txt", True),
        ("x/a.txt", "y/x/a.txt", False),
        ("**/a", "x/y/a", True),
        ("**/a", "a", True),
        ("x/**", "x/y/z", True),
        ("x/**", "x", False),
        ("x/**/z", "x/z", True),
        ("x/**/z", "x/a/b/z", True),
        ("a?c", "abc", True),
        ("a?c", "a/c", False),
        ("a[bx]c", "axc", True),
        ("a[!b]c", "abc", False),
        ("*", "anything", True),
        (r"\#a", "#a", True),
        (r"\!a", "!a", True),
        ("a.b", "axb", False),
        ("build/", "build", False),
        ("*a*a*a*a*a*a*a*a*a*b", "a" * 200, False),
        ("[", "[", True),
    ],
)
def test_patterns(line: str, path: str, out: bool) -> None:
    assert Excludes().within("", [line]).excludes(path, is_folder=False) is out


@pytest.mark.parametrize("line", ["", "  ", "# remark", "/", "a" * 2000, "[z-a]"])
def test_what_is_no_pattern_leaves_nothing_out(line: str) -> None:
    assert read_pattern(line) is None


def test_the_last_line_that_matches_wins_and_holds_below_its_folder_alone() -> None:
    rules = Excludes().within("", ["*.txt", "!keep.txt", "build/"]).within("inner/", ["/only.md"])
    assert rules.excludes("a.txt", is_folder=False)
    assert not rules.excludes("x/keep.txt", is_folder=False)
    assert rules.excludes("x/build", is_folder=True)
    assert rules.excludes("inner/only.md", is_folder=False)
    assert not rules.excludes("only.md", is_folder=False)


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("a.txt", "b.log", "sub/c.txt", "sub/d.txt", ".git/config", "node_modules/x.js", "out/e.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    (tmp_path / ".gitignore").write_text("*.log\nout/\n")
    (tmp_path / "sub" / ".wardlawignore").write_text("d.txt\n")
    (tmp_path / "link").symlink_to(tmp_path)
    return tmp_path


def _names(found: object) -> list[str]:
    return [one.as_posix() for one in found if isinstance(one, Path)]  # type: ignore[attr-defined]


def test_ignore_files_are_heeded_and_the_order_is_fixed(tree: Path) -> None:
    assert _names(walk(["."])) == [".gitignore", "a.txt", "sub/.wardlawignore", "sub/c.txt"]
    assert _names(walk(["."], excludes=["sub/"])) == [".gitignore", "a.txt"]


def test_what_is_named_is_taken_once(tree: Path) -> None:
    assert _names(walk(["b.log", "out", "b.log"])) == ["b.log", "out/e.txt"]


def test_all_of_it_when_asked(tree: Path) -> None:
    found = _names(walk(["."], heeds=False))
    assert {"b.log", "out/e.txt", ".git/config", "node_modules/x.js", "sub/d.txt"} <= set(found)


def test_links_are_told_and_not_followed(tree: Path) -> None:
    assert [one.path for one in walk(["."]) if isinstance(one, Skipped)] == ["link"]


def test_what_is_not_there_is_an_error(tree: Path) -> None:
    with pytest.raises(InputError):
        list(walk(["nowhere"]))
