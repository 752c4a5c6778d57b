"""Keeps a worker's behaviour profiles across restarts: a picture beside the ledger's, written once a minute.

What a crash loses is what was learned since the last picture, a minute at most; a stop loses nothing. Scores stand
in the records, so that no decision depends on the picture afterwards.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from wardlaw.facts.errors import WardlawError
from wardlaw.state.habits import Habits
from wardlaw.state.habitsfile import FILE_PREFIX, FILE_SUFFIX, write_image
from wardlaw.state.rebuild import write_snapshot

PICTURE_S = 60.0
_AT_ONCE = 10  # profiles pictured before requests get their turn: about a millisecond

_log = logging.getLogger("wardlaw.gateway.habits")


class HabitsFile:
    """The file of one worker's profiles.

    Args:
        folder: ``state`` of the data directory.
        gateway: Id of the worker; each has a file of its own.
        idle_s: Who was not seen for so long is forgotten.
        clock: Unix seconds.
    """

    def __init__(
        self, habits: Habits, folder: Path, gateway: str, *, idle_s: float, clock: Callable[[], float]
    ) -> None:
        self.habits = habits
        self._idle_s = idle_s
        self._clock = clock
        self._path = folder / f"{FILE_PREFIX}{gateway}{FILE_SUFFIX}"
        self._task: asyncio.Task[None] | None = None

    def open(self) -> str:
        """Take over what was learned before; answers what was wrong with the file, in words.

        A file that cannot be read is kept beside as ``….damaged`` and everything is learned anew: profiles are no
        ceilings, and a door that stays shut for them would be worse.
        """
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            # A worker that is new on this host knows what the others know: they are kept alike.
            content = self._newest_beside()
            if not content:
                return ""
        except OSError as error:
            return f"behaviour profiles cannot be read ({error.strerror}); they are learned anew"
        try:
            known = self.habits.restore(content)
        except WardlawError as error:
            if self._path.exists():
                self._path.replace(self._path.with_name(self._path.name + ".damaged"))
            return error.message
        if not known:
            return "behaviour is learned anew: several workers knew a share each, or nothing was known"
        return ""

    def _newest_beside(self) -> bytes:
        """The newest file of another worker; ``b""`` when there is none."""
        found = sorted(self._path.parent.glob(f"{FILE_PREFIX}*{FILE_SUFFIX}"), key=lambda path: path.stat().st_mtime)
        try:
            return found[-1].read_bytes() if found else b""
        except OSError:
            return b""

    def start(self) -> None:
        """Picture the profiles from time to time."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(PICTURE_S)
            await self.keep()

    async def keep(self) -> None:
        """Write what was learned, without those nobody saw for long; where the disk refuses, the next turn tries again."""
        self.habits.forget_idle(self._clock() - self._idle_s)
        changed = self.habits.changed()
        if not changed and not self.habits.is_stale:
            return
        for first in range(0, len(changed), _AT_ONCE):
            self.habits.pack(changed[first : first + _AT_ONCE])
            await asyncio.sleep(0)
        while self.habits.has_stale_priors:
            self.habits.refresh_priors()
            await asyncio.sleep(0)
        try:
            await asyncio.to_thread(write_snapshot, self._path, write_image(self.habits.image()))
        except (WardlawError, OSError) as error:
            self.habits.is_stale = True
            _log.warning("behaviour profiles could not be written: %s", error)

    async def close(self) -> None:
        """Write a last time."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self.keep()
