from __future__ import annotations

import csv
import io
from typing import Any

from tests.unit.cli.commands.test_inventory import FEED
from tests.unit.cli.conftest import RecordingClient

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
