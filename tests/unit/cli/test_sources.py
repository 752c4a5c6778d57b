"""Reading policy folders and texts."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from wardlaw.cli.options import Options
from wardlaw.cli.sources import policy_files, read_sources, read_stdin, read_text
from wardlaw.facts.errors import InputError


def test_folders_files_and_nothing(tmp_path: Path) -> None:
    (tmp_path / "b.cedar").write_text("x")
    (tmp_path / "a.yaml").write_text("y")
    (tmp_path / "c.txt").write_text("z")
    assert [path.name for path in policy_files(str(tmp_path), Options())] == ["a.yaml", "b.cedar"]
    assert policy_files(str(tmp_path / "c.txt"), Options()) == [tmp_path / "c.txt"]
    assert list(read_sources([tmp_path / "a.yaml"]).values()) == ["y"]
    for place in ("none", "empty"):
        (tmp_path / "empty").mkdir(exist_ok=True)
        with pytest.raises(InputError, match="WL-CLI-003"):
            policy_files(str(tmp_path / place), Options())


def test_unreadable_texts_are_told(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"\xff")
    with pytest.raises(InputError, match="not UTF-8"):
        read_text(tmp_path / "b")
    with pytest.raises(InputError, match="cannot be read"):
        read_text(tmp_path / "none")


def test_stdin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("ä".encode())))
    assert read_stdin() == "ä"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\xff")))
    with pytest.raises(InputError, match="not UTF-8"):
        read_stdin()


def test_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wardlaw.cli.sources.MAX_BYTES", 2)
    (tmp_path / "a").write_text("abc")
    with pytest.raises(InputError, match="larger"):
        read_text(tmp_path / "a")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"abc")))
    with pytest.raises(InputError, match="more than"):
        read_stdin()
