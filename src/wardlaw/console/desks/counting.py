"""Counts the log for coverage in the background, so that no page has to while somebody waits for it."""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy.engine import Engine

from wardlaw.console.desks.coverage import CoverageDesk
from wardlaw.store.database import reading

PART_S = 0.05
"""Seconds in one go: a page that asks meanwhile waits no longer for its turn."""
PAUSE_S = 0.05
"""Seconds between two goes, in which pages have the process to themselves: a million decisions take some minutes after a start."""


class BackgroundCount:
    """Counts until everything is counted.

    Args:
        wait: Waits for so many seconds.
    """

    def __init__(self, desk: CoverageDesk, engine: Engine, *, wait: Callable[[float], None] = time.sleep) -> None:
        self._desk, self._engine, self._wait = desk, engine, wait
        self._is_over = False

    def __call__(self) -> None:
        """One round, up to the end of the log as it is then."""
        while not self._is_over:
            with reading(self._engine) as connection:
                counted = self._desk.count_on(connection, PART_S)
            if counted.end >= counted.log_end:
                return
            self._wait(PAUSE_S)

    def end(self) -> None:
        """Leave the rest uncounted: the process ends."""
        self._is_over = True
