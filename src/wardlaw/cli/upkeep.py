"""Retention: once an hour, what is past its time becomes unreadable; what is under a legal hold stays."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from wardlaw.config.model import Config
from wardlaw.facts.errors import WardlawError
from wardlaw.store.approvals import HELD, forget_calls
from wardlaw.store.canaries import CanaryRuns
from wardlaw.store.database import reading, writing
from wardlaw.store.erasures import forget_void_reaches
from wardlaw.store.exercise import KEPT_DAYS
from wardlaw.store.holds import list_holds
from wardlaw.store.inventoryretention import prune_activities, prune_exercise, prune_gone
from wardlaw.store.keptanswers import forget_answers
from wardlaw.store.keyring import Keyring
from wardlaw.store.redrawing import draw_step
from wardlaw.store.retention import prune_sealed
from wardlaw.store.veiling import door_names

TICK_S = 3_600.0
_HELD_DAYS = 31
"""Days a held call can be looked at after it ran out; who answered how stands in the log for as long as that is kept."""
_DAY_S = 86_400.0
_log = logging.getLogger("wardlaw.upkeep")


class Upkeep:
    """Carries out ``audit.retention``, and what settings of the inventory and of canaries say of how long rows stay."""

    def __init__(self, config: Config, engine: Engine, keyring: Keyring) -> None:
        self._retention = config.audit.retention
        self._inventory = config.inventory
        self._canary_days = config.canaries.keep_days
        self._engine = engine
        self._keyring = keyring
        self._next = 0.0
        self._next_inventory = 0.0
        self._is_drawing = True

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
        self._is_drawing = True
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
                forget_void_reaches(connection, now=now)
                runs = CanaryRuns(connection).prune(before=now - self._canary_days * _DAY_S)
            if runs:
                _log.info("retention: %d runs of canaries older than %d days are gone", runs, self._canary_days)
            self._prune_inventory(now)
        except (WardlawError, SQLAlchemyError) as error:
            _log.error("retention: %s", error)
        return True

    def draw(self) -> bool:
        """Draw a little of what an upgrade has left to be drawn of the inventory; answers whether anything was left.

        A failure is logged, and tried again at the next tick.
        """
        if not self._is_drawing:
            return False
        try:
            with writing(self._engine) as connection:
                self._is_drawing = draw_step(connection)
        except (WardlawError, SQLAlchemyError) as error:
            self._is_drawing = False
            _log.error("drawing the inventory: %s", error)
        return self._is_drawing

    def _prune_inventory(self, now: float) -> None:
        """Events and things of the inventory that are past their time, portion by portion."""
        if now < self._next_inventory:
            return
        self._next_inventory = now + _DAY_S
        is_held = self._holder()
        for prune, days in (
            (prune_activities, self._inventory.activity_days),
            (prune_exercise, KEPT_DAYS),
            (prune_gone, self._inventory.gone_days),
        ):
            gone, after = 0, None
            while True:
                with writing(self._engine) as connection:
                    portion = prune(connection, before=now - days * _DAY_S, is_held=is_held, after=after)
                gone, after = gone + portion.gone, portion.after
                if after is None:
                    break
            if gone:
                _log.info("retention: %d rows of the inventory older than %d days are gone", gone, days)

    def _holder(self) -> Callable[[str], bool]:
        """Tells whether a legal hold stands on whoever has an account of the inventory."""
        with reading(self._engine) as connection:
            held = {hold.subject for hold in list_holds(connection) if not hold.lifted_at}
        meant = [self._keyring.same_subject(subject) for subject in sorted(held)]
        return lambda account: any(same(name) for same in meant for name in door_names(account))

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
