"""Clients' files rewritten: every program goes through wrap, nothing else changes, and a second time nothing at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wardlaw.cli.wrapping.editing import edit, write
from wardlaw.facts.errors import InputError

WARDLAW = ("/opt/py", "-m", "wardlaw")
FILE = {
    "theme": "dark ü",
    "mcpServers": {
        "Files & more": {"command": "npx", "args": ["-y", "server", "/srv"], "env": {"TOKEN": "of-the-client"}},
        "plain": {"command": "uvx"},
        "far": {"url": "https://mcp.example/mcp"},
    },
}


def test_programs_go_through_wrap_and_the_rest_stays() -> None:
    edited = edit(json.dumps(FILE, indent=4, ensure_ascii=False) + "\n", wardlaw=WARDLAW, source="f.json")
    made = json.loads(edited.text)
    assert made["mcpServers"]["Files & more"] == {
        "command": "/opt/py",
        "args": ["-m", "wardlaw", "mcp", "wrap", "--name", "files-more", "--", "npx", "-y", "server", "/srv"],
        "env": {"TOKEN": "of-the-client"},
    }
    assert made["mcpServers"]["plain"]["args"] == ["-m", "wardlaw", "mcp", "wrap", "--name", "plain", "--", "uvx"]
    assert made["mcpServers"]["far"] == FILE["mcpServers"]["far"]
    assert (made["theme"], edited.wrapped) == ("dark ü", ("Files & more", "plain"))
    assert [name for name, _ in edited.left] == ["far"]
    assert '\n    "theme": "dark ü"' in edited.text
    # The diff shows what changes, and no lines around that might hold a credential.
    assert '+            "command": "/opt/py"' in edited.diff
    assert "of-the-client" not in edited.diff


def test_a_second_time_changes_nothing() -> None:
    once = edit(json.dumps(FILE), wardlaw=WARDLAW, source="f.json")
    again = edit(once.text, wardlaw=WARDLAW, source="f.json")
    assert (again.text, again.diff, again.wrapped) == (once.text, "", ())
    assert "wrap already" in dict(again.left)["plain"]


def test_the_other_name_of_the_list_is_known() -> None:
    edited = edit('{"servers": {"a": {"command": "x", "args": []}}}', wardlaw=("wardlaw",), source="f.json")
    assert json.loads(edited.text)["servers"]["a"]["command"] == "wardlaw"


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"a": 1}', '// c\n{"mcpServers": {}}', '{"mcpServers": {"ü": {"command": "x"}}}']
)
def test_what_cannot_be_rewritten_is_said(text: str) -> None:
    with pytest.raises(InputError) as caught:
        edit(text, wardlaw=WARDLAW, source="f.json")
    assert caught.value.code == "WL-MCP-037"


def test_what_was_there_is_kept_beside_each_time(tmp_path: Path) -> None:
    path = tmp_path / "f.json"
    path.write_text(json.dumps(FILE))
    path.chmod(0o600)
    edited = edit(path.read_text(), wardlaw=WARDLAW, source=path.name)
    first = write(path, edited, before=path.read_text())
    second = write(path, edited, before=path.read_text())
    assert (json.loads(first.read_text()), second.read_text()) == (FILE, edited.text)
    assert path.read_text() == edited.text
    assert {one.stat().st_mode & 0o777 for one in (path, first, second)} == {0o600}
    assert len(list(tmp_path.iterdir())) == 3
