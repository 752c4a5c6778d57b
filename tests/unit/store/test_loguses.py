from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.engine import Engine

from wardlaw.audit.envelope import Envelope, RecordKind
from wardlaw.store.database import reading, writing
from wardlaw.store.logcounts import DAY_MS
from wardlaw.store.loguses import KEPT_DAYS, DayOfUse, add_uses, uses_since
from wardlaw.store.tables import LOG_USE


def record(subject: str, at: int, kind: RecordKind = RecordKind.DECISION) -> Envelope:
    return Envelope(at=at, epoch=1, gateway="g", id="dec_1", kind=kind, seq=1, subject=subject)


def test_decisions_are_counted_by_name_and_day_whatever_the_batch(database: Engine) -> None:
    with writing(database) as connection:
        add_uses(connection, [record("ann", 7), record("ann", 5), record("bob", DAY_MS), record("", 9)])
        add_uses(connection, [record("ann", 6), record("ann", DAY_MS - 1), record("bob", 1, RecordKind.OUTCOME)])
        add_uses(connection, [record("ann", 3)])
        add_uses(connection, [])
    with reading(database) as connection:
        assert set(uses_since(connection, 100)) == {DayOfUse("ann", DAY_MS - 1, 5), DayOfUse("bob", DAY_MS, 1)}
        assert uses_since(connection, DAY_MS + 5) == (DayOfUse("bob", DAY_MS, 1),)


def test_days_long_past_are_taken_away(database: Engine) -> None:
    with writing(database) as connection:
        add_uses(connection, [record("ann", 0), record("ann", DAY_MS)])
        add_uses(connection, [record("bob", (KEPT_DAYS + 1) * DAY_MS)])
        days = set(connection.execute(select(LOG_USE.c.day_ms)).scalars())
    assert days == {DAY_MS, (KEPT_DAYS + 1) * DAY_MS}
