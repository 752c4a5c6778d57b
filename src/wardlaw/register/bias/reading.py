"""Decisions as they stand in files: which values mean yes, and who is missing. Counts come of it, row by row."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from wardlaw.facts.errors import DataError
from wardlaw.register.bias.counts import MISSING, BiasCounts, Label, cell, counted

MOST_COMBINATIONS = 20_000
"""Combinations of attributes, label and prediction: more are numbers or names, not groups, and would fill the memory."""
_NOT_SAID = frozenset({"", "nan", "na", "n/a", "null", "none", "?"})
# Pairs of values whose meaning needs no telling: no, yes.
_PAIRS = (("0", "1"), ("false", "true"), ("no", "yes"), ("n", "y"), ("0.0", "1.0"), ("-1", "1"))


class Favourable(msgspec.Struct, frozen=True):
    """What a favourable answer looks like.

    Attributes:
        value: The value that means yes; empty to tell 0/1, false/true, no/yes by themselves.
        from_score: From which number on a score means yes; None where answers are no scores.
    """

    value: str = ""
    from_score: float | None = None


class ReadDecisions(msgspec.Struct, frozen=True):
    """Counts from a file.

    Attributes:
        unanswered: Rows without a prediction. They are in no count, so nobody may call the rest a pass.
    """

    counts: BiasCounts
    unanswered: int = 0


class DecisionTally:
    """Counts rows of decisions; what values mean is settled when all are known."""

    def __init__(self, attributes: Iterable[str], *, favourable: Favourable, labelled: bool) -> None:
        self.attributes = tuple(attributes)
        self.rows = 0
        self._favourable = favourable
        self._labelled = labelled
        self._amounts: Counter[tuple[str, ...]] = Counter()

    def add(self, columns: Sequence[Sequence[str]]) -> None:
        """Add rows, given as columns: the attributes, the predictions, and the labels where there are any.

        Raises:
            DataError: Columns hold so many values that they cannot be groups (WL-BIA-003), or scores that are no
                numbers (WL-BIA-004).
        """
        width = len(self.attributes)
        answers = columns[width:]
        score = self._favourable.from_score
        if score is not None:
            answers = [_answers(answers[0], score), *answers[1:]]
        self._amounts.update(zip(*columns[:width], *answers, strict=True))
        self.rows += len(columns[0])
        if len(self._amounts) > MOST_COMBINATIONS:
            raise DataError(
                "WL-BIA-003",
                f"{' and '.join(self.attributes)}, label and prediction have more than {MOST_COMBINATIONS:,} combinations.",
                "Give columns with few values as groups (ages as ranges), and --from-score where predictions are scores.",
            )

    def read(self) -> ReadDecisions:
        """What the rows came to.

        Raises:
            DataError: There were none (WL-BIA-001), or nobody can tell which value is favourable (WL-BIA-002).
        """
        if not self.rows:
            raise DataError("WL-BIA-001", "There is no row in the data.", "Give a file with decisions.")
        width = len(self.attributes)
        scored = self._favourable.from_score is not None
        predictions = _meaning(
            {key[width] for key in self._amounts}, "" if scored else self._favourable.value, "prediction"
        )
        labels = (
            _meaning({key[width + 1] for key in self._amounts}, self._favourable.value, "label")
            if self._labelled
            else {}
        )
        amounts: Counter[tuple[tuple[str, ...], int]] = Counter()
        unanswered = 0
        for key, amount in self._amounts.items():
            predicted = predictions[key[width]]
            if predicted is Label.UNKNOWN:
                unanswered += amount
                continue
            label = labels[key[width + 1]] if self._labelled else Label.UNKNOWN
            values = tuple(MISSING if _plain(value) in _NOT_SAID else value.strip() for value in key[:width])
            amounts[values, cell(label, predicted=predicted is Label.YES)] += amount
        return ReadDecisions(counted(self.attributes, amounts), unanswered)


def _answers(scores: Iterable[str], least: float) -> list[str]:
    found = []
    for text in scores:
        if _plain(text) in _NOT_SAID:
            found.append("")
            continue
        try:
            score = float(text)
        except ValueError:
            raise DataError(
                "WL-BIA-004",
                f"The prediction {text[:40]!r} is no number.",
                "Leave --from-score out, or mend the column.",
            ) from None
        found.append("" if math.isnan(score) else "1" if score >= least else "0")
    return found


def _meaning(values: set[str], favourable: str, what: str) -> dict[str, Label]:
    """What each value means."""
    said = {value: _plain(value) for value in values}
    open_ones = {value: Label.UNKNOWN for value, plain in said.items() if plain in _NOT_SAID}
    rest = {value: plain for value, plain in said.items() if value not in open_ones}
    pair = next((pair for pair in _PAIRS if set(rest.values()) <= set(pair)), None)
    yes = _plain(favourable) if favourable and _plain(favourable) in rest.values() else pair[1] if pair else None
    if yes is None:
        shown = ", ".join(sorted(rest)[:6])
        if favourable:
            message = f"No {what} is {favourable}; there are {shown}."
        else:
            message = f"Nobody can tell which {what} is favourable: {shown}."
        raise DataError("WL-BIA-002", message, "Name the favourable value with --favourable.")
    return open_ones | {value: Label.YES if plain == yes else Label.NO for value, plain in rest.items()}


def _plain(value: str) -> str:
    return value.strip().casefold()
