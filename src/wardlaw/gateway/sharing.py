"""Keeps a worker's behaviour profiles and those of all others alike, in the background.

Each turn tells the others what was judged here since the last one, and takes in what they told. A worker that falls
away takes the last moment with it, nothing more: all others know the rest.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from wardlaw.facts.errors import WardlawError
from wardlaw.state.habits import Habits

if TYPE_CHECKING:  # with one worker and no Redis its client is not loaded
    from wardlaw.state.habits_stream import HabitsStream, Item

TURN_S = 2.0
"""Seconds between two turns: how long what one worker sees may be unknown to the others."""

_IN_ONE = 128  # shares in an entry, some 20 KB
_MOST_WAITING = 20_000  # shares kept while Redis is away
_AT_ONCE = 20  # shares taken in before requests get their turn: about a millisecond
_REST = 3.0  # a turn is followed by at least so many times its length: at most a quarter of the worker

_log = logging.getLogger("wardlaw.gateway.sharing")


class Sharing:
    """The exchange of one worker.

    Args:
        clock: Monotonic seconds.
    """

    def __init__(self, habits: Habits, stream: HabitsStream, *, clock: Callable[[], float]) -> None:
        self._habits = habits
        self._stream = stream
        self._clock = clock
        self._waiting: list[Item] = []
        self._shared = clock()
        self._is_checked = False
        self._task: asyncio.Task[None] | None = None
        self.trouble = ""
        habits.is_shared = True

    @property
    def age_s(self) -> float:
        """Seconds since the last turn that went well."""
        return self._clock() - self._shared

    @property
    def lost(self) -> int:
        """Shares and events no other worker will hear of."""
        return self._habits.lost

    def start(self) -> None:
        """Run in the background."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        while True:
            begun = self._clock()
            await self.turn()
            await asyncio.sleep(max(TURN_S, _REST * (self._clock() - begun)))

    async def turn(self) -> None:
        """Tell and listen once; what Redis does not take now waits for the next turn."""
        self._waiting += self._habits.collect()
        if len(self._waiting) > _MOST_WAITING:
            self._habits.lost += len(self._waiting) - _MOST_WAITING
            del self._waiting[:-_MOST_WAITING]
        try:
            await self._tell()
            await self._listen()
        except WardlawError as error:
            if not self.trouble:
                _log.warning("%s", error)
            self.trouble, self._is_checked = error.message, False
            return
        if self.trouble:
            _log.info("behaviour is shared between workers again")
        self.trouble, self._shared = "", self._clock()

    async def _tell(self) -> None:
        while self._waiting:
            await self._stream.publish(self._waiting[:_IN_ONE])
            del self._waiting[:_IN_ONE]

    async def _listen(self) -> None:
        habits = self._habits
        if not self._is_checked:
            if not await self._stream.reaches_back_to(habits.heard):
                _log.warning("other workers judged more than is kept since this one heard them; it knows less of it")
            self._is_checked = True
        while True:
            page = await self._stream.read(habits.heard)
            for number, (share, name, group) in enumerate(page.items, 1):
                habits.absorb(share, name, group)
                if number % _AT_ONCE == 0:
                    await asyncio.sleep(0)
            habits.heard = page.place
            if page.unread:
                _log.warning("%d entries of other workers are of another version", page.unread)
            if page.is_last:
                return

    async def close(self) -> None:
        """Tell what was judged last, if Redis takes it, and stop."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self.turn()
        await self._stream.close()
