from __future__ import annotations

import re
from typing import Any

import pytest
from tests.unit.cli.conftest import RecordingClient
from tests.unit.connectors.scripted import Answer, serving

from wardlaw.cli.opening import open_connector
from wardlaw.config.connected import Directory, Platform
from wardlaw.config.secretref import SecretRef
from wardlaw.console.api import app as api_app

FEED = {
    "directory": "acme", "platform": "google", "feed": "tokens", "kind": "listing", "complete_at": 1_790_000_000.0,
    "covered_until": 0.0, "last_run": "run_1", "last_at": 1_790_000_100.0, "state": "complete", "is_cut": False,
    "gaps": ["usage not licensed"],
}  # fmt: skip
EVENTS = FEED | {
    "feed": "activity",
    "complete_at": 0.0,
    "covered_until": 1_790_000_050.0,
    "state": "incomplete",
    "gaps": [],
}
CUT = FEED | {"feed": "users", "state": "open", "is_cut": True, "gaps": []}
GRANT = {"kind": "grant", "id": "g1", "account": "ada", "app": "a\x1b[2J", "scopes": ["s"], "granted_at": 5.0}
ITEM = {
    "directory": "acme", "feed": "tokens", "thing": GRANT, "first_seen_at": 1.0, "since": 3.0, "last_seen_at": 5.0,
    "gone_at": 2.0, "past": [{"since": 1.0, "until": 2.0}],
}  # fmt: skip
FINDING = {
    "rule": "known-bad-app", "weight": "critical", "directory": "acme", "about": "grant g1", "account": "ada", "app": "a",
    "evidence": ["It is bad."], "remedy": "Revoke it.", "id": "fnd_1", "state": "open", "first_at": 1.0, "last_at": 1.0,
    "count": 1, "until": 0.0, "decided_at": 0.0, "decided_by": "", "reason": "", "owasp": ["NHI3"], "attack": ["T1528"],
    "event": "",
}  # fmt: skip
RISK = {"scope": "s", "privilege": 4, "data": "mail", "writes": True, "known": True, "source": "x"}
ROUTES = [(method, path) for handler in api_app._HANDLERS for method in handler.http_methods for path in handler.paths]


def offered(method: str, path: str) -> bool:
    return any(one == method and re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", route), path) for one, route in ROUTES)


def test_status_says_what_was_not_read(command: Any, api: RecordingClient) -> None:
    api.answers["/inventory"] = {
        "feeds": [FEED, EVENTS, CUT],
        "counts": {"acme": {"grant": 2, "app": 1}},
        "locked": [],
        "pushes": [],
        "drawing": [{"directory": "acme-okta", "drawn": 500, "total": 12_000}],
    }
    shown = command("inventory", "status")
    assert shown.code == 0
    lines = shown.out.splitlines()
    assert lines[0] == "acme (google) tokens: complete 2026-09-21 14:13:20Z; usage not licensed"
    assert "never read whole, events up to 2026-09-21 14:14:10Z; the last run" in lines[1]
    assert "THE LAST RUN WAS CUT OFF" in lines[2]
    assert lines[3].startswith("acme-okta: being drawn anew after an upgrade, 500 of 12,000 things")
    assert lines[4] == "acme: 1 apps, 2 grants"
    locked = {
        "principal": "agent:bot",
        "quarantine": "qua_1",
        "reason": "odd\x1b",
        "since": 5.0,
        "apps": [["acme", "app-1"]],
    }
    pushes = [{"directory": "acme", "outcome": name, "count": 3, "last_at": 9e8} for name in ("forged", "taken")]
    api.answers["/inventory"] |= {"pushes": pushes}
    assert "acme by push: 3 forged, 3 taken; last 1998-07-09" in command("inventory", "status").out
    api.answers["/inventory"] |= {"locked": [locked]}
    shown = command("inventory", "status").out
    assert "LOCKED OUT at the gateway since 1970-01-01 00:00:05Z: agent:bot, app app-1 of acme: odd" in shown
    assert "\x1b" not in shown
    api.answers["/inventory"] = {"feeds": [], "counts": {}, "locked": [], "pushes": [], "drawing": []}
    assert "nothing was read yet" in command("inventory", "status").out


def test_things_are_listed_and_shown_without_obeying_their_texts(command: Any, api: RecordingClient) -> None:
    api.answers["/inventory/items"] = {"total": 3, "items": [ITEM, ITEM | {"gone_at": 9.0}], "feeds": [FEED]}
    shown = command("inventory", "list", "grant", "--about", "ada", "--gone", "--limit", "2")
    assert "1 more" in shown.out
    assert "\x1b" not in shown.out
    assert api.calls[-1] == ("GET", "/inventory/items", {"limit": 2, "kind": "grant", "about": "ada", "gone": "true"})
    api.answers["/inventory/item"] = {
        "item": ITEM | {"gone_at": 9.0}, "vendor": "openai", "risks": [RISK, RISK | {"known": False}], "findings": [FINDING],
        "feeds": [FEED],
    }  # fmt: skip
    shown = command("inventory", "show", "g1", "--kind", "grant")
    for part in (
        "GONE since",
        "was there 1970",
        "AI vendor: openai",
        "level 4 of 4, mail",
        "not classed",
        "It is bad.",
        "Revoke it.",
        "usage not licensed",
    ):
        assert part in shown.out
    assert command("inventory", "list", "--json").out.startswith('{"format":1,')


def test_findings_end_with_1(command: Any, api: RecordingClient) -> None:
    api.answers["/inventory/findings"] = {
        "total": 2,
        "pending": 2,
        "findings": [FINDING],
        "feeds": [FEED],
        "next": "WzJd",
    }
    shown = command("inventory", "findings", "--rule", "known-bad-app", "--state", "all")
    assert api.calls[-1][2] == {"limit": 500, "rule": "known-bad-app", "in_state": "all"}
    assert shown.code == 1
    assert "CRITICAL known-bad-app: grant g1 in acme, account ada" in shown.out
    assert "2 in all; go on with --after WzJd" in shown.out
    api.answers["/inventory/findings"] = {"total": 1, "pending": 0, "findings": [FINDING], "feeds": [], "next": ""}
    assert command("inventory", "findings", "--state", "closed").code == 0
    api.answers["/inventory/runs"] = []
    assert command("inventory", "runs").code == 0


FILES = {
    "grants-csv": ("app,account\na,ada\nbad\n", 1, 3), "grants-jsonl": ('{"app": "a", "account": "u"}\nx\n', 1, 3),
    "squid": ("x\n", 1, 0), "dns": ("query[A] claude.ai from 1.2.3.4\n", 0, 2), "log-csv": ("host,account\nclaude.ai,u\n", 0, 2),
    "log-jsonl": ('{"host": "claude.ai"}\n', 0, 2), "extensions": ("[]", 0, 0), "mcp": ('{"mcpServers": {"a": {"command": "x"}}}', 0, 2),
}  # fmt: skip


@pytest.mark.parametrize("kind", list(FILES))
def test_a_file_is_taken_in_and_what_is_left_out_is_said(command: Any, api: RecordingClient, tmp_path, kind) -> None:
    text, bad, things = FILES[kind]
    (tmp_path / "f").write_text(text)
    api.answers["/inventory/runs"] = {"run": {"id": "run_1"}, "watermark": ""}
    api.answers["/inventory/runs/run_1/end"] = {"id": "run_1", "seen": things, "ended": 0, "state": "complete"}
    done = command("inventory", "import", "f", "--kind", kind, "--whole", "--platform", "google", "--directory", "acme")
    assert done.code == (1 if bad else 0), done.err
    assert done.err.count("warning") == bad
    assert all(offered(method, path) for method, path, _ in api.calls)
    sent = [one for _, path, body in api.calls if path.endswith("/page") for one in body["sightings"]]
    assert len(sent) == things
    assert api.calls[0][2] == {"directory": "acme", "platform": "google", "feed": kind, "kind": "listing"}
    assert api.calls[-2][2]["complete"] is (not bad)
    assert api.calls[-1][:2] == ("POST", "/grants/judge")


def test_many_bad_rows_are_all_written_down(command: Any, api: RecordingClient, tmp_path) -> None:
    (tmp_path / "f").write_text("x\n" * 50)
    api.answers["/inventory/runs"] = {"run": {"id": "run_1"}, "watermark": ""}
    api.answers["/inventory/runs/run_1/end"] = {"id": "run_1", "seen": 0, "ended": 0, "state": "incomplete"}
    shown = command("inventory", "import", "f", "--kind", "squid")
    assert shown.err.count("warning") == 21
    assert "30 further rows" in shown.err
    assert command("inventory", "import", "f", "--kind", "squid", "--errors", "e").code == 1
    assert (tmp_path / "e").read_text().splitlines()[49] == "f, line 50: 1 fields where Squid's log has 10"


@pytest.mark.parametrize(("words", "code"), [
    (("none", "--kind", "dns"), "WL-INV-007"), (("f", "--kind", "dns", "--column", "colour=x"), "WL-INV-008"),
])  # fmt: skip
def test_bad_words(command: Any, api: RecordingClient, tmp_path, words, code) -> None:
    (tmp_path / "f").write_text("")
    done = command("inventory", "import", *words)
    assert (done.code, code in done.err) == (2, True)
    assert api.calls == []


CONFIG = """version: 1
inventory:
  directories:
    - {name: acme, platform: github, organisation: acme, credential: "env:GH", url: "URL"}
"""


def test_connected_organisations_are_read(command: Any, api: RecordingClient, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("GH", "ghp_x")
    api.answers["/inventory/runs"] = {"run": {"id": "run_1"}, "watermark": ""}
    run = {"directory": "acme", "feed": "x", "state": "complete", "seen": 2, "ended": 0, "gaps": []}
    api.answers["/inventory/runs/run_1/end"] = run
    with serving() as platform:
        (tmp_path / "wardlaw.yaml").write_text(CONFIG.replace("URL", platform.url))
        platform.on("/orgs/acme/installations", Answer({"installations": [{"id": 1, "app_id": 2}]}))
        done = command("inventory", "sync", "acme", "--feed", "installations")
        assert (done.code, done.out) == (0, "acme x: complete, 2 seen, 0 gone.\n"), done.err
        api.answers["/inventory/runs/run_1/end"] = run | {"state": "incomplete", "gaps": ["it answers 404"]}
        done = command("inventory", "sync")
        assert (done.code, done.out.count("it answers 404")) == (1, 7)
        for words in (("other",), ("acme", "--feed", "none")):
            done = command("inventory", "sync", *words)
            assert (done.code, "WL-INV-012" in done.err) == (2, True)


def test_export_writes_a_new_file_only(command: Any, api: RecordingClient, tmp_path) -> None:
    api.answers["/inventory/items"] = {"items": [ITEM], "next": "", "total": 1}
    api.answers["/inventory/findings"] = {"findings": [FINDING]}
    told = {"directory": "acme", "platform": "github", "activity": {"id": "e1", "at": 4.0, "deed": "use"}}
    api.answers["/inventory/events"] = {"events": [told], "next": ""}
    file = tmp_path / "events.jsonl"
    done = command("inventory", "export", "--ocsf", str(file))
    assert (done.code, len(file.read_text().splitlines())) == (0, 8), done.err
    again = command("inventory", "export", "--ocsf", str(file))
    assert (again.code, "WL-INV-093" in again.err) == (2, True)


def test_watch_reads_what_is_due_once(command: Any, api: RecordingClient, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("GH", "ghp_x")
    (tmp_path / "wardlaw.yaml").write_text(CONFIG.replace("URL", "http://127.0.0.1:9"))
    fresh = {"directory": "acme", "complete_at": 9e9, "last_at": 9e9, "is_cut": False, "state": "complete"}
    directory = Directory(
        "acme", Platform.GITHUB, SecretRef("env", "GH"), organisation="acme", url="http://127.0.0.1:9"
    )
    connector = open_connector(directory, env={"GH": "x"}, clock=lambda: 0.0, sleep=lambda _s: None)
    feeds = [feed.name for feed in connector.feeds()]
    api.answers["/inventory"] = {"feeds": [fresh | {"feed": name} for name in feeds]}
    api.answers["/inventory/due"] = {"wishes": [], "channels": []}
    done = command("inventory", "watch", "--once")
    assert (done.code, "the next reading is due" in done.out) == (0, True), done.err
    for words in (("--nightly", "25:00"), ("--nightly", "x"), ("--events-minutes", "0")):
        done = command("inventory", "watch", *words)
        assert (done.code, "WL-INV-094" in done.err) == (2, True)
