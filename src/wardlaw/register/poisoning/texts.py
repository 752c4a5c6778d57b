"""What texts consist of: runs of words, pieces by which near copies are known, and what nobody sees or should obey."""

from __future__ import annotations

from collections import Counter

import msgspec
import numpy as np

from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import FindingKind, Level
from wardlaw.register.poisoning.baseline import TextBaseline
from wardlaw.register.poisoning.copies import ALIKE, Copies, CopyTally
from wardlaw.register.poisoning.filters import FilterTally, knows
from wardlaw.register.poisoning.heavy import HashCounts
from wardlaw.register.poisoning.pieces import HASHING, Batch, Sketches, WordHashes, band_hashes, words_of
from wardlaw.security.fingerprint import FingerprintBook
from wardlaw.security.injection import NAME as INJECTION
from wardlaw.security.inspect import HiddenDetector, Inspector

RUNS = (2, 4)
"""Words of the runs that are looked at: a trigger of two words, and of a phrase every four of its words."""
MOST_RUNS = 2_000_000
"""Runs of one length that are counted at once, 32 MB; of more, the rarest are let go."""
_BATCH_WORDS, _BATCH_DOCUMENTS = 65_536, 4_096  # that are looked at together
_TOLD_LEAST, _TOLD_SHARE = 3, 0.0005  # documents from which a run's words are kept: most runs stand in one
_MOST_TOLD = 200_000
_MOST_MARKED = 20  # documents that are named for each rule; all are counted
_MARKS = (FindingKind.HIDDEN_TEXT, FindingKind.INJECTION)


class Document(msgspec.Struct, frozen=True):
    """One text with its place, for people."""

    name: str
    text: str


class Marked(msgspec.Struct, frozen=True):
    """A document in which something is hidden, or which gives orders to a model."""

    name: str
    rule: str
    label: str
    blocks: bool


class Stranger(msgspec.Struct, frozen=True):
    """A run of words that the baseline does not have, and in how many documents it stands."""

    words: str
    documents: int


class TextTally:
    """Looks at texts one after another, in room that does not grow with them: hashes, counts, and words of runs met often."""

    def __init__(self, baseline: TextBaseline | None = None, *, most_runs: int = MOST_RUNS) -> None:
        self.documents = 0
        self.marked: list[Marked] = []
        self.marks_by_rule: Counter[str] = Counter()
        self._baseline = baseline
        self._hashes = WordHashes()
        self._waiting: list[tuple[str, list[str]]] = []
        self._waiting_words = 0
        self._runs = {length: HashCounts(most_runs) for length in RUNS}
        self._words: dict[int, str] = {}
        self._known = {length: FilterTally() for length in RUNS}
        self._pieces = FilterTally()
        self._copies = CopyTally()
        self._inspector = marking_inspector()

    def add(self, document: Document) -> None:
        """Look at one."""
        self.documents += 1
        words = words_of(document.text)
        self._waiting.append((document.name, words))
        self._waiting_words += len(words)
        if self._waiting_words > _BATCH_WORDS or len(self._waiting) > _BATCH_DOCUMENTS:
            self._settle()
        for mark in marks(document, self._inspector):
            self.marks_by_rule[mark.rule] += 1
            if self.marks_by_rule[mark.rule] <= _MOST_MARKED:
                self.marked.append(mark)

    def strangers(self, length: int, *, least: int) -> tuple[Stranger, ...]:
        """Runs the baseline does not have that stand in so many documents, the most frequent first."""
        self._settle()
        counts = self._runs[length]
        hashes, amounts = counts.above(least - counts.lost)
        found = [
            Stranger(self._words.get(run, "(not kept)"), count)
            for run, count in zip(hashes.tolist(), amounts.tolist(), strict=True)
        ]
        return tuple(sorted(found, key=lambda one: (-one.documents, one.words)))

    def lost(self, length: int) -> int:
        """By how many documents a count of runs may be too low, because rare runs were let go; 0 while none was."""
        self._settle()
        return self._runs[length].lost

    def alike(self) -> Copies:
        """How many documents nearly repeat another, and some pairs of them."""
        self._settle()
        return self._copies.read()

    def baseline(self, *, name: str, data: str) -> TextBaseline:
        """What to keep of them."""
        copies = self.alike()
        return TextBaseline(
            name=name, data=data, rows=self.documents,
            runs={length: known.filter() for length, known in self._known.items()},
            alike=copies.copies, compared=copies.compared, crowded=copies.crowded,
            pieces=self._pieces.filter(), hashing=HASHING,
            every=max(known.every for known in self._known.values()),
            marked=dict(sorted(self.marks_by_rule.items())),
        )  # fmt: skip

    def _settle(self) -> None:
        """Count what waits: many documents at once, since each step is one over arrays."""
        if not self._waiting:
            return
        batch = Batch([words for _, words in self._waiting], self._hashes)
        names = [name for name, _ in self._waiting]
        self._waiting, self._waiting_words = [], 0
        keys = batch.keys()
        for length in RUNS:
            if self._baseline is not None:
                self._count(batch, length, self._baseline.runs.get(length))
            else:
                hashes, owner, _ = batch.runs(length)
                self._known[length].add(hashes, keys[owner])
        sketches = batch.sketches()
        bands = band_hashes(sketches)
        self._copies.add(names, sketches, bands)
        if self._baseline is None:
            self._pieces.add(bands[sketches.any(axis=1)].reshape(-1))

    def _count(self, batch: Batch, length: int, known: bytes | None) -> None:
        hashes, _, places = batch.runs(length)
        if known:
            strange = ~knows(known, hashes)
            hashes, places = hashes[strange], places[strange]
        counts = self._runs[length]
        counts.update(hashes)
        # INVARIANT: a run that stands in a large share of all stood in it when it was met last, so its words are kept then.
        least = max(_TOLD_LEAST, _TOLD_SHARE * self.documents)
        for at in np.flatnonzero(counts.of(hashes) + counts.lost >= least).tolist():
            if len(self._words) < _MOST_TOLD:
                self._words.setdefault(int(hashes[at]), batch.words_at(int(places[at]), length))
        if len(self._words) >= _MOST_TOLD:
            self._let_words_go(least)

    def _let_words_go(self, least: float) -> None:
        kept: set[int] = set()
        for counts in self._runs.values():
            kept.update(counts.above(least - counts.lost)[0].tolist())
        self._words = {run: words for run, words in self._words.items() if run in kept}


def is_known(sketch: Sketches, pieces: bytes) -> bool:
    """Whether a document nearly repeats one of the baseline, as far as its filter tells."""
    return bool(sketch.any()) and float(knows(pieces, band_hashes(sketch[None, :])[0]).mean()) >= ALIKE**4


def marking_inspector() -> Inspector:
    """The detectors of hidden text and of orders to a model. They know no secret, so their keys are nobody's."""
    book = FingerprintBook((), key=bytes(32), base=257)
    return Inspector(book=book, subject_key=bytes(32), only=frozenset({HiddenDetector.name, INJECTION}))


def marks(document: Document, inspector: Inspector) -> list[Marked]:
    """What the security wing finds in a document that a model will read as data."""
    segment = Segment(0, Channel.TOOL_RESULT, "", document.text)
    return [
        Marked(document.name, finding.rule, finding.label, finding.level is Level.BLOCK)
        for finding in inspector.inspect(segment)
        if finding.kind in _MARKS and finding.level is not Level.NOTE
    ]


def strange_share(words: list[str], baseline: TextBaseline) -> float:
    """The share of a text's runs of four words that the baseline does not have."""
    hashes, _, _ = Batch([words], WordHashes()).runs(RUNS[-1])
    known = baseline.runs.get(RUNS[-1])
    return float((~knows(known, hashes)).mean()) if len(hashes) and known else 0.0
