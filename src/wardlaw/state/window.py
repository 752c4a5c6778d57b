"""A sliding window: how many in the last so many seconds, exact while it is small."""

from __future__ import annotations

import math
from collections import deque

SLOT_S = 0.25
"""Width of the shared slots beyond the exact bound: an over-estimate of at most this much traffic."""


class Window:
    """Counts with their times. Beyond ``bound`` entries, counts share quarter seconds stamped with
    their end, so that the total is never below the true one. Times given must not run back.
    """

    __slots__ = ("bound", "entries", "span_s", "total")

    def __init__(self, span_s: float, bound: int, entries: list[tuple[float, int]] | None = None) -> None:
        self.span_s = span_s
        self.bound = bound
        # An empty deque takes 600 bytes, and most windows are empty: it is made when something comes.
        self.entries: deque[tuple[float, int]] | tuple[()] = deque(entries) if entries else ()
        self.total = sum(count for _, count in self.entries)

    def count(self, now: float) -> int:
        """How many lie in ``(now - span, now]``, and what is stamped later."""
        entries, edge = self.entries, now - self.span_s
        while entries and entries[0][0] <= edge:
            self.total -= entries.popleft()[1]
        if not entries:
            self.entries = ()
        return self.total

    def add(self, now: float, count: int) -> int:
        """Add ``count`` at ``now`` and return the total."""
        entries = self.entries
        if entries and entries[0][0] <= now - self.span_s:
            self.count(now)
            entries = self.entries
        if count <= 0:
            return self.total
        if not entries:
            self.entries = deque(((now, count),))
        elif len(entries) < self.bound:
            entries.append((max(now, entries[-1][0]), count))
        else:
            last, held = entries[-1]
            stamp = math.ceil(now / SLOT_S) * SLOT_S
            if last >= stamp:
                entries[-1] = (last, held + count)
            else:
                entries.append((stamp, count))
        self.total += count
        return self.total

    def restart(self, now: float) -> None:
        """The clock was set back to ``now``: everything counts once more for a whole span."""
        self.entries = deque([(now, self.total)]) if self.total else ()
