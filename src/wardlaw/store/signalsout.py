"""Signals to be sent: queued in the transaction of what they tell of, tried until their receiver takes them."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

import msgspec
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import Connection

from wardlaw.store.inventorytables import SIGNAL_OUT
from wardlaw.store.notifications import Standing
from wardlaw.store.rows import as_struct

TRIED_S = 7 * 86_400.0
"""How long a receiver that does not take a signal is tried; after that it stays in the table for a person to see."""
_PAUSES_S = (5.0, 15.0, 60.0, 300.0, 900.0, 3_600.0)

_OUT = SIGNAL_OUT.c


class SignalPlan(msgspec.Struct, frozen=True):
    """Who signals, and to whom: the audience of each receiver by its name. Without receivers nothing is queued."""

    issuer: str = ""
    receivers: dict[str, str] = {}


class OutgoingSignal(msgspec.Struct, frozen=True):
    """One token for one receiver.

    Attributes:
        id: Its ``jti``: a receiver that was sent it twice takes it once.
        claims: JSON of what is signed when it is sent, all but the time.
        at: Unix seconds; so is ``next_at``.
        error: Why the last try failed.
    """

    id: str
    receiver: str
    claims: str
    at: float
    state: Standing = Standing.WAITING
    tries: int = 0
    next_at: float = 0.0
    error: str = ""


def enqueue_signal(connection: Connection, receiver: str, what: str, claims: dict[str, Any], *, at: float) -> None:
    """Queue a signal for a receiver; of the same thing once.

    Args:
        what: What it tells of, such as the id of a quarantine.
    """
    id_ = f"sig_{hashlib.blake2b(f'{what} {receiver}'.encode(), digest_size=16).hexdigest()}"
    if connection.execute(select(_OUT.id).where(_OUT.id == id_)).one_or_none() is None:
        text = msgspec.json.encode(claims | {"jti": id_}).decode()
        queued = OutgoingSignal(id_, receiver, text, at, next_at=at)
        connection.execute(insert(SIGNAL_OUT).values(**msgspec.structs.asdict(queued)))


def list_due_signals(
    connection: Connection, *, now: float, limit: int = 50, only: str = "", besides: Collection[str] = ()
) -> tuple[OutgoingSignal, ...]:
    """What is to be sent now, oldest first.

    Args:
        only: For this receiver.
        besides: Not for these: they fetch theirs.
    """
    query = select(SIGNAL_OUT).where(_OUT.state == Standing.WAITING.value, _OUT.next_at <= now)
    if only:
        query = query.where(_OUT.receiver == only)
    if besides:
        query = query.where(_OUT.receiver.not_in(sorted(besides)))
    query = query.order_by(_OUT.at, _OUT.id).limit(limit)
    return tuple(as_struct(row, OutgoingSignal) for row in connection.execute(query).mappings())


def note_sent(connection: Connection, signal: OutgoingSignal) -> None:
    """Its receiver took it."""
    _set(connection, signal, state=Standing.SENT.value, tries=signal.tries + 1, error="")


def note_failed(connection: Connection, signal: OutgoingSignal, *, why: str, now: float) -> bool:
    """It was not taken: tried again after a pause, or given up after a week; true when it was."""
    is_dead = now - signal.at >= TRIED_S
    pause = _PAUSES_S[min(signal.tries, len(_PAUSES_S) - 1)]
    state = Standing.DEAD if is_dead else Standing.WAITING
    _set(connection, signal, state=state.value, tries=signal.tries + 1, next_at=now + pause, error=why[:500])
    return is_dead


def settle_signals(connection: Connection, receiver: str, ids: Iterable[str], *, refusal: str = "") -> int:
    """What a receiver says that fetches its signals: it took these, or cannot take them; answers how many waited."""
    state = Standing.DEAD if refusal else Standing.SENT
    waiting = (
        _OUT.receiver == receiver, _OUT.id.in_(sorted(set(ids))), _OUT.state == Standing.WAITING.value,
    )  # fmt: skip
    change = update(SIGNAL_OUT).where(*waiting).values(state=state.value, tries=_OUT.tries + 1, error=refusal[:500])
    return connection.execute(change).rowcount


def give_up_unfetched(connection: Connection, receivers: Collection[str], *, now: float) -> int:
    """Give up what receivers have not fetched for a week; answers how many."""
    old = (_OUT.receiver.in_(sorted(receivers)), _OUT.state == Standing.WAITING.value, _OUT.at <= now - TRIED_S)
    values = {"state": Standing.DEAD.value, "error": "It was not fetched for a week."}
    return connection.execute(update(SIGNAL_OUT).where(*old).values(**values)).rowcount


def forget_sent_signals(connection: Connection, *, before: float) -> None:
    """Let go of what was taken before a time, Unix seconds."""
    connection.execute(delete(SIGNAL_OUT).where(_OUT.state == Standing.SENT.value, _OUT.at < before))


def list_signals(connection: Connection) -> tuple[OutgoingSignal, ...]:
    """All of them, oldest first."""
    query = select(SIGNAL_OUT).order_by(_OUT.at, _OUT.id)
    return tuple(as_struct(row, OutgoingSignal) for row in connection.execute(query).mappings())


class ReceiverState(msgspec.Struct, frozen=True):
    """How a receiver takes our signals: counts by ``waiting``, ``sent`` and ``dead``, and the latest refusal."""

    receiver: str
    counts: dict[str, int]
    error: str = ""


def states_by_receiver(connection: Connection, receivers: Iterable[str]) -> tuple[ReceiverState, ...]:
    """How each receiver fares: those named, and those that something was queued for."""
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    query = select(_OUT.receiver, _OUT.state, func.count()).group_by(_OUT.receiver, _OUT.state)
    for receiver, state, count in connection.execute(query):
        counts[receiver][state] = count
    errors = dict(
        connection.execute(select(_OUT.receiver, _OUT.error).where(_OUT.error != "").order_by(_OUT.next_at)).all()
    )
    return tuple(ReceiverState(one, counts[one], errors.get(one, "")) for one in sorted({*receivers, *counts}))


def _set(connection: Connection, signal: OutgoingSignal, **changed: object) -> None:
    connection.execute(update(SIGNAL_OUT).where(_OUT.id == signal.id).values(**changed))
