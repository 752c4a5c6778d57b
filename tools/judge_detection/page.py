"""``docs/detection.md``: the figures of all detectors, in tables that nobody edits by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tools.judge_detection.texts import DATA, PROMPT, Text
from tools.train_injection.figures import auc, threshold

PAGE = Path(__file__).resolve().parents[2] / "docs" / "detection.md"
_FEW = 10  # texts below which a share says nothing


class Judged(NamedTuple):
    """What one detector says of the texts.

    Attributes:
        name: For the table.
        scores: Higher is more suspicious.
        flags: What it reports at its defaults.
        ms: Processor time for 100, 1,000 and 10,000 harmless characters.
    """

    name: str
    scores: np.ndarray
    flags: np.ndarray
    ms: Sequence[float]


class Manifest(NamedTuple):
    """The files read, each with rows and SHA-256."""

    files: Sequence[dict[str, object]]


def render(texts: Sequence[Text], judged: Sequence[Judged], manifest: Manifest, page: str) -> str:
    """``page`` with its part on injections made anew."""
    count = {channel: sum(text.channel == channel for text in texts) for channel in (PROMPT, DATA)}
    parts = [
        f"Written by `python -m tools.judge_detection.contest`. {count[PROMPT]:,} texts as people write them, {count[DATA]:,} as tools and documents bring them; at most 120 of one source and kind.\n",
        "### What people write\n", _prompts(texts, judged), "",
        "### Orders inside what tools and documents bring\n", _documents(texts, judged), "",
        "### Processor time\n", _times(judged), "",
        "### Data\n", *(f"- `{one['file']}`: {one['rows']} rows, SHA-256 `{one['sha256']}`" for one in manifest.files),
    ]  # fmt: skip
    return put(page, "injections", "\n".join(parts))


def put(page: str, name: str, made: str) -> str:
    """``page`` with its part of that name made anew; a page without that part gets it at its end."""
    begin, end = f"<!-- figures of {name}: begin -->", f"<!-- figures of {name}: end -->"
    part = f"{begin}\n{made}\n{end}"
    if begin in page and end in page:
        return page[: page.index(begin)] + part + page[page.index(end) + len(end) :]
    return f"{page.rstrip()}\n\n{part}\n" if page else part + "\n"


def _prompts(texts: Sequence[Text], judged: Sequence[Judged]) -> str:
    attack = _are(texts, PROMPT, "attack")
    benign = _are(texts, PROMPT, "benign") | _are(texts, PROMPT, "hard")
    hard = _are(texts, PROMPT, "hard")
    abroad = attack & ~np.array([text.english for text in texts])
    lines = [
        "| detector | AUC | recall at 1 % | at 0.1 % | not English, at 1 % | at its defaults: recall | false alarms | worded like attacks, left alone |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in judged:
        clean = one.scores[benign]
        lines.append(
            f"| {one.name} | {auc(one.scores[attack], clean):.3f} | {_at(one.scores[attack], clean, 0.01)} | {_at(one.scores[attack], clean, 0.001)} "
            f"| {_at(one.scores[abroad], clean, 0.01)} | {_share(one.flags[attack])} | {_share(one.flags[benign])} | {_share(~one.flags[hard])} |"
        )
    return "\n".join(lines)


def _documents(texts: Sequence[Text], judged: Sequence[Judged]) -> str:
    benign, cue, without = (_are(texts, DATA, group) for group in ("benign", "cue", "no cue"))
    lines = [
        "| detector | with a cue: AUC | recall at 1 % | at 0.1 % | without: AUC | recall at 1 % | at its defaults: recall with | without | false alarms |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for one in judged:
        clean, with_cue, plain = one.scores[benign], one.scores[cue], one.scores[without]
        lines.append(
            f"| {one.name} | {auc(with_cue, clean):.3f} | {_at(with_cue, clean, 0.01)} | {_at(with_cue, clean, 0.001)} | {auc(plain, clean):.3f} "
            f"| {_at(plain, clean, 0.01)} | {_share(one.flags[cue])} | {_share(one.flags[without])} | {_share(one.flags[benign])} |"
        )
    return "\n".join(lines)


def _times(judged: Sequence[Judged]) -> str:
    lines = ["| detector | 100 characters | 1,000 | 10,000 |", "|---|---|---|---|"]
    lines += [f"| {one.name} | " + " | ".join(f"{ms:.2f} ms" for ms in one.ms) + " |" for one in judged]
    return "\n".join(lines)


def _are(texts: Sequence[Text], channel: str, group: str) -> np.ndarray:
    return np.array([text.channel == channel and text.group == group for text in texts])


def _at(attacks: np.ndarray, benign: np.ndarray, rate: float) -> str:
    if len(attacks) < _FEW or len(benign) < _FEW:
        return "–"
    return _share(attacks >= threshold(benign.astype(np.float32), rate))


def _share(flags: np.ndarray) -> str:
    return "–" if len(flags) < _FEW else f"{100 * float(np.mean(flags)):.1f} %"
