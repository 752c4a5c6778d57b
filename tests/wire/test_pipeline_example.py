"""The pipeline of docs/gates-in-pipelines.md, command by command as it stands there: its exit codes online and offline."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.wire.governing import YES, Register
from wardlaw.facts.canary import CanaryOutcome

DOCS = Path(__file__).parents[2] / "docs"
DONE, FAILED, EVIDENCE, PERSON, UNREACHABLE = 0, 1, 4, 11, 69
SYSTEM = {
    "id": "cv-ranker", "title": "CV ranker", "owner": "person:own", "purpose": "puts applications in order",
    "principals": ["agent:cv-*"],
}  # fmt: skip


def block(page: str, language: str, holds: str) -> str:
    """The block of code of a page that holds something."""
    pieces = (DOCS / page).read_text(encoding="utf-8").split("```")[1::2]
    blocks = [piece.partition("\n") for piece in pieces]
    found = [text for named, _, text in blocks if named == language and holds in text]
    assert len(found) == 1, (page, holds)
    return found[0]


WORKFLOW = yaml.safe_load(block("gates-in-pipelines.md", "yaml", "jobs:"))["jobs"]["gate"]
SCAN, GATE = (step["run"] for step in WORKFLOW["steps"] if "run" in step)
KEEP = block("gates-in-pipelines.md", "", "gate verdict").strip()


class Pipeline:
    """A checkout, and an installation that can be away."""

    def __init__(self, house: Register, folder: Path) -> None:
        self.house, self.folder = house, folder
        folder.mkdir()
        (folder / "ranker.safetensors").write_bytes(b"weights")
        (folder / "app.py").write_text("print('hello')\n")
        # What the operator hands over once.
        (folder / "wardlaw.pub").write_text(house.places.bundle_keys()[-1].text + "\n")
        tools = folder / ".tools"
        tools.mkdir()
        (tools / "wardlaw").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m wardlaw "$@"\n')
        (tools / "wardlaw").chmod(0o755)

    @property
    def digest(self) -> str:
        return hashlib.sha256((self.folder / "ranker.safetensors").read_bytes()).hexdigest()

    def sh(self, command: str, *, mode: str = "", who: str = "dev", url: str = "") -> int:
        """Exit code of a command of the example, with what the host of the code fills in."""
        filled = command.replace("${{ github.actor }}", "ben")
        assert "${{" not in filled
        environment = {
            **os.environ, "PATH": f"{self.folder}/.tools:{os.environ['PATH']}", "HOME": str(self.folder), "MODE": mode,
            "WARDLAW_URL": url or self.url, "WARDLAW_TOKEN": self.house.tokens[who], "NO_COLOR": "1",
        }  # fmt: skip
        done = subprocess.run(
            ["bash", "-e", "-c", filled], cwd=self.folder, env=environment, capture_output=True, text=True, timeout=120,
            check=False,
        )  # fmt: skip
        self.said = done.stdout + done.stderr
        return done.returncode

    @property
    def url(self) -> str:
        return f"http://{self.house.config.control.listen}"

    def modes(self) -> tuple[int, ...]:
        return tuple(self.sh(GATE, mode=mode) for mode in ("advisory", "warn", "enforce"))


@pytest.fixture
def pipeline(tmp_path: Path) -> Iterator[Pipeline]:
    (tmp_path / "house").mkdir()
    house = Register(tmp_path / "house")
    try:
        house.start_control()
        yield Pipeline(house, tmp_path / "checkout")
    finally:
        house.stop_control()


def registered(pipeline: Pipeline, text: str) -> None:
    """The system of the page, classified as high, vouched for and proven; and its gate, signed."""
    house = pipeline.house
    house.call("own", "POST", "/systems", {**SYSTEM, "made_of": {"model": pipeline.digest}})
    house.classify("lex", "cv-ranker", 0, annex_iii=["annex-iii-4a"], profiling="yes")
    house.vouch("cv-ranker")
    house.canary(1, CanaryOutcome.PASS)
    house.gate(text, "cv-ranker")


def test_the_gate_of_the_page_takes_the_run_of_the_page_and_waits_for_people(pipeline: Pipeline) -> None:
    registered(pipeline, block("gates.md", "yaml", "gate: cv-ranker"))
    assert pipeline.sh(SCAN) == DONE, pipeline.said
    assert json.loads((pipeline.folder / "scan.sarif").read_text())["version"] == "2.1.0"
    assert pipeline.modes() == (DONE, DONE, PERSON), pipeline.said
    for name in ("gate.sarif", "gate.xml"):
        assert (pipeline.folder / name).stat().st_size > 0
    newest = pipeline.house.call("aud", "GET", "/gate-runs?system=cv-ranker")[0]
    assert (newest["run"]["authors"], newest["run"]["requested_by"]) == (["person:ben"], "person:dev")


def test_a_release_passes_or_stops_online_and_offline_as_the_table_says(pipeline: Pipeline) -> None:
    text = block("gates.md", "yaml", "gate: cv-ranker").replace("roles: [ciso, legal]", "roles: []")
    assert "roles: []" in text
    without_people = re.sub(
        r"require: {max_age_days: 365, said_by: \[legal, risk\]}", "require: {assessments: false}", text
    )
    registered(pipeline, without_people)
    assert pipeline.sh(SCAN) == DONE
    assert pipeline.sh(GATE, mode="enforce") == DONE, pipeline.said
    assert pipeline.sh(KEEP) == DONE, pipeline.said

    # A scan that finds more than is allowed ends a release, and no other step.
    scan: dict[str, Any] = {"version": "2.1.0", "runs": [{"results": [{"level": "error"}]}]}
    kept = (pipeline.folder / "scan.sarif").read_text()
    (pipeline.folder / "scan.sarif").write_text(json.dumps(scan))
    assert pipeline.modes() == (DONE, DONE, FAILED), pipeline.said
    (pipeline.folder / "scan.sarif").write_text(kept)

    pipeline.house.stop_control()
    record = pipeline.folder / "wardlaw-gate-unreachable.jsonl"
    assert not record.exists()
    assert pipeline.modes() == (DONE, DONE, DONE), pipeline.said  # the release by the statement
    lines = [json.loads(line) for line in record.read_text().splitlines()]
    assert [(one["mode"], one["passed"]) for one in lines] == [("advisory", "unseen"), ("warn", "unseen")]

    # Another model, another signer, a statement of before yesterday, or none: a release stops.
    (pipeline.folder / "ranker.safetensors").write_bytes(b"others")
    assert pipeline.sh(GATE, mode="enforce") == EVIDENCE, pipeline.said
    (pipeline.folder / "ranker.safetensors").write_bytes(b"weights")
    statement = pipeline.folder / "verdict.json"
    said = json.loads(statement.read_text())
    said["statement"]["at"] = time.time() - 25 * 3_600
    fresh = statement.read_text()
    statement.write_text(json.dumps(said))
    assert pipeline.sh(GATE, mode="enforce") == EVIDENCE
    statement.write_text(fresh)
    assert pipeline.sh(GATE, mode="enforce") == DONE
    bare = GATE.replace("--cached verdict.json --trust wardlaw.pub", "")
    assert bare != GATE
    assert pipeline.sh(bare, mode="enforce") == UNREACHABLE, pipeline.said


def test_a_person_signs_the_release_off(pipeline: Pipeline) -> None:
    registered(pipeline, block("gates.md", "yaml", "gate: cv-ranker"))
    assert pipeline.sh(SCAN) == DONE
    assert pipeline.sh(GATE, mode="enforce") == PERSON, pipeline.said
    assert pipeline.sh(KEEP) == FAILED  # nothing stands yet
    assert pipeline.sh(GATE, mode="enforce") == PERSON, pipeline.said  # the release is started again: the same run
    assert "so that run counts" in pipeline.said
    assert len(pipeline.house.call("aud", "GET", "/gate-runs?system=cv-ranker")) == 1
    run = pipeline.house.call("aud", "GET", "/gate-runs?system=cv-ranker")[0]["run"]["id"]
    results = pipeline.house.call("aud", "GET", f"/gate-runs/{run}")["run"]["results"]
    assert {one["id"]: one["outcome"] for one in results}["live"] == "pass", results
    for name in ("lex", "cis"):
        pipeline.house.call(name, "POST", f"/gate-runs/{run}/answer", YES)
    assert pipeline.sh(KEEP) == DONE, pipeline.said
    assert pipeline.sh(GATE, mode="enforce") == DONE, pipeline.said
    assert len(pipeline.house.call("aud", "GET", "/gate-runs?system=cv-ranker")) == 1
    assert pipeline.sh(f"{GATE.strip()} --anew", mode="enforce") == PERSON, pipeline.said
