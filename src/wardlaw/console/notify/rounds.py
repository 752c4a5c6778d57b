"""Work done again and again in the background, whatever goes wrong in one round."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from wardlaw.facts.errors import WardlawError

_log = logging.getLogger("wardlaw.notify")


class Rounds:
    """Runs something in a thread, over and over, until it is stopped.

    Args:
        work: One round; what it leaves undone the next one does.
        every_s: Seconds between the end of one and the beginning of the next.
        what: What a failed round could not do, for the log: ``signals could not be looked at``.
    """

    def __init__(self, work: Callable[[], object], *, every_s: float, what: str) -> None:
        self._work, self._every_s, self._what = work, every_s, what
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin in the background."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """End the background task."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            try:
                await asyncio.to_thread(self._work)
            except (WardlawError, SQLAlchemyError) as error:
                _log.warning("%s: %s", self._what, error)
            except Exception:  # noqa: BLE001 - background round: told whole, and tried again, not ended in silence
                _log.exception("%s", self._what)
            await asyncio.sleep(self._every_s)
