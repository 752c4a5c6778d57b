"""Tells people of a review that is owed and late: of broken glass, and of what was put in force in an emergency.

Neither ends by itself when nobody looks: broken glass has ended, an emergency stays in force. So somebody must be told.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from sqlalchemy.engine import Connection, Engine

from wardlaw.console.notify.rounds import Rounds
from wardlaw.facts.clauselife import ClauseVersion
from wardlaw.facts.incident import Incident
from wardlaw.store.database import reading, writing
from wardlaw.store.exemptions import overdue_glass
from wardlaw.store.incidents import ensure_incident, get_incident
from wardlaw.store.life import LifeStore
from wardlaw.store.notifications import Event, enqueue

KIND = "emergency-review"
"""Kind of the incident that a neglected emergency opens."""

POLL_S = 60.0  # what is due after a day may be told a minute late


class OverdueReviews:
    """Looks for reviews that are late, and queues each once for every channel.

    Args:
        life: Rows of the life of clauses.
        channels: Names of the configured channels.
        clock: Unix seconds.
    """

    def __init__(
        self, engine: Engine, life: LifeStore, *, channels: tuple[str, ...], clock: Callable[[], float]
    ) -> None:
        self._engine, self._life, self._channels, self._clock = engine, life, channels, clock
        self._told: set[str] = set()
        self._rounds = Rounds(self.run_once, every_s=POLL_S, what="late reviews could not be looked for")

    def run_once(self) -> tuple[str, ...]:
        """Queue what became late; answers the incidents it is told by."""
        now = self._clock()
        with reading(self._engine) as connection:
            glasses = [one.incident for one in overdue_glass(connection, now=now)]
            late = {_incident_of(one): one for one in self._life.overdue(connection, now=now)}
        fresh = tuple(one for one in (*glasses, *late) if one not in self._told)
        if fresh:
            with writing(self._engine) as connection:
                for name in fresh:
                    self._queue(connection, name, late.get(name), now)
        self._told.update(fresh)
        return fresh

    def _queue(self, connection: Connection, name: str, version: ClauseVersion | None, now: float) -> None:
        if version is not None:
            what = f"{version.clause} version {version.version}"
            detail = f"{what} was put in force in an emergency and not reviewed within a day; it stays in force."
            opened = Incident(name, f"{version.clause}~{version.version}", "", KIND, now, now, detail=detail)
            ensure_incident(connection, opened)
        # The same event of an incident is queued once, so a start anew tells nobody twice.
        enqueue(connection, get_incident(connection, name), Event.OVERDUE, channels=self._channels, at=now)

    def start(self) -> None:
        """Look in the background."""
        self._rounds.start()

    async def stop(self) -> None:
        """End the background task."""
        await self._rounds.stop()


def _incident_of(version: ClauseVersion) -> str:
    """Id of the incident of one neglected emergency, always the same."""
    what = f"emergency {version.clause} {version.version} {version.review_until!r}"
    return f"inc_{hashlib.blake2b(what.encode(), digest_size=13).hexdigest()}"
