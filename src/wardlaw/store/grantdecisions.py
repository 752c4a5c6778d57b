"""What the clauses last said of each grant; every saying stands in the log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

import msgspec
from sqlalchemy import and_, bindparam, func, insert, select, update
from sqlalchemy.engine import Connection

from wardlaw.inventory.ruling import Fate, GrantRuling
from wardlaw.store.inventorytables import GRANT_DECISION
from wardlaw.store.itemrows import parts

_COLUMN = GRANT_DECISION.c


def keep_rulings(connection: Connection, rulings: Sequence[GrantRuling], *, known: Collection[tuple[str, str]]) -> None:
    """Keep rulings in place of earlier ones about the same grants.

    Args:
        known: Directory and grant of those that there are rulings about.
    """
    rows = [_row(one) for one in rulings]
    new = [row for row in rows if (row["directory"], row["grant_id"]) not in known]
    old = [
        row | {"b_directory": row["directory"], "b_grant": row["grant_id"]}
        for row in rows
        if (row["directory"], row["grant_id"]) in known
    ]
    if new:
        connection.execute(insert(GRANT_DECISION), new)
    if old:
        place = and_(_COLUMN.directory == bindparam("b_directory"), _COLUMN.grant_id == bindparam("b_grant"))
        connection.execute(update(GRANT_DECISION).where(place), old)


def _row(ruling: GrantRuling) -> dict[str, object]:
    return {
        "directory": ruling.directory,
        "grant_id": ruling.grant,
        "id": ruling.id,
        "effect": ruling.effect.value,
        "fate": ruling.fate.value,
        "at": ruling.at,
        "ruling": msgspec.json.encode(ruling).decode(),
    }


def list_rulings(connection: Connection, *, fate: Fate | None = None) -> dict[tuple[str, str], GrantRuling]:
    """Rulings by directory and grant; only of one fate where it is named."""
    query = select(_COLUMN.ruling).order_by(_COLUMN.directory, _COLUMN.grant_id)
    if fate is not None:
        query = query.where(_COLUMN.fate == fate.value)
    found = (msgspec.json.decode(text, type=GrantRuling) for text in connection.execute(query).scalars())
    return {(one.directory, one.grant): one for one in found}


def rulings_of(connection: Connection, places: Iterable[tuple[str, str]]) -> dict[tuple[str, str], GrantRuling]:
    """The rulings about some grants, by directory and grant."""
    by_directory: dict[str, list[str]] = defaultdict(list)
    for directory, grant in sorted(set(places)):
        by_directory[directory].append(grant)
    found: dict[tuple[str, str], GrantRuling] = {}
    for directory, grants in by_directory.items():
        for part in parts(grants):
            query = select(_COLUMN.ruling).where(_COLUMN.directory == directory, _COLUMN.grant_id.in_(part))
            rulings = (msgspec.json.decode(text, type=GrantRuling) for text in connection.execute(query).scalars())
            found |= {(one.directory, one.grant): one for one in rulings}
    return found


def ruling_by_id(connection: Connection, decision: str) -> GrantRuling | None:
    """The ruling of a decision, while no later one took its place."""
    text = connection.execute(select(_COLUMN.ruling).where(_COLUMN.id == decision)).scalar_one_or_none()
    return None if text is None else msgspec.json.decode(text, type=GrantRuling)


def ruling_about(connection: Connection, directory: str, grant: str) -> GrantRuling | None:
    """What the clauses last said of a grant; None where nobody has asked them."""
    query = select(_COLUMN.ruling).where(_COLUMN.directory == directory, _COLUMN.grant_id == grant)
    text = connection.execute(query).scalar_one_or_none()
    return None if text is None else msgspec.json.decode(text, type=GrantRuling)


def count_due(connection: Connection, *, since: float, fate: Fate) -> int:
    """How many grants came to this fate at or after a time, Unix seconds."""
    query = select(func.count()).where(_COLUMN.fate == fate.value, _COLUMN.at >= since)
    return int(connection.execute(query).scalar_one())
