"""Runs of words and sketches of many documents at once, as hashes: what texts are compared by.

A word is hashed once (BLAKE2b) and kept; a run of words is mixed of the hashes of its words, in their order. So a document
costs a few microseconds, and every step is one over arrays.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

import numpy as np
import numpy.typing as npt

from wardlaw.register.poisoning.filters import Hashes, hashed

HASHING = 2
"""Which hashes these are; a baseline of others cannot be compared with."""
PERMUTATIONS, BANDS = 64, 16
SHINGLE = 5
"""Words of the pieces by which near copies are known; a shorter document is one piece."""
MOST_WORDS = 50_000
"""Of a document that are looked at."""
_LONG = 400_000  # characters from which words are cut while they are found
_MOST_KNOWN = 200_000  # words whose hashes are kept, some 40 MB
_WORD = re.compile(r"\w+(?:['’]\w+)*")
_MIX = np.uint64(0x9E3779B97F4A7C15)  # of splitmix64 (Steele, Lea, Flood 2014), as are the next two
_ONE = np.uint64(1)
_FINISH = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
# Odd multipliers permute 64 bits; a fixed seed, so that sketches of today and of next year can be compared.
_FACTORS = np.random.default_rng(0).integers(1, 1 << 62, PERMUTATIONS, dtype=np.uint64) * np.uint64(2) + np.uint64(1)

Sketches = npt.NDArray[np.uint32]
Places = npt.NDArray[np.int64]


def words_of(text: str) -> list[str]:
    """The words of a text in lower case, at most as many as are looked at."""
    if len(text) < _LONG:
        return _WORD.findall(text.casefold())[:MOST_WORDS]
    return [found.group() for found in islice(_WORD.finditer(text.casefold()), MOST_WORDS)]


class WordHashes:
    """Hashes of words, of which the latest met are kept."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def of(self, words: Sequence[str]) -> Hashes:
        """One for each word."""
        known = self._known
        for word in words:
            if word not in known:
                known[word] = hashed(word)
        found = np.fromiter((known[word] for word in words), dtype=np.uint64, count=len(words))
        if len(known) > _MOST_KNOWN:
            self._known = {}
        return found


class Batch:
    """Some documents as hashes of their words, one after another.

    Attributes:
        words: The words of all of them.
        sizes: How many each has.
    """

    def __init__(self, documents: Sequence[Sequence[str]], hashes: WordHashes) -> None:
        self.words = [word for one in documents for word in one]
        self.sizes: Places = np.array([len(one) for one in documents], dtype=np.int64)
        self._hashes = hashes.of(self.words)
        self._owner: Places = np.repeat(np.arange(len(documents)), self.sizes)

    def runs(self, length: int) -> tuple[Hashes, Places, Places]:
        """Runs of so many words, each once a document: hash, the document and the place of the first word."""
        mixed, owner, places = self._runs(length)
        order = np.lexsort((places, mixed, owner))
        mixed, owner, places = mixed[order], owner[order], places[order]
        first = np.ones(len(mixed), dtype=bool)
        first[1:] = (mixed[1:] != mixed[:-1]) | (owner[1:] != owner[:-1])
        return mixed[first], owner[first], places[first]

    def words_at(self, place: int, length: int) -> str:
        """A run as words."""
        return " ".join(self.words[place : place + length])

    def keys(self) -> Hashes:
        """A number for each document by which parts of a corpus are chosen; copies have the same."""
        found = np.zeros(len(self.sizes), dtype=np.uint64)
        there = self.sizes > 0
        begins = np.cumsum(self.sizes) - self.sizes
        if there.any():
            # Rotated by the place within the document: a sum alone would be the same for the same words in any order.
            turned = self._hashes * (2 * (np.arange(len(self._owner)) - begins[self._owner]).astype(np.uint64) + _ONE)
            found[there] = np.add.reduceat(turned, begins[there])
        return _finished(found)

    def sketches(self) -> Sketches:
        """A row for each document: the least hash of its pieces under each permutation; all zero without a word."""
        pieces, owner = self._pieces()
        found = np.zeros((len(self.sizes), PERMUTATIONS), dtype=np.uint32)
        if not len(pieces):
            return found
        begins = np.flatnonzero(np.diff(owner, prepend=-1))
        for at, factor in enumerate(_FACTORS):
            mixed = pieces * factor
            mixed ^= mixed >> np.uint64(29)
            # The least of many is small: only its lower half still differs between documents as a hash does.
            found[owner[begins], at] = np.minimum.reduceat(mixed, begins).astype(np.uint32)
        return found

    def _runs(self, length: int) -> tuple[Hashes, Places, Places]:
        many = max(0, len(self.words) - length + 1)
        places = np.flatnonzero(self._owner[:many] == self._owner[length - 1 : length - 1 + many])
        mixed = np.full(len(places), length, dtype=np.uint64)
        for at in range(length):
            mixed = (mixed ^ self._hashes[places + at]) * _MIX
            mixed ^= mixed >> np.uint64(32)
        return _finished(mixed), self._owner[places], places

    def _pieces(self) -> tuple[Hashes, Places]:
        found = []
        for length in range(1, SHINGLE + 1):
            mixed, owner, _ = self._runs(length)
            size = self.sizes[owner]
            mine = size >= SHINGLE if length == SHINGLE else size == length
            found.append((mixed[mine], owner[mine]))
        owner = np.concatenate([owner for _, owner in found])
        order = np.argsort(owner, kind="stable")
        return np.concatenate([mixed for mixed, _ in found])[order], owner[order]


def sketch_of(words: Sequence[str]) -> Sketches:
    """The sketch by which near copies of one text are known."""
    found: Sketches = Batch([words], WordHashes()).sketches()[0]
    return found


def band_hashes(sketches: Sketches) -> Hashes:
    """Hashes of parts of sketches, one row for each, of which near copies share at least one."""
    bands = sketches.reshape(len(sketches), BANDS, -1).astype(np.uint64)
    mixed = np.arange(1, BANDS + 1, dtype=np.uint64)[None, :].repeat(len(sketches), axis=0)
    for at in range(bands.shape[2]):
        mixed = (mixed ^ bands[:, :, at]) * _MIX
        mixed ^= mixed >> np.uint64(32)
    return _finished(mixed)


def _finished(mixed: Hashes) -> Hashes:
    mixed = (mixed ^ mixed >> np.uint64(30)) * _FINISH[0]
    mixed = (mixed ^ mixed >> np.uint64(27)) * _FINISH[1]
    found: Hashes = mixed ^ mixed >> np.uint64(31)
    return found
