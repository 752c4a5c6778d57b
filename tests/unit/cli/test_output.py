"""Results to stdout, the rest to stderr."""

from __future__ import annotations

import json

import pytest
from rich.console import Console
from rich.text import Text

from wardlaw.cli.output import Output, program, rows


def test_text_and_notes_go_their_own_ways(capsys: pytest.CaptureFixture[str], no_color: None) -> None:
    del no_color
    output = Output()
    output.result({"a": 1}, "one [bold]line[/bold]", Text("two"))
    output.note("beside")
    output.warn("look")
    said = capsys.readouterr()
    assert said.out == "one [bold]line[/bold]\ntwo\n"
    assert said.err == "beside\nwarning look\n"
    assert not output.is_live


def test_quiet_keeps_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    output = Output(quiet=True)
    output.note("beside")
    output.warn("look")
    assert "beside" not in capsys.readouterr().err


def test_json_is_one_object_and_nothing_else(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    Output(as_json=True).result({"a": ("ä", 1)}, "not shown")
    assert json.loads(capsysbinary.readouterr().out) == {"format": 1, "a": ["ä", 1]}


def test_rows_in_a_pipe_stay_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    Output().result({}, rows(("name", "text"), [("a", "x" * 150), ("b", Text("[y]"))]))
    out = capsys.readouterr().out
    assert "x" * 150 in out
    assert "[y]" in out


@pytest.mark.parametrize(("called", "shown"), [(None, "wardlaw"), ("./wardlaw", "./wardlaw"), ("/a b/w", "'/a b/w'")])
def test_what_is_to_be_typed_next_works_from_where_it_was_called(
    called: str | None, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("_WARDLAW_CALLED", raising=False)
    if called is not None:
        monkeypatch.setenv("_WARDLAW_CALLED", called)
    assert program() == shown


def test_progress_is_drawn_on_a_terminal_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Output().progress("judging") as advance:
        advance(0.5, "half")
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(Output, "is_live", property(lambda _output: True))
    output = Output()
    output._stderr = Console(stderr=True, force_terminal=True, width=100, color_system=None)
    with output.progress("judging") as advance:
        advance(0.5, "1,000 decisions")
    assert "judging" in capsys.readouterr().err
