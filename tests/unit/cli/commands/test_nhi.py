from __future__ import annotations

from typing import Any

from tests.unit.cli.commands.test_inventory import FEED, FINDING, offered
from tests.unit.cli.conftest import RecordingClient

ITEM = {"directory": "acme", "thing": {"kind": "app", "id": "a1", "name": "Chat\x1b[2J"}}
IDENTITY = {
    "item": ITEM, "owner": "ada", "accounts": 7, "used_at": 1_790_000_000.0,
    "score": {"points": 71, "band": "high", "parts": [{"part": "ai", "points": 10, "why": "it is one"}]},
}  # fmt: skip
GRAPH = {
    "nodes": [
        {"key": "0:u", "column": 0, "label": "ada", "marks": ["suspended"]},
        {"key": "1:a", "column": 1, "label": "Chat\u202e", "marks": []},
    ],
    "edges": [{"source": "0:u", "target": "1:a", "grants": 2, "level": 4}],
    "grants": 2, "total": 1_500,
}  # fmt: skip


def test_identities_are_listed_and_shown_with_reasons(command: Any, api: RecordingClient) -> None:
    api.answers["/inventory/identities"] = {"identities": [IDENTITY], "feeds": [FEED], "next": "cur"}
    shown = command("nhi", "list", "app", "--find", "chat", "--after", "x")
    assert api.calls[-1] == ("GET", "/inventory/identities", {"limit": 50, "kind": "app", "find": "chat", "after": "x"})
    for part in ("71 high", "ada", "7", "2026-09-21", "--after cur", "usage not licensed"):
        assert part in shown.out
    assert "\x1b" not in shown.out
    api.answers["/inventory/identity"] = {"identity": IDENTITY, "findings": [FINDING], "feeds": []}
    shown = command("nhi", "show", "a1", "--kind", "app")
    for part in ("risk 71 of 100, high", "10  ai: it is one", "owner: ada", "CRITICAL known-bad-app"):
        assert part in shown.out
    assert all(offered(call[0], call[1]) for call in api.calls)


def test_a_timeline_says_whose_sight_a_time_is(command: Any, api: RecordingClient) -> None:
    moments = [
        {"at": 1_790_000_000.0, "what": "consent (user)", "about": "grant g", "name": "ada → a", "ours": False},
        {"at": 1_790_000_060.0, "what": "first seen", "about": "grant g", "name": "", "ours": True},
    ]
    api.answers["/inventory/timeline"] = {"item": ITEM, "moments": moments, "feeds": []}
    lines = command("nhi", "timeline", "a1").out.splitlines()
    assert lines[0] == "2026-09-21 14:13:20Z  consent (user): grant g (ada → a)"
    assert lines[1].endswith("first seen: grant g, by our own sight")


def test_a_graph_is_text_or_a_new_file(command: Any, api: RecordingClient, tmp_path) -> None:
    api.answers["/inventory/graph"] = {"directory": "acme", "graph": GRAPH, "svg": "<svg/>", "feeds": []}
    shown = command("nhi", "graph", "--directory", "acme")
    assert "from 2 of 1,500 grants" in shown.out
    assert "ada [suspended] → Chat\\u{202e} (2)" in shown.out
    file = tmp_path / "g.svg"
    assert command("nhi", "graph", "--svg", str(file)).code == 0
    assert file.read_text() == "<svg/>"
    again = command("nhi", "graph", "--svg", str(file))
    assert (again.code, "WL-INV-093" in again.err) == (2, True)
