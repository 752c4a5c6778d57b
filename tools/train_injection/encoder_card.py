"""The model card of the encoder, written by ``judge_encoder`` so that no figure in it is copied by hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tools.train_injection import figures
from tools.train_injection.card import lengths, over, percent, rates
from tools.train_injection.corpus import FOLDS
from tools.train_injection.finetune import GROUPS
from wardlaw.security.encoder import Blend

_HEAD = """# Model card: injection-encoder

Written by `python -m tools.train_injection.judge_encoder`; do not edit.

What it is: all-MiniLM-L6-v2 (22.7 million weights, Apache-2.0), fine-tuned end to end with one output for what people
write (prompt) and one for what tools and documents bring (data), 8 bits, weighed together with the linear model. In a
gateway it reads the texts of which the linear model is not sure; `wardlaw scan --jsonl` lets it read all.

**Only texts of sources that no model has seen count here.** The linear model leaves one group of sources out at a
time, the encoder half of all sources at a time, which is harder; the network that ships has seen them all. In the
columns: the linear model alone, the encoder alone, both weighed.

Judged here: {judged}.
"""


def render(
    held: figures.Held,
    tables: dict[str, dict[str, figures.Summary]],
    blends: Sequence[Blend],
    files: Sequence[dict[str, object]],
    halves: Sequence[int],
) -> str:
    """The card."""
    parts = [_HEAD.format(judged=_told(halves)), "## Sources left out\n", _table(tables)]
    parts += ["\n## At the thresholds that ship, were every text read by both\n", rates(held, blends)]
    parts += ["\n## Benign texts worded like attacks\n", over(held, blends[0])]
    parts += ["\n## Long texts\n", lengths(held, blends), "\n## How they are weighed\n"]
    parts += [
        f"{name}: {blend.linear:.3f} × linear + {blend.encoder:.3f} × encoder {blend.bias:+.3f}; asked from a linear score of {blend.doubt:.3f}.\n"
        for name, blend in zip(("Prompt", "Data"), blends, strict=True)
    ]
    parts += [f"- `{one['file']}`: {one['rows']} rows, SHA-256 `{one['sha256']}`" for one in files]
    return "\n".join(parts).rstrip() + "\n"


def _told(halves: Sequence[int]) -> str:
    """Which sources were left out, by name."""
    names = [", ".join(sorted(name for fold in GROUPS[half] for name in FOLDS[fold])) for half in halves]
    rest = "" if len(halves) == len(GROUPS) else "; the other half was not left out yet, so nothing is said of it"
    return f"{'; '.join(names)}, and as many genres of generated texts{rest}"


def _table(tables: dict[str, dict[str, figures.Summary]]) -> str:
    lines = [
        "| texts | attacks | AUC | recall at 1 % | recall at 0.1 % |",
        "|---|---|---|---|---|",
    ]
    for name, both in tables["both"].items():
        all_three = [tables[part][name] for part in ("linear", "encoder", "both")]
        if not np.isnan(both.auc):
            auc = " / ".join(f"{one.auc:.3f}" for one in all_three)
            at_1 = " / ".join(percent(one.at_1) for one in all_three)
            at_01 = " / ".join(percent(one.at_01) for one in all_three)
            lines.append(f"| {name} | {both.attacks} | {auc} | {at_1} | {at_01} |")
    return "\n".join(lines)
