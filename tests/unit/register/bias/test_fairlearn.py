"""The figures are those of fairlearn 0.15.0, to a billionth; runs where ``WARDLAW_TEST_GATEPEERS`` names its folder."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from tools.judge_gates.oracle import fairlearn_figures

from tests.unit.register.bias.outcomes import counts_of
from wardlaw.register.bias.counts import Label
from wardlaw.register.bias.measure import measure_bias

PEERS = os.environ.get("WARDLAW_TEST_GATEPEERS", "")


@pytest.mark.skipif(not PEERS, reason="WARDLAW_TEST_GATEPEERS is not set: python -m tools.gatepeers FOLDER")
def test_every_figure_equals_that_of_fairlearn() -> None:
    rng = np.random.default_rng(11)
    tables = []
    for _ in range(12):
        size, groups = int(rng.integers(400, 3_000)), int(rng.integers(2, 7))
        group = rng.integers(0, groups, size)
        chance = rng.uniform(0.05, 0.95, groups)[group]
        label = rng.random(size) < rng.uniform(0.2, 0.8)
        predicted = rng.random(size) < np.where(label, chance, chance / 2)
        tables.append({"label": label.astype(int).tolist(), "predicted": predicted.astype(int).tolist(),
                       "group": [f"g{one}" for one in group]})  # fmt: skip
    for table, theirs in zip(tables, fairlearn_figures(Path(PEERS), tables), strict=True):
        rows = [
            ((group,), bool(said), Label.YES if label else Label.NO)
            for group, said, label in zip(table["group"], table["predicted"], table["label"], strict=True)
        ]
        report = measure_bias(counts_of(rows), min_group_n=1, rounds=10, seed=1)
        for metric, measured in report.groupings[0].disparities.items():
            assert measured.value == pytest.approx(theirs["metrics"][metric.value], abs=1e-9)
        for group in report.groupings[0].groups:
            for name, rates in theirs["rates"].items():
                assert getattr(group, name).value == pytest.approx(rates[group.name], abs=1e-9)
