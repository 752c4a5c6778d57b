"""How many labels a model that has not seen them would give otherwise.

A small multinomial regression is fitted on four fifths of the rows and asked about the last fifth, in turn. A label is in
doubt when another class is at least as sure of the row as that class usually is of its own (Northcutt, Jiang, Chuang,
"Confident learning", 2021). Alone the rate says little: 7.7 % of the untouched Adult data are in doubt. It counts as a change.
"""

from __future__ import annotations

from collections import Counter

import msgspec
import numpy as np
import numpy.typing as npt

from wardlaw.register.poisoning.neighbours import evenly
from wardlaw.register.poisoning.table import Columns, Encoder, Floats, TablePlan

MOST_ROWS = 8_000
"""Rows that are looked at; of more, as many are taken evenly."""
_FOLDS, _STEPS, _RATE, _DECAY, _PUSH = 5, 80, 0.5, 1e-3, 0.9


LEAST_ROWS = 10
"""Rows of a class from which it is judged: a model that is fitted on fewer has not seen the class."""


class LabelDoubts(msgspec.Struct, frozen=True):
    """Labels in doubt, of how many.

    Attributes:
        classes: The same of each class.
        left_out: Classes with so few rows that nobody can say; their rows are not counted.
    """

    doubted: int
    rows: int
    classes: dict[str, tuple[int, int]] = {}
    left_out: tuple[str, ...] = ()


def label_doubts(columns: Columns, plan: TablePlan) -> LabelDoubts:
    """Count labels that the other rows do not support."""
    some = evenly(columns, MOST_ROWS)
    amounts = Counter(some[plan.label])
    left_out = tuple(sorted(label for label, amount in amounts.items() if amount < LEAST_ROWS))
    if left_out:
        # Left out of the fit too: a class of one row is in no fold that could know it.
        kept = [place for place, label in enumerate(some[plan.label]) if amounts[label] >= LEAST_ROWS]
        some = {name: [values[place] for place in kept] for name, values in some.items()}
    labels = list(some[plan.label])
    classes = sorted(set(labels))
    if len(classes) < 2:
        return LabelDoubts(0, 0, left_out=left_out)
    at = {label: place for place, label in enumerate(classes)}
    mine = np.array([at[label] for label in labels])
    rows = Encoder(some, plan).encode(some)
    rows = np.concatenate([rows, np.ones((len(rows), 1), dtype=np.float32)], axis=1)
    # Rows one after another may be alike (sorted files), so folds take every fifth.
    fold = np.arange(len(rows)) % _FOLDS
    sure = np.zeros((len(rows), len(classes)), dtype=np.float32)
    for out in range(_FOLDS):
        weights = _fit(rows[fold != out], mine[fold != out], len(classes))
        sure[fold == out] = _softmax(rows[fold == out] @ weights)
    usual = np.array([sure[mine == place, place].mean() for place in range(len(classes))])
    above = np.where(sure >= usual, sure, -1.0)
    best = above.argmax(axis=1)
    doubted = (above.max(axis=1) > 0) & (best != mine)
    found = {
        label: (int(doubted[mine == place].sum()), int((mine == place).sum())) for place, label in enumerate(classes)
    }
    return LabelDoubts(int(doubted.sum()), len(rows), found, left_out)


def _fit(rows: Floats, labels: npt.NDArray[np.int64], classes: int) -> Floats:
    """Weights of the regression, by descent with momentum from nothing: the same rows give the same weights."""
    wanted = np.eye(classes, dtype=np.float32)[labels]
    weights: Floats = np.zeros((rows.shape[1], classes), dtype=np.float32)
    push: Floats = np.zeros_like(weights)
    # Steps no longer than the steepest direction allows; the mean square of a row bounds it from above.
    rate = _RATE * 4 / float((rows**2).sum(axis=1).mean())
    for _ in range(_STEPS):
        ahead = weights + _PUSH * push
        slope = rows.T @ (_softmax(rows @ ahead) - wanted) / len(rows) + _DECAY * ahead
        push = (_PUSH * push - rate * slope).astype(np.float32, copy=False)
        weights = weights + push
    return weights


def _softmax(scores: Floats) -> Floats:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Floats = raised / raised.sum(axis=1, keepdims=True)
    return shares
