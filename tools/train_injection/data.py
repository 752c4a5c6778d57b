"""Rows of the data folder, what each means on each channel, and a manifest of what was read."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

PROMPT, DATA = 0, 1
UNKNOWN = -1
# Words by which rules know an attack; a text without any is "re-worded".
CUE = re.compile(
    r"ignor|disregard|forget|previous|prior|above|instruct|system prompt|override|bypass|jailbreak|\bdan\b|developer mode|pwned|"
    r"reveal|vergiss|anweisung|oublie|olvida|précédent|anterior|istruzion",
    re.IGNORECASE,
)
_ATTACK_ANYWHERE = {"direct", "jailbreak", "indirect-cue"}
_ATTACK_IN_DATA = {"indirect-plain", "indirect-nocue"}
_DOCUMENTS = {"benign-document", "benign-toolout", "benign-code", "benign-uitext"}


class Row(NamedTuple):
    """A text and what it is on either channel.

    Attributes:
        prompt: 1 attack, 0 benign, -1 not to be judged, as something a person writes.
        data: The same as something a tool or a document brings.
        carrier: Source of the document an attack was put into; empty when there is none.
    """

    text: str
    prompt: int
    data: int
    kind: str
    source: str
    lang: str
    carrier: str = ""


def read(folder: Path, name: str) -> Iterator[Row]:
    """Rows of ``name`` (train, dev, or more, which ``gather`` writes)."""
    with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            raw = json.loads(line)
            prompt, data = meaning(raw["kind"])
            yield Row(raw["text"], prompt, data, raw["kind"], raw["source"], raw["lang"])


def meaning(kind: str) -> tuple[int, int]:
    """What a row of this kind is on the prompt and on the data channel."""
    if kind in _ATTACK_ANYWHERE:
        return 1, 1
    if kind in _ATTACK_IN_DATA:
        return 0, 1
    if kind in _DOCUMENTS:
        return 0, 0
    # A person's question inside a document is neither clearly an attack nor clearly none.
    return 0, UNKNOWN


def manifest(folder: Path) -> list[dict[str, object]]:
    """Name, size in rows and SHA-256 of each file read."""
    found: list[dict[str, object]] = []
    for name in ("train", "more", "dev"):
        path = folder / f"{name}.jsonl.gz"
        with gzip.open(path, "rb") as lines:
            rows = sum(1 for _ in lines)
        found.append({"file": path.name, "rows": rows, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()})
    return found
