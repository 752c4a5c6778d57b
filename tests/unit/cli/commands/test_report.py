from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.reporting import with_log
from tests.unit.cli.commands.lawhouse import lawhouse

from wardlaw.facts.person import Role
from wardlaw.store.reportverify import check, read_report

__all__ = ["lawhouse"]
ASKED = ("report", "build", "--framework", "eu-ai-act", "--since", "2020-01-01", "--until", "2031-01-01", "--out")


def test_a_report_verifies_and_every_changed_byte_is_found(
    command: Any, lawhouse: SimpleNamespace, tmp_path: Path
) -> None:
    with_log(lawhouse.api)
    lawhouse.who = Role.AUDITOR
    done = command(*ASKED, "report.zip")
    assert (done.code, "1 gaps of the log" in done.out) == (0, True), done.err
    assert command("report", "verify", "report.zip").out.startswith("sound\n")
    assert command(*ASKED, "folder").code == 0
    again = command(*ASKED, "folder")
    assert (again.code, "WL-RPT-004" in again.err) == (2, True)
    files = read_report(tmp_path / "folder")
    assert check(files)[0] == []
    for name, content in files.items():
        for at in (0, len(content) // 2, len(content) - 1):
            changed = files | {name: content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]}
            assert check(changed)[0], f"{name} at {at}"
        assert check({other: kept for other, kept in files.items() if other != name})[0], name
    assert check(files | {"more.txt": b"x"})[0] == ["more.txt was added"]
    (tmp_path / "folder" / "report.html").write_text("all is well")
    broken = command("report", "verify", "folder", "--json")
    assert (broken.code, json.loads(broken.out)["wrong"]) == (4, ["report.html was changed"])
    assert "WL-RPT-005" in command("report", "verify", "none.zip").err


def test_the_verifier_in_the_report_needs_nothing_else(command: Any, lawhouse: SimpleNamespace, tmp_path: Path) -> None:
    with_log(lawhouse.api)
    lawhouse.who = Role.AUDITOR
    assert command(*ASKED, "folder").code == 0
    words = [sys.executable, "-I", "-S", "folder/verify.py", "folder"]
    ran = subprocess.run(words, capture_output=True, text=True, check=False, cwd=tmp_path, timeout=30)
    assert (ran.returncode, ran.stdout.splitlines()[-1]) == (0, "sound"), ran.stdout + ran.stderr
    keys = json.loads((tmp_path / "folder" / "keys.json").read_text())
    swapped = ["--log-key", keys["report"][0], "--report-key", keys["report"][0]]
    ran = subprocess.run([*words, *swapped], capture_output=True, text=True, check=False, cwd=tmp_path, timeout=30)
    assert (ran.returncode, "not signed by the key" in ran.stdout) == (4, True)
