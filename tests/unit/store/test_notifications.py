from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import insert, select

from wardlaw.facts.incident import Incident
from wardlaw.inventory.findings import TrackedFinding, of_rule
from wardlaw.inventory.rules import GrantFinding, Weight
from wardlaw.store import incidents, notifications, tables
from wardlaw.store.database import writing
from wardlaw.store.findings import list_findings, settle_rules
from wardlaw.store.inventorytables import INVENTORY_FINDING
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
    incidents.close_incident(connection, "inc_1", by="person:sec", now=now, reason="over")
    assert notifications.count_by_state(connection)[Standing.DEAD] == 0  # somebody has looked at it


def test_what_can_never_succeed_is_given_up_at_once(connection) -> None:
    queue(connection, channels=("hook",))
    (one,) = notifications.list_due(connection, now=100.0)
    assert notifications.mark_failed(connection, one, why="no such channel", now=100.0, final=True)


def found(*numbers: int, rule: str = "known-bad-app") -> list[TrackedFinding]:
    told = (GrantFinding(rule, Weight.CRITICAL, "acme", f"grant {n}", "ada", "", (), "") for n in numbers)
    return [of_rule(one, at=100.0) for one in told]


def tell(connection, findings: list[TrackedFinding], *, at: float) -> None:
    kept = {one.id for one in list_findings(connection)}
    new = [{"id": one.id, "directory": "acme", "rule": one.rule, "event": "", "state": "open", "last_at": at,
            "finding": msgspec.json.encode(one).decode()} for one in findings if one.id not in kept]  # fmt: skip
    if new:
        connection.execute(insert(INVENTORY_FINDING), new)
    notifications.enqueue_found(connection, findings, channels=("hook",), at=at)


def test_findings_of_one_kind_are_one_message_and_another_only_after_a_pause(connection) -> None:
    tell(connection, [*found(1, 2, 3), *found(1, rule="owner-gone")], at=100.0)
    due = notifications.list_due(connection, now=100.0)
    assert sorted(one.count for one in due) == [1, 3]
    for one in due:
        notifications.mark_sent(connection, one)
    tell(connection, found(4), at=130.0)
    tell(connection, found(5, 6), at=160.0)
    assert notifications.list_due(connection, now=699.0) == ()
    (one,) = notifications.list_due(connection, now=700.0)
    assert (one.count, one.event, one.incident) == (3, Event.FOUND, found(4)[0].id)


def test_what_may_be_on_its_way_is_not_counted_into(connection) -> None:
    tell(connection, found(1), at=100.0)
    tell(connection, found(2), at=101.0)  # the first may be read, and not yet marked
    assert [one.count for one in notifications.list_due(connection, now=1e9)] == [1, 1]


def test_what_was_counted_in_while_it_was_sent_is_told_again(connection) -> None:
    tell(connection, found(1), at=100.0)
    (one,) = notifications.list_due(connection, now=100.0)
    notifications.mark_sent(connection, msgspec.structs.replace(one, count=7))
    assert notifications.list_due(connection, now=100.0) == (one,)
    notifications.mark_sent(connection, one)
    assert notifications.list_due(connection, now=100.0) == ()


def test_a_finding_comes_back_and_is_told_again(connection) -> None:
    tell(connection, found(1), at=100.0)
    tell(connection, found(1), at=5_000.0)
    assert len(notifications.list_due(connection, now=5_000.0)) == 2


def test_a_dead_message_about_a_finding_counts_while_the_finding_waits(connection) -> None:
    tell(connection, found(1), at=100.0)
    (one,) = notifications.list_due(connection, now=100.0)
    notifications.mark_failed(connection, one, why="x", now=100.0, final=True)
    assert notifications.count_by_state(connection)[Standing.DEAD] == 1
    settle_rules(connection, "acme", [], now=200.0)
    assert notifications.count_by_state(connection)[Standing.DEAD] == 0
