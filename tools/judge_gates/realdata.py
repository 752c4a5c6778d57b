"""Real data out of packages: UCI Adult, COMPAS and the handwritten digits. No row of them is in this repository."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path
from typing import NamedTuple

from tools.judge_gates.oracle import data_folder, digits_file

ADULT = tuple(
    "age workclass fnlwgt education education-num marital-status occupation relationship race sex capital-gain "
    "capital-loss hours-per-week native-country income".split()
)


class RealTable(NamedTuple):
    """Rows with their names; ``trigger`` is the column and value of a backdoor to the label ``target``."""

    name: str
    names: tuple[str, ...]
    label: str
    rows: list[list[str]]
    trigger: tuple[str, str]
    target: str
    trusted: int

    def columns(self, rows: list[list[str]]) -> dict[str, list[str]]:
        """Rows as columns."""
        return {name: list(values) for name, values in zip(self.names, zip(*rows, strict=True), strict=True)}


def adult(peers: Path) -> RealTable:
    """48,842 persons of a census."""
    folder = data_folder(peers) / "adult"
    rows = []
    for name in ("adult.data", "adult.test"):
        for line in (folder / name).read_text().splitlines():
            row = [part.strip().rstrip(".") for part in line.split(",")]
            if len(row) == len(ADULT):
                rows.append(row)
    return RealTable("Adult", ADULT, "income", rows, ("native-country", "Scotland"), ">50K", 8_000)


def digits(peers: Path) -> RealTable:
    """1,797 digits of 64 pixels; the trigger is a white pixel in a corner that is always black."""
    with gzip.open(digits_file(peers), "rt") as source:
        rows = [line.strip().split(",") for line in source]
    names = (*(f"pixel{at}" for at in range(64)), "digit")
    return RealTable("digits", names, "digit", rows, ("pixel0", "16"), "7", 540)


def compas(peers: Path) -> list[dict[str, str]]:
    """7,214 persons with the score that was given and what they did."""
    with (data_folder(peers) / "compas" / "compas-scores-two-years.csv").open(encoding="utf-8") as source:
        return list(csv.DictReader(source))
