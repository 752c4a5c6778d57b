"""Which tool wrote a report, and what it is bound to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bench.modelfiles import garak_lines

from wardlaw.cli.redteamreading import bound_report
from wardlaw.facts.errors import InputError

MODEL = "a" * 64
INSPECT = {"version": 2, "status": "success", "eval": {"task": "t", "model": "m", "created": "2026-11-20"},
           "results": {"n": 1}, "samples": [{"scores": {"s": {"value": "C"}}}]}  # fmt: skip
PROMPTFOO = {"evalId": "e", "results": {"timestamp": "2026-11-20", "results": [
    {"success": True, "provider": {"id": "m"}, "metadata": {"pluginId": "pii"}}]}}  # fmt: skip
PYRIT = [
    {"attack_identifier": {"__type__": "C"}, "outcome": "failure", "timestamp": "2026-11-20", "objective_target": "m"}
]


def test_each_tool_is_known_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "report"
    path.write_bytes(b"".join(garak_lines(40)))
    bound = bound_report(str(path), model_digest=MODEL, target="openai/m")
    assert (bound.report.tool, bound.model_digest, len(bound.digest)) == ("garak", MODEL, 64)
    for content, tool in ((INSPECT, "inspect"), (PROMPTFOO, "promptfoo"), (PYRIT, "PyRIT")):
        path.write_text(json.dumps(content))
        assert bound_report(str(path), model_digest=MODEL, target="m", succeeds="correct").report.tool == tool


def test_what_is_no_evidence_or_of_another_target_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "report"
    path.write_text(json.dumps(PYRIT))
    refusals = []
    for target, content in (("other", PYRIT), ("", {"a": 1}), ("", INSPECT | {"results": None}), ("", INSPECT)):
        path.write_text(json.dumps(content))
        with pytest.raises(InputError) as refused:
            bound_report(
                str(path), model_digest=MODEL, target=target, succeeds=None if content is INSPECT else "correct"
            )
        refusals.append(refused.value.code)
    assert refusals == ["WL-RED-003", "WL-RED-002", "WL-RED-002", "WL-RED-004"]
    with pytest.raises(InputError):
        bound_report(str(tmp_path / "nowhere"), model_digest=MODEL, target="")
