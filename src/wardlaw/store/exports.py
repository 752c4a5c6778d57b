"""How far each target has read the log, and what it reads next."""

from __future__ import annotations

import msgspec
from sqlalchemy import delete, func, insert, select
from sqlalchemy.engine import Connection

from wardlaw.audit.envelope import decode
from wardlaw.audit.siem import Exported, Item, MissingLeaves
from wardlaw.store.evidencetables import EXPORT_CURSOR
from wardlaw.store.rows import as_struct
from wardlaw.store.tables import RECORD


class ExportCursor(msgspec.Struct, frozen=True):
    """Where a target stands.

    Attributes:
        next_leaf: Place in the log of the first record it has not taken.
        sent: Records it has taken, each counted as often as it was sent.
        missing: Records that were gone from the tables before they could be sent; the target was told.
        refused: Records that the target took for good and dropped, by its own word.
        sent_at: Unix seconds of the last batch it took; 0 for none.
        failures: Attempts that failed since then.
        error: Why the last one failed; ``""`` when none did.
    """

    target: str
    next_leaf: int = 0
    sent: int = 0
    missing: int = 0
    refused: int = 0
    sent_at: float = 0.0
    failures: int = 0
    error: str = ""


class ExportBatch(msgspec.Struct, frozen=True):
    """What goes out next, and where the target stands once it was taken."""

    items: tuple[Item, ...]
    next_leaf: int

    @property
    def missing(self) -> int:
        """Records that are gone."""
        return sum(one.last - one.first + 1 for one in self.items if isinstance(one, MissingLeaves))


def read_cursor(connection: Connection, target: str) -> ExportCursor:
    """Where a target stands; at the beginning of the log when it has never read."""
    row = connection.execute(select(EXPORT_CURSOR).where(EXPORT_CURSOR.c.target == target)).mappings().one_or_none()
    return ExportCursor(target) if row is None else as_struct(row, ExportCursor)


def keep_cursor(connection: Connection, cursor: ExportCursor) -> None:
    """Note where a target stands."""
    connection.execute(delete(EXPORT_CURSOR).where(EXPORT_CURSOR.c.target == cursor.target))
    connection.execute(insert(EXPORT_CURSOR).values(msgspec.structs.asdict(cursor)))


def next_batch(connection: Connection, next_leaf: int, *, limit: int, now: float) -> ExportBatch:
    """The records from a place on, in the order of the log; empty at its end.

    Where some are no longer in the tables, that they are missing goes out in their place.

    Args:
        now: Unix seconds.
    """
    query = (
        select(RECORD.c.leaf_index, RECORD.c.envelope)
        .where(RECORD.c.leaf_index >= next_leaf)
        .order_by(RECORD.c.leaf_index)
        .limit(limit)
    )
    items: list[Item] = []
    place = next_leaf
    for leaf, envelope in connection.execute(query):
        if leaf > place:
            items.append(MissingLeaves(place, leaf - 1, int(now * 1000)))
        items.append(Exported(leaf, decode(bytes(envelope))))
        place = leaf + 1
    return ExportBatch(tuple(items), place)


def log_end(connection: Connection) -> int:
    """Place after the newest record."""
    newest = connection.execute(select(func.max(RECORD.c.leaf_index))).scalar()
    return 0 if newest is None else int(newest) + 1
