"""Fine-tune the encoder with a group of sources left out, and keep what it says of them.

    python -m tools.train_injection.finetune DATA_FOLDER MODEL_FOLDER OUTPUT --without 0|1|none [--steps N] [--threads N] [--kept]

``MODEL_FOLDER`` holds all-MiniLM-L6-v2 (``config.json``, ``model.safetensors``, ``vocab.txt``). Run it once for each
group and once with ``none``, which is the one that ships; ``judge_encoder`` puts the three together. An hour of one
core each, more or less; the runs do not need each other.
"""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path

import numpy as np
import torch

from tools.train_injection import encoder
from tools.train_injection.corpus import Item, fold_of, items
from tools.train_injection.data import UNKNOWN
from tools.train_injection.mutate import embedded
from wardlaw.security.wordpiece import WordPiece

# Folds that one model leaves out together: two models instead of six, each with half of the sources. What either
# says of the sources it has not seen is rather too low than too high.
GROUPS: tuple[frozenset[int], ...] = (frozenset((0, 2, 5)), frozenset((1, 3, 4)))
_ORDERS = 6000  # requests that people made, put into documents; harmless on the prompt channel
_JUDGED_PER_SOURCE = 300
_ALWAYS = -1


def corpus(folder: Path, seed: int) -> list[Item]:
    """What the linear model learns, and requests of people put into documents."""
    found = items(folder, seed=seed)
    rows = [item.row for item in found if item.trained]
    asked = [
        row
        for row in rows
        if row.kind in ("benign-prompt", "benign-support") and 25 < len(row.text) < 300 and not row.carrier
    ]
    carriers = [row for row in rows if row.data == 0 and not row.carrier]
    for row in embedded(asked, carriers, _ORDERS, seed=seed + 90, longest=450, channels=(UNKNOWN, 1)):
        folds = frozenset(fold_of(name) for name in (row.source, row.carrier)) - {_ALWAYS}
        found.append(Item(row._replace(kind="asked inside"), folds, True))
    return found


def labels_of(found: list[Item], windows: np.ndarray) -> np.ndarray:
    """What is learned of each text on either channel; -1 for nothing."""
    labels = np.full((len(found), 2), UNKNOWN)
    for index, item in enumerate(found):
        # Nobody knows where in a long document the order stands: most of its windows would teach the wrong thing.
        lost = item.row.kind in ("indirect-nocue", "indirect-plain") and windows[index] > 1
        labels[index] = item.row.prompt, UNKNOWN if lost else item.row.data
    return labels


def judged(found: list[Item], group: frozenset[int], seed: int) -> np.ndarray:
    """Texts of the sources left out, at most so many of each."""
    taken: dict[tuple[str, str], int] = {}
    wanted = np.zeros(len(found), np.bool_)
    order = list(range(len(found)))
    random.Random(seed).shuffle(order)
    for index in order:
        item = found[index]
        if item.folds and item.folds <= group:
            key = item.row.source, item.row.kind
            taken[key] = taken.get(key, 0) + 1
            wanted[index] = taken[key] <= _JUDGED_PER_SOURCE
    return wanted


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--without", choices=("0", "1", "none"), required=True)
    parser.add_argument("--steps", type=int, default=encoder.Recipe().steps)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kept", action="store_true", help="train nothing, judge with the model that lies in OUTPUT")
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    group = frozenset() if asked.without == "none" else GROUPS[int(asked.without)]
    words = WordPiece((asked.model / "vocab.txt").read_text("utf-8").splitlines())
    found = corpus(asked.data, asked.seed)
    wanted = (
        judged(found, group, asked.seed) if group else np.array([not item.trained and not item.folds for item in found])
    )
    kept = asked.output / f"encoder-{asked.without}.pt"
    if asked.kept:
        model = encoder.Encoder(asked.model)
        model.load_state_dict(torch.load(kept, weights_only=True))
        # Only what is judged is taken apart: windows of everything take gigabytes.
        chosen = np.flatnonzero(wanted)
        pieces = encoder.pieces_of([found[at].row for at in chosen], words)
        scores = np.full((len(found), 2), np.nan, np.float32)
        print(f"{len(chosen)} texts, {len(pieces.windows)} windows", file=sys.stderr, flush=True)
        scores[chosen] = encoder.scores(model.eval(), pieces, np.ones(len(chosen), np.bool_), words, len(chosen))
        np.savez(asked.output / f"scores-{asked.without}.npz", scores=scores)
        return
    pieces = encoder.pieces_of([item.row for item in found], words)
    labels = labels_of(found, np.bincount(pieces.owner, minlength=len(found)))
    used = np.array([item.trained and not item.folds & group for item in found])
    chance = encoder.weights_of(found, labels, pieces.owner, used)
    sizes = np.array([len(window) for window in pieces.windows])
    print(f"{used.sum()} texts, {len(sizes)} windows, {(sizes * chance).sum():.0f} pieces in the mean", file=sys.stderr)
    recipe = encoder.Recipe(steps=asked.steps)
    model = encoder.train(
        encoder.Encoder(asked.model), pieces, labels, chance, recipe, words, seed=asked.seed,
        tell=lambda line: print(line, file=sys.stderr, flush=True),
    )  # fmt: skip
    asked.output.mkdir(parents=True, exist_ok=True)
    torch.save(model.state_dict(), kept)
    np.savez(
        asked.output / f"scores-{asked.without}.npz", scores=encoder.scores(model, pieces, wanted, words, len(found))
    )


if __name__ == "__main__":
    main()
