"""What texts consist of: runs of words, pieces by which near copies are known, and what nobody sees or should obey."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise

import msgspec
import numpy as np

from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import FindingKind, Level
from wardlaw.register.poisoning.baseline import TextBaseline
from wardlaw.register.poisoning.filters import Hashes, filter_of, hashed, knows
from wardlaw.security.fingerprint import FingerprintBook
from wardlaw.security.injection import NAME as INJECTION
from wardlaw.security.inspect import HiddenDetector, Inspector

RUNS = (2, 4)
"""Words of the runs that are looked at: a trigger of two words, and of a phrase every four of its words."""
_SHINGLE, _PERMUTATIONS, _BANDS = 5, 64, 16
ALIKE = 0.8
"""From this share of pieces in common two documents are near copies (Broder 1997)."""
_MOST_BAND = 50  # documents of one band that are compared with each other
_MOST_WORDS = 50_000  # of a document that are looked at
_WORD = re.compile(r"\w+(?:['’]\w+)*")
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
    """Looks at texts one after another; keeps hashes and counts, and of runs the words."""

    def __init__(self, baseline: TextBaseline | None = None) -> None:
        self.documents = 0
        self.marked: list[Marked] = []
        self._baseline = baseline
        self._runs: dict[int, Counter[str]] = {length: Counter() for length in RUNS}
        self._names: list[str] = []
        self._sketches: list[Hashes] = []
        self._inspector = marking_inspector()

    def add(self, document: Document) -> None:
        """Look at one."""
        self.documents += 1
        words = words_of(document.text)
        for length in RUNS:
            runs = list(set(_runs(words, length)))
            if self._baseline is not None:
                known = self._baseline.runs.get(length)
                strange = ~knows(known, _hashes(runs)) if known and runs else np.ones(len(runs), dtype=bool)
                runs = [run for run, is_strange in zip(runs, strange.tolist(), strict=True) if is_strange]
            self._runs[length].update(runs)
        self._names.append(document.name)
        self._sketches.append(min_hashes(words))
        self.marked += marks(document, self._inspector)

    def strangers(self, length: int, *, least: int) -> tuple[Stranger, ...]:
        """Runs the baseline does not have that stand in so many documents, the most frequent first."""
        found = [Stranger(run, count) for run, count in self._runs[length].items() if count >= least]
        return tuple(sorted(found, key=lambda one: (-one.documents, one.words)))

    def alike(self) -> tuple[int, tuple[tuple[str, str], ...]]:
        """How many documents nearly repeat another, and some pairs of them."""
        pairs = sorted(near_copies(self._sketches))
        copies = {place for pair in pairs for place in pair}
        return len(copies), tuple((self._names[one], self._names[two]) for one, two in pairs[:20])

    def baseline(self, *, name: str, data: str) -> TextBaseline:
        """What to keep of them."""
        pieces = [_band_hashes(sketch) for sketch in self._sketches]
        rules = Counter(mark.rule for mark in self.marked)
        return TextBaseline(
            name=name, data=data, rows=self.documents,
            runs={length: filter_of(_hashes(runs)) for length, runs in self._runs.items()},
            alike=self.alike()[0],
            pieces=filter_of(np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.uint64)),
            marked=dict(sorted(rules.items())),
        )  # fmt: skip


def words_of(text: str) -> list[str]:
    """The words of a text in lower case, at most as many as are looked at."""
    found = []
    for match in _WORD.finditer(text):
        found.append(match.group().casefold())
        if len(found) >= _MOST_WORDS:
            break
    return found


def min_hashes(words: list[str]) -> Hashes:
    """The least hash of the pieces of a text under each of the permutations; empty for a text without a piece."""
    pieces = _hashes(set(_runs(words, min(_SHINGLE, max(1, len(words))))))
    if not len(pieces):
        return np.zeros(0, dtype=np.uint64)
    # Odd multipliers permute 64 bits; a fixed seed, so that sketches of today and of next year can be compared.
    generator = np.random.default_rng(0)
    factors = generator.integers(1, 1 << 62, _PERMUTATIONS, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    return np.array([(pieces * factor ^ (pieces * factor) >> np.uint64(29)).min() for factor in factors])


def near_copies(sketches: list[Hashes]) -> Iterator[tuple[int, int]]:
    """Pairs of documents that share most of their pieces."""
    bands: dict[tuple[int, int], list[int]] = defaultdict(list)
    for place, sketch in enumerate(sketches):
        for number, band in enumerate(_band_hashes(sketch).tolist()):
            bands[number, band].append(place)
    asked = set()
    for places in bands.values():
        some = places[:_MOST_BAND]
        asked |= {(one, two) for at, one in enumerate(some) for two in some[at + 1 :]}
        # Of a crowd in one band each is compared with the one before it, which a copy of a copy still resembles.
        asked |= set(pairwise(places[_MOST_BAND - 1 :]))
    for one, two in asked:
        if (sketches[one] == sketches[two]).mean() >= ALIKE:
            yield one, two


def is_known(sketch: Hashes, pieces: bytes) -> bool:
    """Whether a document nearly repeats one of the baseline, as far as its filter tells."""
    bands = _band_hashes(sketch)
    return bool(len(bands)) and float(knows(pieces, bands).mean()) >= ALIKE**4


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
    runs = list(set(_runs(words, RUNS[-1])))
    known = baseline.runs.get(RUNS[-1])
    return float((~knows(known, _hashes(runs))).mean()) if runs and known else 0.0


def _runs(words: list[str], length: int) -> Iterator[str]:
    for begin in range(len(words) - length + 1):
        yield " ".join(words[begin : begin + length])


def _hashes(texts: Iterable[str]) -> Hashes:
    return np.array([hashed(text) for text in texts], dtype=np.uint64)


def _band_hashes(sketch: Hashes) -> Hashes:
    if not len(sketch):
        return sketch
    rows = sketch.reshape(_BANDS, -1)
    return np.array([hashed(f"{band} {row.tobytes().hex()}") for band, row in enumerate(rows)], dtype=np.uint64)
