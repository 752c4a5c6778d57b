from __future__ import annotations

import hashlib
import json
import pickle
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.unit.register.gates.test_verdict import CV
from wardlaw.cli.gatefiles import named_paths, run_on_files
from wardlaw.cli.gatemeasuring import joined
from wardlaw.cli.measuring.poisoning import make_baseline
from wardlaw.facts.errors import InputError
from wardlaw.register.checks import CheckKind, CheckOutcome, CheckResult
from wardlaw.register.gates.gate import CheckSpec, Gate
from wardlaw.register.gates.runner import Subject
from wardlaw.register.system import MadeOf

AT = datetime(2026, 11, 28, tzinfo=UTC).timestamp()


class Runs:
    """What runs code when it is loaded: the marker would be there."""

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return (eval, ("open('ran', 'w')",))


def run(kind: CheckKind, inputs: dict[str, Path], *, model: str = "", **require: Any) -> CheckResult:
    gate = Gate("g", "G", (CheckSpec("one", kind, require=require),))
    system = msgspec.structs.replace(CV, made_of=MadeOf(model=model))
    given = named_paths(tuple(f"{name}={path}" for name, path in inputs.items()), gate)
    (result,) = run_on_files(gate, Subject(system, 1, AT), given)
    assert (result.id, result.kind) == ("one", kind)
    return result


def decisions(path: Path, second: int) -> Path:
    rows = [f"{group},{int(place < share)}" for group, share in (("a", 500), ("b", second)) for place in range(1000)]
    path.write_text("sex,answer\n" + "\n".join(rows) + "\n")
    return path


def test_bias_is_judged_by_the_gates_own_rule(tmp_path: Path) -> None:
    columns = {"by": ("sex",), "predicted": "answer", "min_group_n": 100}
    same, other = decisions(tmp_path / "same.csv", 495), decisions(tmp_path / "other.csv", 200)
    assert run(CheckKind.BIAS, {"bias": same}, **columns).outcome is CheckOutcome.PASS
    failed = run(CheckKind.BIAS, {"bias": other}, **columns)
    assert failed.outcome is CheckOutcome.FAIL
    assert failed.grounds[0].digest == hashlib.sha256(other.read_bytes()).hexdigest()
    assert run(CheckKind.BIAS, {"bias": other}, **columns, limit=0.3).outcome is CheckOutcome.PASS
    assert run(CheckKind.BIAS, {}, **columns).outcome is CheckOutcome.REVIEW
    assert run(CheckKind.BIAS, {"bias": same}).outcome is CheckOutcome.REVIEW  # nobody said which groups
    (tmp_path / "empty.csv").write_text("")
    assert run(CheckKind.BIAS, {"bias": tmp_path / "empty.csv"}, **columns).outcome is CheckOutcome.REVIEW
    for wrong in ({"metric": "fairness"}, {"limit": 7}, {"from_score": "high"}):
        with pytest.raises(InputError) as refused:
            run(CheckKind.BIAS, {"bias": same}, **columns, **wrong)
        assert refused.value.code == "WL-GAT-012"


def test_data_is_held_against_the_baseline_that_was_handed_in(tmp_path: Path) -> None:
    def table(name: str, marked: int) -> Path:
        rows = [
            f"{place % 7},{'x' if place < marked else 'y'},{place % 2 or int(place < marked)}" for place in range(900)
        ]
        (tmp_path / name).write_text("a,b,label\n" + "\n".join(rows) + "\n")
        return tmp_path / name

    first, again, tampered = table("v1.csv", 0), table("v2.csv", 0), table("v3.csv", 90)
    make_baseline(first, tmp_path / "v1.baseline", tmp_path / "key", "", ("label", ""), lambda _share, _word: None)
    held = {"baseline": tmp_path / "v1.baseline", "key": tmp_path / "key"}
    assert run(CheckKind.POISONING, {"data": again, **held}).outcome is CheckOutcome.PASS
    found = run(CheckKind.POISONING, {"data": tampered, **held})
    assert found.outcome is CheckOutcome.FAIL
    assert {one.what for one in found.grounds} == {"dataset", "baseline"}
    assert run(CheckKind.POISONING, {"data": again}).outcome is CheckOutcome.REVIEW
    assert run(CheckKind.POISONING, held).outcome is CheckOutcome.REVIEW


def test_the_model_is_the_registered_one_and_runs_nothing(tmp_path: Path) -> None:
    harmless, attack = tmp_path / "m.pkl", tmp_path / "bad.pkl"
    harmless.write_bytes(pickle.dumps({"weights": [1.0, 2.0]}))
    attack.write_bytes(pickle.dumps(Runs()))
    digest = hashlib.sha256(harmless.read_bytes()).hexdigest()
    name = CheckKind.MODEL_FILE.value
    assert run(CheckKind.MODEL_FILE, {name: harmless}, model=digest).outcome is CheckOutcome.PASS
    assert run(CheckKind.MODEL_FILE, {name: harmless}).outcome is CheckOutcome.PASS
    foreign = run(CheckKind.MODEL_FILE, {name: harmless}, model="0" * 64)
    assert (foreign.outcome, "None of these files" in foreign.why) == (CheckOutcome.FAIL, True)
    bad = hashlib.sha256(attack.read_bytes()).hexdigest()
    assert run(CheckKind.MODEL_FILE, {name: attack}, model=bad).outcome is CheckOutcome.FAIL
    assert not Path("ran").exists()
    assert run(CheckKind.MODEL_FILE, {}).outcome is CheckOutcome.REVIEW


def test_reports_and_cards_are_of_the_registered_model(tmp_path: Path) -> None:
    report, card, model = tmp_path / "r.jsonl", tmp_path / "card.yaml", "a" * 64
    entries = [
        {"entry_type": "start_run setup", "transient.starttime_iso": "2026-11-20T10:00:00", "plugins.target_type": "openai",
         "plugins.target_name": "m", "_config.version": "0.17"},
        {"entry_type": "eval", "probe": "dan.DAN", "detector": "x", "passed": 200, "fails": 0, "nones": 0,
         "total_evaluated": 200, "total_processed": 200},
        {"entry_type": "completion", "end_time": "2026-11-20T12:00:00"},
    ]  # fmt: skip
    report.write_text("".join(json.dumps(one) + "\n" for one in entries))
    name = CheckKind.RED_TEAM.value
    assert run(CheckKind.RED_TEAM, {name: report}, model=model).outcome is CheckOutcome.PASS
    assert run(CheckKind.RED_TEAM, {name: report}, model=model, max_age_days=3).outcome is CheckOutcome.REVIEW
    assert run(CheckKind.RED_TEAM, {name: report}).outcome is CheckOutcome.REVIEW  # of which model nobody has said
    for wrong in ({"max_age_days": 0}, {"attack_succeeds_when": "maybe"}, {"target": "openai/other"}):
        with pytest.raises(InputError):
            run(CheckKind.RED_TEAM, {name: report}, model=model, **wrong)

    card.write_text("name: m\ndigest: " + "b" * 64 + "\n")
    name = CheckKind.MODEL_CARD.value
    assert run(CheckKind.MODEL_CARD, {name: card}, model=model).outcome is CheckOutcome.FAIL
    assert run(CheckKind.MODEL_CARD, {name: card}, model="b" * 64).outcome is CheckOutcome.REVIEW
    assert run(CheckKind.MODEL_CARD, {name: card}).outcome is CheckOutcome.REVIEW
    with pytest.raises(InputError):
        run(CheckKind.MODEL_CARD, {name: tmp_path / "none"}, model=model)


def test_the_worst_of_several_decides_and_none_is_no_pass() -> None:
    spec = CheckSpec("one", CheckKind.POISONING)
    parts = tuple(CheckResult(one.value, spec.kind, one, f"because {one.value}") for one in CheckOutcome)
    found = joined(spec, parts)
    assert (found.outcome, found.why) == (CheckOutcome.FAIL, "because fail")
    assert len(found.notes) == 2
    assert joined(spec, ()).outcome is CheckOutcome.REVIEW
