"""What the clauses last said of each grant; every saying stands in the log."""

from __future__ import annotations

import msgspec
from sqlalchemy import and_, func, insert, select, update
from sqlalchemy.engine import Connection

from wardlaw.inventory.ruling import Fate, GrantRuling
from wardlaw.store.tables import GRANT_DECISION

_COLUMN = GRANT_DECISION.c


def keep_ruling(connection: Connection, ruling: GrantRuling) -> None:
    """Keep a ruling in place of an earlier one about the same grant."""
    place = and_(_COLUMN.directory == ruling.directory, _COLUMN.grant_id == ruling.grant)
    values = {
        "id": ruling.id,
        "effect": ruling.effect.value,
        "fate": ruling.fate.value,
        "at": ruling.at,
        "ruling": msgspec.json.encode(ruling).decode(),
    }
    if not connection.execute(update(GRANT_DECISION).where(place).values(**values)).rowcount:
        connection.execute(insert(GRANT_DECISION).values(directory=ruling.directory, grant_id=ruling.grant, **values))


def list_rulings(connection: Connection, *, fate: Fate | None = None) -> dict[tuple[str, str], GrantRuling]:
    """Rulings by directory and grant; only of one fate where it is named."""
    query = select(_COLUMN.ruling).order_by(_COLUMN.directory, _COLUMN.grant_id)
    if fate is not None:
        query = query.where(_COLUMN.fate == fate.value)
    found = (msgspec.json.decode(text, type=GrantRuling) for text in connection.execute(query).scalars())
    return {(one.directory, one.grant): one for one in found}


def ruling_by_id(connection: Connection, decision: str) -> GrantRuling | None:
    """The ruling of a decision, while no later one took its place."""
    text = connection.execute(select(_COLUMN.ruling).where(_COLUMN.id == decision)).scalar_one_or_none()
    return None if text is None else msgspec.json.decode(text, type=GrantRuling)


def count_due(connection: Connection, *, since: float, fate: Fate) -> int:
    """How many grants came to this fate at or after a time, Unix seconds."""
    query = select(func.count()).where(_COLUMN.fate == fate.value, _COLUMN.at >= since)
    return int(connection.execute(query).scalar_one())
