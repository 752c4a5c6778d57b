"""When somebody last filed what other people have to look at: read from what was filed, so that no restart forgets it."""

from __future__ import annotations

import msgspec
from sqlalchemy import select
from sqlalchemy.engine import Connection

from wardlaw.store.dutytables import APPEAL, WAIVER
from wardlaw.store.registertables import INTAKE


class _Waiver(msgspec.Struct, frozen=True):
    asked_by: str


class _Appeal(msgspec.Struct, frozen=True):
    by: str


def filed_since(connection: Connection, people: frozenset[str], *, since: float) -> tuple[float, ...]:
    """When these people asked for waivers or for AI, or appealed, after a time; Unix seconds, in no order.

    Args:
        people: Everything one human is called here.
    """
    intakes = select(INTAKE.c.asked_at).where(INTAKE.c.asked_at > since, INTAKE.c.asked_by.in_(sorted(people)))
    waivers = connection.execute(select(WAIVER.c.asked_at, WAIVER.c.waiver).where(WAIVER.c.asked_at > since))
    appeals = connection.execute(select(APPEAL.c.at, APPEAL.c.appeal).where(APPEAL.c.at > since))
    return (
        *connection.execute(intakes).scalars(),
        *(at for at, text in waivers if msgspec.json.decode(text, type=_Waiver).asked_by in people),
        *(at for at, text in appeals if msgspec.json.decode(text, type=_Appeal).by in people),
    )
