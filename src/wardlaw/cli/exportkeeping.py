"""Keeps targets up with the log: one thread each, so that none waits for another, and the door for none."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping

import msgspec
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from wardlaw.cli.exportsending import deliver
from wardlaw.config.proving import ExportTarget
from wardlaw.facts.errors import WardlawError
from wardlaw.store.database import reading, writing
from wardlaw.store.exports import ExportCursor, keep_cursor, next_batch, read_cursor

IDLE_S = 0.5
_BACKOFF_S = (1.0, 300.0)  # first and longest pause; a target that comes back after a day has waited five minutes more
_ERROR_CHARS = 300
_log = logging.getLogger("wardlaw.export")


class TargetKeeper:
    """Keeps one target up with the log. At least once: what it took is noted after it took it.

    Args:
        origin: Of the log.
        clock: Unix seconds.
    """

    def __init__(
        self, engine: Engine, target: ExportTarget, *, origin: str, env: Mapping[str, str], clock: Callable[[], float]
    ) -> None:
        self._engine = engine
        self._target = target
        self._origin = origin
        self._env = env
        self._clock = clock
        self._failures = 0

    def keep(self, stop: threading.Event) -> None:
        """Send until told to stop."""
        while not stop.is_set():
            stop.wait(self.turn())

    def turn(self) -> float:
        """Send one batch; answers how many seconds to wait before the next."""
        try:
            with reading(self._engine) as connection:
                cursor = read_cursor(connection, self._target.name)
                batch = next_batch(connection, cursor.next_leaf, limit=self._target.batch, now=self._clock())
            if not batch.items:
                self._failures = 0
                return IDLE_S
            if batch.missing:
                _log.error("%s: %d records are gone before they were exported", self._target.name, batch.missing)
            refused = deliver(self._target, batch.items, log=self._origin, env=self._env)
            if refused:
                _log.error("%s dropped %d records for good", self._target.name, refused)
            taken = msgspec.structs.replace(
                cursor,
                next_leaf=batch.next_leaf,
                sent=cursor.sent + len(batch.items),
                missing=cursor.missing + batch.missing,
                refused=cursor.refused + refused,
                sent_at=self._clock(),
                failures=0,
                error="",
            )
            self._note(taken)
        except (WardlawError, SQLAlchemyError) as error:
            return self._failed(error)
        self._failures = 0
        return 0.0 if len(batch.items) >= self._target.batch else IDLE_S

    def _note(self, cursor: ExportCursor) -> None:
        with writing(self._engine) as connection:
            keep_cursor(connection, cursor)

    def _failed(self, error: Exception) -> float:
        self._failures += 1
        words = error.message if isinstance(error, WardlawError) else type(error).__name__
        _log.warning("%s", words)
        try:
            with reading(self._engine) as connection:
                cursor = read_cursor(connection, self._target.name)
            self._note(msgspec.structs.replace(cursor, failures=self._failures, error=words[:_ERROR_CHARS]))
        except SQLAlchemyError as trouble:
            _log.error("it could not be noted that a target failed: %s", type(trouble).__name__)
        first, longest = _BACKOFF_S
        return float(min(longest, first * 2 ** min(self._failures - 1, 20)))
