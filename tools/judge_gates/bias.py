"""Bias: the same figures as fairlearn, how far apart, and in what time."""

from __future__ import annotations

import statistics
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tools.judge_gates.oracle import fairlearn_figures
from tools.judge_gates.realdata import adult, compas
from tools.judge_gates.sections import table
from wardlaw.register.bias.counts import Label, cell, counted
from wardlaw.register.bias.measure import measure_bias

_RUNS = 15


def section(peers: Path) -> str:
    """The table."""
    cases = list(_cases(peers))
    theirs = fairlearn_figures(peers, [one for _, one in cases])
    rows = []
    for (name, case), figures in zip(cases, theirs, strict=True):
        counts = _counts(case)
        report = measure_bias(counts, min_group_n=1, seed=1)
        measured = report.groupings[0].disparities
        apart = max(
            abs(value.value - figures["metrics"][metric.value])
            for metric, value in measured.items()
            if value.value is not None
        )
        ratio = measured[next(one for one in measured if one.value == "demographic_parity_ratio")]
        odds = measured[next(one for one in measured if one.value == "equalized_odds_difference")]
        ours, with_counting = _times(case)
        rows.append((
            name, f"{report.total:,}", str(len(report.groupings[0].groups)),
            f"{ratio.value:.3f} [{ratio.low:.3f}, {ratio.high:.3f}]", f"{odds.value:.3f} [{odds.low:.3f}, {odds.high:.3f}]",
            f"{apart:.0e}" if apart else "0", f"{figures['seconds'] * 1e3:,.0f} ms", f"{ours:.1f} ms", f"{with_counting:.1f} ms",
        ))  # fmt: skip
    head = (
        "data, groups", "rows", "groups", "parity ratio", "odds difference", "furthest from fairlearn",
        "fairlearn, four figures", "ours, with 2,000 resamples", "and counting the rows",
    )  # fmt: skip
    return table(head, rows)


def _cases(peers: Path) -> list[tuple[str, dict[str, Any]]]:
    table_ = adult(peers)
    rows = table_.rows[:15_000]
    at = {name: place for place, name in enumerate(table_.names)}
    # A plain rule in place of a model: more than ten years of education or married and over forty.
    said = [
        int(
            int(row[at["education-num"]]) > 12
            or (row[at["marital-status"]].startswith("Married") and int(row[at["age"]]) > 40)
        )
        for row in rows
    ]
    label = [int(row[at["income"]] == ">50K") for row in rows]
    sex, race = ([row[at[name]] for row in rows] for name in ("sex", "race"))
    persons = compas(peers)
    return [
        ("Adult, sex", {"label": label, "predicted": said, "group": sex}),
        ("Adult, race", {"label": label, "predicted": said, "group": race}),
        ("Adult, sex x race", {
            "label": label, "predicted": said, "group": [f"{one} x {two}" for one, two in zip(sex, race, strict=True)],
        }),
        ("COMPAS, race", {
            "label": [1 - int(one["two_year_recid"]) for one in persons],
            "predicted": [int(int(one["decile_score"]) < 5) for one in persons],
            "group": [one["race"] for one in persons],
        }),
    ]  # fmt: skip


def _counts(case: dict[str, Any]) -> Any:
    amounts = Counter(zip(case["group"], case["label"], case["predicted"], strict=True))
    cells = {
        ((group,), cell(Label.YES if label else Label.NO, predicted=bool(said))): amount
        for (group, label, said), amount in amounts.items()
    }
    return counted(("group",), cells)


def _times(case: dict[str, Any]) -> tuple[float, float]:
    """Medians in milliseconds of the processor: of the measure, and with counting."""
    counts, alone, whole = _counts(case), [], []
    for _ in range(_RUNS):
        began = time.process_time()
        measure_bias(counts, min_group_n=1, seed=1)
        alone.append(time.process_time() - began)
        began = time.process_time()
        measure_bias(_counts(case), min_group_n=1, seed=1)
        whole.append(time.process_time() - began)
    return statistics.median(alone) * 1e3, statistics.median(whole) * 1e3
