"""Documents that nearly repeat one another, known by the least hashes of their pieces (Broder 1997)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import msgspec
import numpy as np
import numpy.typing as npt

from wardlaw.register.poisoning.filters import Hashes
from wardlaw.register.poisoning.heavy import HashCounts
from wardlaw.register.poisoning.pieces import PERMUTATIONS, Places, Sketches, band_hashes

ALIKE = 0.8
"""From this share of pieces in common two documents are near copies."""
MOST_COMPARED = 400_000
"""Documents whose sketches are kept, 256 bytes each."""
CROWD_SHARE, CROWD_LEAST = 0.001, 20
"""From so large a share of the documents, and from so many, copies of one another are a crowd."""
_MOST_CROWDS = 200_000  # first bands that are counted at once
_FIRST_ROWS = 4_096
_MOST_BAND = 50  # documents of one band that are compared with each other
_PAIRS_AT_ONCE = 4_096
_SHOWN_PAIRS = 20


class Copies(msgspec.Struct, frozen=True):
    """How many documents nearly repeat another, of how many that were compared; ``pairs`` are some of them.

    Attributes:
        crowded: Of all documents, how many stand in crowds of copies, whether they were compared or not.
        every: One of so many documents was compared; 1 for all.
    """

    copies: int
    compared: int
    pairs: tuple[tuple[str, str], ...]
    crowded: int = 0
    every: int = 1


class CopyTally:
    """Keeps sketches of documents in one block: of all while they are few, then of an even part that near copies share.

    What is kept is told by a hash of the document's own pieces. Near copies have most of these in common, so that a copy
    is mostly kept where what it copies is kept, however large the corpus. But then a whole crowd of copies is kept or not
    kept; so crowds are counted over all documents.
    """

    def __init__(self, most: int = MOST_COMPARED) -> None:
        self._most = most
        self._every = 1
        self._names: list[str] = []
        self._block: Sketches = np.zeros((min(most, _FIRST_ROWS), PERMUTATIONS), dtype=np.uint32)
        self._crowds = HashCounts(_MOST_CROWDS)
        self._documents = 0

    def add(self, names: Sequence[str], sketches: Sketches, bands: Hashes) -> None:
        """Look at more documents: a sketch and the hashes of its bands for each."""
        self._documents += len(names)
        there = sketches.any(axis=1)  # of a document without a word there is nothing to compare
        self._crowds.update(bands[there, 0])
        for place in np.flatnonzero(there & (sketches[:, 0] % self._every == 0)).tolist():
            self._keep(names[place], sketches[place])

    def read(self) -> Copies:
        """What was found among those kept, and of crowds among all."""
        compared = self._documents if self._every == 1 else len(self._names)
        copies, pairs = near_copies(self._block[: len(self._names)])
        least = max(CROWD_LEAST, CROWD_SHARE * self._documents)
        _, crowds = self._crowds.above(least - self._crowds.lost)
        return Copies(
            copies, compared, tuple((self._names[one], self._names[two]) for one, two in pairs),
            int(crowds.sum()), self._every,
        )  # fmt: skip

    def _keep(self, name: str, sketch: Sketches) -> None:
        if sketch[0] % self._every:
            return  # chosen before the part became smaller
        at = len(self._names)
        if at == len(self._block):
            more = np.zeros((min(2 * at, self._most + 1), PERMUTATIONS), dtype=np.uint32)
            more[:at] = self._block
            self._block = more
        self._block[at] = sketch
        self._names.append(name)
        while len(self._names) > self._most:
            self._every *= 2
            kept = np.flatnonzero(self._block[: len(self._names), 0] % self._every == 0)
            self._block[: len(kept)] = self._block[kept]
            self._names = [self._names[place] for place in kept.tolist()]


def near_copies(sketches: Sketches) -> tuple[int, tuple[tuple[int, int], ...]]:
    """How many documents share most of their pieces with another, and some pairs of them by their places."""
    places = np.flatnonzero(sketches.any(axis=1))
    if len(places) < 2:
        return 0, ()
    copied = np.zeros(len(places), dtype=bool)
    pairs: set[tuple[int, int]] = set()
    bands = band_hashes(sketches[places])
    for band in bands.T:
        for asked in _asked(band, copied):
            one, two = places[asked[:, 0]], places[asked[:, 1]]
            alike = (sketches[one] == sketches[two]).mean(axis=1) >= ALIKE
            copied[asked[alike].reshape(-1)] = True
            if len(pairs) < _SHOWN_PAIRS:
                pairs |= {(int(places[a]), int(places[b])) for a, b in asked[alike][:_SHOWN_PAIRS].tolist()}
    return int(copied.sum()), tuple(sorted(pairs)[:_SHOWN_PAIRS])


def _asked(band: Hashes, copied: npt.NDArray[np.bool_]) -> Iterator[Places]:
    """Pairs of one band that may be near copies and are not both known to be, some thousands at a time."""
    order = np.argsort(band, kind="stable")
    begins = np.flatnonzero(np.diff(band[order], prepend=band[order[0]] + np.uint64(1)))
    ends = np.append(begins[1:], len(order))
    several = ends - begins > 1
    waiting: list[tuple[int, int]] = []
    for begin, end in zip(begins[several].tolist(), ends[several].tolist(), strict=True):
        members = order[begin:end]
        if copied[members].all():
            continue
        some = members[:_MOST_BAND].tolist()
        waiting += [(one, two) for at, one in enumerate(some) for two in some[at + 1 :]]
        # Of a crowd in one band each is compared with the one before it, which a copy of a copy still resembles.
        waiting += pairwise(members[_MOST_BAND - 1 :].tolist())
        if len(waiting) > _PAIRS_AT_ONCE:
            yield np.array(waiting)
            waiting = []
    if waiting:
        yield np.array(waiting)
