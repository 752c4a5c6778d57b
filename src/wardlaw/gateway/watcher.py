"""Keeps a worker's keys, secrets, quarantines and policies those in force, within a second.

One cheap query tells whether anything changed; only then it is loaded. When nothing could be compared
for ``MAX_AGE_S``, the worker stops deciding: a revoked key must not live on because a database is away.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from wardlaw.facts.errors import WardlawError

POLL_S = 0.25
MAX_AGE_S = 10.0
LOOK_S = 0.05  # between two looks out of turn, so that guessed keys cannot keep the database busy

_log = logging.getLogger("wardlaw.gateway.watcher")

Load = Callable[[], Awaitable[None]]


class Watcher:
    """Compares and loads.

    Args:
        compare: Gives the value of every counter.
        loads: What to do when a counter has changed, by its name.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        compare: Callable[[], Awaitable[Mapping[str, int]]],
        loads: Mapping[str, Load],
        *,
        clock: Callable[[], float],
    ) -> None:
        self._compare = compare
        self._loads = loads
        self._clock = clock
        self._known: dict[str, int] = {}
        self._compared = clock()
        # One tick at a time: a slow load must not put back what a later one has brought.
        self._turn = asyncio.Lock()
        self._begun = 0  # ticks begun
        self._failing: dict[str, str] = {}
        self._task: asyncio.Task[None] | None = None

    @property
    def age_s(self) -> float:
        """Seconds since everything was last known to be in force."""
        return self._clock() - self._compared

    @property
    def trouble(self) -> str:
        """What could not be loaded, in words; ``""`` when nothing."""
        return "; ".join(self._failing.values())

    async def tick(self) -> None:
        """Compare once and load what changed. A counter is remembered only after its load succeeded."""
        async with self._turn:
            await self._tick()

    async def look(self) -> None:
        """Compare out of turn: afterwards all is known that was in force when this was called.

        A key may be used the moment it was made. Those who ask together share one comparison. What cannot be
        compared stays as it is known.
        """
        asked = self._begun
        async with self._turn:
            if self._begun == asked:
                await asyncio.sleep(LOOK_S)
                await self._try()

    async def _tick(self) -> None:
        self._begun += 1
        found = await self._compare()
        complete = True
        for name, load in self._loads.items():
            value = found.get(name, 0)
            if self._known.get(name) == value:
                continue
            try:
                await load()
            except WardlawError as error:
                complete = False
                if self._failing.get(name) != str(error):
                    _log.error("%s could not be loaded: %s", name, error)
                self._failing[name] = str(error)
                continue
            self._failing.pop(name, None)
            self._known[name] = value
        if complete:
            self._compared = self._clock()

    async def run(self) -> None:
        """Tick until cancelled; a failing tick ages what is known and is tried again."""
        while True:
            await asyncio.sleep(POLL_S)
            async with self._turn:
                await self._try()

    async def _try(self) -> None:
        try:
            await self._tick()
        except Exception as error:  # noqa: BLE001 - background tick: its failure shows as age, and denies
            if self.age_s > 1.0:
                _log.warning("keys and policies could not be compared: %s", error)

    def start(self) -> None:
        """Run in the background."""
        self._task = asyncio.get_running_loop().create_task(self.run())

    async def stop(self) -> None:
        """End the background task."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
