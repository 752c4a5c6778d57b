"""The texts all detectors are judged by: rows whose sources Wardlaw's judged models have not seen."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tools.train_injection import figures
from tools.train_injection.corpus import Item
from tools.train_injection.data import CUE

PROMPT, DATA = "prompt", "data"
_PER_SOURCE = 120  # texts of one source and kind: the slowest detector takes a third of a second for each


class Text(NamedTuple):
    """One text.

    Attributes:
        id: Index in the corpus.
        channel: ``prompt`` or ``data``.
        group: ``attack``, ``benign``, ``hard`` (benign, worded like an attack), ``cue`` or ``no cue`` (attacks in
            documents).
        english: Whether it is English.
    """

    id: int
    text: str
    channel: str
    group: str
    english: bool


def sample(found: Sequence[Item], held: figures.Held, *, seed: int) -> list[Text]:
    """Texts of all groups, at most so many of each source and kind."""
    order = list(range(len(found)))
    random.Random(seed).shuffle(order)
    taken: dict[tuple[str, str], int] = {}
    chosen: list[Text] = []
    for index in order:
        for head, scores in ((0, held.prompt), (1, held.data)):
            group = group_of(found[index], head)
            if not group or np.isnan(scores[index]):
                continue
            key = found[index].row.source, group
            taken[key] = taken.get(key, 0) + 1
            if taken[key] <= _PER_SOURCE:
                row = found[index].row
                chosen.append(Text(index, row.text, (PROMPT, DATA)[head], group, row.lang in ("en", "en-US")))
    return [text for text in chosen if not is_generated(found[text.id])]


def is_generated(item: Item) -> bool:
    """Made by our own generators, or an attack put into a document made by them: no test for anybody."""
    return item.row.source.startswith("gen-") or item.row.carrier.startswith("gen-")


def group_of(item: Item, head: int) -> str:
    """What a text is on a channel; empty when it is not judged there."""
    row = item.row
    if head == 1:
        if row.kind == "judged, with a cue":
            return "cue"
        if row.kind == "judged, without a cue":
            return "no cue"
        return "benign" if row.kind in figures.DATA_BENIGN and row.data == 0 else ""
    if row.kind in figures.PROMPT_ATTACKS and row.prompt == 1:
        return "attack"
    if row.kind in figures.OVER_DEFENCE and row.prompt == 0:
        return "hard"
    return "benign" if row.kind in figures.PROMPT_BENIGN and row.prompt == 0 else ""


def has_cue(text: str) -> bool:
    """Whether a rule's favourite words stand in it."""
    return bool(CUE.search(text))
