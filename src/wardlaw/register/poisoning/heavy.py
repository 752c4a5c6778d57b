"""Counts of what is met often, in bounded room: what is met seldom is let go, and how much that may be is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

from wardlaw.register.poisoning.filters import Hashes

Key = TypeVar("Key", bound=Hashable)


class HeavyCounts(Generic[Key]):
    """Exact counts until there are more than ``most`` different keys; from then on the rarest are let go, again and again.

    A count is then too low by at most ``lost``, and so is the nothing that is known of a key that is not there
    (Manku, Motwani, "Approximate frequency counts over data streams", 2002).

    Attributes:
        counts: What is kept.
        lost: By how much a count may be too low; 0 while nothing was let go.
    """

    def __init__(self, most: int) -> None:
        self.counts: Counter[Key] = Counter()
        self.lost = 0
        self._most = most

    def update(self, keys: Iterable[Key]) -> None:
        """Count each of them once more."""
        self.counts.update(keys)
        if len(self.counts) > self._most:
            self._let_go()

    def merge(self, other: HeavyCounts[Key]) -> None:
        """Add what another has counted of other things."""
        self.counts.update(other.counts)
        self.lost += other.lost
        if len(self.counts) > self._most:
            self._let_go()

    def _let_go(self) -> None:
        amounts = np.fromiter(self.counts.values(), dtype=np.int64, count=len(self.counts))
        # At least half of them go, so that this is not done at every turn.
        floor = int(np.partition(amounts, len(amounts) // 2)[len(amounts) // 2])
        self.counts = Counter({key: amount for key, amount in self.counts.items() if amount > floor})
        # INVARIANT: whatever went was met at most `floor` times since it was last let go, and `lost` times before.
        self.lost += floor


class HashCounts:
    """The same for hashes, in two arrays of 16 bytes a key.

    Attributes:
        lost: By how much a count may be too low; 0 while nothing was let go.
    """

    def __init__(self, most: int) -> None:
        self.lost = 0
        self._most = most
        self._keys: Hashes = np.zeros(0, dtype=np.uint64)
        self._amounts: npt.NDArray[np.int64] = np.zeros(0, dtype=np.int64)

    def __len__(self) -> int:
        return len(self._keys)

    def update(self, hashes: Hashes) -> None:
        """Count each of them once more."""
        keys, amounts = np.unique(hashes, return_counts=True)
        at, there = self._places(keys)
        self._amounts[at[there]] += amounts[there]
        fresh = ~there
        self._keys = np.insert(self._keys, at[fresh], keys[fresh])
        self._amounts = np.insert(self._amounts, at[fresh], amounts[fresh])
        if len(self._keys) > self._most:
            # At least half of them go, so that this is not done at every turn.
            floor = int(np.partition(self._amounts, len(self._amounts) // 2)[len(self._amounts) // 2])
            kept = self._amounts > floor
            self._keys, self._amounts = self._keys[kept], self._amounts[kept]
            self.lost += floor

    def of(self, hashes: Hashes) -> npt.NDArray[np.int64]:
        """The count of each; 0 for what is not there."""
        at, there = self._places(hashes)
        found = np.zeros(len(hashes), dtype=np.int64)
        found[there] = self._amounts[at[there]]
        return found

    def above(self, least: float) -> tuple[Hashes, npt.NDArray[np.int64]]:
        """What was counted so often, and how often."""
        often = self._amounts >= least
        return self._keys[often], self._amounts[often]

    def _places(self, hashes: Hashes) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        at = np.searchsorted(self._keys, hashes)
        there = np.zeros(len(hashes), dtype=bool)
        inside = at < len(self._keys)
        there[inside] = self._keys[at[inside]] == hashes[inside]
        return at, there
