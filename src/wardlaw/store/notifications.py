"""Notifications: queued with the incident in one transaction, sent later by the control process, kept as proof."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from enum import StrEnum

import msgspec
from sqlalchemy import ColumnElement, and_, delete, func, insert, or_, select, update
from sqlalchemy.engine import Connection

from wardlaw.facts.approval import ApprovalState, CallApproval
from wardlaw.facts.incident import Incident, IncidentState
from wardlaw.inventory.asking import GrantQuestion
from wardlaw.inventory.findings import PENDING, TrackedFinding
from wardlaw.inventory.ruling import Fate, GrantRuling
from wardlaw.store.inventorytables import GRANT_DECISION, GRANT_QUESTION, INVENTORY_FINDING
from wardlaw.store.rows import as_struct
from wardlaw.store.tables import CALL_APPROVAL, INCIDENT, NOTIFICATION

MOST_TRIES = 10
"""With the pauses below about eight hours; what was not taken by then is dead and waits for a person."""

_PAUSES_S = (5.0, 15.0, 60.0, 300.0, 900.0, 1_800.0, 3_600.0, 7_200.0, 14_400.0)
GROWN_AT = frozenset(10**power for power in range(1, 10))
"""Counts at which a growing incident is told again: each power of ten."""

FOUND_PAUSE_S = 600.0
"""Findings of one kind are told over a channel at most so often; what comes in between is counted in the next message."""

_IN_FLIGHT_S = 60.0  # what is due sooner may be on its way before this transaction ends


class Event(StrEnum):
    """What is told."""

    OPENED = "opened"
    GROWN = "grown"
    LOCKED = "locked"  # somebody was set apart under an incident that was open already
    HELD = "held"  # a call waits for a person
    ASKED = "asked"  # a grant waits for somebody who says what it is for
    WHY = "why"  # the person who gave a held grant is asked what it is for
    OVERDUE = "overdue"  # a review that another person owes is late
    FOUND = "found"  # a finding of the inventory, or several of one kind


class Standing(StrEnum):
    """How far a notification has come."""

    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"


class Notification(msgspec.Struct, frozen=True):
    """One incident, held call, grant or kind of finding, to be told over one channel.

    Attributes:
        incident: Its id; of a held call that of the approval it waits for, of a grant that of the decision, or of the
            question to its person; of findings of one kind that of the first.
        count: How many exchanges the incident joined at that moment; how many findings of the kind there are to tell of.
        at: When it was to be told first, Unix seconds, UTC; so is ``next_at``.
        error: Why the last try failed, without content.
    """

    id: str
    channel: str
    incident: str
    event: Event
    count: int
    at: float
    state: Standing = Standing.WAITING
    tries: int = 0
    next_at: float = 0.0
    error: str = ""


def enqueue(connection: Connection, incident: Incident, event: Event, *, channels: tuple[str, ...], at: float) -> None:
    """Queue an incident for each channel; the same event at the same count is told once."""
    for channel in channels:
        what = f"{incident.id} {event.value} {incident.count} {channel}"
        name = f"ntf_{hashlib.blake2b(what.encode(), digest_size=16).hexdigest()}"
        known = select(NOTIFICATION.c.id).where(NOTIFICATION.c.id == name)
        if connection.execute(known).one_or_none() is None:
            queued = Notification(name, channel, incident.id, event, incident.count, at, next_at=at)
            connection.execute(insert(NOTIFICATION).values(**msgspec.structs.asdict(queued)))


def enqueue_held(connection: Connection, approval: CallApproval, *, channels: tuple[str, ...]) -> None:
    """Queue a held call for each channel."""
    for channel in channels:
        name = f"ntf_{hashlib.blake2b(f'{approval.id} {channel}'.encode(), digest_size=16).hexdigest()}"
        at = approval.asked_at
        queued = Notification(name, channel, approval.id, Event.HELD, 1, at, next_at=at)
        connection.execute(insert(NOTIFICATION).values(**msgspec.structs.asdict(queued)))


def enqueue_asked(connection: Connection, ruling: GrantRuling, *, channels: tuple[str, ...]) -> None:
    """Queue a grant that clauses ask about, for each channel."""
    for channel in channels:
        name = f"ntf_{hashlib.blake2b(f'{ruling.id} {channel}'.encode(), digest_size=16).hexdigest()}"
        queued = Notification(name, channel, ruling.id, Event.ASKED, 1, ruling.at, next_at=ruling.at)
        connection.execute(insert(NOTIFICATION).values(**msgspec.structs.asdict(queued)))


def enqueue_question(connection: Connection, question: GrantQuestion, *, channels: tuple[str, ...]) -> None:
    """Queue a question to the person who gave a grant, for each channel."""
    for channel in channels:
        name = f"ntf_{hashlib.blake2b(f'{question.id} {channel}'.encode(), digest_size=16).hexdigest()}"
        at = question.asked_at
        queued = Notification(name, channel, question.id, Event.WHY, 1, at, next_at=at)
        connection.execute(insert(NOTIFICATION).values(**msgspec.structs.asdict(queued)))


def enqueue_found(
    connection: Connection, findings: Iterable[TrackedFinding], *, channels: tuple[str, ...], at: float
) -> None:
    """Queue findings for each channel: one message for all of a kind, and no other of that kind within ten minutes.

    Args:
        at: Unix seconds.
    """
    by_kind: dict[str, list[TrackedFinding]] = defaultdict(list)
    for finding in findings:
        by_kind[finding.rule].append(finding)
    for channel in channels:
        for kind, own in sorted(by_kind.items()):
            if not _joined(connection, channel, kind, len(own), at=at):
                last = connection.execute(
                    select(func.max(NOTIFICATION.c.at)).where(*_same_kind(channel, kind))
                ).scalar()
                due = at if last is None else max(at, last + FOUND_PAUSE_S)
                what = f"{own[0].id} {channel} {at!r}"
                name = f"ntf_{hashlib.blake2b(what.encode(), digest_size=16).hexdigest()}"
                queued = Notification(name, channel, own[0].id, Event.FOUND, len(own), due, next_at=due)
                connection.execute(insert(NOTIFICATION).values(**msgspec.structs.asdict(queued)))


def _joined(connection: Connection, channel: str, kind: str, more: int, *, at: float) -> bool:
    """Whether a message of that kind waits that is not due yet, and so not on its way; it then counts these too."""
    waits = (NOTIFICATION.c.state == Standing.WAITING.value, NOTIFICATION.c.next_at > at + _IN_FLIGHT_S)
    query = select(NOTIFICATION.c.id).where(*_same_kind(channel, kind), *waits).order_by(NOTIFICATION.c.at).limit(1)
    found = connection.execute(query).scalar()
    if found is None:
        return False
    grown = update(NOTIFICATION).where(NOTIFICATION.c.id == found, *waits).values(count=NOTIFICATION.c.count + more)
    return connection.execute(grown).rowcount == 1


def _same_kind(channel: str, kind: str) -> tuple[ColumnElement[bool], ...]:
    of_kind = select(INVENTORY_FINDING.c.id).where(INVENTORY_FINDING.c.rule == kind)
    return (
        NOTIFICATION.c.event == Event.FOUND.value,
        NOTIFICATION.c.channel == channel,
        NOTIFICATION.c.incident.in_(of_kind),
    )


def list_due(connection: Connection, *, now: float, limit: int = 50) -> tuple[Notification, ...]:
    """What is to be sent now, oldest first."""
    query = (
        select(NOTIFICATION)
        .where(NOTIFICATION.c.state == Standing.WAITING.value, NOTIFICATION.c.next_at <= now)
        .order_by(NOTIFICATION.c.next_at, NOTIFICATION.c.id)
        .limit(limit)
    )
    return tuple(as_struct(row, Notification) for row in connection.execute(query).mappings())


def mark_sent(connection: Connection, notification: Notification) -> None:
    """It was taken. Where more was counted into it meanwhile it waits on, and is told again with what came."""
    query = update(NOTIFICATION).where(NOTIFICATION.c.id == notification.id, NOTIFICATION.c.count == notification.count)
    connection.execute(query.values(state=Standing.SENT.value, tries=notification.tries + 1, error=""))


def mark_failed(connection: Connection, notification: Notification, *, why: str, now: float, final: bool) -> bool:
    """It was not taken: try again after a pause, or give it up; true when it is dead now.

    Args:
        final: Trying again is of no use.
    """
    tries = notification.tries + 1
    dead = final or tries >= MOST_TRIES
    pause = _PAUSES_S[min(tries, len(_PAUSES_S)) - 1]
    state = Standing.DEAD if dead else Standing.WAITING
    _set(connection, notification, state=state.value, tries=tries, next_at=now + pause, error=why[:500])
    return dead


def forget_sent(connection: Connection, *, before: float) -> None:
    """Let go of what was sent before a time, Unix seconds; what is dead stays for a person to see."""
    table = NOTIFICATION
    connection.execute(delete(table).where(table.c.state == Standing.SENT.value, table.c.at < before))


class ChannelState(msgspec.Struct, frozen=True):
    """How a channel takes what it is told; times in Unix seconds, 0 for never.

    Attributes:
        counts: Notifications by how far they have come: ``waiting``, ``sent``, ``dead``.
        error: Why the latest one that was not taken was not.
    """

    channel: str
    counts: dict[str, int]
    sent_at: float = 0.0
    error: str = ""


def states_by_channel(connection: Connection, channels: Iterable[str]) -> tuple[ChannelState, ...]:
    """How each channel fares: those named, and those that something was queued for."""
    column = NOTIFICATION.c
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    sent: dict[str, float] = {}
    query = select(column.channel, column.state, func.count(), func.max(column.at)).group_by(
        column.channel, column.state
    )
    for channel, state, count, at in connection.execute(query):
        counts[channel][state] = count
        if state == Standing.SENT.value:
            sent[channel] = at
    errors = dict(
        connection.execute(
            select(column.channel, column.error).where(column.error != "").order_by(column.next_at)
        ).all()
    )
    names = sorted({*channels, *counts})
    return tuple(ChannelState(one, counts[one], sent.get(one, 0.0), errors.get(one, "")) for one in names)


def count_by_state(connection: Connection) -> dict[Standing, int]:
    """How many notifications stand where; of dead ones those that nobody has closed or answered yet."""
    asked = GRANT_DECISION.alias("asked")
    query = (
        select(NOTIFICATION.c.state, func.count())
        .join(INCIDENT, INCIDENT.c.id == NOTIFICATION.c.incident, isouter=True)
        .join(CALL_APPROVAL, CALL_APPROVAL.c.id == NOTIFICATION.c.incident, isouter=True)
        .join(GRANT_DECISION, GRANT_DECISION.c.id == NOTIFICATION.c.incident, isouter=True)
        .join(GRANT_QUESTION, GRANT_QUESTION.c.id == NOTIFICATION.c.incident, isouter=True)
        .join(
            asked,
            and_(asked.c.directory == GRANT_QUESTION.c.directory, asked.c.grant_id == GRANT_QUESTION.c.grant_id),
            isouter=True,
        )
        .join(INVENTORY_FINDING, INVENTORY_FINDING.c.id == NOTIFICATION.c.incident, isouter=True)
        .where(
            or_(
                NOTIFICATION.c.state != Standing.DEAD.value,
                INCIDENT.c.state != IncidentState.CLOSED.value,
                CALL_APPROVAL.c.state == ApprovalState.WAITING.value,
                GRANT_DECISION.c.fate == Fate.ASKED.value,
                and_(asked.c.fate == Fate.ASKED.value, GRANT_QUESTION.c.answered_at == 0.0),
                INVENTORY_FINDING.c.state.in_([state.value for state in sorted(PENDING)]),
            )
        )
        .group_by(NOTIFICATION.c.state)
    )
    found = {Standing(state): int(count) for state, count in connection.execute(query)}
    return {state: found.get(state, 0) for state in Standing}


def _set(connection: Connection, notification: Notification, **changed: object) -> None:
    connection.execute(update(NOTIFICATION).where(NOTIFICATION.c.id == notification.id).values(**changed))
