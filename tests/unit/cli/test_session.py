"""Reaching the management API and showing what it answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from wardlaw.cli.options import Options
from wardlaw.cli.session import connect, show_list, show_one, show_secret_text, when, with_prefix
from wardlaw.facts.errors import ConfigError, UnavailableError


def test_url_beats_the_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wardlaw.yaml").write_text("")
    monkeypatch.delenv("WARDLAW_CONFIG", raising=False)
    with pytest.raises(UnavailableError, match=r"control\.sock"):
        connect(Options()).get("/session")
    monkeypatch.setenv("WARDLAW_URL", "http://192.0.2.1:1")
    with pytest.raises(ConfigError, match="only loopback"):
        connect(Options())


def test_ids_times_and_cells(capsys: pytest.CaptureFixture[str], no_color: None) -> None:
    del no_color
    assert with_prefix("app", "key") == "key:app"
    assert with_prefix("key:app", "key") == "key:app"
    assert when(0) == ""
    assert when(1_790_000_000) == "2026-09-21 14:13:20Z"
    item = {
        "id": "a",
        "created_at": 1_790_000_000.0,
        "at_ms": 1_790_000_000_000,
        "tags": ["x", "y"],
        "off": True,
        "none": None,
    }
    assert show_list(Options(), "things", [item], columns=tuple(item)) == 0
    line = capsys.readouterr().out.splitlines()[1]
    assert line.split() == ["a", "2026-09-21", "14:13:20Z", "2026-09-21", "14:13:20Z", "x,", "y", "yes"]
    show_list(Options(), "things", [], columns=("id",))
    assert capsys.readouterr().out == "no things\n"
    show_one(Options(), "thing", {"id": "a", "empty": ""})
    assert "empty" not in capsys.readouterr().out


def test_a_text_shown_once_stands_alone_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    show_secret_text(Options(), {"key": {}}, text="wl_x", what="the key")
    said = capsys.readouterr()
    assert said.out == "wl_x\n"
    assert "only time" in said.err
