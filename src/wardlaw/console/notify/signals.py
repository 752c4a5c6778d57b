"""Sends queued signals to their receivers (RFC 8935), in the control process; what is not taken waits for its turn."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable, Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

import msgspec
from sqlalchemy.engine import Engine

from wardlaw.config.load import read_secret
from wardlaw.config.pushed import SignalReceiver, SignalSending
from wardlaw.console.notify.rounds import Rounds
from wardlaw.facts.errors import UnavailableError, WardlawError
from wardlaw.store.database import reading, writing
from wardlaw.store.signalkey import Sign
from wardlaw.store.signalsout import (
    OutgoingSignal,
    forget_sent_signals,
    give_up_unfetched,
    list_due_signals,
    note_failed,
    note_sent,
)

POLL_S = 2.0
TIMEOUT_S = 10.0
_KEPT_S = 30 * 86_400.0
_GIVE_UP_S = 3_600.0
_MOST_ANSWER_BYTES = 4_096
_log = logging.getLogger("wardlaw.signals")


class SignalSender:
    """Sends signals to the configured receivers.

    Args:
        sign: Claims to a signed token.
        env: Where tokens named ``env:`` come from.
        clock: Unix seconds.
        queue: Queues what nobody has queued yet, such as what a gateway did by itself; given the time.
    """

    def __init__(
        self,
        engine: Engine,
        sending: SignalSending,
        *,
        sign: Sign,
        env: Mapping[str, str],
        clock: Callable[[], float],
        queue: Callable[[float], object] | None = None,
    ) -> None:
        self._engine = engine
        self._queue = queue
        self._receivers = {one.name: one for one in sending.receivers}
        self._given_up_at = 0.0
        self._fetching = frozenset(one.name for one in sending.receivers if not one.url)
        self._sign = sign
        self._env = env
        self._clock = clock
        self._rounds = Rounds(self.run_once, every_s=POLL_S, what="signals could not be looked at")

    def run_once(self) -> int:
        """Send what is due; answers how many were taken. A receiver that fails is left alone until the next turn."""
        now = self._clock()
        if self._queue is not None:
            self._queue(now)
        if self._fetching and now >= self._given_up_at + _GIVE_UP_S:
            self._given_up_at = now
            with writing(self._engine) as connection:
                give_up_unfetched(connection, self._fetching, now=now)
        with reading(self._engine) as connection:
            due = list_due_signals(connection, now=now, besides=self._fetching)
        failed: set[str] = set()
        taken = 0
        for signal in due:
            if signal.receiver not in failed:
                if self._send(signal, now=now):
                    taken += 1
                else:
                    failed.add(signal.receiver)
        if due:
            with writing(self._engine) as connection:
                forget_sent_signals(connection, before=now - _KEPT_S)
        return taken

    def _send(self, signal: OutgoingSignal, *, now: float) -> bool:
        receiver = self._receivers.get(signal.receiver)
        try:
            if receiver is None:
                raise _not_taken(signal.receiver, "it is not configured any more")
            claims = msgspec.json.decode(signal.claims, type=dict[str, object])
            push(receiver, self._sign(claims | {"iat": int(now)}), env=self._env)
        except WardlawError as error:
            with writing(self._engine) as connection:
                is_dead = note_failed(connection, signal, why=error.message, now=now)
            _log.log(logging.ERROR if is_dead else logging.WARNING, "signal %s: %s", signal.id, error)
            return False
        with writing(self._engine) as connection:
            note_sent(connection, signal)
        return True

    def start(self) -> None:
        """Send in the background."""
        self._rounds.start()

    async def stop(self) -> None:
        """End the background task; what waits is sent after the next start."""
        await self._rounds.stop()


def push(receiver: SignalReceiver, token: str, *, env: Mapping[str, str]) -> None:
    """Hand a token over (RFC 8935, section 2).

    Raises:
        UnavailableError: It was not taken (WL-LSN-009).
        ConfigError: The receiver's token or certificates cannot be read.
    """
    headers = {"content-type": "application/secevent+jwt", "accept": "application/json", "user-agent": "wardlaw"}
    if receiver.token:
        bearer = read_secret(receiver.token, env=env, what=f"the token of {receiver.name}")
        headers["authorization"] = f"Bearer {bearer}"
    parts = urlsplit(receiver.url)
    try:
        connection: HTTPConnection
        if parts.scheme == "https":
            context = ssl.create_default_context(cafile=receiver.ca or None)
            connection = HTTPSConnection(parts.hostname or "", parts.port, timeout=TIMEOUT_S, context=context)
        else:
            connection = HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT_S)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            connection.request("POST", target, body=token.encode(), headers=headers)
            answer = connection.getresponse()
            answer.read(_MOST_ANSWER_BYTES)
        finally:
            connection.close()
    except (OSError, HTTPException) as error:
        raise _not_taken(receiver.name, type(error).__name__) from error
    if not 200 <= answer.status < 300:  # a redirect is not followed: it would lead to a place nobody configured
        raise _not_taken(receiver.name, f"it answered {answer.status}")


def _not_taken(receiver: str, why: str) -> UnavailableError:
    return UnavailableError(
        "WL-LSN-009",
        f"The receiver {receiver} did not take a signal: {why}.",
        "It is tried again for a week, with pauses up to an hour.",
    )
