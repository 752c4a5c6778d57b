"""Train with each fold left out, judge each text by the model that has not seen its source, write the model card.

    python -m tools.train_injection.evaluate DATA_FOLDER [--seed N] [--write]

Needs ``requirements.txt`` of this folder and ``src`` on PYTHONPATH. With ``--write`` the weights that ship and the
card are replaced.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tools.train_injection import card, corpus, figures, linear
from tools.train_injection.data import manifest
from wardlaw.security.learned import Description, Head, pack_weights, parse_weights

ROOT = Path(__file__).resolve().parents[2]
WEIGHTS = ROOT / "src" / "wardlaw" / "security" / "weights" / "injection-linear.bin"
CARD = Path(__file__).with_name("MODEL_CARD.md")
# What ships was chosen by the folds left out; what else was tried stands in the card.
CHOSEN = (linear.Settings(window=600), linear.Settings(window=200))
# False positives at the thresholds, on sources left out. The promise is twice as much (0.1 % and 1 %): the rest is
# margin for texts unlike all of these.
BLOCK_RATE, REVIEW_RATE = 0.0005, 0.005


class Trained(NamedTuple):
    """One channel: a model for each fold left out, and the one for all in the last column.

    Attributes:
        scores: Score of each text, a column for each model.
        table: Weights of the last, in 8 bits.
        unit: What one step of a weight stands for.
        bias: Its bias.
    """

    scores: linear.Floats
    table: linear.npt.NDArray[np.int8]
    unit: float
    bias: float


def label_of(item: corpus.Item, head: int) -> int:
    """What a channel's model learns of a text; -1 for nothing."""
    # Nobody knows where in these documents the order stands, so that most of their windows would teach the wrong thing.
    if not item.trained or (head == 1 and item.row.kind in ("indirect-nocue", "indirect-plain")):
        return -1
    return (item.row.prompt, item.row.data)[head]


def windows_of(items: Sequence[corpus.Item], head: int, settings: linear.Settings) -> linear.Windows:
    """Windows of all texts that a channel's model learns or is judged by."""
    rows = [item.row for item in items]
    return linear.windows_of(rows, [(row.prompt, row.data)[head] >= 0 for row in rows], settings)


def train_head(
    items: Sequence[corpus.Item], windows: linear.Windows, head: int, settings: linear.Settings, *, seed: int
) -> Trained:
    """Models of one channel, judged in the 8 bits that ship."""
    labels = np.array([label_of(item, head) for item in items])
    sources = [item.row.source for item in items]
    counts = np.ones((len(items), len(corpus.FOLDS) + 1), np.float32)
    for index, item in enumerate(items):
        counts[index, list(item.folds)] = 0
    weight = linear.sample_weights(sources, labels, windows)[:, None] * counts[windows.owner]
    wanted = np.maximum(labels, 0)[windows.owner].astype(np.float32)
    table, bias = linear.train(windows, wanted, weight, settings, seed=seed)
    if settings.least_sources > 1:
        table *= linear.shared(windows, wanted, sources, weight, settings.least_sources)
    small = [linear.quantised(column) for column in table.T]
    rounded = np.stack([steps * np.float32(unit) for steps, unit in small], axis=1)
    return Trained(linear.score(windows, rounded, bias, len(items)), *small[-1], float(bias[-1]))


def head_of(trained: Trained, window: int, benign: linear.Floats, attacks: linear.Floats) -> Head:
    """Thresholds and scale from texts whose sources were left out."""
    review, block = figures.threshold(benign, REVIEW_RATE), figures.threshold(benign, BLOCK_RATE)
    top = max(float(np.quantile(attacks, 0.99)), block + 0.5)
    low, mid = (float(np.quantile(benign, share)) for share in (0.05, 0.8))
    scale = (min(low, mid - 0.1), min(mid, review - 0.05), review, block, top)
    return Head(window, trained.unit, trained.bias, review, block, scale)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="replace the weights and the card")
    asked = parser.parse_args()
    items = corpus.items(asked.data, seed=asked.seed)
    trained = [
        train_head(items, windows_of(items, head, settings), head, settings, seed=asked.seed)
        for head, settings in enumerate(CHOSEN)
    ]
    held = figures.held_out(items, trained[0].scores, trained[1].scores)
    same = figures.same_source(items, trained[0].scores, trained[1].scores)
    heads = [head_of(one, CHOSEN[head].window, *figures.sides(held, head)) for head, one in enumerate(trained)]
    raw = pack_weights(
        Description(CHOSEN[0].bits, CHOSEN[0].power, CHOSEN[0].pad, *heads), trained[0].table, trained[1].table
    )
    text = card.render(held, same, heads, CHOSEN, manifest(asked.data), parse_weights(raw).version)
    print(text)
    if asked.write:
        WEIGHTS.write_bytes(raw)
        CARD.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
