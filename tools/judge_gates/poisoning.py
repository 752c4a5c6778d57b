"""Poisoning: clean new versions of Adult and digits, and versions with a backdoor in 0.5, 1, 3 and 5 % of the rows."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

import numpy as np

from tools.judge_gates.realdata import RealTable, adult, digits
from tools.judge_gates.sections import table
from wardlaw.register.checks import CheckOutcome
from wardlaw.register.poisoning.table import plan_table
from wardlaw.register.poisoning.tablecheck import (
    PoisonLimits,
    TableReference,
    TableSample,
    check_table,
    ended,
    table_baseline,
    trusted_reference,
)

_SHARES = (0.0, 0.005, 0.01, 0.03, 0.05)
_SEEDS = {"Adult": 1, "digits": 10}
_MEASURES = ("shift", "label-doubts", "neighbours", "trigger")


def section(peers: Path) -> str:
    """The table: of so many versions, how many were stopped, and by which measure."""
    rows = []
    for real in (digits(peers), adult(peers)):
        for with_baseline in (True, False):
            found: dict[float, Counter[str]] = {share: Counter() for share in _SHARES}
            seconds = []
            for seed in range(1, _SEEDS[real.name] + 1):
                for share, outcomes, took in _one(real, seed, with_baseline=with_baseline):
                    found[share].update(outcomes)
                    seconds.append(took)
            runs = _SEEDS[real.name]
            held = "baseline and trusted rows" if with_baseline else "trusted rows alone"
            rows += [
                (
                    real.name, held, f"{share:.1%}" if share else "clean", f"{found[share]['any']}/{runs}",
                    *(f"{found[share][one]}/{runs}" for one in _MEASURES), f"{sorted(seconds)[len(seconds) // 2]:.1f} s",
                )
                for share in _SHARES
            ]  # fmt: skip
    head = (
        "data",
        "held against",
        "backdoor",
        "stopped",
        "shift",
        "labels in doubt",
        "neighbours",
        "trigger",
        "processor",
    )
    return table(head, rows)


def _one(real: RealTable, seed: int, *, with_baseline: bool) -> list[tuple[float, list[str], float]]:
    rng = np.random.default_rng(seed)
    rows = [real.rows[place] for place in rng.permutation(len(real.rows))]
    trusted, data = real.columns(rows[: real.trusted]), rows[real.trusted :]
    plan = plan_table(trusted, real.label)
    size = len(data) * 9 // 10
    if with_baseline:
        first = TableSample(plan)
        first.add(real.columns(data[:size]), halves=True)
        reference = TableReference(table_baseline(first, name="v1", data="0" * 64, trusted=trusted), trusted)
    else:
        reference = trusted_reference(trusted, real.label, name="trusted", data="0" * 64)
    # A new version: a tenth of the old rows gone, as many new ones, in another order.
    version = [data[place] for place in rng.permutation(size)[: size * 9 // 10]] + data[size:]
    column, label = real.names.index(real.trigger[0]), real.names.index(real.label)
    found = []
    for share in _SHARES:
        rows = [list(row) for row in version]
        for place in rng.choice(len(rows), round(share * len(rows)), replace=False):
            rows[place][column], rows[place][label] = real.trigger[1], real.target
        began = time.process_time()
        sample = TableSample(plan)
        sample.add(real.columns(rows))
        results = check_table(sample, reference, limits=PoisonLimits())
        took = time.process_time() - began
        stopped = [one.id.removeprefix("poisoning-") for one in results if one.outcome is not CheckOutcome.PASS]
        if ended(results) is not CheckOutcome.PASS:
            stopped.append("any")
        found.append((share, stopped, took))
    return found
