from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tests.unit.register.gates.test_verdict import CV, GATE
from wardlaw.cli.gatefiles import digest_of, named_paths, run_on_files
from wardlaw.cli.gateforms import gate_junit, gate_sarif
from wardlaw.cli.gateoffline import write_down
from wardlaw.facts.errors import InputError
from wardlaw.register.checks import CheckOutcome
from wardlaw.register.gates.runner import Subject

COVERS = ("gatefiles", "gateoffline")
RESULTS = [
    {"id": "a", "kind": "scan", "outcome": "fail", "why": "3 errors", "next": "mend them"},
    {"id": "b", "kind": "live", "outcome": "pass", "why": "ok"},
]


def test_a_fingerprint_stays_for_as_long_as_check_gate_and_system_do() -> None:
    def prints(system: str, gate: str) -> list[str]:
        results = json.loads(gate_sarif(system, gate, RESULTS))["runs"][0]["results"]
        return [one["partialFingerprints"]["wardlawGate/v1"] for one in results]

    assert prints("cv", "g") == prints("cv", "g")
    assert len({*prints("cv", "g"), *prints("cv", "h"), *prints("x", "g")}) == 6
    assert b'failures="1"' in gate_junit("cv", "g", RESULTS)


def test_files_are_opened_once_their_digest_is_known(tmp_path: Path) -> None:
    path = tmp_path / "report.sarif"
    path.write_text('{"version": "2.1.0", "runs": [{"results": []}]}')
    assert digest_of(path) == (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size)
    (result,) = run_on_files(GATE, Subject(CV, 1, 1.0), named_paths((f"scan={path}",), GATE))
    assert (result.outcome, result.grounds[0].digest) == (CheckOutcome.PASS, digest_of(path)[0])
    for wrong in ((f"other={path}",), ("scan",)):
        with pytest.raises(InputError, match="for no check"):
            named_paths(wrong, GATE)


def test_what_passed_unseen_is_a_line_each(tmp_path: Path) -> None:
    for at in (1.0, 2.0):
        write_down(tmp_path / "seen.jsonl", system="cv", gate="g", mode="warn", why="away", at=at)
    assert [json.loads(line)["at"] for line in (tmp_path / "seen.jsonl").read_text().splitlines()] == [1.0, 2.0]
