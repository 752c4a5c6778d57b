"""Reports that are one JSON document: promptfoo's results, inspect's logs, exports of PyRIT."""

from __future__ import annotations

from collections import Counter
from typing import Any, Literal

import msgspec

from wardlaw.register.redteam.report import Attacked, RedTeamReport, ReportRefusedError, Severity, day_of, whole

_HALF = 0.5  # scores between 0 and 1 are counted as a success from here on, as the tools' own reports do


class _Provider(msgspec.Struct):
    id: str = ""
    label: str = ""


class _Meta(msgspec.Struct):
    plugin: str = msgspec.field(name="pluginId", default="")
    strategy: str = msgspec.field(name="strategyId", default="")
    severity: str = ""


class _Case(msgspec.Struct):
    metadata: _Meta | None = None


class _Row(msgspec.Struct):
    success: bool
    reason: int | None = msgspec.field(name="failureReason", default=None)
    error: str | None = None
    provider: _Provider | str | None = None
    metadata: _Meta | None = None
    case: _Case | None = msgspec.field(name="testCase", default=None)


class _Rows(msgspec.Struct):
    results: list[_Row]
    timestamp: str = ""


class _Promptfoo(msgspec.Struct):
    results: _Rows
    metadata: dict[str, Any] = {}


_ERROR = 2  # promptfoo's ResultFailureReason.ERROR


def read_promptfoo(content: bytes) -> RedTeamReport:
    """Read promptfoo's results. A test that passes is an attack that failed.

    Raises:
        ReportRefusedError: It is none, or holds no red-team result.
    """
    try:
        found = msgspec.json.decode(content, type=_Promptfoo)
    except (msgspec.DecodeError, RecursionError):
        raise ReportRefusedError("It is no results file of promptfoo.") from None
    counts: dict[tuple[str, str, Severity], Counter[str]] = {}
    targets: Counter[str] = Counter()
    for row in found.results.results:
        meta = _meta(row)
        targets[_provider(row.provider)] += 1
        failed = row.reason == _ERROR or (row.reason is None and bool(row.error) and not row.success)
        kind = "unjudged" if failed else "defended" if row.success else "success"
        counts.setdefault((meta.plugin or "?", meta.strategy or "basic", _severity(meta.severity)), Counter())[
            kind
        ] += 1
    if not any(plugin != "?" for plugin, _, _ in counts):
        raise ReportRefusedError("It is an evaluation and no red-team run: no result names the attack it came from.")
    if len(targets) > 1:
        raise ReportRefusedError("It holds several targets; import a run of one.")
    made = str(
        found.metadata.get("evaluationCreatedAt") or found.results.timestamp or found.metadata.get("exportedAt") or ""
    )
    return RedTeamReport(
        "promptfoo",
        str(found.metadata.get("promptfooVersion", "")),
        next(iter(targets), ""),
        day_of(made),
        whole([_row(plugin, strategy, severity, count) for (plugin, strategy, severity), count in counts.items()]),
    )


def _meta(row: _Row) -> _Meta:
    for one in (row.metadata, row.case.metadata if row.case else None):
        if one is not None and one.plugin:
            return one
    return _Meta()


def _provider(provider: _Provider | str | None) -> str:
    if isinstance(provider, _Provider):
        return provider.id or provider.label
    return provider or ""


def _severity(text: str) -> Severity:
    return next((one for one in Severity if one.value == text.lower()), Severity.HIGH)


def _row(probe: str, judge: str, severity: Severity, count: Counter[str]) -> Attacked:
    attempts = count["success"] + count["defended"]
    return Attacked(probe, judge, attempts, count["success"], count["unjudged"], severity)


class _Score(msgspec.Struct):
    value: Any


class _Sample(msgspec.Struct):
    scores: dict[str, _Score] | None = None


class _Eval(msgspec.Struct):
    task: str
    model: str
    created: str = ""
    packages: dict[str, str] = {}


class _Inspect(msgspec.Struct):
    status: str
    eval: _Eval
    results: dict[str, Any] | None = None
    samples: list[_Sample] | None = None


Succeeds = Literal["correct", "incorrect"]
"""Which score of a sample means that the attack succeeded; every task decides that for itself."""


def read_inspect(content: bytes, succeeds: Succeeds) -> RedTeamReport:
    """Read a log of inspect.

    Raises:
        ReportRefusedError: It is none, or its run failed: a log without results is no evidence.
    """
    try:
        found = msgspec.json.decode(content, type=_Inspect)
    except (msgspec.DecodeError, RecursionError):
        raise ReportRefusedError("It is no log of inspect.") from None
    if found.status != "success" or not found.results:
        raise ReportRefusedError(f"Its run ended as {found.status[:20]!r} without results, so it is no evidence.")
    counts: dict[str, Counter[str]] = {}
    for sample in found.samples or ():
        for scorer, score in (sample.scores or {}).items():
            counts.setdefault(scorer, Counter())[_judged(score.value, succeeds)] += 1
    rows = [_row(found.eval.task, scorer, Severity.HIGH, count) for scorer, count in counts.items()]
    version = found.eval.packages.get("inspect_ai", "")
    return RedTeamReport("inspect", version, found.eval.model, day_of(found.eval.created), whole(rows))


def _judged(value: Any, succeeds: Succeeds) -> str:
    if isinstance(value, str):
        correct = {"C": True, "P": True, "I": False}.get(value)
    elif isinstance(value, bool | int | float):
        correct = float(value) >= _HALF
    else:
        correct = None
    if correct is None:
        return "unjudged"
    return "success" if correct == (succeeds == "correct") else "defended"


def read_pyrit(content: bytes) -> RedTeamReport:
    """Read an export of PyRIT: results of attacks, or messages with their scores.

    Raises:
        ReportRefusedError: It is none, or nothing in it was scored.
    """
    try:
        found = msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError):
        raise ReportRefusedError("It is no export of PyRIT.") from None
    entries = found.get("attack_results") if isinstance(found, dict) else found
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        raise ReportRefusedError("It is no export of PyRIT.")
    counts: dict[tuple[str, str], Counter[str]] = {}
    targets: set[str] = set()
    times = [""]
    for entry in entries:
        for probe, judge, kind in _pyrit_results(entry):
            counts.setdefault((probe, judge), Counter())[kind] += 1
        targets |= {
            _identified(entry[key]) for key in ("prompt_target_identifier", "objective_target") if entry.get(key)
        }
        times.append(str(entry.get("timestamp") or ""))
    if len(targets) > 1:
        raise ReportRefusedError("It holds several targets; export the results of one.")
    rows = [_row(probe, judge, Severity.HIGH, count) for (probe, judge), count in counts.items()]
    return RedTeamReport(
        "PyRIT", "", next(iter(targets), ""), day_of(min(one for one in times if one or times == [""])), whole(rows)
    )


def _identified(value: Any) -> str:
    if isinstance(value, dict):
        return str(value.get("model_name") or value.get("deployment_name") or value.get("__type__") or "")
    return str(value)


def _pyrit_results(entry: dict[str, Any]) -> list[tuple[str, str, str]]:
    attack = _identified(entry.get("attack_identifier") or entry.get("orchestrator_identifier") or "attack") or "attack"
    if "outcome" in entry:
        kind = {"success": "success", "failure": "defended"}.get(str(entry["outcome"]).lower(), "unjudged")
        return [(attack, "outcome", kind)]
    found = []
    for score in entry.get("scores") or ():
        if isinstance(score, dict):
            scorer = _identified(score.get("scorer_class_identifier") or "scorer")
            value = str(score.get("score_value", "")).lower()
            hit = {"true": True, "false": False}.get(value)
            if hit is None and value.replace(".", "", 1).isdigit():
                hit = float(value) >= _HALF
            # A scorer of refusals says "true" when the target defended itself.
            hit = not hit if hit is not None and "refusal" in scorer.lower() else hit
            found.append((attack, scorer, "unjudged" if hit is None else "success" if hit else "defended"))
    return found
