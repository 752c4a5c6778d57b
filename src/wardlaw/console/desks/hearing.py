"""Asks every store that knows something of a clause: its life, its canaries, waivers and broken glass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from sqlalchemy.engine import Connection

from wardlaw.audit.note import VerifierKey
from wardlaw.console.desks.life import LifeDesk
from wardlaw.console.rolebook import load_role_book
from wardlaw.evidence.hearing import approvals, canary_standings, exceptions, glass_minutes
from wardlaw.evidence.running import RunningClause
from wardlaw.evidence.survey import Heard
from wardlaw.register.system import System
from wardlaw.store.canaries import CanaryRuns
from wardlaw.store.endings import read_endings
from wardlaw.store.exemptions import list_glass, load_exemptions

WINDOW_S = 30 * 86_400.0
"""How far back broken glass is looked for, in seconds; as far as traffic is counted."""
_MOST_GLASS = 10_000


class HearingDesk:
    """What is known of clauses beside the log.

    Args:
        life: How clauses came into force.
        keys: Whose signatures on waivers and broken glass are believed.
        endings: File of those that were ended before their time.
        detectors: Why detectors are not set as was approved; empty when they are.
    """

    def __init__(
        self,
        life: LifeDesk,
        keys: Callable[[], Sequence[VerifierKey]],
        endings: Path,
        detectors: Callable[[], str],
    ) -> None:
        self._life = life
        self._detectors = detectors
        self._keys = keys
        self._endings = endings

    def hear(
        self, connection: Connection, running: tuple[RunningClause, ...], systems: tuple[System, ...], now: float
    ) -> Heard:
        """Everything, of the published clauses and for these systems.

        Without a life of clauses nobody has signed anything off, and nothing can be proven.
        """
        approved = {}
        if self._life.is_on:
            overview = self._life.overview(connection, at=now)
            enforced = self._life.enforced(connection)
            approved = approvals(
                overview.clauses,
                enforced,
                running,
                book=load_role_book(),
                now=now,
                is_compared=not overview.problem,
            )
            if drift := self._detectors():
                for one in running:
                    if one.reads_content and one.id in approved and not approved[one.id].drift:
                        approved[one.id] = msgspec.structs.replace(approved[one.id], drift=drift)
        keys = self._keys()
        ended = read_endings(self._endings, keys)
        standing = load_exemptions(connection, now=now, keys=keys, ended=ended).standing
        since = now - WINDOW_S
        glasses = list_glass(connection, since=since, limit=_MOST_GLASS)
        return Heard(
            approved=approved,
            canaries=canary_standings(CanaryRuns(connection).last_of_each()),
            waivers=exceptions(standing, running, systems),
            break_glass_minutes=glass_minutes(glasses, running, since=since, now=now),
        )
