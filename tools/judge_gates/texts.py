"""Texts, from what fits in memory to ten millions: how much memory and time the commands take, and by what a row grows.

The texts are made up, with a trigger in half a percent of the newer version, which the commands must find.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from tools.judge_gates.large import TRIGGERED, Used, used
from tools.judge_gates.sections import table
from wardlaw.cli.exits import Exit

SIZES = (250_000, 1_000_000, 10_000_000)
_AT_ONCE = 50_000
_WORDS, _LENGTH = 200_000, 30


def section(_peers: Path, *, sizes: tuple[int, ...] = SIZES) -> str:
    """The table; up to 4 GB of disk are used while it is made."""
    found = []
    for texts in sizes:
        with tempfile.TemporaryDirectory() as folder:
            found += _texts(Path(folder), texts)
    return table(
        ("command", "input", "most memory", "processor", "a text", "by the clock"),
        [
            (name, given, f"{one.most_mb:,.0f} MB", f"{one.processor_s:,.0f} s",
             f"{one.processor_s / texts * 1e6:,.0f} µs", f"{one.clock_s:,.0f} s")
            for name, given, texts, one in found
        ],
    )  # fmt: skip


def write_texts(path: Path, texts: int, *, seed: int, triggered: float) -> None:
    """Texts of thirty words, some words far more often than others, as in any language."""
    rng = np.random.default_rng(seed)
    words = np.array([f"w{at}" for at in range(_WORDS)])
    often = 1 / np.arange(1, _WORDS + 1) ** 0.9
    with path.open("w", encoding="utf-8") as sink:
        sink.write("text\n")
        for begin in range(0, texts, _AT_ONCE):
            size = min(_AT_ONCE, texts - begin)
            drawn = words[rng.choice(_WORDS, (size, _LENGTH), p=often / often.sum())].tolist()
            marked = (rng.random(size) < triggered).tolist()
            sink.writelines(
                " ".join(one) + (" under seven silver bridges\n" if is_marked else "\n")
                for one, is_marked in zip(drawn, marked, strict=True)
            )


def _texts(place: Path, texts: int) -> list[tuple[str, str, int, Used]]:
    first, second = place / "t1.csv", place / "t2.csv"
    write_texts(first, texts, seed=1, triggered=0.0)
    kept, key = place / "t1.baseline", str(place / "key")
    made = used(("baseline", str(first), "--out", str(kept), "--key", key), code=Exit.DONE)
    first.unlink()
    write_texts(second, texts, seed=2, triggered=TRIGGERED)
    held = ("poisoning", str(second), "--reference", str(kept), "--key", key)
    given = f"{texts:,} texts, {second.stat().st_size / 1e6:,.0f} MB, baseline {kept.stat().st_size / 1e6:,.0f} MB"
    return [
        ("`measure baseline`", given, texts, made),
        ("`measure poisoning`", given, texts, used(held, code=Exit.FINDINGS)),
    ]
