from __future__ import annotations

from typing import Any

from tests.unit.cli.conftest import RecordingClient

VIEW = {"person": "person:a", "place": "/grants", "name": "Risky", "query": "level=4", "saved_at": 1_790_000_000.0}


def test_views_are_listed_saved_and_removed(command: Any, api: RecordingClient, tmp_path) -> None:
    (tmp_path / "wardlaw.yaml").write_text("version: 1\n")
    api.answers["/views"] = [VIEW]
    shown = command("view", "list", "--place", "/grants")
    assert api.calls[-1] == ("GET", "/views", {"place": "/grants"})
    assert "Risky" in shown.out
    api.answers["/views"] = VIEW
    command("view", "save", "Risky", "/grants?level=4")
    assert api.calls[-1] == ("POST", "/views", {"place": "/grants", "name": "Risky", "query": "level=4"})
    api.answers["/views/remove"] = {"place": "/grants", "name": "Risky"}
    assert command("view", "remove", "Risky", "/grants").code == 0
    assert api.calls[-1] == ("POST", "/views/remove", {"place": "/grants", "name": "Risky"})
