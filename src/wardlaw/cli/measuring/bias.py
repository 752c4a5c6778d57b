"""Decisions of a file as counts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from wardlaw.cli.measuring.rows import Told, read_columns
from wardlaw.register.bias.reading import DecisionTally, Favourable, ReadDecisions


def read_decisions(
    path: Path, attributes: Sequence[str], answers: tuple[str, str], *, favourable: Favourable, told: Told
) -> ReadDecisions:
    """Count the decisions of a file.

    Args:
        answers: The columns with predictions and labels; an empty name for no labels.

    Raises:
        DataError: The file cannot be measured.
    """
    predicted, label = answers
    names = [*dict.fromkeys(attributes), predicted, *([label] if label else [])]
    tally = DecisionTally(dict.fromkeys(attributes), favourable=favourable, labelled=bool(label))
    for columns in read_columns(path, wanted=names, told=told):
        tally.add([columns[name] for name in names])
    return tally.read()
