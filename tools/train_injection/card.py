"""The model card, written by the evaluation so that no figure in it is copied by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tools.train_injection import figures
from tools.train_injection.linear import Settings
from wardlaw.security.encoder import Blend
from wardlaw.security.learned import Head

_TRIED = Path(__file__).with_name("TRIED.md")
_HEAD = """# Model card: injection-linear

Written by `python -m tools.train_injection.evaluate`; do not edit. Weights `{version}`.

What it is: logistic regression over hashed character and word n-grams, a table of {size} weights of 8 bits for what
people write (prompt) and one for what tools and documents bring (data). It warns at REVIEW and stops at BLOCK, beside
the rules. What it is for: attacks worded like those known. It is no proof of harmlessness.

**The only figures that count are those with the source left out.** Each text is scored by a model that has seen
neither its source nor, for attacks put into documents, the source of the document. Figures on the same sources stand
beside them to show how much they flatter.
"""


def render(
    held: figures.Held,
    same: figures.Held,
    heads: Sequence[Head | Blend],
    settings: Sequence[Settings],
    files: Sequence[dict[str, object]],
    version: str,
) -> str:
    """The card."""
    parts = [_HEAD.format(version=version, size=1 << settings[0].bits), "## Sources left out\n", _table(held, same)]
    parts += ["\n## At the thresholds that ship, sources left out\n", rates(held, heads)]
    parts += [
        "\n## Benign texts worded like attacks\n",
        over(held, heads[0]),
        "\n## Long texts\n",
        lengths(held, heads),
    ]
    parts += ["\n## How it was made\n", f"Settings, prompt: `{settings[0]}`.\n\nSettings, data: `{settings[1]}`.\n"]
    parts += [f"- `{one['file']}`: {one['rows']} rows, SHA-256 `{one['sha256']}`" for one in files]
    parts += [
        "\nRows of these files are attack text and stay outside the repository. Added to them: benign prompts and documents,",
        "attack templates in 22 languages and mutations, all made by this folder's generators from a seed.\n",
        _TRIED.read_text(encoding="utf-8"),
    ]
    return "\n".join(parts).rstrip() + "\n"


def percent(value: float) -> str:
    return "–" if np.isnan(value) else f"{100 * value:.1f} %"


def _table(held: figures.Held, same: figures.Held) -> str:
    lines = [
        "| texts | attacks | AUC | recall at 1 % | recall at 0.1 % | same source: AUC | recall at 1 % |",
        "|---|---|---|---|---|---|---|",
    ]
    known = figures.report(same)
    for name, one in figures.report(held).items():
        beside = known.get(name)
        flattering = (
            ("–", "–") if beside is None or np.isnan(beside.auc) else (f"{beside.auc:.3f}", percent(beside.at_1))
        )
        if not np.isnan(one.auc):
            lines.append(
                f"| {name} | {one.attacks} | {one.auc:.3f} | {percent(one.at_1)} | {percent(one.at_01)} | {flattering[0]} | {flattering[1]} |"
            )
    return "\n".join(lines)


def rates(held: figures.Held, heads: Sequence[Head | Blend]) -> str:
    lines = [
        "| channel | benign | warned (REVIEW or more) | stopped (BLOCK) | attacks | found | stopped |",
        "|---|---|---|---|---|---|---|",
    ]
    for number, name in enumerate(("prompt", "data")):
        benign, attacks = figures.sides(held, number)
        head = heads[number]
        shares = [
            percent(float((scores >= limit).mean()))
            for scores in (benign, attacks)
            for limit in (head.review, head.block)
        ]
        lines.append(
            f"| {name} | {len(benign)} | {shares[0]} | {shares[1]} | {len(attacks)} | {shares[2]} | {shares[3]} |"
        )
    worst = figures.worst_sources(held, heads)
    lines.append("\nFalse positives by source, the worst first (BLOCK / REVIEW): " + "; ".join(
        f"{name} {percent(block)} / {percent(review)}" for name, block, review in worst[:8]) + ".")  # fmt: skip
    return "\n".join(lines)


def over(held: figures.Held, head: Head | Blend) -> str:
    lines = ["| source | left alone at REVIEW | at BLOCK |", "|---|---|---|"]
    review, block = figures.over_defence(held, head.review), figures.over_defence(held, head.block)
    lines += [f"| {name} | {percent(review[name])} | {percent(block[name])} |" for name in review]
    return "\n".join(lines)


def lengths(held: figures.Held, heads: Sequence[Head | Blend]) -> str:
    lines = ["| characters | benign prompts warned | benign documents warned |", "|---|---|---|"]
    for low, high in ((0, 100), (100, 600), (600, 1200), (1200, 5000)):
        cells = [percent(figures.warned_between(held, heads[number], number, low, high)) for number in (0, 1)]
        lines.append(f"| {low} to {high} | {cells[0]} | {cells[1]} |")
    return "\n".join(lines)
