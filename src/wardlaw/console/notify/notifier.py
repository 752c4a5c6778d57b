"""Sends what is queued, in the control process and never on the request path; what fails waits for its turn."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from sqlalchemy.engine import Engine

from wardlaw.config.model import Notify
from wardlaw.config.notify import Channel, channels
from wardlaw.console.notify.message import Message, message_of, message_of_asked, message_of_found, message_of_held
from wardlaw.console.notify.persons import question_of
from wardlaw.console.notify.question import Question
from wardlaw.console.notify.rounds import Rounds
from wardlaw.console.notify.send import send
from wardlaw.facts.approval import ApprovalState
from wardlaw.facts.errors import WardlawError
from wardlaw.inventory.ruling import Fate
from wardlaw.store.approvals import get_approval
from wardlaw.store.database import reading, writing
from wardlaw.store.findings import get_finding
from wardlaw.store.grantdecisions import ruling_by_id
from wardlaw.store.incidents import get_incident
from wardlaw.store.notifications import (
    Event,
    Notification,
    forget_sent,
    list_due,
    mark_failed,
    mark_sent,
)
from wardlaw.store.quarantines import list_of_incident

POLL_S = 2.0
_KEPT_S = 30 * 86_400.0  # sent ones, as an answer to "who was told"
_FORGET_EVERY_S = 3_600.0
_log = logging.getLogger("wardlaw.notify")

Send = Callable[[Channel, Message], None]


class Notifier:
    """Sends notifications over the configured channels.

    Args:
        engine: The tables.
        notify: The channels.
        installation: Name of the installation, for the receivers of several.
        env: Where secrets named ``env:`` come from.
        clock: Unix seconds.
    """

    def __init__(
        self,
        engine: Engine,
        notify: Notify,
        *,
        installation: str,
        env: Mapping[str, str],
        clock: Callable[[], float],
    ) -> None:
        self._engine = engine
        self._persons = notify.persons
        self._channels = {channel.name: channel for channel in channels(notify)}
        self._installation = installation
        self._env = env
        self._clock = clock
        self._forget_at = 0.0
        self._rounds = Rounds(self.run_once, every_s=POLL_S, what="notifications could not be looked at")

    def run_once(self) -> int:
        """Send what is due; answers how many were taken.

        A channel that fails is left alone until the next turn: one that hangs must not hold up the others.
        """
        now = self._clock()
        with reading(self._engine) as connection:
            due = list_due(connection, now=now)
        taken, failing = 0, set[str]()
        for notification in due:
            if notification.channel in failing:
                continue
            if self._one(notification, now=now):
                taken += 1
            else:
                failing.add(notification.channel)
        if now >= self._forget_at:
            self._forget_at = now + _FORGET_EVERY_S
            with writing(self._engine) as connection:
                forget_sent(connection, before=now - _KEPT_S)
        return taken

    def _one(self, notification: Notification, *, now: float) -> bool:
        channel = self._channels.get(notification.channel)
        if channel is None:
            self._failed(notification, "no such channel in the configuration", now=now, final=True)
            return True  # nothing is wrong with others of that name: each is given up
        try:
            message = self._message(notification, now=now)
            if message is None:  # answered before anybody was told
                self._sent(notification)
                return True
            send(channel, message, env=self._env, at=now)
        except WardlawError as error:
            self._failed(notification, error.message, now=now, final=False)
            return False
        self._sent(notification)
        return True

    def _sent(self, notification: Notification) -> None:
        with writing(self._engine) as connection:
            mark_sent(connection, notification)

    def _message(self, notification: Notification, *, now: float) -> Message | Question | None:
        """What to tell; None about a call or grant that waits no longer."""
        if notification.event is Event.WHY:
            with reading(self._engine) as connection:
                return question_of(connection, notification, self._persons, installation=self._installation)
        with reading(self._engine) as connection:
            if notification.event is Event.HELD:
                approval = get_approval(connection, notification.incident)
                waits = approval.state is ApprovalState.WAITING and approval.expires_at > now
                return message_of_held(notification, approval, installation=self._installation) if waits else None
            if notification.event is Event.ASKED:
                ruling = ruling_by_id(connection, notification.incident)
                if ruling is None or ruling.fate is not Fate.ASKED:
                    return None
                return message_of_asked(notification, ruling, installation=self._installation)
            if notification.event is Event.FOUND:
                finding = get_finding(connection, notification.incident)
                return message_of_found(notification, finding, installation=self._installation)
            incident = get_incident(connection, notification.incident)
            locks = list_of_incident(connection, notification.incident)
        return message_of(notification, incident, locks, installation=self._installation, now=now)

    def _failed(self, notification: Notification, why: str, *, now: float, final: bool) -> None:
        with writing(self._engine) as connection:
            dead = mark_failed(connection, notification, why=why, now=now, final=final)
        if dead:
            _log.error("a notification about %s was given up: %s", notification.incident, why)
        else:
            _log.warning("a notification about %s was not sent yet: %s", notification.incident, why)

    def start(self) -> None:
        """Send in the background; with no channel there is nothing to do."""
        if self._channels:
            self._rounds.start()

    async def stop(self) -> None:
        """End the background task; what waits is sent after the next start."""
        await self._rounds.stop()
