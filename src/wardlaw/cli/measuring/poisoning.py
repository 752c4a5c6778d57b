"""Files held against baselines and trusted rows."""

from __future__ import annotations

import hashlib
from pathlib import Path

from wardlaw.cli.measuring.corpus import read_documents
from wardlaw.cli.measuring.rows import Told, digest_of, read_columns, whole
from wardlaw.cli.measuring.signing import is_baseline, keep_baseline, open_baseline
from wardlaw.facts.errors import DataError, InputError
from wardlaw.register.checks import CheckResult, Ground
from wardlaw.register.poisoning.baseline import Baseline, TableBaseline, TextBaseline
from wardlaw.register.poisoning.neighbours import MOST_TRUSTED, evenly
from wardlaw.register.poisoning.table import Columns, TablePlan, plan_table
from wardlaw.register.poisoning.tablecheck import (
    PoisonLimits,
    TableReference,
    TableSample,
    check_table,
    table_baseline,
    trusted_reference,
)
from wardlaw.register.poisoning.textcheck import TextLimits, check_texts
from wardlaw.register.poisoning.texts import TextTally

Names = tuple[str, str]
"""The columns with the label and with the text; empty where nobody said."""


def make_baseline(path: Path, out: Path, key: Path, trusted: str, names: Names, told: Told) -> tuple[Baseline, str]:
    """Write a baseline; answers it and the public key that verifies it."""
    label, field = names
    made: Baseline
    if not label:
        texts = _texts(path, field, None, told)
        made = texts.baseline(name=path.name, data=_digest(path))
    else:
        rows = evenly(whole(Path(trusted)), MOST_TRUSTED) if trusted else None
        table = _table(path, None if rows is None else plan_table(rows, label), label, told, halves=True)
        digest = digest_of(Path(trusted)) if trusted else ""
        made = table_baseline(table, name=path.name, data=digest_of(path), trusted=rows, by=digest)
    return made, keep_baseline(made, out, key)


def check_file(
    path: Path, references: tuple[Path, ...], key: Path | None, names: Names, told: Told
) -> tuple[CheckResult, ...]:
    """Hold a file against what it is to be held against."""
    baselines = [one for one in references if is_baseline(one)]
    trusted = [one for one in references if one not in baselines]
    if len(baselines) > 1 or len(trusted) > 1:
        raise InputError("WL-DAT-013", "There is one baseline and one file of trusted rows at most.", "Leave one out.")
    baseline = open_baseline(baselines[0], key) if baselines else None
    grounds = (Ground("dataset", path.name, _digest(path)), *(
        Ground("baseline" if one in baselines else "reference", one.name, digest_of(one)) for one in references
    ))  # fmt: skip
    if isinstance(baseline, TextBaseline):
        if trusted:
            raise InputError("WL-DAT-013", "Texts are held against their baseline alone.", "Leave the other file out.")
        texts = _texts(path, names[1], baseline, told)
        return check_texts(texts, baseline, limits=TextLimits(), grounds=grounds)
    reference = _reference(baseline, trusted, names[0])
    table = _table(path, reference.baseline.shift.plan, "", told)
    if not table.rows:
        raise DataError("WL-DAT-001", f"{path.name} holds no row.", "Give a file with rows.")
    return check_table(table, reference, limits=PoisonLimits(), grounds=grounds)


def _reference(baseline: TableBaseline | None, trusted: list[Path], label: str) -> TableReference:
    rows = evenly(whole(trusted[0]), MOST_TRUSTED) if trusted else None
    if baseline is not None:
        if rows is not None and baseline.trusted != digest_of(trusted[0]):
            raise InputError(
                "WL-DAT-014", f"The baseline was made with other trusted rows than {trusted[0].name}.",
                "Give the rows it was made with, or make it anew with these.",
            )  # fmt: skip
        return TableReference(baseline, rows)
    if rows is None or not label:
        raise InputError(
            "WL-DAT-015", "There is nothing to hold the data against, or nobody said which column is the label.",
            "Give --reference with a baseline, or with trusted rows and --label.",
        )  # fmt: skip
    return trusted_reference(rows, label, name=trusted[0].name, data=digest_of(trusted[0]))


def _table(path: Path, plan: TablePlan | None, label: str, told: Told, *, halves: bool = False) -> TableSample:
    table = TableSample(plan) if plan else None
    for columns in read_columns(path, told=told):
        table = table or TableSample(_planned(columns, label))
        table.add(columns, halves=halves)
    if table is None:
        raise DataError("WL-DAT-001", f"{path.name} holds no row.", "Give a file with rows.")
    return table


def _planned(columns: Columns, label: str) -> TablePlan:
    return plan_table(columns, label)


def _texts(path: Path, field: str, baseline: TextBaseline | None, told: Told) -> TextTally:
    tally = TextTally(baseline)
    for document in read_documents(path, field=field, told=told):
        tally.add(document)
    return tally


def _digest(path: Path) -> str:
    """Of a file its own; of a folder that of its files' names and digests."""
    if not path.is_dir():
        return digest_of(path)
    lines = (
        f"{digest_of(one)}  {one.relative_to(path).as_posix()}\n" for one in sorted(path.rglob("*")) if one.is_file()
    )
    return hashlib.sha256("".join(lines).encode()).hexdigest()
