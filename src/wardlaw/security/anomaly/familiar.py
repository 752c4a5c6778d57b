"""Keys seen before, in a bounded table: which tool followed which, and which destinations were used.

First-order Markov novelty: a step is new when this tool never followed that one here.
"""

from __future__ import annotations

import struct

_HIGHEST = 255


class Familiar:
    """At most ``bound`` 32-bit keys with how often each was seen. When full, all counts are halved and the rarest
    forgotten: flooding it makes old keys new again, which raises suspicion and never lowers it.
    """

    __slots__ = ("bound", "counts")

    def __init__(self, bound: int) -> None:
        self.bound = bound
        self.counts: dict[int, int] = {}

    def learn(self, key: int) -> None:
        """See ``key`` once more."""
        counts = self.counts
        seen = counts.get(key, 0)
        if seen:
            if seen < _HIGHEST:
                counts[key] = seen + 1
            return
        while len(counts) >= self.bound:
            self.counts = counts = {known: times >> 1 for known, times in counts.items() if times > 1}
        counts[key] = 1

    def image(self) -> bytes:
        """Keys and counts in their order, packed."""
        return b"".join(struct.pack("<IB", key, times) for key, times in self.counts.items())

    @classmethod
    def revive(cls, image: bytes, bound: int) -> Familiar:
        """The table as it was.

        Raises:
            ValueError: No such table exists.
        """
        if len(image) % 5 or len(image) > 5 * bound:
            raise ValueError("a table of another shape")
        revived = cls(bound)
        revived.counts = dict(struct.iter_unpack("<IB", image))
        return revived


def step_key(before: int, after: int) -> int:
    """32-bit key of "this tool after that one"."""
    mixed = (before * 0x9E3779B97F4A7C15 + after * 0xC2B2AE3D27D4EB4F + 0x165667B19E3779F9) & 0xFFFFFFFFFFFFFFFF
    return ((mixed ^ (mixed >> 29)) * 0xBF58476D1CE4E5B9 >> 32) & 0xFFFFFFFF
