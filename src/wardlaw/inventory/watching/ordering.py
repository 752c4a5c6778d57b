"""Events of a stream in the order of their times, each once, however they came within a bounded time.

What is held back is bounded twice: by ``reach_s`` of the stream's own time, and by ``most`` events.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator

from wardlaw.inventory.activity import Activity

REACH_S = 900.0
"""A quarter of an hour: platforms write events of one moment in any order, and deliver some twice."""
MOST_HELD = 50_000


class Ordering:
    """Puts events into order.

    Args:
        reach_s: Events as much as this out of order come out in order; one further behind comes out at once.
    """

    def __init__(self, *, reach_s: float = REACH_S, most: int = MOST_HELD) -> None:
        self._reach_s = reach_s
        self._most = most
        self._heap: list[tuple[float, str, Activity]] = []
        self._latest = float("-inf")
        # Ids of two stretches of the stream: those of the one before are known as long as this one lasts.
        self._ids: set[str] = set()
        self._ids_before: set[str] = set()
        self._stretch_began = float("-inf")

    def put(self, activities: Iterable[Activity]) -> Iterator[Activity]:
        """Take events in; what can no longer be overtaken comes out."""
        heap = self._heap
        for activity in activities:
            id_, at = activity.id, activity.at
            if id_ in self._ids or id_ in self._ids_before:
                continue
            self._ids.add(id_)
            if at > self._latest:
                self._latest = at
                if at - self._stretch_began > 4 * self._reach_s:
                    self._ids_before, self._ids, self._stretch_began = self._ids, set(), at
            heapq.heappush(heap, (at, id_, activity))
            line = self._latest - self._reach_s
            while heap and (heap[0][0] <= line or len(heap) > self._most):
                yield heapq.heappop(heap)[2]

    def rest(self) -> Iterator[Activity]:
        """What is still held back; the stream has ended."""
        while self._heap:
            yield heapq.heappop(self._heap)[2]
