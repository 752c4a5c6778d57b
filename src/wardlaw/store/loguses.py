"""How often each name of the log was decided on, by day: added in the transaction that adds the records.

The inventory asks for the use of the last month each time it is looked at; counting a million records for that takes seconds.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from sqlalchemy import delete, select, text
from sqlalchemy.engine import Connection

from wardlaw.audit.envelope import Envelope, RecordKind
from wardlaw.store.logcounts import DAY_MS
from wardlaw.store.tables import LOG_USE

KEPT_DAYS = 62
"""How many days are kept before the newest: twice what anybody asks for."""

_ADD = text(
    "INSERT INTO log_use (day_ms, subject, many, last_ms) VALUES (:day_ms, :subject, :many, :last_ms) "
    "ON CONFLICT (day_ms, subject) DO UPDATE SET many = log_use.many + excluded.many, "
    "last_ms = CASE WHEN excluded.last_ms > log_use.last_ms THEN excluded.last_ms ELSE log_use.last_ms END"
)


class DayOfUse(msgspec.Struct, frozen=True):
    """One name on one day: when it was last decided on (Unix milliseconds), and how often."""

    subject: str
    last_ms: int
    count: int


def add_uses(connection: Connection, envelopes: Iterable[Envelope]) -> None:
    """Add the decisions among these records, and take away what is long past; in the transaction that adds them."""
    found: dict[tuple[int, str], tuple[int, int]] = {}
    for envelope in envelopes:
        if envelope.kind is RecordKind.DECISION and envelope.subject:
            place = (envelope.at - envelope.at % DAY_MS, envelope.subject)
            many, last = found.get(place, (0, 0))
            found[place] = (many + 1, max(last, envelope.at))
    if not found:
        return
    # Sorted: two transactions that touch the same rows take their locks in one order.
    rows = [
        {"day_ms": day, "subject": subject, "many": many, "last_ms": last}
        for (day, subject), (many, last) in sorted(found.items())
    ]
    connection.execute(_ADD, rows)
    newest = max(day for day, _ in found)
    connection.execute(delete(LOG_USE).where(LOG_USE.c.day_ms < newest - KEPT_DAYS * DAY_MS))


def uses_since(connection: Connection, since_ms: int) -> tuple[DayOfUse, ...]:
    """Every name on every day, from the day ``since_ms`` (Unix milliseconds) lies in."""
    query = select(LOG_USE.c.subject, LOG_USE.c.last_ms, LOG_USE.c.many).where(
        LOG_USE.c.day_ms >= since_ms - since_ms % DAY_MS
    )
    return tuple(DayOfUse(*row) for row in connection.execute(query))
