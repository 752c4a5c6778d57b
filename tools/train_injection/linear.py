"""The linear model: windows to hashed n-grams, logistic regression of all folds at once, weights in 8 bits.

The n-grams are those of ``wardlaw.security.learned``, so that what is trained is what runs.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from tools.train_injection.data import Row
from wardlaw.security.grams import char_grams, codes_of, word_grams
from wardlaw.security.learned import MOST
from wardlaw.security.normalise import Normaliser

Floats = npt.NDArray[np.float32]


class Settings(NamedTuple):
    """What can be turned."""

    window: int = 600
    bits: int = 18
    power: float = 0.65
    pad: float = 40.0
    epochs: int = 3
    batch: int = 2048
    rate: float = 0.05
    decay: float = 1e-5
    dropout: float = 0.3
    optimiser: str = "adagrad"
    least_sources: int = 1
    smoothing: float = 0.02


class Windows(NamedTuple):
    """N-grams of all windows.

    Attributes:
        grams: A row for each window; an n-gram met twice counts twice, up to ``MOST`` times.
        norm: What each row's sum is multiplied by.
        owner: Index of the text each window belongs to.
    """

    grams: csr_matrix
    norm: Floats
    owner: npt.NDArray[np.int64]


def windows_of(rows: Sequence[Row], wanted: Sequence[bool], settings: Settings) -> Windows:
    """All windows of all views of those of ``rows`` that are wanted."""
    normaliser = Normaliser()
    shift = np.uint32(32 - settings.bits)
    parts, often, counts, sizes, owner = [], [], [0], [], []
    for index, row in enumerate(rows):
        if not wanted[index]:
            continue
        for text in _views(normaliser, row):
            for begin in _begins(len(text), settings.window):
                piece = text[begin : begin + settings.window]
                mixed, in_word = codes_of(piece)
                words = word_grams(mixed, in_word, shift)[1]
                grams = np.concatenate((char_grams(mixed, shift).ravel(), words.ravel()))
                grams, times = np.unique(grams, return_counts=True)
                parts.append(grams.astype(np.int32))
                often.append(np.minimum(times, MOST).astype(np.float32))
                counts.append(len(grams))
                sizes.append(len(piece))
                owner.append(index)
    indices = np.concatenate(parts)
    ends = np.cumsum(np.array(counts, np.int64))
    shape = (len(sizes), 1 << settings.bits)
    matrix = csr_matrix((np.concatenate(often), indices, ends), shape=shape)
    norm = (np.array(sizes, np.float32) + settings.pad) ** -settings.power
    return Windows(matrix, norm.astype(np.float32), np.array(owner))


def _views(normaliser: Normaliser, row: Row) -> list[str]:
    views = normaliser.normalise(row.text)
    others = [view.lower for view in views.others if len(view.lower) > 11]
    # What is encoded must be known by what it says, not by being encoded.
    return others[:3] if others and 1 in (row.prompt, row.data) else [views.folded.lower, *others[:2]]


def _begins(length: int, window: int) -> list[int]:
    if length <= window:
        return [0]
    step = window // 2
    return [min(begin, length - window) for begin in range(0, length - window + step, step)]


def train(
    windows: Windows, wanted: Floats, weight: Floats, settings: Settings, *, seed: int = 0
) -> tuple[Floats, Floats]:
    """Weights and biases, a column for each column of ``weight``.

    Args:
        windows: What to learn from.
        wanted: 0 or 1 for each window.
        weight: How much each window counts in each model; 0 leaves it out.
        settings: See there.
        seed: Order of the windows, and which n-grams are dropped.
    """
    rng = np.random.default_rng(seed)
    models = weight.shape[1]
    table = np.zeros((windows.grams.shape[1], models), np.float32)
    bias = np.zeros(models, np.float32)
    seen = np.zeros_like(table)
    momentum = np.zeros_like(table) if settings.optimiser == "momentum" else table
    used = np.flatnonzero(weight.max(axis=1) > 0)
    target = wanted * (1 - 2 * settings.smoothing) + settings.smoothing
    for epoch in range(settings.epochs):
        order = rng.permutation(used)
        for begin in range(0, len(order), settings.batch):
            chosen = order[begin : begin + settings.batch]
            part = windows.grams[chosen]
            if settings.dropout:
                kept = rng.random(len(part.data), dtype=np.float32) >= settings.dropout
                part.data *= kept.astype(np.float32) / np.float32(1 - settings.dropout)
            norm = windows.norm[chosen, None]
            logits = (part @ table) * norm + bias
            error = (1 / (1 + np.exp(-logits)) - target[chosen, None]) * weight[chosen]
            bias -= settings.rate * 4 * error.mean(axis=0)
            slope = part.T @ (error * norm / np.float32(len(chosen)))
            rate = settings.rate * (1 - 0.7 * epoch / settings.epochs)
            if settings.optimiser == "momentum":
                momentum *= 0.9
                momentum += slope
                table -= rate * momentum
            else:
                seen += slope * slope
                table -= rate * slope / (np.sqrt(seen) + 1e-6)
            if settings.decay:
                table *= 1 - rate * settings.decay * 100
    return table, bias


def shared(
    windows: Windows, wanted: Floats, sources: Sequence[str], weight: Floats, least: int
) -> npt.NDArray[np.bool_]:
    """Which n-grams stand in attacks, or in benign texts, of at least ``least`` sources, for each model.

    What only one source says is a habit of that source more often than a mark of attacks.
    """
    names = {name: number for number, name in enumerate(sorted(set(sources)))}
    numbers = np.array([names[source] for source in sources])[windows.owner]
    found = np.zeros((windows.grams.shape[1], weight.shape[1]), np.bool_)
    for label in (0, 1):
        count = np.zeros(found.shape, np.int16)
        for number in names.values():
            chosen = np.flatnonzero((numbers == number) & (wanted == label))
            if not len(chosen):
                continue
            stands = np.bincount(windows.grams[chosen].indices, minlength=len(found)) > 0
            models = (weight[chosen] > 0).any(axis=0)
            count += stands[:, None] & models[None, :]
        found |= count >= least
    return found


def score(windows: Windows, table: Floats, bias: Floats, count: int) -> Floats:
    """The highest window of each of ``count`` texts, a column for each model; -inf without windows."""
    logits = (windows.grams @ table) * windows.norm[:, None] + bias
    best = np.full((count, table.shape[1]), -np.inf, np.float32)
    np.maximum.at(best, windows.owner, logits.astype(np.float32))
    return best


def quantised(column: Floats) -> tuple[npt.NDArray[np.int8], float]:
    """Weights in 8 bits, and what one step stands for. The few largest are cut, to keep the steps small."""
    top = float(np.quantile(np.abs(column[column != 0]), 0.9998))
    unit = top / 127
    return np.clip(np.rint(column / unit), -127, 127).astype(np.int8), unit


def sample_weights(items_source: Sequence[str], labels: npt.NDArray[np.int64], windows: Windows) -> Floats:
    """How much each window counts: sources by the root of their size, both labels the same in all, long texts once."""
    keys = [f"{source}:{label}" for source, label in zip(items_source, labels, strict=True)]
    sizes: dict[str, int] = {}
    for key in keys:
        sizes[key] = sizes.get(key, 0) + 1
    own = np.array([sizes[key] ** -0.5 for key in keys], np.float32)
    per_text = np.bincount(windows.owner, minlength=len(keys)).astype(np.float32)
    weight = own[windows.owner] / np.sqrt(per_text[windows.owner])
    label = labels[windows.owner]
    for side in (0, 1):
        here = label == side
        weight[here] *= len(weight) / 2 / max(weight[here].sum(), 1e-9)
    weight[label < 0] = 0
    return weight.astype(np.float32)


def shuffled(count: int, seed: int) -> list[int]:
    order = list(range(count))
    random.Random(seed).shuffle(order)
    return order
