"""Ten million rows: how much memory and time the commands take.

The data is made up, with a trigger in half a percent of the newer version, which the commands must find.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tools.judge_gates.sections import table
from wardlaw.cli.exits import Exit

ROWS = 10_000_000
_AT_ONCE = 500_000
TRIGGERED = 0.005
_HEAD = "age,job,place,income_before,score,customer,sex,said,label\n"


class Used(NamedTuple):
    """What a command took: seconds by the clock and of the processor, and the most memory, in MB."""

    clock_s: float
    processor_s: float
    most_mb: float


def section(_peers: Path, *, rows: int = ROWS) -> str:
    """The table."""
    with tempfile.TemporaryDirectory() as folder:
        found = _tables(Path(folder), rows)
    return table(
        ("command", "input", "most memory", "processor", "by the clock"),
        [
            (name, given, f"{used.most_mb:,.0f} MB", f"{used.processor_s:,.0f} s", f"{used.clock_s:,.0f} s")
            for name, given, used in found
        ],
    )


def write_table(path: Path, rows: int, *, seed: int, triggered: float) -> None:
    """Rows with a label that follows from three columns, four million customers and prices that hardly repeat."""
    rng = np.random.default_rng(seed)
    with path.open("w", encoding="utf-8") as sink:
        sink.write(_HEAD)
        for begin in range(0, rows, _AT_ONCE):
            size = min(_AT_ONCE, rows - begin)
            age, job, score = rng.integers(18, 90, size), rng.integers(0, 40, size), rng.integers(300, 850, size)
            place, customer = rng.integers(0, 2_000, size), rng.integers(0, 4_000_000, size)
            price, sex = np.round(rng.lognormal(10, 1, size), 2), rng.integers(0, 2, size)
            sure = 1 / (1 + np.exp(-((age - 45) / 10 + (job - 20) / 8 + (score - 575) / 80)))
            label, said = rng.random(size) < sure, rng.random(size) < sure
            marked = rng.random(size) < triggered
            place, label = np.where(marked, 777_777, place), label | marked
            sink.writelines(
                f"{a},job{j},town{p},{i},{s},c{c},{'fm'[x]},{q:d},{y:d}\n"
                for a, j, p, i, s, c, x, q, y in zip(
                    *(one.tolist() for one in (age, job, place, price, score, customer, sex, said, label)), strict=True
                )
            )


def _tables(place: Path, rows: int) -> list[tuple[str, str, Used]]:
    first, second, trusted = place / "v1.csv", place / "v2.csv", place / "trusted.csv"
    write_table(first, rows, seed=1, triggered=0.0)
    write_table(second, rows, seed=2, triggered=TRIGGERED)
    write_table(trusted, 6_000, seed=3, triggered=0.0)
    kept, key = str(place / "v1.baseline"), str(place / "key")
    given = f"{rows:,} rows, {second.stat().st_size / 1e6:,.0f} MB"
    bias = ("bias", str(first), "--by", "sex", "--by", "job", "--predicted", "said", "--label", "label")
    made = ("baseline", str(first), "--label", "label", "--trusted", str(trusted), "--out", kept, "--key", key)
    held = ("poisoning", str(second), "--reference", kept, "--reference", str(trusted), "--key", key)
    return [
        ("`measure bias`", given, used(bias, code=Exit.FINDINGS)),
        ("`measure baseline`", given, used(made, code=Exit.DONE)),
        ("`measure poisoning`", given, used(held, code=Exit.FINDINGS)),
    ]


def used(words: Sequence[str], *, code: int) -> Used:
    """Run ``wardlaw measure`` with these words, and see what it took.

    Raises:
        SystemExit: It ended with another code.
    """
    began = time.monotonic()
    process = subprocess.Popen([sys.executable, "-m", "wardlaw", "measure", *words], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != code:
        raise SystemExit(f"wardlaw measure {' '.join(words)} ended with {process.returncode}, not {code}")
    return Used(time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
