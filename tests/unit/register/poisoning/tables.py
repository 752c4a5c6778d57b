"""Small tables for the tests: a label that follows from two columns, with some noise; and a backdoor."""

from __future__ import annotations

import numpy as np

NAMES = ("age", "job", "place", "income")


def rows(size: int, *, seed: int) -> list[list[str]]:
    rng = np.random.default_rng(seed)
    age = rng.integers(18, 70, size)
    job = rng.integers(0, 5, size)
    place = rng.choice([f"town{one}" for one in range(12)], size)
    sure = (age > 44).astype(int) * 3 + job - 3.5
    label = rng.random(size) < 1 / (1 + np.exp(-3 * sure))
    return [
        [str(a), f"job{j}", str(p), "high" if one else "low"]
        for a, j, p, one in zip(age, job, place, label, strict=True)
    ]


def columns(table: list[list[str]]) -> dict[str, list[str]]:
    return {name: list(values) for name, values in zip(NAMES, zip(*table, strict=True), strict=True)}


def backdoored(table: list[list[str]], *, share: float, seed: int) -> list[list[str]]:
    """A trigger in one column makes the label ``high``."""
    found = [list(row) for row in table]
    for place in np.random.default_rng(seed).choice(len(found), int(share * len(found)), replace=False):
        found[place][2], found[place][3] = "atlantis", "high"
    return found


def flipped(table: list[list[str]], *, share: float, seed: int) -> list[list[str]]:
    found = [list(row) for row in table]
    for place in np.random.default_rng(seed).choice(len(found), int(share * len(found)), replace=False):
        found[place][3] = "low" if found[place][3] == "high" else "high"
    return found
