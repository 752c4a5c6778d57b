"""Quantiles of sizes in a bounded sketch: a KLL compactor over logarithmic buckets.

Source: Karnin, Lang, Liberty 2016. Two differences: the half that survives a compaction alternates instead of being
drawn (the core draws no lots), and the top level forgets half of itself instead of growing, so old sizes fade.
"""

from __future__ import annotations

import math
import struct

_WIDTH, _LEVELS = 24, 8
_PER_DOUBLING = 16  # buckets for each doubling: a size is known to 4.4 %


class Quantiles:
    """Sizes seen, newest about three thousand, in at most 384 bytes."""

    __slots__ = ("levels", "turns")

    def __init__(self) -> None:
        self.levels: list[list[int]] = [[]]
        self.turns = 0  # one bit for each level: which half survives next

    def add(self, size: float) -> None:
        """Take one size in: more than 0, and a number of at most 64 bits."""
        first = self.levels[0]
        first.append(int(math.log2(1.0 + size) * _PER_DOUBLING))
        if len(first) >= _WIDTH:
            self._compact()

    def weight(self) -> int:
        """How many sizes the sketch stands for."""
        return sum(len(items) << level for level, items in enumerate(self.levels))

    def at(self, share: float) -> float:
        """The size below which ``share`` of all lie; 0.0 when nothing was seen. Upper edge of its bucket."""
        wanted, passed = share * self.weight(), 0
        for bucket, weight in sorted((item, 1 << level) for level, items in enumerate(self.levels) for item in items):
            passed += weight
            if passed >= wanted:
                return math.exp2((bucket + 1) / _PER_DOUBLING) - 1.0
        return 0.0

    def _compact(self) -> None:
        """Let every other item of each full level go up with twice the weight."""
        levels, level = self.levels, 0
        while len(levels[level]) >= _WIDTH:
            kept = sorted(levels[level])[(self.turns >> level) & 1 :: 2]
            self.turns ^= 1 << level
            if level + 1 == _LEVELS:
                levels[level] = kept
                return
            levels[level] = []
            level += 1
            if level == len(levels):
                levels.append([])
            levels[level] += kept

    def image(self) -> tuple[int, list[bytes]]:
        """Turns, and each level packed."""
        return self.turns, [struct.pack(f"<{len(items)}H", *items) for items in self.levels]

    @classmethod
    def revive(cls, image: tuple[int, list[bytes]]) -> Quantiles:
        """The sketch as it was.

        Raises:
            ValueError: No such sketch exists.
        """
        turns, levels = image
        if not 1 <= len(levels) <= _LEVELS or any(len(level) % 2 or len(level) >= 2 * _WIDTH for level in levels):
            raise ValueError("a quantile sketch of another shape")
        revived = cls()
        revived.turns = turns
        revived.levels = [list(struct.unpack(f"<{len(level) // 2}H", level)) for level in levels]
        return revived
