from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from tests.unit.cli.commands.test_inventory import FEED
from tests.unit.cli.conftest import RecordingClient

from wardlaw.cli.commands import shadow

TRACE = {"vendor": "openai", "source": "acme squid", "how": "use", "accounts": 2, "since": 5.0, "used_at": 9.0}
VENDOR = {
    "vendor": "openai", "sanctioned": False, "accounts": 3, "since": 5.0, "used_at": 0.0, "who": ["=cmd()", "bob\x1b"],
    "apps": ["ChatGPT"], "traces": [TRACE],
}  # fmt: skip


def test_a_report_as_table_csv_and_json(command: Any, api: RecordingClient, tmp_path) -> None:
    (tmp_path / "wardlaw.yaml").write_text("version: 1\n")
    api.answers["/inventory/shadow-ai"] = {"vendors": [VENDOR], "feeds": [FEED]}
    shown = command("shadow-ai", "report", "--directory", "acme")
    assert shown.code == 1
    assert api.calls[-1] == ("GET", "/inventory/shadow-ai", {"directory": "acme"})
    for part in ("openai", "NO", "acme squid (use)", "1 more", "usage not licensed"):
        assert part in shown.out
    table = [*csv.DictReader(io.StringIO(command("shadow-ai", "report", "--as-csv").out))]
    assert table[0]["who"] == "'=cmd(), bob\\u{1b} and 1 more"  # a spreadsheet must not run it
    assert command("shadow-ai", "report", "--json").out.startswith('{"format":1,')


def test_what_is_allowed_and_nothing_at_all_are_no_findings(command: Any, api: RecordingClient, tmp_path) -> None:
    (tmp_path / "wardlaw.yaml").write_text("version: 1\ninventory: {sanctioned: [openai]}\n")
    api.answers["/inventory/shadow-ai"] = {"vendors": [VENDOR], "feeds": []}
    assert command("shadow-ai", "report").code == 0
    api.answers["/inventory/shadow-ai"] = {"vendors": [], "feeds": []}
    assert command("shadow-ai", "report").code == 0


def test_what_approvals_cover_is_allowed_until_they_end(command: Any, api: RecordingClient, tmp_path) -> None:
    (tmp_path / "wardlaw.yaml").write_text("version: 1\n")
    api.answers["/inventory/shadow-ai"] = {
        "vendors": [VENDOR | {"standing": {"approved": 3, "until": 86_400.0}}],
        "feeds": [],
    }
    shown = command("shadow-ai", "report", "--as-csv")
    assert (shown.code, "approved until 1970-01-02" in shown.out) == (0, True)
    ended = VENDOR | {"standing": {"expired": 3, "ended_at": 86_400.0}}
    api.answers["/inventory/shadow-ai"] = {"vendors": [ended], "feeds": []}
    shown = command("shadow-ai", "report", "--as-csv")
    assert (shown.code, "3 with an approval that ran out" in shown.out) == (1, True)


SEEN = {"principal": "agent:x", "kind": "Agent", "decisions": 7, "routes": ["mcp"], "reaches": ["tool:mail"], "last_at": 9.0,
        "last": "dec_1"}  # fmt: skip


APP = {"directory": "acme", "app": "gpt", "name": "ChatGPT", "vendor": "openai", "grants": 3, "credentials": 1, "uses": 0,
       "accounts": 9, "first_at": 5.0, "used_at": 8.0, "who": ["ada", "bob"], "standing": {}}  # fmt: skip
ONLY_APP = {"principal": "app:gpt", "kind": "App", "decisions": 0, "routes": [], "reaches": [], "last_at": 8.0, "last": "",
            "apps": [APP]}  # fmt: skip
COUNTED = {"end": 5, "log_end": 5, "since": 0.0}


def test_apps_of_the_inventory_stand_beside_callers_each_once(
    command: Any, api: RecordingClient, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "wardlaw.yaml").write_text("version: 1\n")
    both = {**SEEN, "apps": [{**APP, "app": "bot"}]}
    api.answers["/shadow/systems"] = {"systems": [both, ONLY_APP], "counted": COUNTED, "apps": 5}
    found = json.loads(command("shadow-ai", "systems", "--json").out)
    assert [one["principal"] for one in found["systems"]] == ["agent:x", "app:gpt"]
    shown = command("shadow-ai", "systems")
    assert (shown.code, "3 more apps" in shown.out, "app:gpt" in shown.out) == (1, True, True)
    kept = {"id": "x", "owner": "person:ann", "purpose": "mails", "principals": [], "lifecycle": "proposed",
            "tier": "undetermined", "gate_mode": "warn"}  # fmt: skip
    api.answers["/systems"] = {"system": kept}
    words = ("--system", "x", "--owner", "ann", "--purpose", "mails")
    assert command("shadow-ai", "register", "agent:x", *words).code == 0
    assert api.calls[-1][2]["principals"] == ["agent:x", "app:bot"]
    asked: list[Any] = []
    monkeypatch.setattr(shadow, "revoke", lambda *, errand, options: asked.append(errand) or 0)
    assert command("shadow-ai", "block", "app:gpt", "--reason", "nobody knows it").code == 0
    assert [(one.app, one.reason, one.yes) for one in asked] == [("gpt", "nobody knows it", False)]
    (tmp_path / "wardlaw.yaml").write_text("version: 1\ninventory: {sanctioned: [openai]}\n")
    found = json.loads(command("shadow-ai", "systems", "--json").out)
    assert [one["principal"] for one in found["systems"]] == ["agent:x"]


def test_what_nobody_registered_is_registered_or_blocked_in_one_step(command: Any, api: RecordingClient) -> None:
    api.answers["/shadow/systems"] = {"systems": [SEEN], "counted": {"end": 3, "log_end": 5, "since": 0.0}}
    shown = command("shadow-ai", "systems")
    assert shown.code == 1
    for part in ("agent:x", "tool:mail", "dec_1", "3 of 5 records"):
        assert part in shown.out
    api.answers["/shadow/systems"] = {"systems": [], "counted": {"end": 5, "log_end": 5, "since": 0.0}}
    assert command("shadow-ai", "systems").code == 0
    kept = {"id": "x", "owner": "person:ann", "purpose": "mails", "principals": ["agent:x"], "lifecycle": "proposed",
            "tier": "undetermined", "gate_mode": "warn"}  # fmt: skip
    api.answers["/systems"] = {"system": kept}
    words = ("--system", "x", "--owner", "ann", "--purpose", "mails")
    assert command("shadow-ai", "register", "agent:x", *words).code == 0
    method, path, body = api.calls[-1]
    assert (method, path, body["principals"], body["owner"]) == ("POST", "/systems", ["agent:x"], "person:ann")
    api.answers["/quarantines"] = {"id": "qua_1", "key": "principal:agent:x", "reason": "unknown"}
    assert command("shadow-ai", "block", "agent:x", "--reason", "unknown").code == 0
    assert api.calls[-1] == ("POST", "/quarantines", {"key": "principal:agent:x", "reason": "unknown"})
    api.answers["/shadow/systems"] = {"systems": [{**SEEN, "blocked_at": 86_400.0}], "counted": COUNTED}
    shown = command("shadow-ai", "systems")
    assert (shown.code, "1970-01-02" in shown.out) == (0, True)
