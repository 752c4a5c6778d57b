"""Figures of a judged corpus: each text by the models that have not seen its source."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tools.train_injection.corpus import FOLDS, Item
from tools.train_injection.data import CUE
from wardlaw.security.learned import Head

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

PROMPT_ATTACKS = ("direct", "jailbreak")
PROMPT_BENIGN = ("benign-prompt", "benign-support", "benign-hard", "benign-long")
DATA_BENIGN = ("benign-document", "benign-toolout", "benign-code", "benign-uitext")
OVER_DEFENCE = ("benign-hard", "benign-long")
_PER_SOURCE = 1500  # texts of one source that count; the largest would drown the rest


class Held(NamedTuple):
    """Scores of texts by models that have not seen their sources.

    Attributes:
        items: The texts.
        prompt: Score on the prompt channel; nan where no model counts.
        data: Score on the data channel.
    """

    items: Sequence[Item]
    prompt: Floats
    data: Floats


def held_out(items: Sequence[Item], prompt: Floats, data: Floats) -> Held:
    """Of the columns (a model for each fold) the one that left the text's fold out."""
    column = np.array([next(iter(item.folds)) if len(item.folds) == 1 else -1 for item in items])
    rows = np.arange(len(items))
    return Held(
        items, *(np.where(column >= 0, scores[rows, column], np.nan).astype(np.float32) for scores in (prompt, data))
    )


def same_source(items: Sequence[Item], prompt: Floats, data: Floats) -> Held:
    """The development rows by the model that was trained with all sources."""
    dev = np.array([not item.trained and not item.folds for item in items])
    return Held(items, *(np.where(dev, scores[:, len(FOLDS)], np.nan).astype(np.float32) for scores in (prompt, data)))


def chosen(held: Held, scores: Floats, kinds: Sequence[str], label: int, head: int) -> Mask:
    """Texts of these kinds and this label that were scored; at most so many of one source."""
    taken: dict[str, int] = {}
    found = np.zeros(len(held.items), np.bool_)
    for index, item in enumerate(held.items):
        row = item.row
        if row.kind in kinds and (row.prompt, row.data)[head] == label and not np.isnan(scores[index]):
            taken[row.source] = taken.get(row.source, 0) + 1
            found[index] = taken[row.source] <= _PER_SOURCE
    return found


def auc(attacks: Floats, benign: Floats) -> float:
    """Chance that an attack scores above a benign text."""
    if not len(attacks) or not len(benign):
        return float("nan")
    ordered = np.sort(benign)
    below = np.searchsorted(ordered, attacks, "left") + np.searchsorted(ordered, attacks, "right")
    return float(below.mean() / 2 / len(benign))


def threshold(benign: Floats, rate: float) -> float:
    """The lowest score that at most ``rate`` of ``benign`` reach."""
    ordered = np.sort(benign)[::-1]
    return float(np.nextafter(ordered[min(int(rate * len(ordered)), len(ordered) - 1)], np.float32(np.inf)))


class Summary(NamedTuple):
    """The figures of one channel."""

    auc: float
    at_1: float
    at_01: float
    attacks: int
    benign: int


def summary(attacks: Floats, benign: Floats) -> Summary:
    """AUC and recall at 1 % and 0.1 % false positives."""
    if not len(attacks) or not len(benign):
        return Summary(float("nan"), float("nan"), float("nan"), len(attacks), len(benign))
    return Summary(
        auc(attacks, benign),
        float((attacks >= threshold(benign, 0.01)).mean()),
        float((attacks >= threshold(benign, 0.001)).mean()),
        len(attacks),
        len(benign),
    )


def report(held: Held) -> dict[str, Summary]:
    """All figures, by name."""
    found: dict[str, Summary] = {}
    benign = held.prompt[chosen(held, held.prompt, PROMPT_BENIGN, 0, 0)]
    attack = chosen(held, held.prompt, PROMPT_ATTACKS, 1, 0)
    found["prompt"] = summary(held.prompt[attack], benign)
    real = held.prompt[chosen(held, held.prompt, PROMPT_BENIGN[:-1], 0, 0)]
    found["prompt, against benign prompts of people only"] = summary(held.prompt[attack], real)
    cue = np.array([bool(CUE.search(item.row.text)) for item in held.items])
    english = np.array([item.row.lang in ("en", "en-US") for item in held.items])
    found["prompt, with a cue"] = summary(held.prompt[attack & cue], benign)
    found["prompt, without a cue"] = summary(held.prompt[attack & ~cue], benign)
    found["prompt, not English"] = summary(held.prompt[attack & ~english], benign)
    for source in sorted({item.row.source for item, taken in zip(held.items, attack, strict=True) if taken}):
        here = np.array([item.row.source == source for item in held.items])
        found[f"prompt, {source}"] = summary(held.prompt[attack & here], benign)
    documents = held.data[chosen(held, held.data, DATA_BENIGN, 0, 1)]
    for kind in ("judged, with a cue", "judged, without a cue"):
        found[f"data, attacks {kind[8:]}"] = summary(held.data[chosen(held, held.data, (kind,), 1, 1)], documents)
    orders = chosen(held, held.data, ("indirect-nocue", "indirect-plain"), 1, 1)
    found["data, ordinary orders"] = summary(held.data[orders], documents)
    return found


def over_defence(held: Held, limit: float) -> dict[str, float]:
    """Share of benign texts worded like attacks that score below ``limit``, by source."""
    found: dict[str, list[bool]] = {}
    for item, score in zip(held.items, held.prompt, strict=True):
        if item.row.kind in OVER_DEFENCE and not np.isnan(score):
            found.setdefault(item.row.source, []).append(bool(score < limit))
    return {source: sum(kept) / len(kept) for source, kept in sorted(found.items())}


def sides(held: Held, head: int) -> tuple[Floats, Floats]:
    """Scores of benign texts and of attacks on a channel."""
    scores = (held.prompt, held.data)[head]
    benign = chosen(held, scores, (PROMPT_BENIGN, DATA_BENIGN)[head], 0, head)
    attacks = chosen(held, scores, (PROMPT_ATTACKS, ("judged, with a cue", "judged, without a cue"))[head], 1, head)
    return scores[benign], scores[attacks]


def worst_sources(held: Held, heads: Sequence[Head]) -> list[tuple[str, float, float]]:
    """Benign sources with the share that is stopped and that is warned, the worst first."""
    found = []
    for number, (scores, kinds) in enumerate(((held.prompt, PROMPT_BENIGN), (held.data, DATA_BENIGN))):
        taken = chosen(held, scores, kinds, 0, number)
        names = np.array([item.row.source for item in held.items])
        for name in sorted(set(names[taken])):
            own = scores[taken & (names == name)]
            found.append(
                (name, float((own >= heads[number].block).mean()), float((own >= heads[number].review).mean()))
            )
    return sorted(found, key=lambda one: (-one[1], -one[2]))


def warned_between(held: Held, head: Head, number: int, low: int, high: int) -> float:
    """Share of benign texts of this length that are warned."""
    scores = (held.prompt, held.data)[number]
    sizes = np.array([len(item.row.text) for item in held.items])
    taken = chosen(held, scores, (PROMPT_BENIGN, DATA_BENIGN)[number], 0, number) & (sizes >= low) & (sizes < high)
    return float((scores[taken] >= head.review).mean()) if taken.any() else float("nan")
