"""The classes of keeping as they stand in an installation: what is of each now, and since when it would be free to go."""

from __future__ import annotations

import msgspec
from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from wardlaw.audit.envelope import RecordKind, decode
from wardlaw.governance.retention import INCIDENT, LEGAL_HOLD, KeepingClass, KeepingTerms
from wardlaw.store.duties import list_serious
from wardlaw.store.tables import HOLD, RECORD

_MOST = 10_000  # serious incidents whose holds are told apart from others


class KeptClass(msgspec.Struct, frozen=True):
    """A class of keeping, and the records that are of it now.

    Attributes:
        days: Days a record of it stays at least; 0 where ``until`` says what ends it.
        records: Of that class in the tables, or under a hold.
        oldest_ms: When the oldest of them was made, Unix milliseconds; 0 where there is none.
        free_before_ms: Records of it made before then may go, Unix milliseconds; 0 where only people end it.
    """

    id: str
    title: str
    refs: tuple[str, ...]
    days: int
    until: str
    records: int
    oldest_ms: int
    free_before_ms: int


def kept_by_class(connection: Connection, terms: KeepingTerms) -> tuple[KeptClass, ...]:
    """Every class with its records, counted."""
    found: dict[str, tuple[int, int]] = {}

    def add(name: str, many: int, oldest_ms: int) -> None:
        before, oldest = found.get(name, (0, oldest_ms))
        found[name] = (before + many, min(oldest, oldest_ms))

    control = RecordKind.CONTROL.value
    kinds = select(RECORD.c.kind, func.count(), func.min(RECORD.c.at_ms)).group_by(RECORD.c.kind)
    for kind, many, oldest_ms in connection.execute(kinds.where(RECORD.c.kind != control)):
        add(terms.class_of(kind, "").id, many, oldest_ms)
    for made_ms, envelope in connection.execute(
        select(RECORD.c.at_ms, RECORD.c.envelope).where(RECORD.c.kind == control)
    ):
        add(terms.class_of(control, str(decode(envelope).facts.get("operation", ""))).id, 1, made_ms)
    incidents = {hold for one in list_serious(connection, everything=True, limit=_MOST) for hold in one.holds}
    for hold, subject in connection.execute(select(HOLD.c.id, HOLD.c.subject).where(HOLD.c.lifted_at == 0.0)):
        held = select(func.count(), func.min(RECORD.c.at_ms)).where(RECORD.c.subject == subject)
        many, oldest_ms = connection.execute(held).one()
        if many:
            add(INCIDENT if hold in incidents else LEGAL_HOLD, many, oldest_ms)
    return tuple(_kept(one, terms, *found.get(one.id, (0, 0))) for one in terms.book.classes)


def _kept(one: KeepingClass, terms: KeepingTerms, records: int, oldest_ms: int) -> KeptClass:
    days = 0 if one.until else terms.days_of(one)
    free = 0 if one.until else terms.begins_ms(one)
    return KeptClass(one.id, one.title, one.refs, days, one.until, records, oldest_ms, free)
