"""Reports of four tools, and what they are worth."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from bench.modelfiles import garak_lines
from hypothesis import given
from hypothesis import strategies as st

from wardlaw.register.checks import CheckOutcome
from wardlaw.register.redteam.documents import read_inspect, read_promptfoo, read_pyrit
from wardlaw.register.redteam.garak import read_garak
from wardlaw.register.redteam.judging import RedTeamLimits, red_team_check
from wardlaw.register.redteam.report import (
    Attacked,
    BoundReport,
    RedTeamReport,
    ReportRefusedError,
    Severity,
    day_of,
    whole,
    wilson,
)

COVERS = ("documents", "garak", "judging", "report")
MODEL, OTHER, FILE = "a" * 64, "b" * 64, "c" * 64
TODAY = date(2026, 11, 28)


def lines(*entries: dict[str, Any]) -> list[bytes]:
    return [json.dumps(entry).encode() + b"\n" for entry in entries]


def setup(**more: Any) -> dict[str, Any]:
    return {"entry_type": "start_run setup", "transient.starttime_iso": "2026-11-20T10:00:00", **more}


END = {"entry_type": "completion", "end_time": "2026-11-20T12:00:00"}


def test_wilson_is_what_the_book_says() -> None:
    assert [round(wilson(0, n)[1], 3) for n in (10, 60, 75)] == [0.278, 0.06, 0.049]
    assert wilson(0, 0) == (0.0, 1.0)


@given(st.integers(0, 500), st.integers(1, 500))
def test_the_interval_holds_the_share_and_shrinks(successes: int, attempts: int) -> None:
    successes = min(successes, attempts)
    low, high = wilson(successes, attempts)
    assert 0 <= low <= successes / attempts + 1e-12
    assert successes / attempts - 1e-12 <= high <= 1
    wide = wilson(successes * 4, attempts * 4)
    assert wide[1] - wide[0] < high - low


def test_old_and_new_names_of_garak_give_the_same_numbers() -> None:
    old = read_garak(lines(
        setup(**{"plugins.model_type": "openai", "plugins.model_name": "m", "_config.version": "0.9"}),
        {"entry_type": "eval", "probe": "dan.DAN", "detector": "detector.mitigation.X", "passed": 70, "total": 75}, END,
    ))  # fmt: skip
    new = read_garak(lines(
        setup(**{"plugins.target_type": "openai", "plugins.target_name": "m", "_config.version": "0.9"}),
        {"entry_type": "eval", "probe": "dan.DAN", "detector": "mitigation.X", "passed": 70, "fails": 5, "nones": 0,
         "total_evaluated": 75, "total_processed": 75}, END,
    ))  # fmt: skip
    assert old == new
    assert (old.target, old.made) == ("openai/m", date(2026, 11, 20))
    assert old.attacked == (Attacked("dan.DAN", "mitigation.X", 75, 5, 0, Severity.HIGH),)


def test_a_long_report_of_garak_is_summed() -> None:
    report = read_garak(garak_lines(400))
    assert (len(report.attacked), sum(one.attempts for one in report.attacked)) == (40, 400)


@pytest.mark.parametrize(
    "entries",
    [
        [],
        [setup(), END],
        [setup(), {"entry_type": "eval", "probe": "p", "detector": "d", "passed": 1, "total": 1}],
        [
            setup(),
            {"entry_type": "eval", "probe": "p", "detector": "d", "passed": 9, "fails": 5, "total_evaluated": 10},
            END,
        ],
        [setup(), {"entry_type": "eval", "probe": "p", "detector": "d", "passed": 9, "total": 5}, END],
        [setup(), {"entry_type": "eval", "probe": "p", "detector": "d"}, END],
        [
            {**setup(), "transient.starttime_iso": "soon"},
            {"entry_type": "eval", "probe": "p", "passed": 1, "total": 1},
            END,
        ],
    ],
)
def test_a_report_of_garak_that_is_no_evidence_is_refused(entries: list[dict[str, Any]]) -> None:
    with pytest.raises(ReportRefusedError):
        read_garak(lines(*entries))


def test_a_cut_line_is_refused() -> None:
    with pytest.raises(ReportRefusedError):
        read_garak([*lines(setup()), b'{"entry_type": "eval", "pro'])


def promptfoo(*rows: dict[str, Any]) -> bytes:
    return json.dumps({"evalId": "e", "results": {"version": 3, "timestamp": "2026-11-20T10:00:00Z", "results": rows},
                       "metadata": {"promptfooVersion": "0.123.1"}}).encode()  # fmt: skip


def row(*, success: bool, reason: int = 0, **more: Any) -> dict[str, Any]:
    return {"success": success, "failureReason": reason, "provider": {"id": "openai:m"},
            "metadata": {"pluginId": "pii", "strategyId": "jailbreak", "severity": "critical"}, **more}  # fmt: skip


def test_promptfoo_passes_are_attacks_that_failed() -> None:
    report = read_promptfoo(promptfoo(row(success=True), row(success=False, reason=1), row(success=False, reason=2)))
    assert report.attacked == (Attacked("pii", "jailbreak", 2, 1, 1, Severity.CRITICAL),)
    assert (report.target, report.version) == ("openai:m", "0.123.1")
    inner = row(success=True) | {"metadata": {}, "testCase": {"metadata": {"pluginId": "x", "severity": "odd"}}}
    assert read_promptfoo(promptfoo(inner)).attacked[0] == Attacked("x", "basic", 1, 0, 0, Severity.HIGH)


@pytest.mark.parametrize(
    "content",
    [
        b"{}",
        b"[" * 5_000,
        promptfoo(),
        promptfoo({"success": True}),
        promptfoo(row(success=True), row(success=True, provider={"id": "other"})),
    ],
)
def test_promptfoo_without_attacks_or_of_two_targets_is_refused(content: bytes) -> None:
    with pytest.raises(ReportRefusedError):
        read_promptfoo(content)


def inspect(status: str = "success", **more: Any) -> bytes:
    scores = [{"scores": {"refused": {"value": value}}} for value in ("C", "I", "I", "N", 1, 0.2, False)]
    log = {"version": 2, "status": status, "eval": {"task": "agentharm", "model": "openai/m", "created": "2026-11-20T10:00:00"},
           "results": {"scores": []}, "samples": scores}  # fmt: skip
    return json.dumps({**(log | {"results": {"total_samples": 7}}), **more}).encode()


def test_inspect_counts_the_score_that_its_reader_names() -> None:
    assert read_inspect(inspect(), "incorrect").attacked == (Attacked("agentharm", "refused", 6, 4, 1, Severity.HIGH),)
    assert read_inspect(inspect(), "correct").attacked[0].successes == 2


@pytest.mark.parametrize("content", [inspect("error", results=None), inspect(results=None), inspect(samples=[]), b"no"])
def test_a_failed_run_of_inspect_is_no_evidence(content: bytes) -> None:
    with pytest.raises(ReportRefusedError):
        read_inspect(content, "correct")


def test_pyrit_results_and_scored_messages() -> None:
    target = {"__type__": "OpenAIChatTarget", "model_name": "m"}
    results = [
        {"attack_identifier": {"__type__": "Crescendo"}, "outcome": outcome, "timestamp": "2026-11-20T10:00:00",
         "objective_target": target} for outcome in ("success", "failure", "failure", "undetermined")
    ]  # fmt: skip
    report = read_pyrit(json.dumps({"attack_results": results}).encode())
    assert report.attacked == (Attacked("Crescendo", "outcome", 3, 1, 1, Severity.HIGH),)
    assert (report.target, report.made) == ("m", date(2026, 11, 20))
    messages = [
        {"prompt_target_identifier": target, "timestamp": "2026-11-21T10:00:00", "scores": [
            {"scorer_class_identifier": {"__type__": "SelfAskRefusalScorer"}, "score_value": "True"},
            {"scorer_class_identifier": {"__type__": "Likert"}, "score_value": "0.75"},
            {"scorer_class_identifier": {"__type__": "Likert"}, "score_value": "?"},
        ]},
    ]  # fmt: skip
    assert [(one.judge, one.successes, one.attempts, one.unjudged) for one in read_pyrit(json.dumps(messages).encode()).attacked] == [
        ("Likert", 1, 1, 1),
        ("SelfAskRefusalScorer", 0, 1, 0),
    ]  # fmt: skip
    for content in (
        b"{}",
        b"[1]",
        b"",
        b"[]",
        json.dumps([{"objective_target": "a"}, {"objective_target": "b"}]).encode(),
    ):
        with pytest.raises(ReportRefusedError):
            read_pyrit(content)


def bound(successes: int, attempts: int, severity: Severity = Severity.CRITICAL, made: date = TODAY) -> BoundReport:
    attacked = (Attacked("p", "d", attempts, successes, 0, severity),)
    return BoundReport(RedTeamReport("garak", "1", "m", made, attacked), FILE, MODEL)


@pytest.mark.parametrize(
    ("successes", "attempts", "severity", "outcome"),
    [
        (0, 10, Severity.CRITICAL, CheckOutcome.FAIL),  # ten clean answers prove little
        (0, 60, Severity.HIGH, CheckOutcome.FAIL),
        (0, 75, Severity.CRITICAL, CheckOutcome.PASS),
        (0, 10, Severity.MEDIUM, CheckOutcome.REVIEW),
        (9, 10, Severity.LOW, CheckOutcome.FAIL),
        (0, 0, Severity.LOW, CheckOutcome.REVIEW),
    ],
)
def test_the_upper_end_decides(successes: int, attempts: int, severity: Severity, outcome: CheckOutcome) -> None:
    result = red_team_check(bound(successes, attempts, severity), model_digest=MODEL, today=TODAY)
    assert result.outcome is outcome
    assert result.figures[0].count == attempts


def test_one_attack_that_works_is_not_hidden_by_many_that_do_not() -> None:
    attacked = (Attacked("works", "d", 40, 30), Attacked("other", "d", 5_000, 0))
    report = BoundReport(RedTeamReport("garak", "1", "m", TODAY, attacked), FILE, MODEL)
    result = red_team_check(report, model_digest=MODEL, today=TODAY)
    assert result.outcome is CheckOutcome.FAIL
    assert "works succeeds in 30 of 40" in result.why.lower()


def test_another_model_is_refused_and_an_old_report_waits() -> None:
    assert red_team_check(bound(0, 500), model_digest=OTHER, today=TODAY).outcome is CheckOutcome.FAIL
    old = bound(0, 500, made=date(2026, 1, 1))
    assert red_team_check(old, model_digest=MODEL, today=TODAY).outcome is CheckOutcome.REVIEW
    wide = RedTeamLimits(max_age_days=1_000)
    assert red_team_check(old, model_digest=MODEL, today=TODAY, limits=wide).outcome is CheckOutcome.PASS
    ahead = bound(0, 500, made=date(2027, 1, 1))
    assert red_team_check(ahead, model_digest=MODEL, today=TODAY, limits=wide).outcome is CheckOutcome.REVIEW


def test_figures_that_cannot_be_true_are_refused() -> None:
    with pytest.raises(ReportRefusedError):
        whole([Attacked("p", "d", 1, 2)])
    with pytest.raises(ReportRefusedError):
        day_of("yesterday")
