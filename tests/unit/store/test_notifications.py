from __future__ import annotations

import pytest
from sqlalchemy import select

from wardlaw.facts.incident import Incident
from wardlaw.store import incidents, notifications, tables
from wardlaw.store.database import writing
from wardlaw.store.notifications import Event, Standing

INCIDENT = Incident("inc_1", "exc_1", "aa", "SEC-05", 100.0, 100.0)


@pytest.fixture
def connection(database):
    with writing(database) as connection:
        yield connection


def queue(connection, event: Event = Event.OPENED, channels: tuple[str, ...] = ("hook", "mail")) -> None:
    if connection.execute(select(tables.INCIDENT.c.id)).one_or_none() is None:
        incidents.open_or_join(connection, INCIDENT, marks=("caller:aa",))
    notifications.enqueue(connection, INCIDENT, event, channels=channels, at=100.0)


def test_each_channel_is_told_once(connection) -> None:
    queue(connection)
    queue(connection)
    due = notifications.list_due(connection, now=100.0)
    assert {one.channel for one in due} == {"hook", "mail"}
    assert notifications.list_due(connection, now=99.0) == ()
    notifications.mark_sent(connection, due[0])
    assert notifications.list_due(connection, now=100.0) == due[1:]
    assert notifications.count_by_state(connection) == {Standing.WAITING: 1, Standing.SENT: 1, Standing.DEAD: 0}


def test_a_failure_is_tried_again_ever_later_and_given_up_in_the_end(connection) -> None:
    queue(connection, channels=("hook",))
    now, pauses = 100.0, []
    for _ in range(notifications.MOST_TRIES):
        (one,) = notifications.list_due(connection, now=now)
        dead = notifications.mark_failed(connection, one, why="refused", now=now, final=False)
        later = now
        while not dead and not notifications.list_due(connection, now=later):
            later += 5.0
        pauses.append(later - now)
        now = later
    assert dead
    assert pauses[:-1] == sorted(pauses[:-1])
    assert notifications.list_due(connection, now=1e12) == ()
    assert notifications.count_by_state(connection)[Standing.DEAD] == 1
    incidents.close_incident(connection, "inc_1", by="person:sec", now=now)
    assert notifications.count_by_state(connection)[Standing.DEAD] == 0  # somebody has looked at it


def test_what_can_never_succeed_is_given_up_at_once(connection) -> None:
    queue(connection, channels=("hook",))
    (one,) = notifications.list_due(connection, now=100.0)
    assert notifications.mark_failed(connection, one, why="no such channel", now=100.0, final=True)
