"""A platform's log as it writes it: an event that stands for several alike becomes as many entries, each written once."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from wardlaw.inventory.activity import Activity, Deed
from wardlaw.testing.saas.world import World

MOST_ENTRIES = 5_000
"""Entries that one event becomes at most."""


def unfolded(activity: Activity) -> Iterator[Activity]:
    """The single events: as many as calls, or as things carried out; bytes are shared among them, objects told apart."""
    carried = activity.items if activity.deed is Deed.EXPORT else 0
    count = min(max(activity.calls, carried, 1), MOST_ENTRIES)
    if count == 1:
        yield activity
        return
    share, rest = divmod(activity.bytes, count)
    for number in range(count):
        yield msgspec.structs.replace(
            activity,
            id=activity.id if number == 0 else f"{activity.id}-{number}",
            calls=1,
            items=min(activity.items, 1),
            bytes=share + (1 if number < rest else 0),
            object=activity.object if number == 0 or not activity.object else f"{activity.object}-{number}",
        )


class WrittenLog:
    """The entries of an organisation's log, in the order of their time.

    Args:
        write: The entry of an event; None for one that the platform does not tell.
    """

    def __init__(self, world: World, write: Callable[[Activity, World], dict[str, Any] | None]) -> None:
        self._world = world
        self._write = write
        self._known = 0
        self._times: list[float] = []
        self._entries: list[dict[str, Any]] = []

    def since(self, at: float, until: float = 0.0) -> list[dict[str, Any]]:
        """Entries of a time, oldest first; to the end for ``until`` 0."""
        fresh = self._world.activities[self._known :]
        if fresh:
            self._known += len(fresh)
            self._take(fresh)
        end = bisect_right(self._times, until) if until else len(self._times)
        return self._entries[bisect_left(self._times, at) : end]

    def _take(self, fresh: list[Activity]) -> None:
        written = list(zip(self._times, self._entries, strict=True))
        for activity in fresh:
            for one in unfolded(activity):
                entry = self._write(one, self._world)
                if entry is not None:
                    written.append((one.at, entry))
        written.sort(key=lambda pair: pair[0])
        self._times = [at for at, _ in written]
        self._entries = [entry for _, entry in written]
