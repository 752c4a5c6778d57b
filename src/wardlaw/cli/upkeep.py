"""Retention: once an hour, what is past its time becomes unreadable; what is under a legal hold stays."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from wardlaw.config.model import Config
from wardlaw.facts.errors import WardlawError
from wardlaw.store.approvals import HELD, forget_calls
from wardlaw.store.database import reading, writing
from wardlaw.store.holds import list_holds
from wardlaw.store.keptanswers import forget_answers
from wardlaw.store.keyring import Keyring
from wardlaw.store.retention import prune_sealed

TICK_S = 3_600.0
_HELD_DAYS = 31
"""Days a held call can be looked at after it ran out; who answered how stands in the log for as long as that is kept."""
_DAY_S = 86_400.0
_log = logging.getLogger("wardlaw.upkeep")


class Upkeep:
    """Carries out ``audit.retention``."""

    def __init__(self, config: Config, engine: Engine, keyring: Keyring) -> None:
        self._retention = config.audit.retention
        self._engine = engine
        self._keyring = keyring
        self._next = 0.0

    def tick(self, *, now: float) -> bool:
        """Do what is due; answers whether anything was.

        A failure is logged and tried again at the next tick: keeping something too long for an hour is no
        reason to stop the log.

        Args:
            now: Unix seconds.
        """
        if now < self._next:
            return False
        self._next = now + TICK_S
        try:
            self._follow_holds()
            for klass, days in self._classes():
                before = (datetime.fromtimestamp(now, tz=UTC) - timedelta(days=days)).strftime("%Y-%m")
                keys = self._keyring.expire(klass, before=before)
                parts = prune_sealed(self._engine, klass=klass, before_month=before)
                if keys or parts:
                    _log.info(
                        "retention: %d keys and %d parts of class %s before %s are gone", keys, parts, klass, before
                    )
            with writing(self._engine) as connection:
                forget_calls(connection, before=now - _HELD_DAYS * _DAY_S)
                forget_answers(connection, before=now)
        except (WardlawError, SQLAlchemyError) as error:
            _log.error("retention: %s", error)
        return True

    def _classes(self) -> tuple[tuple[str, int], ...]:
        """Class of sealed part and the days it is kept; who changed what is kept as long as why it was decided."""
        return (
            ("content", self._retention.content_days),
            ("inputs", self._retention.inputs_days),
            ("control", self._retention.inputs_days),
            (HELD, _HELD_DAYS),
        )

    def _follow_holds(self) -> None:
        """Tell the keyring of every legal hold before anything expires, and of those that were lifted."""
        with reading(self._engine) as connection:
            holds = list_holds(connection)
        standing = {hold.subject for hold in holds if not hold.lifted_at}
        for subject in {hold.subject for hold in holds} - standing:
            self._keyring.unhold(subject)
        for subject in standing:
            self._keyring.hold(subject)
