"""Model files, model cards, red-team reports and bills of materials from the command line."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from bench.modelfiles import garak_lines
from tests.unit.cli.commands.lawhouse import crm, lawhouse
from tools.modelcorpus.attacks import attacks

from wardlaw.cli.commands import bom, redteam
from wardlaw.facts.person import Role

__all__ = ["lawhouse"]
COVERS = ("modelfile", "redteam", "bom")
DIGEST = "a" * 64


def test_files_are_judged_by_exit_code_table_and_report(command: Any, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.pkl", tmp_path / "bad.pt"
    good.write_bytes(pickle.dumps({"w": [1.0]}))
    bad.write_bytes(attacks(str(tmp_path / "marker"))["torch.pt"])
    assert command("model-file", "check", str(good)).code == 0
    report = tmp_path / "r.sarif"
    shown = command("model-file", "check", str(tmp_path / "good.pkl"), str(bad), "--sarif", str(report))
    assert shown.code == 1
    assert "archive/data.pkl: posix.system" in shown.out
    assert json.loads(report.read_text())["runs"][0]["results"][0]["ruleId"] == "global-not-allowed"
    found = json.loads(command("model-file", "check", str(bad), "--json").out)
    assert (found["check"]["outcome"], found["files"][0]["looked"]["kinds"]) == ("fail", ["zip"])
    (tmp_path / "odd.bin").write_bytes(b"\x07\x08\xfe")
    assert command("model-file", "check", str(tmp_path / "odd.bin")).code == 11
    assert command("model-file", "check").code == 2
    (tmp_path / "list").write_text("posix.*")
    assert command("model-file", "check", str(good), "--allow", str(tmp_path / "list")).code == 3
    assert command("model-file", "check", str(good), "--sarif", str(tmp_path / "no" / "where")).code == 2


def test_a_card_is_held_against_its_model(command: Any, tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_text("---\nlicense: mit\n---\n# Ranker\n")
    shown = command("model-file", "card", str(path), "--model-digest", DIGEST)
    assert (shown.code, "does not say: developer" in shown.out) == (11, True)
    assert command("model-file", "card", str(path), "--model-digest", "x").code == 2
    assert command("model-file", "card", str(tmp_path / "no"), "--model-digest", DIGEST).code == 2


def test_a_report_is_imported_with_intervals(command: Any, tmp_path: Path) -> None:
    path = tmp_path / "garak.report.jsonl"
    path.write_bytes(b"".join(garak_lines(4_000)))
    arguments = ("redteam", "import", str(path), "--model-digest", DIGEST)
    shown = command(*arguments, "--target", "openai/m", "--max-age-days", "100000")
    assert "not kept" in shown.out
    assert (shown.code, "success of high attacks: 0.0% (0.0% to 0.1%) of 4000" in shown.out) == (0, True)
    found = json.loads(command(*arguments, "--max-age-days", "100000", "--json").out)
    assert (found["check"]["outcome"], found["bound"]["model_digest"]) == ("pass", DIGEST)
    assert command(*arguments, "--target", "other/m").code == 2
    assert command(*arguments, "--max-age-days", "0").code == 2
    assert command("redteam", "import", str(path), "--model-digest", "x").code == 2
    path.write_bytes(b"".join(garak_lines(40)))
    assert command(*arguments, "--max-age-days", "100000").code == 1


def test_a_report_is_kept_for_a_registered_model_and_listed(
    command: Any, lawhouse: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redteam, "connect", lambda _options: lawhouse.clients[lawhouse.who])
    lawhouse.who = Role.OWNER
    path = tmp_path / "garak.report.jsonl"
    path.write_bytes(b"".join(garak_lines(4_000)))
    arguments = ("redteam", "import", str(path), "--model-digest", DIGEST, "--max-age-days", "100000", "--keep")
    refused = command(*arguments)
    assert (refused.code, "WL-SYS-015" in refused.err) == (2, True)
    assert "no reports" in command("redteam", "list").out
    crm(lawhouse, command, "--model-digest", DIGEST)
    kept = json.loads(command(*arguments, "--json").out)["kept"]
    assert kept.startswith("rtr_")
    assert json.loads(command(*arguments, "--json").out)["kept"] == kept
    assert f"kept as {kept} for system:crm-bot" in command(*arguments).out
    shown = command("redteam", "list").out
    assert (kept in shown, "system:crm-bot" in shown) == (True, True)
    (listed,) = json.loads(command("redteam", "list", "--json").out)["reports"]
    assert all(one["low"] <= one["successes"] / one["attempts"] <= one["high"] for one in listed["attacked"])
    assert json.loads(command("redteam", "list", "--model-digest", "b" * 64, "--json").out)["reports"] == []


def test_a_registered_system_has_its_bill(
    command: Any, lawhouse: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bom, "connect", lambda _options: lawhouse.clients[lawhouse.who])
    crm(lawhouse, command, "--model", "gpt-x", "--model", "open-*")
    lawhouse.who = Role.OWNER
    bill = json.loads(command("bom", "crm-bot").out)
    assert (bill["specVersion"], [one["name"] for one in bill["components"]]) == ("1.7", ["gpt-x"])
    parts, out = tmp_path / "parts.yaml", tmp_path / "bom.json"
    parts.write_text(
        f"models:\n- {{id: 'model:r', name: Ranker, digest: {DIGEST}}}\ndatasets:\n- {{id: 'dataset:t', name: T}}\n"
    )
    assert command("bom", "crm-bot", "--parts", str(parts), "--format", "1.6", "--out", str(out)).code == 0
    written = json.loads(out.read_text())
    assert (written["specVersion"], len(written["components"])) == ("1.6", 3)
    first = out.read_bytes()
    assert command("bom", "crm-bot", "--parts", str(parts), "--format", "1.6", "--out", str(out)).code == 0
    assert out.read_bytes() == first
    for text in ("models: [{id: x}]", "other: []", "a: ["):
        parts.write_text(text)
        assert command("bom", "crm-bot", "--parts", str(parts)).code == 2
    assert command("bom", "crm-bot", "--out", str(tmp_path / "no" / "where")).code == 2
