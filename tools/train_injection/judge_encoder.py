"""Weigh the encoder and the linear model on sources that neither has seen; write what ships.

    python -m tools.train_injection.judge_encoder DATA_FOLDER MODEL_FOLDER OUTPUT [--write]

``OUTPUT`` is where ``finetune`` has left its weights and scores. Without ``--write`` only the figures are printed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from scipy.optimize import minimize

from tools.train_injection import evaluate, figures
from tools.train_injection.corpus import FOLDS, Item
from tools.train_injection.data import manifest
from tools.train_injection.encoder_card import render
from tools.train_injection.finetune import GROUPS, corpus
from wardlaw.adapters.weights import load_weights
from wardlaw.security.encoder import Blend, EncoderDescription

PLACE = evaluate.WEIGHTS.parent
CARD = Path(__file__).with_name("ENCODER_CARD.md")
# Share of new harmless texts that the encoder may be asked about.
DOUBT_RATE = 0.03
_BENIGN = (figures.PROMPT_BENIGN, figures.DATA_BENIGN)
_ATTACKS = (figures.PROMPT_ATTACKS, ("judged, with a cue", "judged, without a cue", "embedded"))


class Weighed(NamedTuple):
    """One channel, judged.

    Attributes:
        held: Sums of both models for texts whose sources neither has seen; nan for all others.
        linear: What the linear model says of the same texts.
        encoder: What the encoder says.
        blend: How they are weighed.
    """

    held: figures.Floats
    linear: figures.Floats
    encoder: figures.Floats
    blend: Blend


def linear_scores(found: list[Item], output: Path) -> np.ndarray:
    """Scores of the linear model with each fold left out, two columns; kept in ``output``."""
    kept = output / "linear.npz"
    if kept.exists():
        return np.load(kept)["scores"]
    known = [item for item in found if item.row.kind != "asked inside"]
    scores = np.full((len(found), 2), np.nan, np.float32)
    column = np.array([next(iter(item.folds)) if len(item.folds) == 1 else len(FOLDS) for item in known])
    rows = np.arange(len(known))
    for head, settings in enumerate(evaluate.CHOSEN):
        trained = evaluate.train_head(known, evaluate.windows_of(known, head, settings), head, settings, seed=1)
        scores[: len(known), head] = trained.scores[rows, column]
    np.savez(kept, scores=scores)
    return scores


def encoder_scores(found: list[Item], output: Path) -> np.ndarray:
    """Of each text what the model says that has not seen its source."""
    scores = np.full((len(found), 2), np.nan, np.float32)
    for number, group in enumerate(GROUPS):
        path = output / f"scores-{number}.npz"
        if not path.exists():
            continue
        own = np.load(path)["scores"]
        here = np.array([bool(item.folds) and item.folds <= group and len(item.folds) == 1 for item in found])
        scores[here] = own[here]
    return scores


def weigh(found: list[Item], linear: np.ndarray, encoder: np.ndarray, head: int) -> Weighed:
    """The weights that tell attacks from harmless texts best, sources counted by the root of their size."""
    usable = np.isfinite(linear[:, head]) & np.isfinite(encoder[:, head])
    first, second = np.where(usable, linear[:, head], np.nan), np.where(usable, encoder[:, head], np.nan)
    held = figures.Held(found, first, first)
    benign = figures.chosen(held, first, _BENIGN[head], 0, head)
    attacks = figures.chosen(held, first, _ATTACKS[head], 1, head)
    weight = np.zeros(len(found))
    for side in (benign, attacks):
        names = [item.row.source for item in found]
        sizes: dict[str, int] = {}
        for index in np.flatnonzero(side):
            sizes[names[index]] = sizes.get(names[index], 0) + 1
        for index in np.flatnonzero(side):
            weight[index] = sizes[names[index]] ** -0.5
        weight[side] /= weight[side].sum()
    taken = benign | attacks
    values = np.stack([first[taken], second[taken], np.ones(taken.sum())], axis=1)
    wanted, own = attacks[taken].astype(float), weight[taken]

    def loss(point: np.ndarray) -> float:
        sums = values @ point
        return float((own * (np.logaddexp(0, sums) - wanted * sums)).sum()) + 1e-4 * float(point[:2] @ point[:2])

    fitted = minimize(loss, np.array([0.5, 0.5, 0.0]), bounds=((0, None), (0, None), (None, None))).x
    total = (first * fitted[0] + second * fitted[1] + fitted[2]).astype(np.float32)
    clean, hit = total[benign], total[attacks]
    review, block = figures.threshold(clean, evaluate.REVIEW_RATE), figures.threshold(clean, evaluate.BLOCK_RATE)
    top = max(float(np.quantile(hit, 0.99)), block + 0.5)
    low, mid = (float(np.quantile(clean, share)) for share in (0.02, 0.8))
    scale = (min(low, mid - 0.1), min(mid, review - 0.05), review, block, top)
    doubt = figures.threshold(first[benign].astype(np.float32), DOUBT_RATE)
    blend = Blend(*(round(float(value), 4) for value in fitted), review, block, scale, doubt)
    return Weighed(total, first.astype(np.float32), second.astype(np.float32), blend)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--write", action="store_true", help="replace the network, its description and the card")
    asked = parser.parse_args()
    found = corpus(asked.data, 1)
    linear, encoder = linear_scores(found, asked.output), encoder_scores(found, asked.output)
    weighed = [weigh(found, linear, encoder, head) for head in (0, 1)]
    tables = {
        name: figures.report(figures.Held(found, *(getattr(one, part) for one in weighed)))
        for name, part in (("linear", "linear"), ("encoder", "encoder"), ("both", "held"))
    }
    held = figures.Held(found, weighed[0].held, weighed[1].held)
    halves = [number for number in range(len(GROUPS)) if (asked.output / f"scores-{number}.npz").exists()]
    if asked.write:
        from tools.train_injection.export import export

        network = export(asked.model, asked.output)
        vocabulary = (asked.model / "vocab.txt").read_bytes().strip()
        description = EncoderDescription(
            hashlib.sha256(network).hexdigest(), hashlib.sha256(vocabulary).hexdigest(), load_weights().version,
            weighed[0].blend, weighed[1].blend,
        )  # fmt: skip
        (PLACE / "injection-encoder.onnx").write_bytes(network)
        (PLACE / "injection-encoder.vocab.txt").write_bytes(vocabulary)
        raw = json.dumps(msgspec.to_builtins(description), indent=2)
        (PLACE / "injection-encoder.json").write_text(raw + "\n", encoding="utf-8")
    text = render(held, tables, [one.blend for one in weighed], manifest(asked.data), halves)
    print(text)
    if asked.write:
        CARD.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
