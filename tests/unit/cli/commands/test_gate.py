from __future__ import annotations

import hashlib
import json
import xml.etree.ElementTree as ET
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from tests.console_fakes import BUNDLE_KEY
from tests.unit.cli.commands.lawhouse import crm, lawhouse

from wardlaw.cli.commands import gate
from wardlaw.cli.exits import Exit
from wardlaw.facts.errors import UnavailableError
from wardlaw.facts.person import Role

__all__ = ["lawhouse"]
GATE = """
gate: crm
title: Before the CRM bot goes live
checks:
  - {id: scanned, kind: scan, files: [report], require: {max_errors: 0}}
  - {id: fair, kind: bias, files: [outcomes]}
approvals: {roles: [legal]}
"""
CLEAN = '{"version": "2.1.0", "runs": [{"results": []}]}'
FOUND = '{"version": "2.1.0", "runs": [{"results": [{"level": "error"}]}]}'


@pytest.fixture
def house(command: Any, lawhouse: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A registered system, a signed gate, a clean and a bad report; whoever runs it is the owner."""
    monkeypatch.setattr(gate, "connect", lambda _options: lawhouse.clients[lawhouse.who])
    monkeypatch.setattr(gate.time, "time", lawhouse.api.made.clock)
    Path("gate.yaml").write_text(GATE)
    Path("clean.sarif").write_text(CLEAN)
    Path("bad.sarif").write_text(FOUND)
    Path("model.bin").write_bytes(b"weights")
    crm(lawhouse, command, "--model-digest", hashlib.sha256(b"weights").hexdigest(), "--gate-mode", "enforce")
    lawhouse.who = Role.OWNER
    added = json.loads(command("gate", "add", "gate.yaml", "--json").out)
    lawhouse.who = Role.LEGAL
    signed = command("gate", "sign", "crm", "--digest", added["digest"][:12])
    assert (signed.code, "person:legal" in signed.out) == (0, True)
    lawhouse.who = Role.OWNER
    return lawhouse


def test_a_run_from_the_files_to_the_verdict(command: Any, house: SimpleNamespace) -> None:
    assert "crm" in command("gate", "list").out
    assert "max_errors 0" in command("gate", "show", "crm").out
    ran = command(
        "gate", "run", "crm-bot", "--gate", "crm", "--input", "report=clean.sarif", "--model", "model.bin",
        "--sarif", "out.sarif", "--junit", "out.xml", "--plots", "drawn",
    )  # fmt: skip
    assert (Path("drawn").is_dir(), "0 drawings in drawn" in ran.err) == (True, True)
    assert (ran.code, "waits for: legal" in ran.out) == (Exit.PERSON, True)
    results = json.loads(Path("out.sarif").read_text())["runs"][0]["results"]
    assert [(one["ruleId"], one["level"], one["kind"]) for one in results] == [
        ("scanned", "none", "pass"),
        ("fair", "warning", "fail"),
    ]
    suite = ET.parse("out.xml").getroot().find("testsuite")
    assert suite is not None
    assert [(suite.get(name)) for name in ("tests", "failures", "skipped")] == ["2", "0", "1"]
    assert command("gate", "verdict", "crm-bot").code == Exit.FINDINGS
    run = json.loads(command("gate", "show", "--system", "crm-bot", "--json").out)["runs"][0]["id"]
    house.who = Role.LEGAL
    approved = command("gate", "approve", run, "--reason", "looked at it")
    assert "vdt_" in approved.out
    assert "looked at it" in command("gate", "show", run).out
    told = command("gate", "verdict", "crm-bot", "--out", "verdict.json")
    assert (told.code, "open" in told.out) == (0, True)
    revoked = command("gate", "revoke", "crm-bot", "--reason", "complaints")
    assert "complaints" in revoked.out
    assert command("gate", "verdict", "crm-bot").code == Exit.FINDINGS


def test_what_fails_stops_a_release_and_nothing_else(command: Any, house: SimpleNamespace) -> None:
    words = ("gate", "run", "crm-bot", "--gate", "crm", "--input", "report=bad.sarif")
    assert command(*words).code == Exit.FINDINGS
    assert command(*words, "--mode", "advisory").code == 0
    warned = command(*words, "--mode", "warn")
    assert (warned.code, "would not be released" in warned.err) == (0, True)
    for wrong in ("other=bad.sarif", "report", "report=none.sarif"):
        assert command("gate", "run", "crm-bot", "--gate", "crm", "--input", wrong).code == Exit.USAGE
    Path("model.bin").write_bytes(b"others")
    changed = command(*words, "--model", "model.bin")
    assert (changed.code, "WL-GAT-010" in changed.err) == (Exit.USAGE, True)
    run = json.loads(command("gate", "show", "--system", "crm-bot", "--json").out)["runs"][0]["id"]
    house.who = Role.LEGAL
    assert command("gate", "refuse", run, "--reason", "no").code == Exit.USAGE
    Path("gate.yaml").write_text("gate: x")
    assert command("gate", "add", "gate.yaml").code == Exit.USAGE
    assert command("gate", "add", "none.yaml").code == Exit.USAGE


def test_what_is_drawn_of_a_run_stays_with_it(command: Any, house: SimpleNamespace) -> None:
    by_sex = GATE.replace(
        "files: [outcomes]", "files: [outcomes], require: {by: [sex], predicted: said, min_group_n: 10}"
    )
    Path("gate.yaml").write_text(by_sex)
    added = json.loads(command("gate", "add", "gate.yaml", "--json").out)
    house.who = Role.LEGAL
    command("gate", "sign", "crm", "--digest", added["digest"][:12])
    house.who = Role.OWNER
    rows = [f"{sex},{int(at < kept)}" for sex, kept in (("f", 30), ("m", 60)) for at in range(100)]
    Path("said.csv").write_text("sex,said\n" + "\n".join(rows) + "\n")
    words = ("gate", "run", "crm-bot", "--gate", "crm", "--input", "report=clean.sarif", "--input", "outcomes=said.csv")
    assert command(*words, "--plots", "drawn").code == Exit.FINDINGS
    assert [path.name for path in Path("drawn").iterdir()] == ["fair.svg"]
    run = json.loads(command("gate", "show", "--system", "crm-bot", "--json").out)["runs"][0]["id"]
    kept = json.loads(command("gate", "show", run, "--json").out)["run"]["results"][1]["plots"]
    assert [(bar["name"], bar["limit"], bar.get("beyond", False)) for bar in kept[0]["bars"]] == [
        ("m", pytest.approx(0.48), False), ("f", pytest.approx(0.48), True)
    ]  # fmt: skip


def test_nobody_answers(command: Any, house: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    command("gate", "run", "crm-bot", "--gate", "crm", "--input", "report=clean.sarif")
    run = json.loads(command("gate", "show", "--system", "crm-bot", "--json").out)["runs"][0]["id"]
    house.who = Role.LEGAL
    command("gate", "approve", run, "--reason", "looked")
    command("gate", "verdict", "crm-bot", "--out", "verdict.json")
    Path("keys.pub").write_text(BUNDLE_KEY.verifier.text + "\n")

    def away(_options: Any) -> Any:
        raise UnavailableError("WL-CLI-010", "The management API does not answer.", "Start it.")

    monkeypatch.setattr(gate, "connect", away)
    words = ("gate", "run", "crm-bot", "--gate", "crm")
    kept = (*words, "--cached", "verdict.json", "--trust", "keys.pub")
    assert command(*words).code == Exit.UNAVAILABLE
    open_anyway = command(*words, "--mode", "advisory", "--record", "seen.jsonl")
    assert (open_anyway.code, json.loads(Path("seen.jsonl").read_text())["passed"]) == (0, "unseen")
    assert command(*words, "--mode", "warn", "--record", "none/seen.jsonl").code == Exit.USAGE
    assert command(*kept).code == Exit.EVIDENCE  # it does not say which model it releases
    this = (*kept, "--model", "model.bin")
    assert command(*this).code == 0
    Path("other.bin").write_bytes(b"others")
    assert command(*kept, "--model", "other.bin").code == Exit.EVIDENCE
    house.api.made.clock.now += 25 * 3_600
    assert command(*this).code == Exit.EVIDENCE
    house.api.made.clock.now -= 25 * 3_600
    forged = msgspec.json.decode(Path("verdict.json").read_bytes())
    forged["statement"]["until"] += 1
    Path("verdict.json").write_bytes(msgspec.json.encode(forged))
    assert command(*this).code == Exit.EVIDENCE
    Path("verdict.json").write_text("{}")
    assert command(*this).code == Exit.EVIDENCE
    Path("keys.pub").write_text("nonsense")
    assert command(*this).code == Exit.CONFIGURATION
