"""The encoder: a small pretrained transformer, fine-tuned end to end with a head for each channel.

The mean of the last layer goes through one linear layer with two outputs, prompt and data. Windows, views and pieces
are those of ``wardlaw.security``, so that what is trained is what runs.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import nn
from transformers import AutoModel

from tools.train_injection.corpus import Item
from tools.train_injection.data import Row
from wardlaw.security.normalise import Normaliser
from wardlaw.security.wordpiece import WordPiece

WINDOW = 126  # pieces, without the mark at the begin and the end
STEP = 96
_MOST_WINDOWS = 24  # of one text, in training and judging
_BUFFER = 24  # batches sorted by length together
_SPECIAL = 1000  # ids below are marks and unused places in this vocabulary
_MASK_ID = 103


class Recipe(NamedTuple):
    """What can be turned."""

    steps: int = 4000
    batch: int = 32
    rate: float = 6e-5
    head_rate: float = 1e-3
    layer_decay: float = 0.9  # of the rate, for each layer further from the head
    weight_decay: float = 0.01
    warm_up: float = 0.06
    smoothing: float = 0.03
    dropped: float = 0.1  # share of pieces hidden or exchanged
    average: float = 0.999  # decay of the running mean of the weights, which is what ships


class Encoder(nn.Module):
    """Two scores for each window."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.body = AutoModel.from_pretrained(folder, attn_implementation="eager")
        self.heads = nn.Linear(self.body.config.hidden_size, 2)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Logits, one row for each window: prompt, data."""
        hidden = self.body(input_ids=ids, attention_mask=mask).last_hidden_state
        kept = mask.unsqueeze(-1).to(hidden.dtype)
        return self.heads((hidden * kept).sum(1) / kept.sum(1).clamp(min=1))


class Pieces(NamedTuple):
    """Windows of texts.

    Attributes:
        windows: Ids of each window, without marks.
        owner: The text each belongs to.
    """

    windows: list[np.ndarray]
    owner: np.ndarray


def views_of(normaliser: Normaliser, row: Row) -> list[str]:
    """The readings of a row that are learned: what is encoded by what it says, not by being encoded."""
    views = normaliser.normalise(row.text)
    others = [view.lower for view in views.others if len(view.lower) > 11]
    return others[:3] if others and 1 in (row.prompt, row.data) else [views.folded.lower, *others[:2]]


def pieces_of(rows: Sequence[Row], words: WordPiece) -> Pieces:
    """All windows of all views of ``rows``."""
    normaliser = Normaliser()
    windows: list[np.ndarray] = []
    owner: list[int] = []
    for index, row in enumerate(rows):
        mine = 0
        for text in views_of(normaliser, row):
            ids = np.array(words.pieces(text[:12_000])[0], np.int32)
            for begin in range(0, max(1, len(ids) - WINDOW + STEP), STEP):
                if mine < _MOST_WINDOWS and len(ids):
                    at = min(begin, max(0, len(ids) - WINDOW))
                    windows.append(ids[at : at + WINDOW])
                    owner.append(index)
                    mine += 1
    return Pieces(windows, np.array(owner))


def weights_of(items: Sequence[Item], labels: np.ndarray, owner: np.ndarray, used: np.ndarray) -> np.ndarray:
    """Chance of each window to be drawn: sources by the root of their size, both labels alike on both channels."""
    chance = np.zeros(len(owner))
    per_text = np.bincount(owner, minlength=len(items)).clip(min=1)
    for head in (0, 1):
        keys = [f"{item.row.source}:{label}" for item, label in zip(items, labels[:, head], strict=True)]
        sizes: dict[str, int] = {}
        for key, own in zip(keys, used, strict=True):
            sizes[key] = sizes.get(key, 0) + int(own)
        own = np.array([max(1, sizes[key]) ** -0.5 for key in keys])[owner] / np.sqrt(per_text[owner])
        for side in (0, 1):
            here = (labels[owner, head] == side) & used[owner]
            chance[here] += own[here] / max(own[here].sum(), 1e-9)
    return chance / chance.sum()


def train(
    model: Encoder,
    pieces: Pieces,
    labels: np.ndarray,
    chance: np.ndarray,
    recipe: Recipe,
    words: WordPiece,
    *,
    seed: int,
    tell: Callable[[str], None],
) -> Encoder:
    """The running mean of the weights after all steps."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    optimiser = torch.optim.AdamW(_groups(model, recipe), weight_decay=recipe.weight_decay, fused=True)
    rates = [group["lr"] for group in optimiser.param_groups]
    mean = deepcopy(model)
    losses: list[float] = []
    began = time.monotonic()
    for step, chosen in enumerate(_batches(pieces, chance, recipe, rng)):
        done = step / recipe.steps
        for group, rate in zip(optimiser.param_groups, rates, strict=True):
            group["lr"] = rate * min(1, done / recipe.warm_up) * max(0.02, 1 - done)
        ids, mask = _padded([_noised(pieces.windows[at], recipe, rng) for at in chosen], words)
        wanted = torch.from_numpy(labels[pieces.owner[chosen]]).float()
        counted = (wanted >= 0).float()
        target = wanted.clamp(min=0) * (1 - 2 * recipe.smoothing) + recipe.smoothing
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = model(ids, mask)
        loss = nn.functional.binary_cross_entropy_with_logits(logits.float(), target, reduction="none")
        loss = (loss * counted).sum() / counted.sum().clamp(min=1)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        keep = min(recipe.average, (step + 1) / (step + 10))
        with torch.no_grad():
            for slow, fast in zip(mean.parameters(), model.parameters(), strict=True):
                slow.lerp_(fast, 1 - keep)
        losses.append(loss.item())
        if (step + 1) % 50 == 0:
            tell(
                f"step {step + 1} of {recipe.steps}, {time.monotonic() - began:.0f} s, loss {np.mean(losses[-50:]):.4f}"
            )
    return mean.eval()


def _groups(model: Encoder, recipe: Recipe) -> list[dict[str, object]]:
    layers = model.body.encoder.layer
    groups = [{"params": list(model.heads.parameters()), "lr": recipe.head_rate}]
    for number, layer in enumerate(layers):
        groups.append(
            {"params": list(layer.parameters()), "lr": recipe.rate * recipe.layer_decay ** (len(layers) - 1 - number)}
        )
    groups.append(
        {"params": list(model.body.embeddings.parameters()), "lr": recipe.rate * recipe.layer_decay ** len(layers)}
    )
    return groups


def _batches(pieces: Pieces, chance: np.ndarray, recipe: Recipe, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Windows of like length together: little is padded."""
    sizes = np.array([len(window) for window in pieces.windows])
    left = recipe.steps
    while left > 0:
        drawn = rng.choice(len(chance), size=recipe.batch * _BUFFER, p=chance)
        drawn = drawn[np.argsort(sizes[drawn], kind="stable")].reshape(_BUFFER, recipe.batch)
        yield from rng.permutation(drawn)[:left]
        left -= _BUFFER


def _noised(ids: np.ndarray, recipe: Recipe, rng: np.random.Generator) -> np.ndarray:
    if len(ids) < 8 or not recipe.dropped:
        return ids
    found = ids.copy()
    hit = rng.random(len(ids)) < recipe.dropped * rng.random() * 2
    found[hit] = np.where(rng.random(hit.sum()) < 0.6, _MASK_ID, rng.integers(_SPECIAL, 29_000, hit.sum()))
    return found


def _padded(windows: Sequence[np.ndarray], words: WordPiece) -> tuple[torch.Tensor, torch.Tensor]:
    longest = max(map(len, windows)) + 2
    ids = np.full((len(windows), longest), words.pad, np.int64)
    mask = np.zeros((len(windows), longest), np.int64)
    for row, window in enumerate(windows):
        ids[row, 0], ids[row, 1 : len(window) + 1], ids[row, len(window) + 1] = words.begin, window, words.end
        mask[row, : len(window) + 2] = 1
    return torch.from_numpy(ids), torch.from_numpy(mask)


def scores(model: Encoder, pieces: Pieces, wanted: np.ndarray, words: WordPiece, count: int) -> np.ndarray:
    """The highest window of each text on both channels; nan for texts that are not wanted."""
    found = np.full((count, 2), -np.inf, np.float32)
    chosen = np.flatnonzero(wanted[pieces.owner])
    chosen = chosen[np.argsort([len(pieces.windows[at]) for at in chosen], kind="stable")]
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        for begin in range(0, len(chosen), 64):
            part = chosen[begin : begin + 64]
            ids, mask = _padded([pieces.windows[at] for at in part], words)
            np.maximum.at(found, pieces.owner[part], model(ids, mask).float().numpy())
    return np.where(np.isfinite(found), found, np.nan)
