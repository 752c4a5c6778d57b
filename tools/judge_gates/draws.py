"""Draws: an accepted version, trusted rows and a new version of one table, clean and tampered with, and what is measured."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from tools.judge_gates.realdata import DEVELOPMENT, JUDGED, RealTable
from tools.judge_gates.tampering import KINDS, Rows, tampered
from wardlaw.register.poisoning.neighbours import DenialSketch
from wardlaw.register.poisoning.table import plan_table
from wardlaw.register.poisoning.tablecheck import (
    TableMeasures,
    TableReference,
    TableSample,
    measure_table,
    table_baseline,
    trusted_reference,
)

CLEAN = "clean"
SHARES = (0.005, 0.01, 0.03, 0.05)
MOST_ROWS = {**dict.fromkeys(DEVELOPMENT, 22_000), **dict.fromkeys(JUDGED, 6_000)}
"""Rows of a draw, taken anew for each. Of what is judged fewer, so that all of it is a quarter of an hour."""
_WORKERS = 2
_TRUSTED = 0.3  # of the rows somebody vouches for
_NOBODY = "0" * 64


class Draw(NamedTuple):
    """Which draw of which table; ``tampering`` or only the clean version."""

    name: str
    seed: int
    with_baseline: bool
    tampering: bool


class Told(NamedTuple):
    """What one version of a draw came to; ``seconds`` are of the processor."""

    draw: Draw
    kind: str
    share: float
    measured: TableMeasures
    seconds: float


def told(peers: Path, draws: list[Draw]) -> Iterator[Told]:
    """Measure draws, some at a time; each by its seed, so that the order changes nothing."""
    with ProcessPoolExecutor(_WORKERS) as workers:
        for found in workers.map(_one, [peers] * len(draws), draws):
            yield from found


def _one(peers: Path, draw: Draw) -> list[Told]:
    real = {**DEVELOPMENT, **JUDGED}[draw.name](peers)
    trusted, before, version = parts(real, draw.seed)
    plan = plan_table(trusted, real.label)
    if draw.with_baseline:
        first = TableSample(plan)
        first.add(real.columns(before), halves=True)
        reference = TableReference(table_baseline(first, name="v1", data=_NOBODY, trusted=trusted), trusted)
    else:
        reference = trusted_reference(trusted, real.label, name="trusted", data=_NOBODY)
    found = [_measured(draw, (CLEAN, 0.0), real.columns(version), reference)]
    if draw.tampering:
        for kind in KINDS:
            for share in SHARES:
                rows = tampered(real, version, kind=kind, share=share, seed=draw.seed)
                found.append(_measured(draw, (kind, share), real.columns(rows), reference))
    return found


def parts(real: RealTable, seed: int) -> tuple[dict[str, list[str]], Rows, Rows]:
    """Trusted rows, the version that was accepted, and the next.

    Of odd seeds the next version has a tenth of the rows replaced; of even seeds it has no row of the version before,
    which chance moves most.
    """
    rng = np.random.default_rng(seed)
    rows = [real.rows[place] for place in rng.permutation(len(real.rows))[: MOST_ROWS.get(real.name, len(real.rows))]]
    vouched = int(_TRUSTED * len(rows))
    trusted, data = real.columns(rows[:vouched]), rows[vouched:]
    if seed % 2 == 0:
        return trusted, data[: len(data) // 2], data[len(data) // 2 :]
    size = len(data) * 9 // 10
    return trusted, data[:size], [data[place] for place in rng.permutation(size)[: size * 9 // 10]] + data[size:]


def _measured(draw: Draw, what: tuple[str, float], columns: dict[str, list[str]], reference: TableReference) -> Told:
    began = time.process_time()
    sample = TableSample(reference.baseline.shift.plan)
    sample.add(columns)
    measured = measure_table(sample, reference)
    return Told(draw, *what, _slender(measured), time.process_time() - began)


def _slender(measured: TableMeasures) -> TableMeasures:
    """Without the counts by value, which nobody asks for afterwards and which are large."""
    said, before = measured.denied, measured.denied_before
    if said is None or before is None:
        return measured
    said = msgspec.structs.replace(said, asked=_bare(said.asked), trusted=_bare(said.trusted))
    return msgspec.structs.replace(measured, denied=said, denied_before=_bare(before))


def _bare(sketch: DenialSketch) -> DenialSketch:
    return msgspec.structs.replace(sketch, values={})
